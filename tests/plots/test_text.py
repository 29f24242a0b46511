"""Words are shown as they are."""

import pytest
from markdown_it import MarkdownIt

from embedlab.plots.text import md, plain, shortened

NASTY = [
    "*bold*", "_it_", "`code`", "<b>x</b>", "&amp;", "[a](b)", "![a](b)", "# head", "- item", "+ item", "1. item",
    "1) item", "> quote", "~~gone~~", "a | b", "\\", "king - man", "---", "| a |",
]  # fmt: skip


@pytest.mark.parametrize("word", NASTY)
def test_markdown_shows_the_word(word: str) -> None:
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(md(word))
    escaped = word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html == f"<p>{escaped}</p>\n"


@pytest.mark.parametrize(("word", "safe"), [("$x$", r"\$x\$"), (":red[a]", r"\:red\[a\]"), ("a->b", r"a\-\>b")])
def test_streamlits_own_markup_is_escaped(word: str, safe: str) -> None:
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
