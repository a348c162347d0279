from __future__ import annotations

import pytest

from rag.index.names import parse_name, same_person


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("Zhao", "Rosie Zhao"),
        ("zhao", "Zhao, Rosie"),
        ("Rosie Zhao", "Rosie Zhao"),
        ("Zhao, Rosie", "Rosie Zhao"),
        ("R. Zhao", "Rosie Zhao"),
        ("R.Zhao", "Rosie Zhao"),
        ("Zhao, R.", "Rosie Zhao"),
        ("Rosie Zhao", "R. Zhao"),
        ("Rosie Zhao", "Rosie H. Zhao"),
        ("R. H. Zhao", "Rosie Zhao"),
        ("Müller", "Jörg Muller"),
        ("Maaten", "Laurens van der Maaten"),
        ("van der Maaten", "Laurens van der Maaten"),
        ("L. van der Maaten", "Laurens van der Maaten"),
        ("de Freitas", "Nando de Freitas"),
        ("Durme", "Benjamin Van Durme"),
        ("Smith-Jones", "Anna Smith-Jones"),
        ("King", "Martin Luther King, Jr."),
        ("Nidhi", "Nidhi"),
        ("J.-P. Serre", "Jean-Pierre Serre"),
    ],
)
def test_a_name_meets_the_same_person(asked: str, printed: str) -> None:
    assert same_person(parse_name(asked), parse_name(printed))


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("Ruohan Zhao", "Rosie Zhao"),
        ("B. Zhao", "Rosie Zhao"),
        ("Zhao, B.", "R. Zhao"),
        ("Rosie", "Rosie Zhao"),
        ("Rosie H. Zhao", "Rosie K. Zhao"),
        ("Jones", "Anna Smith-Jones"),
        ("Zha", "Rosie Zhao"),
        ("Rosie Zhao", "Zhao"),
    ],
)
def test_a_name_does_not_meet_somebody_else(asked: str, printed: str) -> None:
    assert not same_person(parse_name(asked), parse_name(printed))


@pytest.mark.parametrize("text", ["", " ", ",", "...", "Jr."])
def test_what_is_no_name_has_empty_parts(text: str) -> None:
    name = parse_name(text)
    assert (name.folded, name.family, name.last, name.given) == ("", "", "", "")
