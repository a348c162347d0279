"""What the tests of search share: the names of the small library."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.base.types import Paper
from rag.models.embed import MiniLM
from rag.search.mining import mine
from rag.search.names import Names


@pytest.fixture(scope="session")
def papers(history: Assistant) -> list[Paper]:
    return list(history.papers())


@pytest.fixture(scope="session")
def names(papers: list[Paper], embedder: MiniLM) -> Names:
    """The names of the small library; a word that the model's vocabulary holds is one."""
    return mine(papers, lambda word: embedder.count_tokens(word) <= 3)


@pytest.fixture(scope="session")
def by_title(papers: list[Paper]) -> dict[str, str]:
    """Ids of the small library's papers by the first word of their titles."""
    return {paper.title.split()[0].strip(":"): paper.id for paper in papers}
