"""Ways through the app that several browser tests take."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE = 180_000
"""Milliseconds that a page may take on a machine with much to do; nothing is measured by it."""


def settled(page: Page) -> None:
    """Wait until the page has been drawn to its end, and nothing went wrong."""
    page.get_by_role("heading", level=1).wait_for(timeout=PATIENCE)
    for _ in range(2):  # a page may begin anew at once
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=PATIENCE)
        page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')", timeout=PATIENCE)
        page.wait_for_timeout(200)
    assert page.locator('[data-testid="stException"]').count() == 0


def unfold(page: Page) -> None:
    """Open every fold-out and wait until all of them, code included, have their text."""
    page.evaluate("document.querySelectorAll('details:not([open]) > summary').forEach(fold => fold.click())")
    page.wait_for_timeout(300)
    settled(page)
    assert not page.locator("details:not([open])").count()
    page.wait_for_function(FILLED, timeout=PATIENCE)


def whole(page: Page, width: int) -> None:
    """Make the window as high as the page: what would have to be scrolled to, axe-core takes for hidden."""
    page.set_viewport_size({"width": width, "height": LEAST})
    page.wait_for_timeout(300)
    height = page.evaluate("Math.ceil(document.querySelector('[data-testid=stMain]').scrollHeight)")
    page.set_viewport_size({"width": width, "height": max(LEAST, height)})
    settled(page)


LEAST = 1000
"""Pixels that a window is high at least."""
FILLED = """() =>
    [...document.querySelectorAll('[data-testid=stExpanderDetails]')].every((fold) => fold.innerText.trim()) &&
    ![...document.querySelectorAll('[data-testid=stCode]')].some((code) => !code.innerText.trim())"""
