"""What a teacher's link pins: pages of the sidebar, models of the lists, words of the chips."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab.ui.pinned import link
from embedlab.ui.sidebar import PAGES
from tests.pages_opened import frame, opened, sound

ROOT = Path(__file__).resolve().parents[2]


def test_a_link_holds_what_is_chosen_and_leaves_out_the_rest() -> None:
    chosen = {"pages": ["lessons", "neighbors"], "lessons": [], "models": ["lsa"], "words": ["bank", "a&b"]}
    expected = "http://x/lessons?only_pages=lessons,neighbors&only_models=lsa&only_words=bank,a%26b"
    assert link("http://x/", "lessons", chosen) == expected
    assert link("http://x", "lessons", {}) == "http://x/lessons"


def test_all_pages_are_there() -> None:
    assert [name for name, _ in PAGES if not (ROOT / "pages" / f"{name}.py").is_file()] == []
    assert ("lessons", "Lessons") in PAGES


@pytest.mark.usefixtures("lab")
def test_the_sidebar_shows_the_pinned_pages_and_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    import streamlit

    pages: list[list[str]] = []
    whole = streamlit.navigation

    def seen(given: list, **how: object) -> object:  # type: ignore[type-arg]
        pages.append([one.title for one in given if one.visibility == "visible"])
        return whole(given, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(streamlit, "navigation", seen)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["only_pages"] = "neighbors,nonsense,map"
    app.query_params["only_words"] = "queen,duck"
    sound(app.run())
    del app.query_params["only_pages"]
    sound(app.run())
    assert pages == [["Neighbors", "Map"]] * 2
    assert app.session_state["_kept"] == {"word": "queen"}
    assert app.query_params["only_pages"] == "neighbors,nonsense,map"


@pytest.mark.usefixtures("lab")
def test_a_page_offers_the_pinned_models_and_words_only() -> None:
    page = opened("neighbors", only_models="lsa", only_words="queen,*x*", word="queen")
    chips = [one.label for one in page.button if (one.key or "").startswith("chip-word-Try")]
    assert chips == ["queen", r"\*x\*"]
    assert set(frame(page, "rank")["model"]) == {"LSA"}
