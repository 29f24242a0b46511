"""The page on contextuality, on a tiny LSTM and static vectors: measures, words, own text, bad input."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from embedlab import registry
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds import contextuality
from embedlab.jobs.kinds.contextuality import KIND, ContextualitySettings
from tests import pages_opened
from tests.conftest import few_sentences
from tests.pages_opened import said, sound

OWN = " ".join(f"The cat number {i} is in the house and the king is not." for i in range(8))


@pytest.fixture
def here(lab_with_lstm: Path, at_once: None) -> Path:
    """A lab with a tiny LSTM and a few of the shipped sentences."""
    few_sentences(lab_with_lstm, "bank", "plant", "crane")
    return lab_with_lstm


def opened(**query: str | list[str]) -> AppTest:
    page = pages_opened.opened("contextuality", **query)
    return page if page.dataframe else sound(page.run())  # the run that was just done is looked at again


@pytest.mark.usefixtures("here")
def test_all_models_are_measured_once_and_shown() -> None:
    page = opened()
    rows = page.dataframe[0].value
    assert rows["layer"].tolist() == ["embedding", "lstm1", "lstm2"] * 3 + ["vector"] * 3
    assert len(page.get("plotly_chart")) == 3
    settings = ContextualitySettings(models="lstm\nword2vec")
    found = contextuality.stored(registry.find("lstm"), settings)
    assert found is not None
    own = rows[(rows["layer"] == "lstm2") & (rows["measure"] == "Self-similarity")].iloc[0]
    assert own["value"] == pytest.approx(found.self_similarity.value[2])
    assert own["before the baseline"] - own["baseline"] == pytest.approx(own["value"])
    static = rows[(rows["layer"] == "vector") & (rows["measure"] == "Self-similarity")].iloc[0]
    assert static["before the baseline"] == pytest.approx(1)
    assert "its self-similarity is 1" in said(page) and f"{found.sentences:,} sentences" in said(page)
    opened()
    assert len(jobs.all_runs(KIND)) == 1


def most_of(rows: pd.DataFrame) -> str:
    """The contextual model's title."""
    return str(rows[rows["layer"] == "lstm2"]["model"].iloc[0])


@pytest.mark.usefixtures("here")
def test_words_are_ordered_by_how_contextual_they_are() -> None:
    page = opened(words_layer="lstm2")
    most, least = page.dataframe[1].value, page.dataframe[2].value
    assert most["self-similarity"].is_monotonic_increasing and least["self-similarity"].is_monotonic_decreasing
    assert most["self-similarity"].iloc[0] <= least["self-similarity"].iloc[-1]
    assert f"“{most['word'].iloc[0]}” is least like itself" in said(page)
    rows = page.dataframe[0].value
    assert len(page.dataframe[3].value) == rows[rows["model"] == most_of(rows)]["words or sentences"].min()


@pytest.mark.usefixtures("here")
def test_a_text_of_ones_own() -> None:
    assert "paste a text" in said(opened(text="My own text"))
    page = opened(text="My own text", own=OWN, beside="none")
    assert "8 sentences" in said(page)
    assert {"The", "cat", "king"} <= set(page.dataframe[3].value["word"])
    short = opened(text="My own text", own="Too short.")
    assert "No word" in said(short)
    assert short.button(key=f"again-{KIND}")


@pytest.mark.usefixtures("here")
def test_damaged_results_and_missing_models(lab: Path) -> None:
    opened()
    spec, settings = registry.find("lstm"), ContextualitySettings()
    key = contextuality.key_of(spec, settings)
    assert contextuality.CACHE.has(key)
    contextuality.CACHE.put(key, {"title": "x"})
    assert contextuality.stored(spec, settings) is None and not contextuality.CACHE.has(key)
    shutil.rmtree(lab / "starters")
    assert "No model" in said(opened())


@pytest.mark.usefixtures("here")
def test_the_code_runs_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    exec(opened().code[0].value, {})
    printed = capsys.readouterr().out
    assert "lstm ('embedding', 'lstm1', 'lstm2')" in printed and "word2vec ('vector',)" in printed
