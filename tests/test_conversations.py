"""Conversations without a model: each turn is about the right papers, or says which it means."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.base.types import Answer

# Question → first words of the titles of the papers that it is about.
CONVERSATIONS = {
    "it": "What is LOOM? > LOOM | Who wrote it? > LOOM | When was it published? > LOOM",
    "that one": "What is LOOM? > LOOM | Does that one release code? > LOOM",
    "and who": "What is PISCES? > PISCES | and who wrote it? > PISCES | and when? > PISCES",
    "the authors": "What is SEEDER? > SEEDER | Who are the authors? > SEEDER",
    "first author": "What is SEEDER? > SEEDER | Who is the first author? > SEEDER",
    "its limits": "What is SEEDER? > SEEDER | How about its limits? > SEEDER",
    "the method": "What is FLOWTALK? > Compilers | What about the method? > Compilers",
    "bare data": "What is PEAS-7? > PEAS-7 | What data were used? > PEAS-7",
    "bare code": "What is PEAS-7? > PEAS-7 | Is there code? > PEAS-7",
    "bare venue": "What is PEAS-7? > PEAS-7 | And the venue? > PEAS-7",
    "bare baselines": "What is SEEDER? > SEEDER | What are the baselines? > SEEDER",
    "bare results": "What is PISCES? > PISCES | And the results? > PISCES",
    "why": "How many cards does LOOM need? > LOOM | Why? > LOOM",
    "more": "What is LOOM? > LOOM | Tell me more > LOOM",
    "the paper": "What is LOOM? > LOOM | Does the paper have limitations? > LOOM",
    "that paper": "What is LOOM? > LOOM | Is that paper from 2019? > LOOM",
    "new subject": "What is LOOM? > LOOM | What about PISCES? > PISCES | And its authors? > PISCES",
    "instead": "What is LOOM? > LOOM | Tell me about SEEDER instead > SEEDER | Any code? > SEEDER",
    "back": "What is LOOM? > LOOM | Who wrote PISCES? > PISCES | And LOOM? > LOOM",
    "compare it": "What is LOOM? > LOOM | Compare it with PISCES > LOOM PISCES",
    "compare that": "What is LOOM? > LOOM | How does that compare to PISCES? > LOOM PISCES",
    "compare both": "What is LOOM? > LOOM | What is PISCES? > PISCES "
    "| Compare the two > LOOM PISCES",
    "compare them": "What is LOOM? > LOOM | What is PISCES? > PISCES | Compare them > LOOM PISCES",
    "on the table": "Compare LOOM and PISCES. > LOOM PISCES | And the data? > LOOM PISCES",
    "both have code": "Compare LOOM and PISCES. > LOOM PISCES "
    "| Which of the two has code? > LOOM PISCES",
    "newest of two": "Compare LOOM and PISCES. > LOOM PISCES | Which of them is newest? > LOOM",
    "older": "Compare LOOM and PISCES. > LOOM PISCES | And which one is older? > PISCES",
    "newest of a table": "Compare LOOM and PISCES. > LOOM PISCES | the newest? > LOOM "
    "| Which is older? > PISCES",
    "left open": "What is SEEDER? > SEEDER | how many identities? > SEEDER "
    "| What is an earthquake? > An | at what depth? > An",
    "former": "Compare LOOM and PISCES. > LOOM PISCES | Who wrote the former? > LOOM",
    "latter": "Compare LOOM and PISCES. > LOOM PISCES | What about the latter? > PISCES",
    "second": "papers since 2024 > Endgames An | and the second? > An",
    "next": "papers since 2024 > Endgames An | What is the first about? > Endgames "
    "| and the next one? > An",
    "last": "papers since 2024 > Endgames An | Who wrote the last one? > An",
    "of them": "papers since 2023 > Endgames An Compilers | Which of them have code? > Compilers",
    "oldest of them": "papers since 2023 > Endgames An Compilers "
    "| Which of them is the oldest? > Compilers | What does it show? > Compilers",
    "best of them": "papers since 2023 > Endgames An Compilers "
    "| Which one has the highest score? > An",
    "only those": "papers since 2023 > Endgames An Compilers | Only those with code > Compilers",
    "and by": "papers by Herschel > PISCES | and by Lovelace? > LOOM",
    "and in": "Which papers are from 2021? > Conserved SEEDER | and from 2023? > Compilers",
    "what else": "Who wrote LOOM? > LOOM | What else did they write? >",
    "his paper": "papers by Grace Hopper > Compilers | What does her paper show? > Compilers",
    "topic": "What do bees dance on? > Dancing | How many dances were filmed? > Dancing "
    "| Who wrote it? > Dancing",
    "from abstention": "What is LOOM? > LOOM | How many parameters does GPT-5 have? > "
    "| Who wrote it? > LOOM",
}


def focus(answer: Answer) -> set[str]:
    """The papers that an answer cites; of an abstention, those that it was understood to mean."""
    if answer.status == "answered":
        return {c.paper.title.split()[0].strip(":") for c in answer.citations}
    meant = answer.plan.filters.ids if answer.plan else ()
    return {p.title.split()[0].strip(":") for p in answer.nearest if p.id in meant}


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
def test_every_turn_is_about_the_right_papers(conversation: str, history: Assistant) -> None:
    before: list[tuple[str, Answer]] = []
    for turn in conversation.split(" | "):
        question, _, papers = turn.partition(" >")
        answer = history.ask(question, before)
        assert focus(answer) == set(papers.split()), question
        before.append((question, answer))


def test_what_a_question_took_from_before_is_told(history: Assistant) -> None:
    before = history.ask("What is LOOM?")
    answer = history.ask("And who wrote it?", [("What is LOOM?", before)])
    assert answer.understood == ("about LOOM",)


def test_only_the_last_turns_are_pointed_back_to(history: Assistant) -> None:
    loom, silent = history.ask("What is LOOM?"), history.ask("How do I cook rice with saffron?")
    near = [("q", loom), *[("q", silent)] * 5]
    far = [("q", loom), *[("q", silent)] * 30]
    assert focus(history.ask("Who wrote it?", near)) == {"LOOM"}
    assert history.ask("Who wrote it?", far).status == "abstained"
