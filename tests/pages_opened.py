"""Pages opened in a test by what stands in their address, and what they show."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from embedlab.ui import inputs, tagged_files

PAGES = Path(__file__).resolve().parent.parent / "pages"


def opened(name: str, /, **query: Any) -> AppTest:
    """A page that has run."""
    inputs.shipped_senses.clear()  # of another test's assets
    tagged_files.forget()
    page = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=120)
    for key, value in query.items():
        page.query_params[key] = value if isinstance(value, list) else str(value)
    return sound(page.run())


def sound(page: AppTest) -> AppTest:
    """The page, which must have run without an exception."""
    assert not page.exception, page.exception[0].stack_trace
    return page


def texts(page: AppTest) -> str:
    """Text and captions."""
    return "\n".join(item.value for item in (*page.markdown, *page.caption))


def said(page: AppTest) -> str:
    """Text and captions, notes, warnings and errors."""
    return "\n".join((texts(page), *(item.value for item in (*page.info, *page.warning, *page.error))))


def together(text: str, *parts: str) -> bool:
    """Whether one line of a text has these parts in this order, such as names and figures, whatever stands between."""
    return re.search(".*".join(map(re.escape, parts)), text) is not None


def frame(page: AppTest, column: str) -> Any:
    """The first table with that column."""
    return next(item.value for item in page.dataframe if column in item.value.columns)


def button(page: AppTest, label: str) -> Any:
    """The first button with that label; one with a key is ``page.button(key=...)``."""
    return next(item for item in page.button if item.label == label)
