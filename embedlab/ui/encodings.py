"""Say in which encoding a text was read, and let the visitor choose another one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from embedlab.data.readers.encoding import Decoded, recoded
from embedlab.jobs.kinds import inspect
from embedlab.plots.text import md
from embedlab.store import uploads
from embedlab.ui import inputs

TITLES = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Western Europe, Windows-1252",
    "iso8859-15": "Western Europe, ISO 8859-15",
    "cp1250": "Central Europe, Windows-1250",
    "iso8859-2": "Central Europe, ISO 8859-2",
    "cp1251": "Cyrillic, Windows-1251",
    "koi8-r": "Cyrillic, KOI8-R",
    "koi8-u": "Cyrillic, KOI8-U",
    "cp866": "Cyrillic, DOS 866",
    "cp1253": "Greek, Windows-1253",
    "iso8859-7": "Greek, ISO 8859-7",
    "cp1254": "Turkish, Windows-1254",
    "cp1255": "Hebrew, Windows-1255",
    "cp1256": "Arabic, Windows-1256",
    "cp1257": "Baltic, Windows-1257",
    "cp1258": "Vietnamese, Windows-1258",
    "cp874": "Thai, Windows-874",
    "cp932": "Japanese, Shift JIS (Windows-932)",
    "euc_jp": "Japanese, EUC",
    "gb18030": "Chinese, GB 18030",
    "big5hkscs": "Chinese, Big5",
    "cp949": "Korean, EUC (Windows-949)",
    "cp850": "Western Europe, DOS 850",
    "cp437": "DOS 437",
    "mac_roman": "Western Europe, Mac",
}
"""Encodings to choose from, as Python calls them, and what people call them."""
KEY = "encoding"
HELP = (
    "How the bytes of the file stand for letters. Choose another one where letters look wrong below; any that Python "
    "knows can be written."
)


def title(encoding: str) -> str:
    """What people call an encoding."""
    return TITLES.get(encoding.removesuffix("-sig"), encoding)


def ask(found: Sequence[Decoded], key: str = KEY) -> str:
    """Let the visitor choose the encoding; empty for the one that is found.

    Args:
        found: how the files are decoded without a choice; empty if that is not known yet.
        key: of the widget, and its name in the address.
    """
    first = f"{title(found[0].encoding)} ({'a guess' if found[0].guessed else 'found'})" if found else "find it"
    return st.selectbox(
        "Encoding", ["", *TITLES], format_func=lambda name: title(name) if name else first, key=key, help=HELP,
        accept_new_options=True, bind="query-params",
    )  # fmt: skip


def forget(key: str = KEY) -> None:
    """Forget the choice: another file has come."""
    st.session_state.pop(key, None)
    st.query_params.pop(key, None)


def in_utf8(content: bytes, name: str, encoding: str) -> tuple[bytes, str]:
    """An uploaded text in UTF-8 and how it was decoded, if the visitor chose its encoding; else as it is, and nothing.

    Raises:
        BadInput: it is not in that encoding.
    """
    if not encoding:
        return content, ""
    content, decoded = recoded(content, name, encoding)
    return content, said([decoded])


def said_of(name: str) -> str:
    """How a tagged file that was laid down is decoded, as Markdown.

    Raises:
        BadInput: it is not text.
    """
    file = uploads.laid_down(name)
    return said(inspect.how(inputs.look("tagged", "Looking at the letters", file=str(file)))) if file else ""


def said(decoded: Sequence[Decoded]) -> str:
    """How the files were decoded, as Markdown: in which encoding, which of them is a guess, and what was replaced."""
    names = list(dict.fromkeys(md(title(one.encoding)) + (" (a guess)" if one.guessed else "") for one in decoded))
    if not names:
        return ""
    replaced = [md(one.said) for one in decoded if one.replaced][:3]
    return " ".join(["Read as " + "; ".join(names[:3]) + ".", *replaced])
