"""Every page by the rules of WCAG 2.2 A and AA (axe-core, no network), in light, in dark and at a phone's width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from embedlab.ui.navigation import PAGES
from tests.browser.walking import FILLED, PATIENCE, settled, unfold, whole

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RULES = {
    "runOnly": {"type": "tag", "values": WCAG},
    "rules": {"heading-order": {"enabled": True}, "color-contrast": {"enabled": False}},
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
WIDE, PHONE = 1300, 390
"""Widths of the window."""
DAILY = ("overview", "lessons", "neighbors", "bert", "leaderboard")
"""Pages that are walked in the ordinary suite: they have all kinds of widgets. The others are marked slow."""
POPOVER = "[data-testid=stPopoverBody]"
EXCUSED = (
    # Formulas and boxes of a fixed height scroll, and Streamlit gives no way to let the Tab key reach them. Chromium
    # (130 and later) and Firefox let it by themselves where a scrolling box holds nothing else to reach.
    ("scrollable-region-focusable", ".katex-display, [data-testid=stVerticalBlock]"),
    # Streamlit writes white on the primary colour here and the primary colour on paper in pills: on dark paper no
    # colour has 4.5:1 to both. Ours has 3:1 here and 5:1 there (test_palette.py).
    ("color-contrast", "[data-testid^=stBaseButton-primary], [data-testid=stMultiSelect] [title]"),
)
"""Rules and places inside Streamlit's own widgets that cannot be mended from our side, and why."""

TEXT_ALTERNATIVES = """() => [...document.querySelectorAll('.js-plotly-plot, canvas, svg[role=img], img')]
    .filter((picture) => picture.closest('[data-testid=stMain]') && !picture.closest('[data-testid=stDataFrame]'))
    .filter((picture) => !picture.closest('[aria-label], [alt]') && !picture.getAttribute('alt'))
    .map((picture) => picture.outerHTML.slice(0, 200))"""
"""Pictures of the page that say to nobody what they show."""

PALE = """(least) => {
    const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const luminance = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
    const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
    const paper = luminance(numbers(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor));
    return [...document.querySelectorAll('.js-plotly-plot :is(.xtick, .ytick, .gtitle, .xtitle, .ytitle, .legendtext)')]
        .map((place) => place.tagName === 'text' ? place : place.querySelector('text'))
        .filter((text) => text && text.textContent.trim())
        .map((text) => [text.textContent, luminance(numbers(getComputedStyle(text).fill))])
        .filter(([_, own]) => (Math.max(own, paper) + 0.05) / (Math.min(own, paper) + 0.05) < least)
        .map(([said, _]) => said);
}"""
"""Texts of figures whose contrast to the paper is too small; axe does not look into pictures."""


def violations(page: Page, options: dict[str, Any], within: str = "html") -> list[str]:
    """What axe finds, less what is excused."""
    found = Axe().run(page, context=within, options=options | {"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url} {rule['id']}: {' '.join(map(str, node['target']))} {node['html'][:200]} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
        if not excused(page, rule["id"], node["target"])
    ]


def excused(page: Page, rule: str, target: list[str]) -> bool:
    return any(
        name == rule and page.locator(str(target[0])).first.evaluate("(node, where) => !!node.closest(where)", where)
        for name, where in EXCUSED
    )


def pale(page: Page) -> list[str]:
    """Text of too little contrast, with all fold-outs open; then in each popover."""
    unfold(page)
    whole(page, WIDE)
    found = violations(page, CONTRAST)
    for button in page.locator("[data-testid=stMain] [data-testid=stPopover] button:visible").all():
        button.click()
        page.locator(POPOVER).wait_for()
        page.wait_for_function(FILLED, timeout=PATIENCE)
        found += violations(page, CONTRAST, POPOVER)
        page.keyboard.press("Escape")
        page.locator(POPOVER).wait_for(state="hidden")
    return found


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in DAILY else pytest.mark.slow) for name, _ in PAGES]
)
def test_everybody_can_use_every_page(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/{name}")
    settled(page)
    found = pale(page)
    found += violations(page, RULES)
    assert not page.evaluate(TEXT_ALTERNATIVES)
    assert not page.evaluate(PALE, 4.5)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"!({PALE})(4.5).length", timeout=PATIENCE)  # the page asks for its figures anew
    settled(page)
    found += pale(page)
    whole(page, PHONE)
    found += violations(page, RULES)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert not found, "\n".join(found)
