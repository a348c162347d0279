"""Words about papers that come from their records, never from a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.base.text import fold, sentence_spans, words
from rag.base.types import Paper, Phrase
from rag.index.names import parse_name

_MONTH_NAMES = (
    "January February March April May June July August September October November December"
)
_MONTHS = _MONTH_NAMES.split()
_OPENING = 400  # characters in which most first sentences end
_BEGINNING = 3_000  # characters of a body that stand for a missing abstract
_PROPOSES = re.compile(
    r"\b(?:we|this\s+(?:paper|work|article|study))\b.{0,30}?\b(?:introduc|propos|present|develop|"
    r"releas|design|describ|construct|formulat|defin)\w*|\b(?:called|termed|dubbed|named)\b",
    re.IGNORECASE,
)
_STUDIES = re.compile(
    r"\b(?:we|this\s+(?:paper|work|article|study))\b.{0,30}?\b(?:show|demonstrat|study|studi|"
    r"investigat|find|prov|explor|analy[sz]|examin|compar|address|deriv|aim|establish|"
    r"attempt|reveal|characteri[sz]|ask|consider)\w*",
    re.IGNORECASE,
)

# Names in Chinese characters, hiragana or hangul, which begin with the family's.
_EAST_ASIAN = re.compile(r"[\u3005\u3040-\u309f\u3400-\u9fff\uac00-\ud7a3\s]+")


def family_name(author: str) -> str:
    """The family name as printed: "Vyas" of "Nikhil Vyas" and "Vyas, N.", with its particles."""
    if "," in author:
        return author.split(",", maxsplit=1)[0].strip()
    if _EAST_ASIAN.fullmatch(author.strip()):
        return author.split(maxsplit=1)[0]
    family, parts = parse_name(author).family, author.split()
    tails = (" ".join(parts[i:]) for i in range(len(parts)))
    # "King Jr." begins with its family name.
    return next((t for t in tails if f"{fold(t)} ".startswith(f"{family} ")), author.strip())


def short_title(paper: Paper) -> str:
    """The name that people use: what stands before the colon, if it is short, else the title."""
    head = paper.title.split(":", maxsplit=1)[0].strip()
    return head if ":" in paper.title and len(head.split()) <= 4 else paper.name


def asked_as(paper: Paper) -> str:
    """What a question calls a paper: its name, or a title of several words in quotation marks."""
    title = short_title(paper)
    return f"“{title}”" if " " in title else title


def people(paper: Paper) -> str:
    """Authors in short: "Vyas et al.", "Barak and Edelman"; empty when none is known."""
    families = [family_name(a) for a in paper.authors[:2]]
    if not families:
        return ""
    if len(paper.authors) > 2 or paper.more_authors:
        return f"{families[0]} et al."
    return " and ".join(families)


def lead(paper: Paper) -> str:
    """How a paper is called in running text: "SOAP (Vyas et al., 2024)"."""
    facts = ", ".join(str(fact) for fact in (people(paper), paper.year) if fact)
    return f"{short_title(paper)} ({facts})" if facts else short_title(paper)


def all_authors(paper: Paper) -> str:
    """All names that the record holds, as a phrase."""
    names = list(paper.authors)
    if paper.more_authors:
        return ", ".join(names) + " et al."
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]


def author_count(paper: Paper) -> str:
    """How many authors the record holds: "3 authors", and that there are more if it says so."""
    count = len(paper.authors)
    least = "at least " if paper.more_authors else ""
    return f"{least}{count or 'no'} author{'' if count == 1 else 's'}"


def long_date(paper: Paper) -> str:
    """The date in words, as much of it as is known: "22 February 2024"."""
    if not paper.date:
        return ""
    parts = paper.date.split("-")
    words = [parts[0]]
    if len(parts) > 1:
        words.insert(0, _MONTHS[int(parts[1]) - 1])
    if len(parts) > 2:
        words.insert(0, str(int(parts[2])))
    return " ".join(words)


def entry(paper: Paper, *, with_score: bool = False, with_count: bool = False) -> str:
    """One line of a list: title, people, date, and the score or the number of people if asked."""
    count = f"{author_count(paper)}: " if with_count else ""
    facts = [count + all_authors(paper), long_date(paper)]
    if with_score and paper.score is not None:
        facts.append(f"score {paper.score:g}")
    if paper.has_code:
        facts.append("with code")
    said = ", ".join(fact for fact in facts if fact)
    return f"{paper.name} ({said})" if said else paper.name


def facts_sentence(paper: Paper, asks: tuple[str, ...]) -> str:
    """What the record says of a paper on the facts that are asked, as sentences."""
    said = [f"{paper.name}{_written_by(paper) if 'authors' in asks or 'date' in asks else ''}"]
    if "author_count" in asks:
        said.append(f"has {author_count(paper)}")
    if "date" in asks:
        inferred = " (the listing prints no year)" if paper.date_inferred else ""
        date = long_date(paper)
        said.append(f"is dated {date}{inferred}" if date else "has no date in its record")
    if "code" in asks:
        said.append("is listed with code" if paper.has_code else "is listed without code")
    if "orgs" in asks:
        orgs = ", ".join(paper.orgs)
        said.append(f"is listed under {orgs}" if orgs else "names no organisation in its record")
    if "category" in asks:
        category = paper.category
        said.append(f"is in category {category}" if category else "has no category in its record")
    if "venue" in asks:
        said.append(f"appeared in {paper.venue}" if paper.venue else "names no venue in its record")
    if "score" in asks:
        score = "no score" if paper.score is None else f"a score of {paper.score:g}"
        said.append(f"has {score} in its record")
    return _join(said)


def key_span(paper: Paper) -> tuple[int, int]:
    """Offsets of the sentence that says what the paper does; (0, 0) without text."""
    text = paper.abstract or paper.text[:_BEGINNING]
    name = short_title(paper).casefold()
    spans = sentence_spans(text)
    return max(spans, key=lambda s: _says_what(text[slice(*s)], name), default=(0, 0))


def saying_span(paper: Paper, phrases: Sequence[Phrase]) -> tuple[int, int]:
    """Offsets of the first sentence that has the words of a phrase; else of the telling one."""
    wanted = [f" {' '.join(words(phrase.words))} " for phrase in phrases]
    for start, end in sentence_spans(paper.abstract):
        said = f" {' '.join(words(paper.abstract[start:end]))} "
        if any(phrase in said for phrase in wanted):
            return start, end
    return key_span(paper)


def opening_span(paper: Paper) -> tuple[int, int]:
    """Offsets of the first sentence, or of all that is known of it; cheap, for long lists."""
    text = paper.abstract or paper.text[:_BEGINNING]
    beginning = text[:_OPENING]
    spans = sentence_spans(beginning)
    whole = len(spans) > 1 or len(beginning) == len(text)
    return spans[0] if spans and whole else key_span(paper)


def _says_what(sentence: str, name: str) -> float:
    """How much a sentence looks like the one that names the contribution; the first wins a tie."""
    proposes = 2.0 if _PROPOSES.search(sentence) else 0.0
    studies = 1.0 if _STUDIES.search(sentence) else 0.0
    lowered = sentence.casefold()
    named = 2.5 if f"({name})" in lowered else 1.5 if name in lowered else 0.0
    return max(proposes, studies) + named


def _written_by(paper: Paper) -> str:
    return f" was written by {all_authors(paper)}" if paper.authors else " names no authors"


def _join(said: list[str]) -> str:
    """Subject and predicates as one sentence: the first item opens it."""
    subject, predicates = said[0], said[1:]
    opened = " was written by " in subject or subject.endswith(" names no authors")
    if not predicates:
        return subject if subject.endswith(".") else subject + "."
    text = ", ".join(predicates[:-1]) + (" and " if len(predicates) > 1 else "") + predicates[-1]
    stop = "" if text.endswith(".") else "."
    return f"{subject} and {text}{stop}" if opened else f"{subject} {text}{stop}"


def suggested(newest: Sequence[Paper]) -> list[str]:
    """First questions to ask of these papers, which are given newest first."""
    named = [p for p in newest if short_title(p) != p.name]
    asked = [f"What does {asked_as(p)} show?" for p in named[:1]]
    if len(named) > 2:
        asked.append(f"Compare {asked_as(named[1])} and {asked_as(named[2])}.")
    authors = Counter(a for p in newest for a in p.authors).most_common(1)
    asked += [f"Which papers are by {author}?" for author, count in authors if count > 1]
    asked += [f"What is {asked_as(p)} about?" for p in newest if p.title]
    return asked
