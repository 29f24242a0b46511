"""Words of visitors and corpora shown exactly as they are: nothing in them is markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Paint = Literal["gray", "blue", "green", "orange", "red", "violet"]
"""Streamlit's names of the colours that lie under words; .streamlit/config.toml says how grey looks."""

_PLOTLY = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": " ", "\r": " "})
_MARKUP = re.compile(r"[\\`*_{}\[\]<>$:~|!&#^@]|(?<!\w)[-+.=)]|[-+.=)](?!\w)")
"""Signs that may begin markup anywhere, and those that may only at the edge of a word (lists, rules)."""
JOINER = "\u2060"
"""Unicode's word joiner: a sign without width, made to keep two others in one line."""
_LATE = re.compile(r"[:@](?=[\w+/-])|www(?=\.|$)|(?<!\S)[-<>~](?=(?:->|[-=>])(?!\S))", re.IGNORECASE)
"""What Streamlit looks for in the text after the backslashes have gone, so that no backslash helps.

Links (``http://…``, ``www.…``, ``who@where``), pictures (``:smile:``, ``:material/home:``) and arrows (`` -> ``).
"""


def plain(text: str, longest: int | None = None) -> str:
    """Text for a Plotly label or hover box, which reads a little HTML.

    Args:
        text: anything.
        longest: characters after which it is cut, with an ellipsis.
    """
    return shortened(text, longest).translate(_PLOTLY)


def md(text: str, longest: int | None = None) -> str:
    """Text inside a Markdown string or a widget's label: every sign that could be markup gets a backslash.

    Covers Streamlit's own additions too: formulas (``$``), colours (``:red[..]``). What is looked for later, links,
    icons and arrows, is broken by a ``JOINER``.
    Source of the rule: CommonMark 0.31, section 2.4 (any ASCII sign may be escaped).

    Args:
        text: anything.
        longest: characters after which it is cut, with an ellipsis.
    """
    words = " ".join(shortened(text, longest).split())
    return _MARKUP.sub(r"\\\g<0>", _LATE.sub(rf"\g<0>{JOINER}", words))


def unmarked(markdown: str) -> str:
    """Markdown made of ``md`` and bold words as plain text, for those who do not see the figure."""
    return re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", markdown.replace("**", "")).replace(JOINER, "")


def tinted(paint: Paint, markdown: str) -> str:
    """Markdown on a colour; a legend does the same with what the colour means, and names none."""
    return f":{paint}-background[{markdown}]"


def shortened(text: str, longest: int | None) -> str:
    """The text, cut after ``longest`` characters (the ellipsis among them)."""
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"


def composed(words: Sequence[str]) -> str:
    """A figure's note on words that are not in the vocabulary; empty if there are none."""
    if not words:
        return ""
    named = ", ".join(f"“{shortened(word, 18)}”" for word in words[:2]) + (" …" if len(words) > 2 else "")
    return f"unknown: {named}, composed of letter n-grams"


def duration(seconds: float) -> str:
    """A duration for people: "42 s", "3:07", "2:15:00"."""
    whole = round(max(0.0, seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
