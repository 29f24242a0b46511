"""Tags of names in the spellings that files have, all brought to BIO."""

from __future__ import annotations

from collections import Counter

import pytest

from embedlab.data.tag_schemes import Span, bio, is_tag, scheme_of, spans

KINDS = {
    "B-PER E-PER O S-LOC B-ORG M-ORG E-ORG": "B-PER I-PER O B-LOC B-ORG I-ORG I-ORG",  # BMES
    "B-PER L-PER O U-LOC B-ORG I-ORG L-ORG": "B-PER I-PER O B-LOC B-ORG I-ORG I-ORG",  # BILOU
    "B-PER E-PER O W-LOC": "B-PER I-PER O B-LOC",  # BMEWO
    "b_per i_per o b_loc": "B-per I-per O B-loc",
    "B:PER I:PER O O": "B-PER I-PER O O",
    "PER-B PER-I O LOC-S LOC-S": "B-PER I-PER O B-LOC B-LOC",
    "B I O B B": "B-NAME I-NAME O B-NAME B-NAME",
    "B M E S": "B-NAME I-NAME I-NAME B-NAME",
    "* (DATE* * *) * (GPE) (GPE)": "O B-DATE I-DATE I-DATE O B-GPE B-GPE",  # OntoNotes
    "(PER*) * (LOC*)": "B-PER O B-LOC",  # CoNLL-2005
}


@pytest.mark.parametrize(("tags", "expected"), KINDS.items())
def test_every_spelling_gives_the_same_names(tags: str, expected: str) -> None:
    scheme = scheme_of(Counter(tags.split()))
    assert scheme is not None
    assert scheme.bio(tags.split()) == tuple(expected.split())


@pytest.mark.parametrize("tags", ["NOUN VERB DET", "O O", "O V N , !", "3 0 0", "PER O O O", "I saw B", "* * *"])
def test_other_tags_are_no_tags_of_names(tags: str) -> None:
    assert scheme_of(Counter(tags.split())) is None


def test_types_alone_mark_names_where_names_are_expected() -> None:
    tags = ["PER", "PER", "O", "O", "ORG"]
    scheme = scheme_of(Counter([*tags, "O"]), entities=True)
    assert scheme is not None and scheme.bio(tags) == ("B-PER", "I-PER", "O", "O", "B-ORG")
    assert scheme_of(Counter(["DET", "NOUN", "O", "VERB"]), entities=True) is None
    assert scheme_of(Counter(["B-PER", "O", "O", "O", "PER", "PER"]), entities=True) is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("O O", []),
        ("B-PER I-PER O B-LOC", [("PER", 0, 2), ("LOC", 3, 4)]),
        ("B-PER B-PER I-PER", [("PER", 0, 1), ("PER", 1, 3)]),
        ("I-PER I-PER O I-LOC", [("PER", 0, 2), ("LOC", 3, 4)]),
        ("I-LOC B-LOC I-LOC I-ORG", [("LOC", 0, 1), ("LOC", 1, 3), ("ORG", 3, 4)]),
        ("B-PER I-LOC", [("PER", 0, 1), ("LOC", 1, 2)]),
        ("B-PER I-PER E-PER S-LOC O S-LOC", [("PER", 0, 3), ("LOC", 3, 4), ("LOC", 5, 6)]),
        ("S-PER S-PER B-PER E-PER", [("PER", 0, 1), ("PER", 1, 2), ("PER", 2, 4)]),
        ("B-PER L-PER U-PER", [("PER", 0, 2), ("PER", 2, 3)]),
        ("B-PER M-PER E-PER B-PER", [("PER", 0, 3), ("PER", 3, 4)]),
        ("B-PER E-PER I-PER", [("PER", 0, 2), ("PER", 2, 3)]),
        ("B-creative-work I-creative-work", [("creative-work", 0, 2)]),
    ],
)
def test_every_scheme_gives_the_same_spans_and_their_bio_tags_give_them_back(
    tags: str, expected: list[tuple[str, int, int]]
) -> None:
    found = spans(tags.split())
    assert found == tuple(Span(*span) for span in expected)
    assert spans(bio(found, len(tags.split()))) == found


def test_what_a_tag_is() -> None:
    assert all(map(is_tag, ("O", "B-PER", "I-a-b", "E-X", "S-X", "L-X", "U-X", "M-X")))
    assert not any(map(is_tag, ("", "o", "0", "PER", "B-", "B", "X-PER", "B_PER", "b-PER")))
