"""Questions for lists, made out of a library's own records, with what they must give."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.list_conditions import Condition, Conditions, is_same

if TYPE_CHECKING:
    from rag.base.types import Paper


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """A question and the ids of the papers that it asks for; `said` must stand in the answer."""

    kind: str
    text: str
    gold: frozenset[str]
    said: tuple[str, ...] = ()
    is_exact: bool = True  # no other paper may be cited


_BY = (
    "papers by {}",
    "List all papers by {}.",
    "What has {} written?",
    "what did {} publish",
    "Which papers did {} write?",
    "Which papers did {} co-author?",
    "Show me everything by {}",
    "Which papers have {} as an author?",
    "Is there anything by {}?",
    "do we have any papers by {}?",
    "works of {}",
    "All the papers that {} worked on",
    "which papers was {} involved in?",
    "papers authored by {}",
    "papers where {} is an author",
    "Find the articles written by {}.",
    "Could you please give me a list of the publications by {}, thanks!",
    "{} papers",
    "{}",
    "publications: {}",
    "everything {} wrote",
    "what papers are there from {}?",
    "{}'s papers",
    "list {}’s publications",
    "I'm looking for papers by {}",
    "I need all the work by {}",
    "which of my papers are by {}?",
    "who is {} and what did they write?",
    "stuff by {}",
    "any {} papers?",
)
_NAME_FORMS = ("full", "lower", "initial", "comma", "family", "plain", "etal", "title", "typo")
_OF_A_TIME = (
    "papers {}",
    "Which papers were published {}?",
    "Which papers appeared {}?",
    "List everything {}.",
    "show me all papers {}",
    "What was published {}?",
    "what came out {}",
    "Which of the papers are {}?",
    "give me the publications {} please",
    "what do we have {}?",
    "How many papers are {}?",
    "how many papers came out {}",
)
_PLAIN = (
    "papers {}",
    "Which papers {are} {}?",
    "List all papers {}.",
    "show me the papers {}",
    "How many papers {are} {}?",
    "how many papers do I have {}?",
    "Are there any papers {}?",
    "Which articles in my library {are} {}?",
)


class Maker(Conditions):
    """Makes questions over some papers; the same seed makes the same questions."""

    def __init__(self, papers: Sequence[Paper], seed: int) -> None:
        super().__init__(papers, seed)
        self.authors = sorted({a for p in papers for a in p.authors if _is_plain(a)})

    def questions(self, each: int) -> Iterator[ListQuestion]:
        """`each` questions of each kind."""
        for make in (
            *(self._by_author(form) for form in _NAME_FORMS),
            self._of_a_year,
            self._of_years,
            self._first_author,
            self._two_authors,
            self._either_author,
            self._but_not,
            self._author_and_more,
            self._records,
            self._two_conditions,
            self._not_records,
            self._extreme,
            self._extreme_of,
            self._coauthors,
            self._most_papers,
            self._unknown,
        ):
            made = 0
            while made < each:
                question = make()
                if question is not None:
                    made += 1
                    yield question

    # --- people --------------------------------------------------------------------------------

    def _by_author(self, form: str) -> Callable[[], ListQuestion | None]:
        def make() -> ListQuestion | None:
            author = self.chance.choice(self.authors)
            written, asked = self._written(author, form)
            if not written:
                return None
            text = self.chance.choice(_BY).format(written)
            return ListQuestion(f"author {form}", text, self._written_by(asked))

        return make

    def _written(self, author: str, form: str) -> tuple[str, str]:
        """A name as somebody writes it, and who is meant by that; empty where it does not fit."""
        *given, family = author.split()
        initial = f"{given[0][0]}. {family}"
        full = f"{family}, {' '.join(given)}"
        choose = self.chance.choice
        forms: dict[str, tuple[str, str]] = {
            "full": (author, author),
            "lower": (author.lower(), author),
            "initial": (choose([initial, initial.replace(".", "")]), initial),
            "comma": choose([(full, author), (f"{family}, {given[0][0]}.", initial)]),
            "family": (family, family) if len(family) > 3 else ("", ""),
            "plain": (_unaccented(author), author),
            "etal": (f"{family} et al.", family) if len(family) > 3 else ("", ""),
            "title": (f"{choose(['Dr.', 'Prof.', 'Professor'])} {author}", author),
            "typo": (self._misspelt(author), author) if len(family) > 6 else ("", ""),
        }
        return forms[form]

    def _misspelt(self, author: str) -> str:
        at = len(author) - self.chance.randint(2, 5)
        return author[:at] + author[at + 1] + author[at] + author[at + 2 :]

    def _written_by(self, *asked: str) -> frozenset[str]:
        """Papers that all of these people have written."""
        return frozenset(
            p.id for p in self.papers if all(any(is_same(a, b) for b in p.authors) for a in asked)
        )

    def _first_author(self) -> ListQuestion | None:
        author = self.chance.choice([p.authors[0] for p in self.papers if p.authors])
        if not _is_plain(author):
            return None
        frames = (
            "papers by {} as first author",
            "Which papers have {} as first author?",
            "papers first-authored by {}",
            "on which papers is {} the first author?",
            "Which papers is {} first author of?",
            "papers led by {}",
            "first author {}",
            "list papers where the first author is {}",
            "papers with {} as lead author",
        )
        gold = frozenset(p.id for p in self.papers if p.authors and is_same(author, p.authors[0]))
        return ListQuestion("first author", self.chance.choice(frames).format(author), gold)

    def _pair(self) -> tuple[str, str] | None:
        paper = self.chance.choice(self.papers)
        plain = [a for a in paper.authors[:20] if _is_plain(a)]
        if len(plain) < 2:
            return None
        one, other = self.chance.sample(plain, 2)
        return (one, other) if not is_same(one, other) else None

    def _two_authors(self) -> ListQuestion | None:
        pair = self._pair()
        if pair is None:
            return None
        frames = (
            "papers by {} and {} together",
            "How many papers did {} and {} write together?",
            "What have {} and {} written together?",
            "papers co-authored by {} and {}",
            "Which papers are by both {} and {}?",
            "joint papers of {} and {}",
            "papers by {} with {}",
            "Which papers did {} write with {}?",
            "did {} and {} ever publish together?",
            "{} and {}",
            "papers by {} & {}",
            "has {} worked with {}?",
        )
        text = self.chance.choice(frames).format(*pair)
        return ListQuestion("two authors", text, self._written_by(*pair))

    def _either_author(self) -> ListQuestion | None:
        one, other = self.chance.sample(self.authors, 2)
        frames = (
            "papers by {} or {}",
            "Which papers are by either {} or {}?",
            "Which papers did {} or {} write?",
            "anything by {} or by {}?",
            "list papers from {} or {}",
        )
        gold = self._written_by(one) | self._written_by(other)
        return ListQuestion("either author", self.chance.choice(frames).format(one, other), gold)

    def _but_not(self) -> ListQuestion | None:
        pair = self._pair()
        frames = (
            "papers by {} but not {}",
            "papers by {} but not by {}",
            "Which papers by {} are not by {}?",
            "papers by {} without {}",
            "everything by {} except with {}",
            "What has {} written without {}?",
            "papers by {}, excluding those by {}",
            "Which papers did {} write without {}?",
            "all papers of {} other than those with {}",
            "papers that {} wrote but {} did not",
        )
        if pair is None or not (gold := self._written_by(pair[0]) - self._written_by(pair[1])):
            return None
        return ListQuestion("but not", self.chance.choice(frames).format(*pair), gold)

    def _author_and_more(self) -> ListQuestion | None:
        author = self.chance.choice(self.authors)
        said, test = self._condition(self.chance.choice(["year", "years", "code"]))
        frames = (
            "papers by {0} {1}",
            "Which papers {1} are by {0}?",
            "{0} papers {1}",
            "what did {0} publish {1}?",
            "{0}, {1}",
            "How many papers {1} did {0} write?",
            "papers {1} by {0}",
            "Has {0} written any papers {1}?",
        )
        by = self._written_by(author)
        gold = frozenset(p.id for p in self.papers if p.id in by and test(p))
        return ListQuestion(
            "author and more", self.chance.choice(frames).format(author, said), gold
        )

    # --- records -------------------------------------------------------------------------------

    def _of_a_year(self) -> ListQuestion:
        return self._listed("year", _OF_A_TIME, self._condition("year"))

    def _of_years(self) -> ListQuestion:
        return self._listed("years", _OF_A_TIME, self._condition("years"))

    def _records(self) -> ListQuestion:
        kind = self.chance.choice(["category", "org", "code", "score", "month"])
        return self._listed(kind, _PLAIN, self._condition(kind))

    def _two_conditions(self) -> ListQuestion:
        kinds = ["category", "org", "code", "score", "years"]
        (one, f), (other, g) = (self._condition(k) for k in self.chance.sample(kinds, 2))
        joint = self.chance.choice([" ", " ", " and ", ", "])
        both: Condition = (f"{one}{joint}{other}", lambda p: f(p) and g(p))
        return self._listed("two conditions", _PLAIN, both)

    def _not_records(self) -> ListQuestion:
        kind = self.chance.choice(["category", "org", "year"])
        said, test = self._condition(kind)
        not_said = self.chance.choice(["not {}", "that are not {}", "other than those {}"])
        turned: Condition = (not_said.format(said), lambda p: not test(p))
        frames = ("papers {}", "list all papers {}", "show me the papers {}", "how many papers {}?")
        return self._listed("not", frames, turned)

    def _listed(self, kind: str, frames: Sequence[str], condition: Condition) -> ListQuestion:
        said, test = condition
        text = self.chance.choice(frames).replace("{are}", "are").format(said)
        return ListQuestion(kind, text, frozenset(p.id for p in self.papers if test(p)))

    # --- the newest, the highest, the most -------------------------------------------------------

    def _extreme(self) -> ListQuestion:
        return self._extreme_among("extreme", "", lambda _: True)

    def _extreme_of(self) -> ListQuestion | None:
        author = self.chance.choice(self.authors)
        by = self._written_by(author)
        return self._extreme_among("extreme of", f" by {author}", lambda p: p.id in by)

    def _extreme_among(self, kind: str, whose: str, test: Callable[[Paper], bool]) -> ListQuestion:
        frames: dict[str, tuple[str, bool]] = {
            "What is the newest paper{}?": ("date", True),
            "latest paper{}": ("date", True),
            "What's the most recent paper{}?": ("date", True),
            "Which paper{} is the newest?": ("date", True),
            "Which paper{} is the latest one": ("date", True),
            "Which paper{} was published last?": ("date", True),
            "What is the oldest paper{}?": ("date", False),
            "earliest paper{}": ("date", False),
            "Which paper{} came out first?": ("date", False),
            "Which paper{} has the highest score?": ("score", True),
            "best scored paper{}": ("score", True),
            "top-rated paper{}": ("score", True),
            "Which paper{} scored best?": ("score", True),
            "Which paper{} has the lowest score?": ("score", False),
        }
        frame, (by, is_most) = self.chance.choice(list(frames.items()))
        known = [p for p in self.papers if test(p) and getattr(p, by) is not None]
        pick = max if is_most else min
        best = pick((getattr(p, by) for p in known), default=None)
        gold = frozenset(p.id for p in known if getattr(p, by) == best)
        return ListQuestion(kind, frame.format(whose), gold)

    def _coauthors(self) -> ListQuestion | None:
        author = self.chance.choice(self.authors)
        gold = self._written_by(author)
        others = {
            b for p in self.papers if p.id in gold for b in p.authors if not is_same(author, b)
        }
        if not 0 < len(others) < 12 or len({o for p in self.papers for o in p.authors}) < 3:
            return None
        frames = (
            "Who are the co-authors of {}?",
            "Who has {} written with?",
            "who did {} work with",
            "With whom has {} published?",
            "Who are {}'s collaborators?",
            "list the coauthors of {}",
        )
        text = self.chance.choice(frames).format(author)
        return ListQuestion("coauthors", text, gold, tuple(sorted(others)))

    def _most_papers(self) -> ListQuestion:
        frames: dict[str, Callable[[Paper], Sequence[object]]] = {
            "Which author has the most papers?": lambda p: p.authors,
            "Who has written the most papers?": lambda p: p.authors,
            "Who is the most prolific author?": lambda p: p.authors,
            "which authors have most papers": lambda p: p.authors,
            "who published the most?": lambda p: p.authors,
            "Which author appears most often?": lambda p: p.authors,
            "Which year has the most papers?": lambda p: [p.year] if p.year else [],
            "In which year were most papers published?": lambda p: [p.year] if p.year else [],
            "How many papers are there per year?": lambda p: [p.year] if p.year else [],
            "Which category has the most papers?": lambda p: [p.category] if p.category else [],
            "how many papers per category?": lambda p: [p.category] if p.category else [],
            "Which organisation has the most papers?": lambda p: p.orgs,
            "which lab published most papers": lambda p: p.orgs,
        }
        text, values = self.chance.choice(list(frames.items()))
        held: dict[object, set[str]] = defaultdict(set)
        for paper in self.papers:
            for value in values(paper):
                held[value].add(paper.id)
        counts = Counter({value: len(ids) for value, ids in held.items()})
        is_exact = "authors" not in text and " per " not in text
        most = max(counts.values(), default=0)
        top = [value for value, count in counts.items() if count == most]
        gold = frozenset(i for value in top for i in held[value])
        return ListQuestion("most papers", text, gold, (*map(str, top[:3]), str(most)), is_exact)

    def _unknown(self) -> ListQuestion:
        given, family = self.chance.choice(["Ottokar", "Philippa"]), "Quendlinburgsen"
        frames = (
            f"papers by {given} {family}",
            f"What has {given} {family} written?",
            "papers from 1953",
            f"papers before {min(self.years, default=2000) - 1}",
            f"papers from {max(self.years, default=2000)} before {min(self.years, default=2000)}",
            f"Which papers did {family} publish?",
            "papers affiliated with Quendlinburg Polytechnic",
        )
        return ListQuestion("nothing", self.chance.choice(frames), frozenset())


def _is_plain(author: str) -> bool:
    """Given names and a family name in letters, without particles or numbers behind it."""
    parts = author.split()
    shaped = all(re.fullmatch(r"[A-Z][\w-]*\.?", part) for part in parts)
    return 2 <= len(parts) <= 4 and shaped and len(parts[-1].strip(".")) > 1


def _unaccented(author: str) -> str:
    decomposed = unicodedata.normalize("NFKD", author)
    return "".join(c for c in decomposed if not unicodedata.combining(c))
