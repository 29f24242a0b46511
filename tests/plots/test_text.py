"""Words are shown as they are."""

import re

import pytest

from embedlab.plots.text import JOINER, md, plain, shortened, unmarked

NASTY = [
    "*bold*", "_it_", "`code`", "<b>x</b>", "&amp;", "[a](b)", "![a](b)", "# head", "- item", "+ item", "1. item",
    "www.a.bc", "WWW.a.bc", "see www", "http://a.bc", "HTTPS://a.bc", "who@a.bc", ":smile:", ":+1:", ":material/home:",
    ":streamlit:", "a -> b", "a <- b", "a <-> b", "a -- b", "a >= b", "a <= b", "a ~= b", "--", "[^1]", ":help[a]",
    "1) item", "> quote", "~~gone~~", "a | b", "\\", "king - man", "---", "| a |", "$x$", ":red[a]", "a->b",
]  # fmt: skip
ALWAYS = set("\\`*_{}[]<>$:~|!&#^@")
"""Signs that begin or end markup in CommonMark, in its tables and strikethrough, or in Streamlit's additions."""


LATE = re.compile(
    r"(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+|:material[_/]\w+:|:streamlit:|:[-+\w]+:"
    r"|(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)",
    re.IGNORECASE,
)
"""What Streamlit 1.67 and its libraries look for after the backslashes are gone (mdast-util-gfm-autolink-literal,
remark-emoji, StreamlitMarkdown.tsx)."""


def parsed(text: str) -> str:
    """What CommonMark makes of text whose signs of markup are all escaped: the backslashes go (section 2.4)."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def shown(text: str) -> str:
    """What is seen of it."""
    return parsed(text).replace(JOINER, "")


@pytest.mark.parametrize("word", NASTY)
def test_markdown_shows_the_word(word: str) -> None:
    assert shown(md(word)) == word


@pytest.mark.parametrize("word", NASTY)
def test_nothing_that_is_left_can_be_markup(word: str) -> None:
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", md(word))
    assert not ALWAYS & set(bare)
    assert not re.match(r"\s*([-+=]|\d+[.)])(\s|$|[-=])", re.sub(r"\\(.)", "x", md(word)))  # a list, rule or underline


@pytest.mark.parametrize("word", NASTY)
def test_nothing_is_found_once_the_backslashes_are_gone(word: str) -> None:
    for said in (md(word), f"**{md(word)}**: or {md(word)}. And {md(word)}:"):
        assert not LATE.search(parsed(said))
        assert not LATE.search(said)


def test_the_pattern_of_late_markup_finds_it_unescaped() -> None:
    late = [word for word in NASTY if LATE.search(word)]
    assert {"www.a.bc", "HTTPS://a.bc", "who@a.bc", ":+1:", ":material/home:", "a -> b", "--"} <= set(late)


def test_markdown_as_plain_text() -> None:
    assert unmarked(f"**{md('a*b')}** is {md('www.a.bc')}, {md('**')}") == "a*b is www.a.bc, **"


@pytest.mark.parametrize(
    ("word", "safe"),
    [
        ("*bold*", r"\*bold\*"), ("[a](b)", r"\[a\](b\)"), ("1. item", r"1\. item"), ("- item", r"\- item"),
        ("---", r"\-\-\-"), ("$x$", r"\$x\$"), (":red[a]", rf"\:{JOINER}red\[a\]"), ("a->b", r"a\-\>b"),
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
