"""What a library keeps safe: its chats, feedback on answers, removed papers, and backups of it all.

The part of `Assistant` that needs no model.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rag.base.backups import BackupReport, MoveReport
from rag.base.errors import SettingsError
from rag.base.removed import Removed
from rag.base.settings import Settings
from rag.base.types import Paper, Progress
from rag.chats import Chats, Judgements
from rag.index.backup import back_up
from rag.index.restore import restore
from rag.index.store import Store
from rag.ingest.pipeline import library_identity
from rag.models.choose import identity_of

Watch = Callable[[Progress], None]


class Keeping:
    """Keeps and gives back what belongs to one library."""

    _store: Store

    @property
    def chats(self) -> Chats:
        """The conversations that the library keeps."""
        return Chats(self._store)

    @property
    def feedback(self) -> Judgements:
        """What was thought of kept answers."""
        return Judgements(self._store)

    def restore_paper(self, paper_id: str) -> Paper:
        """Bring a removed paper back by its id, as it was.

        Raises:
            LibraryError: no such paper can be brought back, or it was added again.
        """
        with self._store.writer(doing="bringing a paper back") as writer:
            return writer.restore(paper_id)

    def removed(self) -> list[Removed]:
        """The removed papers that can be brought back, the last one first."""
        return self._store.removed()

    def purge(self, *, days: float = 0.0) -> int:
        """Delete for good the papers and chats that were deleted so many days ago; how many."""
        with self._store.writer(doing="deleting for good") as writer:
            return writer.purge(days=days)

    def backup(self, path: str | Path, *, progress: Watch | None = None) -> BackupReport:
        """Write the whole library to one file, while others may add to it.

        Raises:
            LibraryError: the file cannot be written, or something else lies under its name.
        """
        return back_up(self._store, Path(path), progress=progress)

    @staticmethod
    def restore(
        path: str | Path,
        folder: str | Path,
        *,
        replace: bool = False,
        progress: Watch | None = None,
    ) -> BackupReport:
        """Make a library of a backup again, in a folder that is empty or new.

        With `replace`, a library that is there is moved aside; close it first.

        Raises:
            LibraryError: the backup is damaged, the folder is in use, or there is no space.
        """
        return restore(Path(path), Path(folder), replace=replace, progress=progress)

    @staticmethod
    def move(settings: Settings, *, progress: Watch | None = None) -> MoveReport:
        """Bring the library of the settings' folder into their database; the folder stays.

        Safe to interrupt and to repeat: it goes on where it ended.

        Raises:
            SettingsError: no database is named.
            LibraryError: there is no library in the folder, or one in the database already.
        """
        from rag.index.move import move

        if settings.database_url is None:
            raise SettingsError("Name an empty PostgreSQL database in DATABASE_URL.")
        url = settings.database_url.get_secret_value()
        identity = library_identity(identity_of(settings))
        return move(settings.library, url, identity, progress=progress)
