"""The Leaderboard page: stored figures of just these weights, models of one's own measured by a button."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab import registry
from embedlab.base import model_folder
from embedlab.jobs.kinds import measure
from embedlab.workflows import measurements
from embedlab.workflows.measurements import Measurement, Result
from tests import pages_opened
from tests.pages_opened import together

opened = partial(pages_opened.opened, "leaderboard")


def texts(page: AppTest) -> str:
    return pages_opened.texts(page).replace("\\", "")


def result(key: str, auc: float, low: float, analogies: float) -> Result:
    spec = next(one for one in registry.list_models() if one.key == key)
    figures = (Measurement("senses", auc, "top", low, auc + 0.1, 50), Measurement("analogies", analogies, count=9))
    return Result(
        key, spec.title, model_folder.digest(spec.folder), "2026-01-02", (("python", "3.11"),),
        12, 3_000_000, 5, 6.0, None, figures,
    )  # fmt: skip


@pytest.fixture
def measured(lab: Path) -> Path:
    """Two starters: the word2vec one ahead in analogies, the LSA one in senses, with an interval above chance."""
    for one in (result("word2vec", 0.52, 0.48, 0.9), result("lsa", 0.7, 0.6, 0.1)):
        measurements.write(lab / "results", one)
    return lab


@pytest.mark.usefixtures("measured")
def test_the_order_turns_round_with_the_measure() -> None:
    page = opened()
    assert together(texts(page), "LSA", "first", "0.700", "2 models")
    assert together(texts(page), "chance", "0.5", "word2vec")
    page = opened(measure="Analogies")
    assert together(texts(page), "word2vec skip-gram", "first", "0.900", "2 models")
    table = page.dataframe[0].value.set_index("Model")
    assert table.loc["LSA", "Analogies"] == "0.100" and table.loc["LSA", "Named entities"] == ""
    assert set(table["Measured"]) == {"2026-01-02"}


@pytest.mark.usefixtures("measured")
def test_sizes_are_best_when_small(lab: Path) -> None:
    small = replace(result("lsa", 0.5, 0.4, 0.0), size=1_000_000)
    measurements.write(lab / "results", small)
    assert "LSA stands first with 1.0" in texts(opened(measure="Megabytes"))


def test_figures_of_other_weights_are_not_shown(measured: Path) -> None:
    weights = measured / "starters" / "word2vec" / "model.safetensors"
    weights.write_bytes(weights.read_bytes() + b" ")
    page = opened()
    assert "of 1 models" in texts(page)
    assert page.button("measure-word2vec") is not None
    assert "Not measured yet" in [one.value for one in page.header]


def test_a_model_is_measured_by_a_button(lab: Path, at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurements, "measured", lambda spec, *_: result(spec.key, 0.8, 0.7, 0.3))
    page = opened()
    assert len(page.info) == 1 and not page.dataframe
    page.button("measure-lsa").click().run()
    assert not page.exception
    assert set(measurements.readable(measure.folder())) == {"lsa"}
    assert together(texts(page), "LSA", "first", "0.800", "1 models")


def test_a_model_that_cannot_be_measured_says_why(lab: Path, at_once: None) -> None:
    page = opened()
    (lab / "starters" / "lsa" / "model.safetensors").write_bytes(b"broken")
    page.button("measure-lsa").click().run()
    assert not page.exception
    assert len(page.error) == 1
