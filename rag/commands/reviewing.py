"""Commands on records that may be wrong: review."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rag.commands.shared import emit, open_library, say

if TYPE_CHECKING:
    from rag.assistant import Assistant

_SAID = {"join": "Joined", "split": "Split", "apart": "Kept apart"}


def review(args: argparse.Namespace) -> int:
    """Show doubtful pairs or what sources said of a paper; join, split, keep apart, undo."""
    with open_library(args) as assistant:
        if args.undo:
            return _undo(assistant, as_json=args.json)
        if args.id is None:
            return _doubts(assistant, as_json=args.json)
        named = [args.id, *filter(None, (args.join, args.apart))]
        papers = [assistant.paper(name) for name in named]
        ids = [paper.id for paper in papers if paper]
        if len(ids) < len(named):
            say("No paper has this id; `askpapers papers` lists the ids.")
            return 1
        if len(ids) > 1:
            return _of_two(assistant, args, ids)
        if args.split:
            return _split(assistant, ids[0], args.split, as_json=args.json)
        return _told(assistant, ids[0], as_json=args.json)


def _of_two(assistant: Assistant, args: argparse.Namespace, ids: list[str]) -> int:
    one, other = ids
    if args.join:
        return _done(assistant.join(one, other).name, "join", as_json=args.json)
    assistant.keep_apart(one, other)
    return _done(" and ".join(ids), "apart", as_json=args.json)


def _doubts(assistant: Assistant, *, as_json: bool) -> int:
    from rag.terminal import paper_text, width

    found = assistant.doubts()
    if as_json:
        emit({"doubts": [doubt.to_dict() for doubt in found]})
        return 0
    for doubt in found:
        print(f"{paper_text(doubt.one, width())}\n{paper_text(doubt.other, width())}")
        print(f"    {doubt.why}\n")
    many = (
        "1 pair may be one paper." if len(found) == 1 else f"{len(found)} pairs may be one paper."
    )
    cure = "`askpapers review ID --join OTHER` makes one of two, `--apart OTHER` keeps two."
    say(f"{many} {cure}" if found else "No two papers look like one.")
    return 0


def _told(assistant: Assistant, paper_id: str, *, as_json: bool) -> int:
    from rag.terminal import plain

    sources, values = assistant.told_sources(paper_id), assistant.told(paper_id)
    if as_json:
        emit({"id": paper_id, "values": [value.to_dict() for value in values]})
        return 0
    for number, source in enumerate(sources, start=1):
        print(f"[{number}] {plain(source.kind)} {plain(source.origin)}, {plain(source.where)}")
    for value in values:
        by = "".join(f"[{i}]" for i, s in enumerate(sources, start=1) if s in value.sources)
        shown = plain(value.value)
        print(f"{'' if value.holds else '  not: '}{value.field}: {shown[:200]} {by}".rstrip())
    return 0


def _split(assistant: Assistant, paper_id: str, numbers: list[int], *, as_json: bool) -> int:
    sources = assistant.told_sources(paper_id)
    if any(number > len(sources) for number in numbers):
        say(f"The paper has {len(sources)} sources; `askpapers review {paper_id}` numbers them.")
        return 1
    _, new = assistant.split(paper_id, [sources[number - 1] for number in numbers])
    return _done(f"{new.name} ({new.id})", "split", as_json=as_json)


def _undo(assistant: Assistant, *, as_json: bool) -> int:
    decision = assistant.undo_decision()
    return _done(f"{_SAID[decision.action].lower()} {decision.paper_id}", "undo", as_json=as_json)


def _done(name: str, action: str, *, as_json: bool) -> int:
    from rag.terminal import plain

    if as_json:
        emit({"done": action, "of": name})
    else:
        print(f"{_SAID.get(action, 'Undone')}: {plain(name)}")
    if action != "undo":
        say("`askpapers review --undo` takes it back.")
    return 0
