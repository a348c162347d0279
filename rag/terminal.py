"""How values look on a terminal: wrapped plain text, and nothing that could steer it.

Leaves printing and exit codes to `rag.commands`.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.base.folding import folded
from rag.base.latex import readable
from rag.base.text import clean_line, clean_text
from rag.cite.check import counted, told_difference

if TYPE_CHECKING:
    from rag.base.backups import BackupReport, MoveReport
    from rag.base.chats import Chat
    from rag.base.replay import Changes, Replay
    from rag.base.types import (
        AddReport,
        Answer,
        CheckedSentence,
        Citation,
        Comparison,
        Failure,
        Finding,
        Hit,
        Paper,
        Progress,
        Sentence,
    )
    from rag.cite.check import CheckedReference
    from rag.cited import Found

_SHOWN_AUTHORS = 3
_PASSAGE_CHARS = 240
_HEAD_CHARS = 40  # of a title before the cell of a table
# Terminal sequences as a whole: CSI (colours, cursor), then strings such as OSC (links, window
# titles), then the rest. Control characters that stand alone are taken by `clean_line`.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
)
ADD_FIRST = (
    "The library is empty. Add your papers with `askpapers add FOLDER`, "
    "or load the sample with `askpapers add --sample`."
)
_ABSTENTIONS = {
    "not_in_library": "Nothing in the library bears on this question.",
    "not_stated": "The papers nearest to this question do not state the answer.",
    "library_empty": ADD_FIRST,
    "model_unavailable": "The model did not answer, and nothing could be quoted instead.",
    "bad_question": "There is no question here; write one between quotation marks.",
}


_UNITS = {"asking": " questions", "backing up": "B", "restoring": "B"}


def plain(text: str) -> str:
    """Text of papers, models and files as one line without escapes, controls or reordering."""
    return clean_line(_ESCAPES.sub("", text))


def width() -> int:
    """Columns to wrap to: the terminal's, within what reads well."""
    return max(40, min(100, shutil.get_terminal_size().columns))


def answer_text(answer: Answer, columns: int) -> str:
    """What was understood, the sentences, then the references with their quoted words.

    What stands in the sentences already is not said again below them.
    """
    blocks = [_understood(answer), *_sentence_blocks(answer, columns)]
    if answer.status == "abstained":
        blocks.append(_wrap(_why_not(answer), columns))
        blocks.append(_nearest(answer, columns))
    blocks += _table_blocks(answer, columns)
    blocks.append("\n".join(_references(answer, columns)))
    if answer.status == "answered":
        blocks.append(_wrap(plain(answer.notice or ""), columns))
    return "\n\n".join(block for block in blocks if block)


def kept_text(answer: Answer, columns: int) -> str:
    """One line of a list of kept answers: its id, when, the question and how it ended."""
    when = (answer.provenance.at or "")[:16].replace("T", " ")
    ended = answer.reason or answer.mode
    return _wrap(f"{answer.id}  {when}  {plain(answer.question)} ({ended})", columns, indent=4)


def chat_line(chat: Chat, columns: int) -> str:
    """One line of a list of chats: its id, when it was last used, its title and length."""
    when = chat.updated[:16].replace("T", " ")
    size = f"{chat.turns} {'question' if chat.turns == 1 else 'questions'}"
    return _wrap(
        f"{chat.id}  {when}  {plain(chat.title) or 'Untitled'} ({size})", columns, indent=4
    )


def chat_text(chat: Chat, columns: int) -> str:
    """A whole chat: each question as a heading, and its answer."""
    turns = (f"> {plain(a.question)}\n\n{answer_text(a, columns)}" for a in chat.answers)
    return "\n\n\n".join([chat_line(chat, columns), *turns])


def replay_text(replay: Replay, columns: int) -> str:
    """How the answer of today differs from the kept one, sentence by sentence, then by citation."""
    before, now = replay.before, replay.now
    when = (before.provenance.at or "")[:10]
    states = f"revision {before.provenance.revision} → {now.provenance.revision}"
    lines = [f"{plain(before.question)} ({when}, {states})"]
    if before.status != now.status:
        lines.append(f"It was {before.status} and is {now.status} now.")
    if replay.is_same:
        lines.append("The answer is the same.")
    titles = {c.number: c.paper.name for c in before.citations}
    for mark, sentences in _marked(replay.sentences):
        lines += [f"{mark} {_said_or_removed(sentence, titles)}" for sentence in sentences]
    for mark, citations in _marked(replay.citations):
        lines += [f"{mark} [{plain(c.paper.name)}] {plain(c.quote)}" for c in citations]
    return "\n".join(_wrap(line, columns, indent=2) for line in lines)


def _marked(changes: Changes[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    yield from (("=", changes.same), ("-", changes.gone), ("+", changes.new))


def _said_or_removed(sentence: Sentence, titles: Mapping[int, str]) -> str:
    if sentence.text:
        return plain(sentence.text)
    of = ", ".join(plain(titles[number]) for number in sentence.citations if number in titles)
    return f"(words of a paper that was removed: {of})"


def hit_text(place: int, hit: Hit, columns: int) -> str:
    """A found paper: its reference and score, then the beginning of the passage that was found."""
    lines = [f"{place}. {_reference(hit.paper)} · {hit.score:.2f}"]
    if hit.chunk:
        lines.append(
            "   " + textwrap.shorten(plain(hit.chunk.text), _PASSAGE_CHARS, placeholder=" …")
        )
    return "\n".join(_wrap(line, columns, indent=3) for line in lines)


def paper_text(paper: Paper, columns: int) -> str:
    """One paper of a list, its id first, because `askpapers remove` wants it."""
    return _wrap(f"{plain(paper.id)}  {_reference(paper)}", columns, indent=4)


def found_text(place: int, found: Found, columns: int) -> str:
    """A paper that was looked up: its reference, its citekey, and the words that decided."""
    words = f" ({', '.join(map(plain, found.words))})" if found.words else ""
    said = f"{place}. {_reference(found.paper)} · {plain(found.paper.citekey)}{words}"
    return _wrap(said, columns, indent=3)


_VERDICTS = {"supported": "ok ", "contradicted": "NO ", "not_found": "?  "}
_OUTCOMES = {"found": "ok ", "differs": "NO ", "not_found": "?  "}


def checked_text(sentences: Sequence[CheckedSentence], columns: int) -> str:
    """A checked draft: each sentence under the mark of its verdict, then the deciding words."""
    blocks = []
    for sentence in sentences:
        lines = [f"{_VERDICTS[sentence.verdict]} {plain(sentence.text)}"]
        lines += [f"    {plain(sentence.reason)}:"] if sentence.reason else []
        lines += [
            f"    {_reference(c.paper)} · {plain(c.paper.citekey)}: “{plain(readable(c.quote))}”"
            for c in sentence.citations
        ]
        blocks.append("\n".join(_wrap(line, columns, indent=4) for line in lines))
    counts = [sum(s.verdict == v for s in sentences) for v in _VERDICTS]
    if sentences:
        said = (
            f"{counts[0]} supported (ok), {counts[1]} contradicted (NO), {counts[2]} not found (?)."
        )
        blocks.append(_wrap(said, columns))
    return "\n\n".join(blocks)


def references_text(references: Sequence[CheckedReference], columns: int) -> str:
    """The references of a draft: what each prints otherwise than the library has it."""
    lines = []
    for reference in references:
        name = plain(f"{reference.key}: {reference.printed}".removeprefix(": "))
        lines.append(f"{_OUTCOMES[reference.outcome]} {name}")
        lines += [f"    {plain(told_difference(d))}" for d in reference.differences]
        if reference.outcome == "not_found":
            near = reference.nearest
            lines.append(
                f"    not in the library{f'; nearest: {plain(near.name)}' if near else ''}"
            )
    if references:
        lines.append(f"References: {counted(references)}.")
    return "\n".join(_wrap(line, columns, indent=4) for line in lines)


def printable(text: str) -> str:
    """A text of several lines without what could steer a terminal; no line is wrapped."""
    lines = (clean_text(_ESCAPES.sub("", f"|{line}"))[1:] for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines)  # the bar keeps the spaces before a line


def finding_line(finding: Finding) -> str:
    """One line of the doctor, with the cure where something is wrong."""
    mark = "ok " if finding.ok else "BAD"
    cure = f" {plain(finding.cure)}" if finding.cure and not finding.ok else ""
    return f"{mark}  {plain(finding.check)}: {plain(finding.detail)}{cure}"


def report_line(report: AddReport) -> str:
    """What `add` did, in numbers; what did not happen is left out."""
    parts = [f"{report.added} added"] if report.added or not report.embedded else []
    parts += [
        f"{n} {name}" for name in ("updated", "merged", "unchanged") if (n := getattr(report, name))
    ]
    if report.embedded:
        parts.append(f"{report.embedded} given the vectors that they awaited")
    if report.failed:
        parts.append(f"{len(report.failed)} could not be read")
    return ", ".join(parts) + "."


def awaiting_line(report: AddReport) -> str:
    """How many papers of the library still await their vectors, and what makes these."""
    return (
        f"Papers without vectors: {report.awaiting:,}. Words find them; the chat makes what is "
        "missing while it is open, `askpapers doctor --repair` at once."
    )


def backup_line(report: BackupReport) -> str:
    """What is in a backup, in numbers."""
    return (
        f"{report.papers} papers, {report.chats} chats, {report.answers} kept answers and "
        f"{report.originals} files, {report.size / 1e6:.1f} MB, as of {report.made[:16]} UTC."
    )


def move_line(report: MoveReport) -> str:
    """What was brought into a database, in numbers."""
    return (
        f"Moved and counted: {report.papers} papers, {report.chats} chats, {report.answers} kept "
        f"answers, {report.judgements} judgements, {report.removed} removed papers that can be "
        f"brought back, and {report.originals} files."
    )


def failure_line(failure: Failure) -> str:
    """One record that was left out: which, where in it, and why."""
    is_whole = failure.where in {"", "file", "folder", "address"}
    where = "" if is_whole else f", {plain(failure.where)}"
    return f"  {plain(failure.source)}{where}: {plain(failure.reason)}"


class ProgressBars:
    """Progress on stderr, one bar a stage, with rate and remaining time."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __call__(self, progress: Progress) -> None:
        """Show how far the work has come."""
        from tqdm import tqdm

        if progress.stage != self._stage:
            self.close()
            self._stage = progress.stage
            unit = _UNITS.get(progress.stage, " papers")
            self._bar = tqdm(
                desc=progress.stage.capitalize(), unit=unit, unit_scale=unit == "B", leave=False
            )
        self._bar.total = progress.total or None  # unknown while files are still being read
        self._bar.update(progress.done - self._bar.n)
        if progress.done == progress.total:
            self._bar.refresh()

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.close()


def _understood(answer: Answer) -> str:
    ignored = answer.plan.ignored if answer.plan else ()
    told = (("Understood: ", answer.understood), ("Ignored: ", ignored))
    return "\n".join(name + " · ".join(map(plain, said)) for name, said in told if said)


def _why_not(answer: Answer) -> str:
    if answer.notice and answer.reason != "library_empty":
        return plain(answer.notice)
    return _ABSTENTIONS.get(answer.reason or "", "")


def _nearest(answer: Answer, columns: int) -> str:
    lines = [_wrap(f"- {_reference(paper)}", columns, indent=2) for paper in answer.nearest]
    return "\n".join(["Nearest papers:", *lines]) if lines else ""


def _sentence_blocks(answer: Answer, columns: int) -> list[str]:
    lines = [_sentence_text(sentence) for sentence in answer.sentences]
    if answer.mode == "generated":  # prose; quotations and records stand alone
        lines = [" ".join(lines)]
    return [_wrap(line, columns) for line in lines]


def _table_blocks(answer: Answer, columns: int) -> list[str]:
    """The table aspect by aspect, each paper under it: a terminal is too narrow for a matrix."""
    if answer.table is None:
        return []
    table = folded(answer.table)
    return [
        "\n".join([plain(aspect).upper(), *_column(table, j, columns)])
        for j, aspect in enumerate(table.aspects)
    ]


def _column(table: Comparison, j: int, columns: int) -> Iterator[str]:
    for paper, row in zip(table.papers, table.cells, strict=True):
        name = textwrap.shorten(plain(paper.name.split(":")[0]), _HEAD_CHARS, placeholder=" …")
        cell = f"  {name}: {plain(row[j].text)} {_marks(row[j].citations)}"
        yield _wrap(cell.rstrip(), columns, indent=4)


def _sentence_text(sentence: Sentence) -> str:
    doubtful = sentence.support in {"partial", "unsupported", "contradicted"}
    doubt = f" ({sentence.support})" if doubtful else ""
    return f"{plain(sentence.text)}{doubt} {_marks(sentence.citations)}".strip()


def _marks(numbers: Sequence[int]) -> str:
    """Numbers in brackets; a run of three or more as its ends: "[1]–[14]"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "".join(
        f"[{run[0]}]–[{run[-1]}]" if len(run) > 2 else "".join(f"[{n}]" for n in run)
        for run in runs
    )


def _references(answer: Answer, columns: int) -> list[str]:
    cells = [cell.text for row in answer.table.cells for cell in row] if answer.table else []
    said = " ".join(map(plain, [*(sentence.text for sentence in answer.sentences), *cells]))
    by_paper: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        by_paper.setdefault(citation.paper.id, []).append(citation)
    return [
        _reference_block(cited, said, columns)
        for cited in by_paper.values()
        if not (answer.mode == "lookup" and plain(cited[0].paper.name) in said)
    ]


def _reference_block(cited: Sequence[Citation], said: str, columns: int) -> str:
    """One paper under all its numbers, with the quoted words that the sentences do not show."""
    numbers = _marks([citation.number for citation in cited])
    lines = [_wrap(f"{numbers} {_reference(cited[0].paper)}", columns, indent=4)]
    for citation in cited:
        quote = plain(citation.quote)
        if quote and quote not in said:
            mark = f"[{citation.number}] " if len(cited) > 1 else ""
            lines.append(_wrap(f"    {mark}“{quote}”", columns, indent=4))
    return "\n".join(lines)


def _reference(paper: Paper) -> str:
    """Title, people, year, category and badge: "A Title — Ada Byron et al., 2022 · LG · code"."""
    people = ", ".join(plain(name) for name in paper.authors[:_SHOWN_AUTHORS])
    if people and (paper.more_authors or len(paper.authors) > _SHOWN_AUTHORS):
        people += " et al."
    made = ", ".join(part for part in (people, str(paper.year or "")) if part)
    code = "code" if paper.has_code else ""
    said = (made, plain(paper.category or ""), code, plain(paper.status or "").upper())
    facts = " · ".join(part for part in said if part)
    return f"{plain(paper.name)} — {facts}" if facts else plain(paper.name)


def _wrap(text: str, columns: int, *, indent: int = 0) -> str:
    # Words are never broken: a name or number cut at the margin could not be searched for.
    return textwrap.fill(
        text,
        columns,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
