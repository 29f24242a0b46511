"""The Overview page and the app around it."""

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab.families import families
from embedlab.registry import list_models

ROOT = Path(__file__).resolve().parents[2]


def app() -> AppTest:
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not page.exception
    return page


@pytest.mark.usefixtures("lab")
def test_the_whole_road_is_told() -> None:
    page = app()
    text = "\n".join(item.value for item in [*page.markdown, *page.caption])
    for family in families():
        assert family.idea in text
        assert family.before in text
        assert f"**{family.year}**" in text
    road = sorted(((family.year, family.here) for family in families()), key=lambda step: step[0])
    table = page.dataframe[0].value
    assert table["year"].tolist() == [year for year, _ in road]
    assert table["here"].tolist() == ["yes" if here else "not yet" for _, here in road]


@pytest.mark.usefixtures("lab")
def test_a_model_at_hand_opens_in_neighbors(monkeypatch: pytest.MonkeyPatch) -> None:
    # AppTest makes every run the first one of a fresh server, which a real server has once.
    monkeypatch.setattr("embedlab.ui.widgets._inside_app", lambda: None)
    page = app()
    page.button(key="try-hand-lsa").click().run()
    assert not page.exception
    assert page.title[0].value == "Neighbors"
    assert page.session_state["models"] == ["lsa"]


@pytest.mark.usefixtures("lab_home")
def test_every_starter_can_be_tried() -> None:
    keys = {button.key for button in app().button}
    assert {f"try-hand-{spec.key}" for spec in list_models()} <= keys
    assert {"try-road-bert", "try-road-elmo", "try-road-word2vec"} <= keys and "train-bert" not in keys


@pytest.mark.usefixtures("lab")
def test_a_loaded_model_is_called_so() -> None:
    page = app()
    page.switch_page("pages/neighbors.py").run()
    page.switch_page("pages/overview.py").run()
    notes = [item.value for item in page.caption if "shipped with the lab" in item.value]
    assert [("in memory" in note) for note in notes] == [False, True]


def test_the_first_page_loads_no_heavy_library(lab: Path, lab_home: Path) -> None:
    code = (
        "from streamlit.testing.v1 import AppTest; import sys\n"
        f"page = AppTest.from_file({str(ROOT / 'app.py')!r}, default_timeout=60).run()\n"
        "assert not page.exception and page.title[0].value == 'Embedding Lab'\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(run.stdout.split())
    assert not loaded & {"torch", "gensim", "umap", "sklearn", "numba", "transformers"}


@pytest.mark.usefixtures("lab")
def test_the_word_goes_along_from_page_to_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedlab.ui.widgets._inside_app", lambda: None)
    page = app()
    page.switch_page("pages/neighbors.py").run()
    page.text_input(key="word").set_value("paris").run()
    page.switch_page("pages/map.py").run()
    assert page.text_input(key="word").value == "paris"
    page.switch_page("pages/neighbors.py").run()
    assert page.text_input(key="word").value == "paris"


def test_a_model_that_fills_gaps_is_not_sent_to_the_next_word_page() -> None:
    from embedlab.base import Card
    from embedlab.families import family
    from embedlab.registry import ModelSpec
    from embedlab.ui import widgets

    def spec(key: str) -> ModelSpec:
        found = family(key)
        return ModelSpec(key, found.title, found.year, "yours", found.capabilities, found, Path(), Card())

    assert widgets.pages_of(spec("bert")) == ["contextual"]
    assert widgets.pages_of(spec("elmo")) == ["contextual", "language_model"]
    assert widgets.pages_of(spec("word2vec")) == ["static"]
