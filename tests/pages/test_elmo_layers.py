"""The ELMo layers page on a tiny LSTM: learned weights, the penalty, a tagged file, layers mixed by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from embedlab.analysis.probing import layer_mix
from embedlab.analysis.scalar_mix import LAMBDAS
from embedlab.base import BadInput
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds import layer_weights as layer_runs
from embedlab.jobs.kinds.layer_weights import KIND, MixSettings
from embedlab.plots.text import md
from tests import pages_opened
from tests.conftest import few_sentences
from tests.pages_opened import said, sound, together

POS = "the DET\ncat NOUN\nsat VERB\n\n" * 12 + "a DET\nhouse NOUN\nof ADP\nthe DET\nriver NOUN\n\n" * 8


@pytest.fixture
def here(lab_with_lstm: Path, at_once: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lab with a tiny LSTM and a few of the shipped sentences; probes learn for a moment."""
    few_sentences(lab_with_lstm, "bank", "ran", "run")
    monkeypatch.setattr(layer_mix, "ALONE", 8)
    return lab_with_lstm


def opened(**query: str | list[str]) -> AppTest:
    page = pages_opened.opened("elmo_layers", **query)
    return page if len(page.markdown) > 2 else sound(page.run())  # the run that was just done is looked at again


def senses_only(**query: str) -> AppTest:
    return opened(tasks=["Word senses"], **query)


def mixed(page: AppTest) -> str:
    """What is said of the layers mixed by hand."""
    return next(item.value for item in page.markdown if "The layers alone" in item.value)


@pytest.mark.usefixtures("here")
def test_weights_are_learned_and_shown_with_what_they_score() -> None:
    page = senses_only()
    fits = layer_runs.stored("senses", MixSettings(model="lstm", tasks="senses", static="word2vec"))
    assert fits is not None
    rows = page.dataframe[0].value
    assert rows["way"].tolist() == [
        *["learned"] * 7, "equal", "layer embedding", "layer lstm1", "layer lstm2", "static word2vec skip-gram",
        "beside word2vec skip-gram",
    ]  # fmt: skip
    assert rows["lambda"].tolist()[:7] == list(LAMBDAS)
    last = fits[6]
    top = int(last.weights.mean(axis=0).argmax())
    assert rows[f"s {last.layers[top]}"].iloc[6] == pytest.approx(last.weights.mean(axis=0)[top])
    assert f"The mix scores {last.mean:.3f}" in said(page)
    assert "Means over 3 seeds" in said(page)
    assert len(page.get("plotly_chart")) == 5  # bars, path, scores, square, picture
    before = jobs.all_runs(KIND)
    senses_only()
    assert len(jobs.all_runs(KIND)) == len(before) == 1  # kept


@pytest.mark.usefixtures("here")
def test_the_penalty_holds_the_weights() -> None:
    page = senses_only(l2="1")
    first = layer_runs.stored("senses", MixSettings(model="lstm", tasks="senses", static="word2vec"))[0]  # type: ignore[index]
    assert first.l2 == 1 and np.abs(first.weights - 1 / 3).max() < 0.05
    assert f"The mix scores {first.mean:.3f}" in said(page)
    assert "l2=1" in page.code[0].value
    page.select_slider(key="l2").set_value("0.1").run()
    assert not page.exception and "l2=0.1)" in page.code[0].value


@pytest.mark.usefixtures("here")
def test_a_file_with_parts_of_speech_is_learned_word_by_word() -> None:
    name = layer_runs.lay_down(POS.encode())
    page = opened(tasks=["A tagged file of yours"], file=name, beside="none")
    assert together(said(page), "4 tags", "ADP, DET, NOUN, VERB")
    rows = page.dataframe[0].value
    assert set(rows["measure"]) == {"accuracy"} and len(rows) == 7 + 1 + 3
    assert rows["without vectors"].iloc[0] == 1  # every word has one tag here
    assert "read_tags" in page.code[0].value


@pytest.mark.usefixtures("here")
def test_the_columns_of_a_file_are_shown_and_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    def unasked(*args: object, **named: object) -> None:
        raise BadInput("Nothing is learned here.")

    monkeypatch.setattr(layer_runs.scalar_mix, "compare", unasked)
    lines = "1 The the DET 1\n2 cats cat NOUN 2\n3 sat sit VERB 3\n4 mats mat NOUN 1\n\n"
    name = layer_runs.lay_down((lines * 30 + "oops\n").encode())
    tasks = {"tasks": ["A tagged file of yours"], "file": name, "beside": "none"}
    page = opened(**tasks)
    assert md("Words are in column 2 (The, cats, sat), tags in column 4 (DET, NOUN, VERB)") in said(page)
    assert together(page.warning[0].value, md("left out: 1, for 1 bad line (151)"))
    page = opened(**tasks, column="3", word_column="4")
    assert md("Words are in column 4 (DET, NOUN, VERB), tags in column 3 (the, cat, sit)") in said(page)
    assert '"your_file.conll", column=3, word_column=4' in page.code[0].value
    assert "are numbers" in said(opened(**tasks, column="5"))


@pytest.mark.usefixtures("here")
def test_a_tagged_file_is_read_in_the_encoding_that_is_found_or_chosen() -> None:
    page = opened(tasks=["A tagged file of yours"], beside="none")
    content = POS.replace("NOUN", "ÄRO").encode("cp1252")
    page.file_uploader(key="tagged-file").set_value(("a.conll", content, "text/plain")).run()
    assert "ÄRO" in said(page) and "Windows-1252 (a guess)" in said(page)
    page.selectbox(key="tagged_encoding").set_value("cp1251").run()
    assert not page.exception and "ДRO" in said(page)


@pytest.mark.usefixtures("here")
def test_layers_are_mixed_by_hand() -> None:
    page = senses_only(word_mixed="bank")
    assert "two uses of “bank”" in said(page)
    page.button(key="preset-only lstm1").click().run()
    assert [page.slider(key=f"w{i}").value for i in range(3)] == [0, 100, 0]
    alone = mixed(page)
    page.slider(key="w1").set_value(0).run()
    assert "All weights are 0" in said(page)
    page.button(key="preset-as learned: word senses").click().run()
    assert max(page.slider(key=f"w{i}").value for i in range(3)) == 100
    assert mixed(page).split("The layers alone")[1] == alone.split("The layers alone")[1]


@pytest.mark.usefixtures("here")
def test_what_is_missing_is_said(lab: Path) -> None:
    page = senses_only()
    page.button_group(key="tasks").set_value([]).run()
    assert "at least one task" in said(page) and "two uses of" in said(page)
    assert "a file with tags" in said(opened(tasks=["A tagged file of yours"]))
    assert "not here (any more)" in said(opened(tasks=["A tagged file of yours"], file="../../x"))
    bad = layer_runs.lay_down(b"only words\nno tags at all here\n\nx\n")
    assert "Line 2 of the file" in said(opened(tasks=["A tagged file of yours"], file=bad))
    with pytest.raises(BadInput, match="larger"):
        layer_runs.lay_down(bytes(layer_runs.LARGEST + 1))
    shutil.rmtree(lab / "starters")
    assert "No model" in said(opened())


@pytest.mark.usefixtures("here")
def test_a_run_that_fails_is_told_and_can_be_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **named: object) -> None:
        raise BadInput("The sky has fallen.")

    with monkeypatch.context() as patch:
        patch.setattr(layer_runs.scalar_mix, "compare", broken)
        page = senses_only()
        assert "The sky has fallen" in said(page) and "two uses of" in said(page)
    page.button(key=f"again-{KIND}").click().run()
    page.run()
    assert "The mix scores" in said(page)


@pytest.mark.usefixtures("here")
def test_damaged_results_are_learned_anew() -> None:
    senses_only()
    settings = MixSettings(model="lstm", tasks="senses", static="word2vec")
    key = layer_runs.key_of("senses", settings)
    layer_runs.CACHE.put(key, [{"kind": "learned"}])
    assert layer_runs.stored("senses", settings) is None and not layer_runs.CACHE.has(key)


@pytest.mark.usefixtures("here")
def test_the_code_runs_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    exec(senses_only(l2="0.01").code[0].value, {})
    printed = capsys.readouterr().out
    assert "accuracy" in printed and "beside word2vec" in printed and "lstm2" in printed
