"""The first visitor of a server that has just started: true names from the first paint on, and never a blank page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from embedlab.ui.navigation import PAGES
from tests.browser.conftest import serving
from tests.browser.walking import settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WATCH = """
window.seen = [];
new MutationObserver(() => {
    const links = [...document.querySelectorAll('[data-testid=stSidebarNavLink]')].map((link) => link.textContent);
    const main = document.querySelector('[data-testid=stMain]')?.innerText.trim() ?? '';
    window.seen.push([links, main]);
}).observe(document, {subtree: true, childList: true, characterData: true});
"""
"""After each change of the page: the names in the sidebar, and the text beside it."""


@pytest.mark.parametrize(("name", "first"), [("", ("Overview", "Embedding Lab")), ("elmo_layers", ("ELMo layers",))])
def test_names_are_true_and_a_title_is_drawn_first(
    page: Page, tmp_path: Path, name: str, first: tuple[str, ...]
) -> None:
    titles = [title for _, title in PAGES]
    page.add_init_script(WATCH)
    with serving(tmp_path) as address:
        page.goto(f"{address}/{name}")
        settled(page)
        seen = page.evaluate("window.seen")
    names = [links for links, _ in seen if links]
    assert names and all(set(links) <= set(titles) for links in names)
    assert next(main for _, main in seen if main).startswith(first)
    assert "loads what it needs" not in seen[-1][1]  # said before only where the browser had time to draw it
