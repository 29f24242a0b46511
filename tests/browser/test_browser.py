"""A visitor's way, in a real browser: ask an analogy, upload a text, train on it, see its neighbors, come back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import expect

from embedlab.data.datasets import load_sample
from embedlab.plots.text import JOINER
from tests.browser.conftest import serving
from tests.browser.walking import PATIENCE, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def no_traceback(page: Page) -> None:
    assert page.locator('[data-testid="stException"]').count() == 0


def test_the_lab_opens_on_its_road_and_leads_to_a_page(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    for title in ("One-hot", "word2vec skip-gram", "BERT"):
        page.get_by_text(title).first.wait_for()
    page.get_by_test_id("stSidebar").get_by_text("Neighbors").click()
    page.get_by_role("heading", name="Neighbors", level=1).wait_for()
    no_traceback(page)


def test_king_minus_man_plus_woman(page: Page, address: str) -> None:
    page.goto(f"{address}/analogies?ask=Formula&models=word2vec%20skip-gram")
    page.get_by_role("heading", name="Analogies", level=1).wait_for()
    page.get_by_text("queen").first.wait_for()
    no_traceback(page)


def test_a_lesson_from_its_first_question_to_its_summary(page: Page, address: str) -> None:
    page.goto(f"{address}/lessons?only_lessons=one-hot&only_pages=lessons,neighbors&only_words=duck,bank")
    page.get_by_role("heading", name="Who is most like a doctor?").wait_for()
    assert page.get_by_test_id("stSidebarNav").get_by_role("link").all_inner_texts() == ["Lessons", "Neighbors"]
    assert page.get_by_text("Why?").count() == 0
    page.get_by_text("all the same").click()
    page.get_by_role("button", name="Predict, and see").click()
    page.get_by_text("You predicted").wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    page.get_by_text("bass", exact=True).click()
    page.get_by_role("button", name="Predict, and see").click()
    page.get_by_text("Not right. You predicted bass").wait_for()
    page.get_by_text("1 of 2").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Summary as CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [line.rsplit(",", 1)[1] for line in lines] == ["verdict", "right", "not right"]
    no_traceback(page)
    page.get_by_test_id("stSidebarNav").get_by_text("Neighbors").click()
    page.get_by_role("heading", name="Neighbors", level=1).wait_for()
    page.wait_for_url(re.compile("only_words=duck(,|%2C)bank"))
    expect(page.get_by_label("Word", exact=True)).to_have_value("duck", timeout=30_000)
    no_traceback(page)


def test_a_visitor_finds_their_answers_again_and_another_does_not(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path, EMBEDLAB_APART="1") as address:
        lesson = f"{address}/lessons?only_lessons=one-hot"
        page.goto(lesson)
        page.get_by_text("all the same").click()
        page.get_by_role("button", name="Predict, and see").click()
        page.get_by_text("You predicted").wait_for()
        page.wait_for_function("document.cookie.includes('embedlab_place=')")
        page.reload()
        page.get_by_text("You predicted").wait_for()
        kept = [one for one in page.context.cookies() if one.get("name") == "embedlab_place"]
        assert page.context.browser is not None
        later = page.context.browser.new_context()  # closed and opened again: cookies of the session are gone
        later.add_cookies(kept)  # type: ignore[arg-type]
        for context, answered in ((later, 1), (page.context.browser.new_context(), 0)):
            other = context.new_page()
            other.goto(lesson)
            settled(other)
            assert other.get_by_text("You predicted").count() == answered
        page.get_by_role("button", name="Begin again").click()
        page.get_by_text("0 of 2 questions").wait_for()
        page.reload()
        settled(page)
        assert page.get_by_text("You predicted").count() == 0


@pytest.mark.parametrize(
    "text",
    ["see www.evil.org -> http://evil.org or me@evil.org", ":smile: :material/home: :red[x] $x$ *y* <b>z</b> [^1] --"],
)
def test_a_visitors_text_is_shown_as_it_is(page: Page, address: str, text: str) -> None:
    page.goto(f"{address}/neighbors?word={quote(text)}")
    warning = page.get_by_test_id("stAlert").first
    warning.get_by_text("does not know").wait_for()
    assert f"“{text}”" in warning.inner_text().replace(JOINER, "")
    main = page.get_by_test_id("stMain")
    assert main.locator("a[href*=evil]").count() == 0
    assert warning.locator("a, b, em, code, sup, .katex, p [role=img]").count() == 0


def test_a_change_of_page_takes_the_word_along_in_the_address_too(page: Page, address: str) -> None:
    page.goto(f"{address}/neighbors?word=guitar")
    page.get_by_text("guitar").first.wait_for()
    page.get_by_test_id("stSidebar").get_by_text("Map").click()
    page.wait_for_url("**/map?word=guitar")
    no_traceback(page)


def test_a_page_that_breaks_off_keeps_what_was_set_below_in_its_address(page: Page, address: str) -> None:
    page.goto(f"{address}/axes?x=my%20own%20pairs&y=small%20%E2%80%93%20large&list=my%20own%20words&words=king%20queen")
    page.get_by_text("king").first.wait_for()
    page.get_by_label("Pairs, from : to").fill("rich poor")
    page.get_by_label("Pairs, from : to").press("Control+Enter")
    page.get_by_text("is not a pair").wait_for()
    settled(page)
    asked = parse_qs(urlsplit(page.url).query)
    assert asked == {
        "x": ["my own pairs"], "x_pairs": ["rich poor"], "y": ["small – large"], "list": ["my own words"],
        "words": ["king queen"],
    }  # fmt: skip
    page.reload()
    page.get_by_text("is not a pair").wait_for()
    page.get_by_label("Pairs, from : to").fill("rich:poor")
    page.get_by_label("Pairs, from : to").press("Control+Enter")
    expect(page.get_by_label("My words")).to_have_value("king queen", timeout=PATIENCE)
    no_traceback(page)


def test_upload_train_keep_look_and_come_back_by_link(page: Page, address: str, tmp_path: Path) -> None:
    text = tmp_path / "my kingdom.txt"
    lines = [" ".join(words) + "." for _, words in zip(range(12_000), load_sample("kingdom"), strict=False)]
    text.write_text("\n".join(lines), encoding="utf-8")

    page.goto(f"{address}/training")
    page.get_by_text("A file of yours").click()
    page.locator('input[type="file"]').set_input_files(str(text))
    page.get_by_text("my kingdom.txt").first.wait_for()
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url(re.compile(r"[?&]run=[0-9a-f]{24}"))
    link = page.url
    page.get_by_text("The training is finished.").wait_for(timeout=240_000)

    page.goto("about:blank")
    page.goto(link)  # the run is found again
    page.get_by_text("The training is finished.").wait_for()
    page.get_by_label("Name", exact=True).fill("My kingdom")
    page.get_by_label("Name", exact=True).press("Enter")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("Layer probes offer it now").wait_for()
    no_traceback(page)

    page.goto(f"{address}/neighbors?word=queen&models=My%20kingdom")
    page.get_by_role("heading", name="Neighbors", level=1).wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    no_traceback(page)
    chart = page.locator(".js-plotly-plot").first
    shown = {label.strip() for label in chart.locator(".ytick").all_text_contents()}
    assert {"king", "princess", "prince", "empress"} & shown
    page.reload()
    expect(page.get_by_label("Word", exact=True)).to_have_value("queen", timeout=60_000)
