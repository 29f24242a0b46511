"""The main control of a page reached and worked by keys alone, in the order in which the page is read."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.browser.walking import PATIENCE, settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

FOCUSED = """() => {
    const one = document.activeElement;
    const box = one.getBoundingClientRect();
    const whole = one.dataset.testid === 'stMain';  // Chromium lets one reach what scrolls: it holds every word
    const said = whole ? '' : one.getAttribute('aria-label') || one.innerText || one.title || '';
    return {said, role: one.getAttribute('role') || one.tagName.toLowerCase(), top: box.top + window.scrollY,
            main: !!one.closest('[data-testid=stMain]'), ring: getComputedStyle(one).outlineStyle
            + getComputedStyle(one).boxShadow + getComputedStyle(one).borderColor};
}"""


def tab_to(page: Page, wanted: Callable[[dict[str, object]], bool], most: int = 80) -> list[dict[str, object]]:
    """Press Tab until what has the focus is wanted; all that had it on the way, in the page's main part."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        one = page.evaluate(FOCUSED)
        if one["main"]:
            passed.append(one)
        if wanted(one):
            return passed
    raise AssertionError(f"not reached in {most} steps: {[one['said'] for one in passed]}")


def keep_pressing(page: Page, keys: tuple[str, ...], done: Callable[[], bool], times: int = 5) -> None:
    """Press keys until they have done something: a page that is drawn anew at that moment swallows them."""
    for _ in range(times):
        for key in keys:
            page.keyboard.press(key)
        for _ in range(20):
            page.wait_for_timeout(250)
            if done():
                return
    raise AssertionError(f"{keys} did nothing, {times} times; the focus is on {page.evaluate(FOCUSED)['said']!r}")


def test_a_word_is_typed_and_looked_up(page: Page, address: str) -> None:
    page.goto(f"{address}/neighbors?models=GloVe")
    settled(page)
    tab_to(page, lambda one: one["said"] == "Word")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("guitar")
    page.keyboard.press("Enter")
    page.wait_for_url("**word=guitar**", timeout=PATIENCE)
    settled(page)
    tab_to(page, lambda one: one["said"] == "queen")  # an example: words to click are buttons
    assert page.evaluate(FOCUSED)["role"] == "button"
    page.keyboard.press("Enter")
    page.wait_for_url("**word=queen**", timeout=PATIENCE)


def test_a_view_is_chosen_with_the_arrows(page: Page, address: str) -> None:
    page.goto(f"{address}/bert")
    settled(page)
    tab_to(page, lambda one: "Hidden words" in str(one["said"]))
    keep_pressing(page, ("ArrowRight", "Space"), lambda: "view=Attention" in page.url)


def test_a_fold_out_opens_after_all_that_stands_above_it(page: Page, address: str) -> None:
    page.goto(f"{address}/cloud?contextual_model=Word%20LSTM")
    settled(page)
    passed = tab_to(page, lambda one: "More settings" in str(one["said"]))
    tops = [float(str(one["top"])) for one in passed]
    assert all(later >= earlier - 60 for earlier, later in itertools.pairwise(tops)), passed
    keep_pressing(page, ("Enter",), page.get_by_text("Groups by").is_visible)
    tab_to(page, lambda one: "PCA" in str(one["said"]), most=4)
