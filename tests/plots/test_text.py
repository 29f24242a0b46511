"""Words are shown as they are."""

import re

import pytest

from embedlab.plots.text import md, plain, shortened

NASTY = [
    "*bold*", "_it_", "`code`", "<b>x</b>", "&amp;", "[a](b)", "![a](b)", "# head", "- item", "+ item", "1. item",
    "1) item", "> quote", "~~gone~~", "a | b", "\\", "king - man", "---", "| a |", "$x$", ":red[a]", "a->b",
]  # fmt: skip
ALWAYS = set("\\`*_{}[]<>$:~|!&#^@")
"""Signs that begin or end markup in CommonMark, in its tables and strikethrough, or in Streamlit's additions."""


def shown(text: str) -> str:
    """What CommonMark makes of text whose signs of markup are all escaped: the backslashes go (section 2.4)."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


@pytest.mark.parametrize("word", NASTY)
def test_markdown_shows_the_word(word: str) -> None:
    assert shown(md(word)) == word


@pytest.mark.parametrize("word", NASTY)
def test_nothing_that_is_left_can_be_markup(word: str) -> None:
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", md(word))
    assert not ALWAYS & set(bare)
    assert not re.match(r"\s*([-+=]|\d+[.)])(\s|$|[-=])", re.sub(r"\\(.)", "x", md(word)))  # a list, rule or underline


@pytest.mark.parametrize(
    ("word", "safe"),
    [
        ("*bold*", r"\*bold\*"), ("[a](b)", r"\[a\](b\)"), ("1. item", r"1\. item"), ("- item", r"\- item"),
        ("---", r"\-\-\-"), ("$x$", r"\$x\$"), (":red[a]", r"\:red\[a\]"), ("a->b", r"a\-\>b"),
    ],
)  # fmt: skip
def test_each_sign_gets_its_backslash(word: str, safe: str) -> None:
    assert md(word) == safe


def test_plain_words_stay_plain() -> None:
    assert md("mother-in-law don't U.S. 3.5") == "mother-in-law don't U.S\\. 3.5"
    assert md("naïve 日本語") == "naïve 日本語"


def test_line_ends_cannot_begin_markup() -> None:
    assert md("a\n\n# b") == r"a \# b"


def test_plotly_gets_no_tags() -> None:
    assert plain('<a href="x">&</a>\n') == '&lt;a href="x"&gt;&amp;&lt;/a&gt; '


def test_long_words_are_cut_before_they_are_escaped() -> None:
    assert plain("<" * 30, 4) == "&lt;&lt;&lt;…"
    assert shortened("abcd", 4) == "abcd"
