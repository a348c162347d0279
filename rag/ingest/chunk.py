"""Paper → chunks: passages that fit the embedding model, cut at sentence borders, with offsets.

LlamaIndex's `SentenceSplitter` does the packing, with our sentence borders and the embedding
model's own token count. Most abstracts fit whole; then nothing is loaded.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from rag.base.body import body_start
from rag.base.text import sentence_spans
from rag.base.types import Chunk, Paper

CHUNKER = "sentences-1"  # part of the library's identity; change it when borders change
_SPECIAL_TOKENS = 4  # start, end, and the stop and space between title and passage
_MIN_TOKENS = 64  # room for the passage, however long the title is


def chunks_of(paper: Paper, *, count_tokens: Callable[[str], int], max_tokens: int) -> list[Chunk]:
    """Cut a paper's text so that title and passage together fit into `max_tokens`.

    Every chunk satisfies `chunk.text == paper.text[chunk.start:chunk.end]`; none reaches from the
    abstract into the body or over a heading. A paper without text gives one empty chunk, so that
    it can still be found by its title.
    """
    text = paper.text
    room = max(_MIN_TOKENS, max_tokens - count_tokens(paper.title) - _SPECIAL_TOKENS)
    spans: list[tuple[int, int]] = []
    for start, end in _parts(paper, text):
        part = text[start:end]
        passages = [part] if count_tokens(part) <= room else _split(part, room, count_tokens)
        spans += [(start + a, start + b) for a, b in _locate(part, passages)]
    return [
        Chunk(f"{paper.id}:{i}", paper.id, i, start, end, text[start:end])
        for i, (start, end) in enumerate(spans)
    ]


def _parts(paper: Paper, text: str) -> Iterator[tuple[int, int]]:
    """The abstract, then the sections of the body without the space around them."""
    if paper.abstract or paper.body is None:
        yield 0, len(paper.abstract)
    if paper.body is None:
        return
    first = body_start(paper.abstract)
    starts = sorted({first, *(first + offset for offset, _ in paper.body.sections)})
    for start, end in itertools.pairwise([*starts, len(text)]):
        if text[start:end].strip():
            yield start, start + len(text[start:end].rstrip())


def text_to_embed(paper: Paper, chunk: Chunk) -> str:
    """What the embedding model reads for a chunk: the title gives a passage its subject."""
    return f"{paper.title}. {chunk.text}" if paper.title else chunk.text


def _split(text: str, room: int, count_tokens: Callable[[str], int]) -> list[str]:
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(
        chunk_size=room,
        chunk_overlap=0,
        # The splitter only takes the length of what its tokenizer returns.
        tokenizer=lambda piece: range(count_tokens(piece)),
        chunking_tokenizer_fn=_pieces,
        paragraph_separator="\n\n\n",
    )
    return list(splitter.split_text(text))


def _pieces(text: str) -> list[str]:
    """The text cut before every sentence; the pieces joined give the text again."""
    starts = [start for start, _ in sentence_spans(text)]
    borders = [0, *starts[1:], len(text)] if starts else [0, len(text)]
    return [text[a:b] for a, b in itertools.pairwise(borders)]


def _locate(text: str, passages: list[str]) -> Iterator[tuple[int, int]]:
    position = 0
    for passage in passages:
        start = text.index(passage, position)
        position = start + len(passage)
        yield start, position
