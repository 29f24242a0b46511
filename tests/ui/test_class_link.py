"""What a teacher's link pins: pages of the sidebar, models of the lists, words of the chips."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab.ui import links
from embedlab.ui.links import link
from embedlab.ui.navigation import PAGES
from embedlab.ui.views.bert import words
from tests.conftest import few_sentences
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
    assert app.session_state["_kept"] == {"word": "queen", "text_word": "queen"}
    assert app.query_params["only_pages"] == "neighbors,nonsense,map"


@pytest.mark.usefixtures("lab")
def test_a_page_offers_the_pinned_models_and_words_only() -> None:
    page = opened("neighbors", only_models="lsa", only_words="queen,*x*", word="queen")
    chips = [one.label for one in page.button if (one.key or "").startswith("chip-word-Try")]
    assert chips == ["queen", r"\*x\*"]
    assert set(frame(page, "rank")["model"]) == {"LSA"}


def test_three_words_are_an_analogy_and_a_word_brings_its_sentence(lab: Path) -> None:
    few_sentences(lab, "bank", "crane")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["only_words"] = "duck,crane,bank"
    sound(app.run())
    kept = dict(app.session_state["_kept"])
    sentence = kept.pop("sentence")
    assert kept == {"word": "duck", "text_word": "duck", "a": "duck", "b": "crane", "c": "bank"}
    assert "crane" in sentence.lower() and len(sentence) < 60


@pytest.mark.usefixtures("lab")
def test_axes_lay_the_pinned_words_along() -> None:
    assert frame(opened("axes", only_words="king,queen,zebra"), "word")["word"].tolist() == ["king", "queen"]
    others = opened("axes", only_words="king,queen", list="my own words")
    assert "doctor" in others.text_area(key="words").value


@pytest.mark.parametrize(("page", "at"), [("polysemy", "senses"), ("cloud", "cloud_word")])
def test_pages_about_senses_begin_with_the_first_pinned_word_that_has_some(
    page: str, at: str, lab_with_lstm: Path
) -> None:
    few_sentences(lab_with_lstm, "bank", "crane", "ran")
    found = opened(page, only_words="king,crane,bank")
    assert found.session_state[at] == "crane"
    assert [one.label for one in found.button if (one.key or "").startswith(f"chip-{at}-Try")] == ["crane", "bank"]


def test_a_pinned_word_is_looked_at_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = ["The", "muddy", "Bank", "of", "the", "river"]
    assert (links.pinned_position(cut, 4), words._first(cut)) == (4, 1)
    monkeypatch.setattr(links, "pinned", lambda name: ["duck", "bank", "river"])
    assert (links.pinned_position(cut, 4), words._first(cut)) == (2, 2)
    assert links.first_of(["river", "crane"], "crane") == "river"
    assert links.offered(["x"], {"river"}) == ["river"] and links.offered(["x"], {"y"}) == ["x"]


def choices(page: AppTest) -> set[str]:
    """Everything that can be chosen on a page."""
    lists = (*page.selectbox, *page.multiselect, *page.get("button_group"))
    return {str(option) for one in lists for option in one.options}


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "page", ["neighbors", "analogies", "axes", "map", "polysemy", "cloud", "contextuality", "probes", "next_word"]
)
def test_no_page_offers_a_model_that_is_not_pinned(page: str, lab_with_lstm: Path) -> None:
    few_sentences(lab_with_lstm, "bank", "plant", "crane", "ran")
    offered = choices(opened(page, only_models="lsa,lstm"))
    assert not any("word2vec" in one for one in offered)
    assert any(one == "LSA" or "lstm" in one.lower() for one in offered)


def test_pinned_words_are_taken_as_a_list_spells_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "pinned", lambda name: ["Bank", "paris", "cafe\u0301", "duck"])
    known = ["bank", "Paris", "café", "crane"]
    assert links.first_of(known, "crane") == "bank"
    assert links.offered(["x"], known) == ["bank", "Paris", "café"]
    assert links.offered(["x"], ["Bank", "bank"]) == ["Bank"]
    assert links.pinned_position(["The", "CAFÉ"], 0) == 1
