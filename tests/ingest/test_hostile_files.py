"""Files made to hang, to grow or to hide: named in bounded time and memory, the rest is read."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from reading import read_text

GOOD = "\n@article{good, title={A Good Loom}, author={Byron, Ada}, year={1843}}\n"
SECONDS = 15.0
BYTES = 600_000_000

BOMB = '@string{a0 = "lol lol lol"}\n' + "".join(
    f"@string{{a{i} = a{i - 1} # a{i - 1}}}\n" for i in range(1, 40)
)
HOSTILE_BIB = {
    "never closed": "@article{a, title={" + "x" * 5_000_000,
    "many never closed": "".join(f"@article{{a{i}, title={{x\n" for i in range(5_000)),
    "many on one line": "@article{" * 5_000,
    "deep": "@article{a, title={" + "{" * 30_000 + "}" * 30_000 + "}}",
    "bomb": BOMB + "@article{b, title=a39}",
    "many long strings": BOMB
    + "".join(f'@string{{b{i} = a{i % 30} # "x"}}\n' for i in range(3_000)),
    "string of itself": "@string{s = s # s}\n@article{b, title=s # s}",
    "quotes": '@article{a, title="' + '{"' * 50_000,
    "commas": "@article{a," + "," * 200_000 + "}",
    "fields": "@article{a," + "note={x}," * 10_000 + "}",
    "huge title": "@article{a, title={" + "word " * 600_000 + "}}",
    "many authors": "@article{a, title={T}, author={" + "A B and " * 50_000 + "}}",
    "spaces": "@article{a, title={T}, author={" + " " * 1_000_000 + "}}",
    "accents": "@article{a, title={" + "\\'{" * 200_000 + "}}",
    "dollars": "@article{a, title={" + "$x" * 1400 + "}}",
}


@pytest.mark.parametrize("name", HOSTILE_BIB)
def test_hostile_bibtex_is_bounded_and_its_neighbours_are_read(name: str) -> None:
    tracemalloc.start()
    started = time.perf_counter()
    papers, _ = read_text(GOOD + HOSTILE_BIB[name] + "\n" + GOOD.replace("Good", "Better"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.perf_counter() - started < SECONDS
    assert peak < BYTES
    titles = [paper.title for paper in papers]
    assert (titles[0], titles[-1]) == ("A Good Loom", "A Better Loom")


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - " + "x" * 20_000_000 + "\nER  - \n",
        "TY  - JOUR\n" + "AU  - A, B\n" * 500_000,
        "TY  - JOUR\nTI  - T\nAB  - a\n" + "more\n" * 1_000_000,
        "[" * 200_000,
        '[{"title": "' + "x" * 15_000_000,
        '[{"author": ' + "[" * 100_000,
        "<html><body><ul>" + "<li><b>" * 60_000,
        "<!DOCTYPE html>" + "<div>" * 200_000 + "2001",
        "- [x](http://arxiv.org/" + "(" * 100_000 + "\n- a 2001\n",
        "- **" * 50_000 + " 2001",
        "- [" * 20_000 + " 2001](",
        "- " + "Ada Byron, " * 20_000 + "2001\n",
        "title,year\n" + '"' * 3_000_000,
        "title,year," + "x," * 100_000 + "\n1,2\n",
    ],
    ids=range(14),
)
def test_hostile_files_of_other_formats_are_bounded(text: str) -> None:
    started = time.perf_counter()
    read_text(text)
    assert time.perf_counter() - started < SECONDS
