"""Polysemy and Context cloud in a real browser: a word, a moved mark, the slider, a lasso."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SLOW = 180_000


def settled(page: Page) -> None:
    """Wait until the page has been drawn to its end, and nothing went wrong."""
    page.get_by_text("The mathematics and the paper").wait_for(timeout=SLOW)
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')", timeout=SLOW)
    assert page.locator('[data-testid="stException"]').count() == 0


def test_polysemy_from_word2vec_to_the_lstm(page: Page, address: str) -> None:
    page.goto(f"{address}/polysemy?readers=word2vec%20skip-gram&readers=Word%20LSTM")
    page.get_by_role("heading", name="Polysemy", level=1).wait_for()
    page.get_by_text("gives one vector, so every similarity is 1").wait_for(timeout=SLOW)
    settled(page)
    assert page.get_by_text("AUC 0.50, exactly chance").count() >= 1
    page.get_by_role("button", name="Paris", exact=True).click()
    page.wait_for_url("**senses=Paris**")
    page.get_by_text("prince").first.wait_for()
    settled(page)


def test_a_click_moves_the_mark(page: Page, address: str) -> None:
    page.goto(f"{address}/polysemy?senses=crane&readers=word2vec%20skip-gram")
    settled(page)
    page.get_by_text("sentences, and how to move the mark").click()
    words = page.locator('[data-testid="stButtonGroup"]').filter(has_text="crane").last.get_by_role("radio")
    words.first.click()
    page.wait_for_url("**at=crane**")
    page.get_by_role("button", name="Put all marks back").wait_for(timeout=SLOW)
    settled(page)


def test_typed_sentences(page: Page, address: str) -> None:
    page.goto(f"{address}/polysemy?readers=word2vec%20skip-gram")
    settled(page)
    page.get_by_text("My own").click()
    box = page.get_by_role("textbox", name="Sentences, one a line")
    box.fill("He sat on the bank.\nThe <b>banks</b> closed.\nNothing here.")
    box.press("Control+Enter")
    page.get_by_text("Left out, without the word “bank”: Nothing here.").wait_for(timeout=SLOW)
    settled(page)
    page.get_by_text("gives one vector to each form (bank, banks)").wait_for(timeout=SLOW)


def test_the_cloud_glides_and_a_lasso_lists(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1300, "height": 1500})  # the mouse reaches only what is in view
    page.goto(f"{address}/cloud?cloud_word=bank&contextual_model=Word%20LSTM")
    page.get_by_role("heading", name="Context cloud", level=1).wait_for()
    page.locator(".slider-rail-touch-rect").wait_for(timeout=SLOW)
    settled(page)
    where = "document.querySelector('.js-plotly-plot').data[0].x.join()"
    before = page.evaluate(where)
    rail = page.locator(".slider-rail-touch-rect").bounding_box()
    assert rail
    page.mouse.click(rail["x"] + rail["width"] / 2, rail["y"] + rail["height"] / 2)
    page.wait_for_function(f"{where} !== {before!r}")
    page.wait_for_timeout(1500)  # the points glide
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert box
    corners = [(0.03, 0.03), (0.5, 0.03), (0.5, 0.97), (0.03, 0.97), (0.03, 0.04)]
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=10)
    page.mouse.up()
    page.get_by_text("that you drew around").wait_for(timeout=SLOW)
    settled(page)
