"""The parser of lessons: what it reads, and that it takes nothing but its form."""

import re

import pytest

from embedlab.base import BadInput
from embedlab.data.lessons import Range, load_lessons, parse

GOOD = """---
title: A title
order: 3
models: lsa, glove
about: What it is about.
---

## First?
show: neighbor
model: lsa
word: king
choices: queen | another word

Which **word**?

### Why
Because.

## Second?
show: alike
model: glove
word: a
other: b
number: -1 to 1 within 0.1

How much?

### Why
Since.
"""


def test_a_lesson_is_read_whole() -> None:
    lesson = parse("03-a-name", GOOD)
    assert (lesson.key, lesson.title, lesson.order, lesson.models) == ("a-name", "A title", 3, ("lsa", "glove"))
    first, second = lesson.steps
    assert (first.title, first.show, dict(first.args)) == ("First?", "neighbor", {"model": "lsa", "word": "king"})
    assert (first.choices, first.number, first.question) == (("queen", "another word"), None, "Which **word**?")
    assert (second.choices, second.number, second.why) == ((), Range(-1, 1, 0.1), "Since.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("---\ntitle", "title", "must begin with a block"),
        ("order: 3", "order: third", "whole number"),
        ("about: What it is about.\n", "", "must hold title"),
        ("order: 3", "order: 3\norder: 4", "line 4: a line must be"),
        ("show: neighbor\n", "", "needs 'show'"),
        ("choices: queen | another word\n", "", "needs 'show', and either"),
        ("queen | another word", "queen | queen", "two different choices"),
        ("queen | another word", "queen", "two different choices"),
        ("within 0.1", "about 0.1", "needs 'show', and either"),
        ("### Why\nBecause.", "Because.", "has no '### Why'"),
        ("Which **word**?", "", "needs a question"),
        ("Because.", "<script>alert(1)</script>", "line 17: HTML"),
        ("word: king", "word king", "line 11: a line must be"),
        ("## First?", "# First?", "first step"),
    ],
)
def test_what_is_not_of_the_form_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(BadInput, match=re.escape(said)):
        parse("x", GOOD.replace(old, new, 1))


def test_ten_lessons_are_shipped_in_order() -> None:
    lessons = load_lessons()
    assert [one.order for one in lessons] == list(range(1, len(lessons) + 1))
    assert len(lessons) >= 10
    assert len({one.key for one in lessons}) == len(lessons)
