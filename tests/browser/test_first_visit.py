"""The first visitor of a server that has just started: true names from the first paint on, and never a blank page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import serving
from walking import settled

from embedlab.ui.sidebar import PAGES

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


@pytest.mark.parametrize("name", ["", "elmo_layers"])
def test_names_are_true_and_something_is_drawn_at_once(page: Page, tmp_path: Path, name: str) -> None:
    titles = [title for _, title in PAGES]
    page.add_init_script(WATCH)
    with serving(tmp_path) as address:
        page.goto(f"{address}/{name}")
        settled(page)
        seen = page.evaluate("window.seen")
    names = [links for links, _ in seen if links]
    assert names and all(set(links) <= set(titles) for links in names)
    first = next(main for _, main in seen if main)
    assert first.startswith(dict(PAGES).get(name, "Overview"))  # the title, before anything else is made
    assert any("loads what it needs" in main for _, main in seen)
    assert "loads what it needs" not in seen[-1][1]
