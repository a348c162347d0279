"""Which papers a question calls by name, and which of its words are misspelt."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from rag.base.text import STOP_WORDS, fold, stem
from rag.search.names import (
    INTRODUCED,
    TITLE_HEAD,
    Names,
    bare,
    looks_like_name,
    name_key,
    person_key,
    tokens,
    tokens_at,
)

_MAX_NAMED = 2  # a name that stands for more papers names none of them
_LONGEST_HANDLE = 5  # words
_SHORTEST_FRAME, _LONG_FRAME = 4, 8  # letters from which a word of asking may be one or two off
_FRAMES = (
    "paper papers article articles publication publications study studies works author authors "
    "authored coauthor coauthors written wrote write published publish between before after since "
    "until newest latest recent oldest earliest highest lowest score scored category code without "
    "compare difference which what when where list show find newer older first last year years "
    "except excluding organisation university affiliated introduced proposed"
).split()


def named_papers(text: str, names: Names) -> tuple[str, ...]:
    """Ids of the papers that a text calls by title or by the name of what they introduce.

    The beginning of a title is enough where it is written as one. Papers come in the text's order.
    """
    return tuple(dict.fromkeys(paper_id for group in mentions(text, names) for paper_id in group))


def mentions(text: str, names: Names, rest: str | None = None) -> list[tuple[str, ...]]:
    """The places where a text names papers, in order; a name may stand for two.

    `rest` is the text with those words blanked that are known to mean something else: in
    "papers by Li", Li is no method.
    """
    handles = _handles_in(text if rest is None else rest, names)
    found = [*_whole_titles(text, names), *_titles_begun(text, names), *handles]
    places: dict[int, dict[str, None]] = {}
    for place, paper_id in sorted(found, key=lambda f: f[0]):
        places.setdefault(place, {})[paper_id] = None
    return [tuple(ids) for ids in places.values()]


Found = tuple[int, str]  # where in the text, and which paper


def _whole_titles(text: str, names: Names) -> Iterator[Found]:
    said = fold(text).split()
    for i, pair in enumerate(itertools.pairwise(said)):
        for paper_id, opened in names.opened_by(pair).items():
            title = opened.split()
            if len(title) > 2 and said[i : i + len(title)] == title:
                # Folding hardly changes lengths, which is enough to tell what stands first.
                yield len(" ".join(said[:i])), paper_id


def _titles_begun(text: str, names: Names) -> Iterator[Found]:
    """Titles of which at least two capitalised words are said: "the Hidden Progress paper"."""
    said = [(m.start(), m.group()) for m in re.finditer(r"[^\W_]+", text)]
    folded = [fold(word) for _, word in said]
    for i, pair in enumerate(itertools.pairwise(folded)):
        opened = names.opened_by(pair)
        runs = {paper_id: _run(folded[i:], title.split()) for paper_id, title in opened.items()}
        longest = max(runs.values(), default=0)
        written = [word for _, word in said[i : i + longest]]
        capitalised = [w for w in written if w[0].isupper() and w.lower() not in STOP_WORDS]
        named = [paper_id for paper_id, run in runs.items() if run == longest]
        if len(capitalised) > 1 and len(named) <= _MAX_NAMED:
            yield from ((said[i][0], paper_id) for paper_id in named)


def _run(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _handles_in(text: str, names: Names) -> Iterator[Found]:
    shouts = text.isupper() or text.islower()
    places = [
        (place, piece) for place, token in tokens_at(text) for piece in _known_pieces(token, names)
    ]
    parts = [piece for _, piece in places]
    position = 0
    while position < len(parts):
        longest = _LONGEST_HANDLE if names.begins_handle(parts[position]) else 1
        sizes = range(longest, 0, -1)
        size = next((n for n in sizes if _handle(parts, position, n, names, shouts)), 0)
        for paper_id in _handle(parts, position, size, names, shouts) if size else ():
            yield places[position][0], paper_id
        position += max(size, 1)


def _known_pieces(token: str, names: Names) -> list[str]:
    """A hyphened token, cut where a known name is part of it: "AdANNS-IVF", "LLC-based".

    Where names of one paper are joined, the one that fewest papers have tells which is meant.
    """
    token = bare(token)
    pieces = re.split("[-–]", token)
    if len(pieces) == 1 or names.handle(name_key(token)):
        return [token]
    handles = {p: names.handle(name_key(p)) for p in pieces if looks_like_name(p)}
    known = {piece: {i for i, _ in handle.papers} for piece, handle in handles.items() if handle}
    if not known:
        return [token]
    return (
        [min(known, key=lambda p: len(known[p]))] if set.intersection(*known.values()) else pieces
    )


def _handle(parts: list[str], start: int, size: int, names: Names, shouts: bool) -> tuple[str, ...]:
    words = parts[start : start + size]
    if len(words) < size:
        return ()
    handle = names.handle(name_key(" ".join(words)))
    if handle is None:
        return ()
    # "a lotion" is not LOTION: in a text with both cases, a one-word name must be written as one.
    if size == 1 and not shouts and words[0].islower() and looks_like_name(handle.name):
        return ()
    # A title that opens with the name speaks of nothing else; others may shorten words to it too.
    least = TITLE_HEAD if handle.papers[0][1] >= TITLE_HEAD else INTRODUCED
    strong = tuple(paper for paper, weight in handle.papers if weight >= least)
    return strong if len(strong) <= _MAX_NAMED else ()


def spell(text: str, names: Names, ignoring: Collection[str] = ()) -> tuple[str, tuple[str, ...]]:
    """The text with words that the library spells otherwise corrected, and what was changed.

    Words of people, organisations and compounds of right words are left as they are, and so are
    those whose change, as it is told, is among `ignoring`.
    """
    changed: dict[str, str] = {}
    for i, token in enumerate(tokens(text)):
        better = None
        if _is_odd(token, names):
            better = misspelt_frame(token, names) or names.correct(token)
        elif i and token.istitle() and _is_odd(token.lower(), names):  # "Flash Inferrence"
            better = (names.correct(token) or "").title()
        if better and _change(token, better) not in ignoring:
            changed[token] = better
    for wrong, right in changed.items():
        text = re.sub(rf"\b{re.escape(wrong)}\b", right, text)
    return text, tuple(_change(wrong, right) for wrong, right in changed.items())


def _change(wrong: str, right: str) -> str:
    return f"“{right}” for “{wrong}”"


def misspelt_frame(token: str, names: Names) -> str | None:
    """The word of asking that a token misspells: "papres", "publsihed"."""
    if len(token) < _SHORTEST_FRAME or names.is_word(token):
        return None
    allowed = 1 if len(token) < _LONG_FRAME else 2
    found = process.extractOne(
        token, _FRAMES, scorer=DamerauLevenshtein.distance, score_cutoff=allowed
    )
    if found is None or found[0] == token or found[0][0] != token[0]:  # a slip is seldom the first
        return None
    return str(found[0])


def _is_odd(token: str, names: Names) -> bool:
    if not token.islower() or token in STOP_WORDS or names.knows(stem(token)):
        return False
    key = person_key(token)
    if names.family(key) or names.given(key) or names.org(fold(token)):
        return False
    parts = token.split("-")
    return len(parts) < 2 or not all(names.is_word(part) for part in parts)
