"""Watching folders: new and changed files are told once, when they rest; gone ones too."""

from __future__ import annotations

from pathlib import Path

from rag.ingest.watch import Changes, Watcher

NOTHING = Changes((), ())


def test_new_changed_and_gone_files_are_told_once(tmp_path: Path) -> None:
    (tmp_path / "known.bib").write_text("one")
    watcher = Watcher([tmp_path])
    assert watcher.look() == NOTHING

    new = tmp_path / "new.bib"
    new.write_text("a")
    assert watcher.look() == NOTHING  # it may still be written
    assert watcher.look() == Changes((new,), ())
    assert watcher.look() == NOTHING

    new.write_text("longer")
    assert [watcher.look().changed for _ in range(3)] == [(), (new,), ()]

    (tmp_path / "known.bib").unlink()
    assert watcher.look() == Changes((), (tmp_path / "known.bib",))
    assert watcher.look() == NOTHING
