"""Pages whose home cannot be written: a sentence, no traceback, and they go on working on the starters."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import contextual_toys
from tests.conftest import write_starter
from tests.pages_opened import button, opened, said, sound

HOMES = ("a file", "read-only")


@pytest.fixture(params=HOMES, autouse=True)
def home(request: pytest.FixtureRequest, lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home below a file; or one on a file system that takes no folder."""
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "home" if request.param == "a file" else Path("/proc/nothing")
    monkeypatch.setenv("EMBEDLAB_HOME", str(place))
    write_starter(lab, "glove", "GloVe")
    contextual_toys.install(monkeypatch, lab)


def test_the_map_page_shows_pca_and_says_why_there_is_no_umap() -> None:
    page = opened("map", seed=7)
    assert "Cannot write" in page.error[0].value and "PCA in 2 dimensions" in said(page)
    page.segmented_control(key="method").set_value("pca").run()
    assert not sound(page).error and "PCA in 2 dimensions" in said(page)


def test_a_training_cannot_begin_and_the_form_stays() -> None:
    page = opened("training")
    sound(page.button(key="start").click().run())
    assert "Cannot write" in page.error[0].value
    assert page.button(key="start")
    page.segmented_control(key="source").set_value("paste").run()
    page.text_area(key="pasted").set_value("The king rules the land. The queen rules the land. " * 30).run()
    sound(page.button(key="use-pasted").click().run())
    assert "Cannot write" in page.error[0].value


def test_polysemy_answers_as_ever() -> None:
    page = opened("polysemy")
    assert not page.error and "(13 sentences)" in said(page)


def test_the_benchmark_cannot_be_asked_and_analogies_can() -> None:
    page = opened("analogies", models=["word2vec"])
    sound(button(page, "Ask all questions").click().run())
    assert "Cannot write" in page.error[0].value
    assert any("**queen** is first" in item.value for item in page.markdown)


@pytest.mark.parametrize("name", ["neighbors", "cloud", "models", "leaderboard", "contextuality"])
def test_other_pages_open(name: str) -> None:
    assert opened(name).title
