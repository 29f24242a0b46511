"""Measured figures: what is kept of a model, and the page of Markdown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embedlab import registry
from embedlab.__main__ import main
from embedlab.analysis.occurrences import like_occurrences
from embedlab.base import BadInput, StaticModel, model_folder
from embedlab.base.static_as_contextual import as_contextual
from embedlab.cli import results_page
from embedlab.cli.results_page import Findings
from embedlab.data.datasets import load_senses
from embedlab.data.tagged import TaggedSentence, TaggedSet
from embedlab.workflows import measurements
from embedlab.workflows.evaluate import Texts
from embedlab.workflows.measurements import Measurement, Result

LSTM = Result(
    "lstm", "LSTM", "abc", "2026-01-01", (("python", "3.11"),), 100, 2_000_000, 5_000, 7_200.0, 1234.5,
    (
        Measurement("senses", 0.5, "tokens", 0.5, 0.5, 10),
        Measurement("senses", 0.625, "lstm1", 0.55, 0.7, 10),
        Measurement("pairs", 0.6, "lstm1", 0.5, 0.7, 20),
        Measurement("perplexity", 187.43, "forward", count=900),
    ),
    (("bank", 0.91),), (("ran", 0.4),),
)  # fmt: skip


def test_results_are_kept_and_read_back(tmp_path: Path) -> None:
    other = replace(LSTM, key="yours/mine", words_per_second=None, best=(), worst=())
    for one in (LSTM, other):
        measurements.write(tmp_path, one)
    assert measurements.readable(tmp_path) == {"lstm": LSTM, "yours/mine": other}
    assert measurements.readable(tmp_path / "nowhere") == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"key": "a"}', '{"measurements": 3}'])
def test_damaged_results_are_left_out_and_logged(text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    measurements.write(tmp_path, LSTM)
    assert measurements.readable(tmp_path) == {"lstm": LSTM}
    assert "a.json cannot be read" in caplog.text


def test_the_best_figure_is_the_highest_but_for_what_should_be_low() -> None:
    both = replace(LSTM, measurements=(*LSTM.measurements, Measurement("perplexity", 190.0, "backward")))
    assert both.top("senses") == LSTM.measurements[1]
    assert both.top("perplexity") == LSTM.measurements[3]
    assert both.top("ner") is None


def test_the_page_says_every_layer_and_what_there_is_not() -> None:
    text = results_page.page(Findings("the command", [LSTM]))
    assert "the command" in text and "## Names" not in text and "## What each layer" not in text
    assert "| LSTM | tokens | 0.500 (0.500 to 0.500) | – |" in text
    assert "| LSTM | lstm1 | 0.625 (0.550 to 0.700) | 0.600 (0.500 to 0.700) |" in text
    assert "| LSTM | 187.4 a word forward | – | 5,000 | 2.00 | 100 | 2.0 | 1,234 |" in text
    assert "| LSTM, lstm1 | bank 0.91 | ran 0.40 |" in text
    assert "the best first: LSTM 0.625 (lstm1)." in text and "Not different from chance" not in text
    chance = replace(LSTM, title="Other", measurements=(Measurement("senses", 0.52, "lstm1", 0.49, 0.55, 10),))
    text = results_page.page(Findings("", [chance, LSTM]))
    assert "the best first: LSTM 0.625 (lstm1)." in text and "at any layer: Other." in text


def test_every_language_model_that_is_shipped_was_measured_on_the_same_words() -> None:
    found = measurements.readable(measurements.folder())
    figures = {key: [one for one in result.measurements if one.name == "perplexity"] for key, result in found.items()}
    assert {key for key, some in figures.items() if some} == {"ngram", "nnlm", "lstm", "char_lstm", "elmo", "flair"}
    assert {one.count for some in figures.values() for one in some} == {16_300}


def test_the_page_says_what_a_perplexity_counts_and_how_much_was_unknown() -> None:
    more = (*LSTM.measurements, Measurement("unknown", 0.0625, "forward", count=900))
    text = results_page.page(Findings("", [replace(LSTM, measurements=more)]))
    assert "perplexity over 900 words and ends of sentences" in text
    assert "| LSTM | 187.4 a word forward (6.2% unknown) |" in text
    assert "perplexity over" not in results_page.page(Findings("", [replace(LSTM, measurements=())]))


def test_the_page_says_who_has_read_the_pairs() -> None:
    three = [LSTM, replace(LSTM, title="Other"), replace(LSTM, title="Pupil")]
    text = results_page.page(Findings("", three, glossed=["Other", "Third"], taught=["Other", "Pupil"]))
    assert "though not the answers: Other. These only at second hand" in text
    assert "by CBOW's vectors: Pupil. These have not: LSTM." in text
    assert "wordnet_wic" not in results_page.page(Findings("", [LSTM]))
    assert "on 10 shipped sentences" in text


def test_a_static_model_is_measured_and_at_chance_for_senses() -> None:
    spec = next(one for one in registry.list_models() if one.key == "one_hot")
    found = measurements.measured(spec, Texts())
    assert found.digest == model_folder.digest(spec.folder)
    assert found.top("senses").value == 0.5  # type: ignore[union-attr]
    assert found.top("wordsim353").count > 100  # type: ignore[union-attr]
    assert found.words_per_second is None
    assert found.parameters == 0  # its matrix is never stored


def test_names_are_probed_at_every_layer(tiny_model: StaticModel, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = [TaggedSentence(("the", "king"), ("O", "B-PER")), TaggedSentence(("a", "house"), ("O", "O"))] * 20
    data = TaggedSet(tuple(sentences), tuple(sentences[:10]), tuple(sentences[:20]))
    monkeypatch.setattr(measurements, "load_ner", lambda: data)
    (found,) = measurements._names(tiny_model, None)
    assert (found.name, found.layer, found.value, found.count) == ("ner", as_contextual(tiny_model).layers[0], 1.0, 20)


def test_the_digest_changes_with_the_weights_and_not_with_the_card(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"one")
    first = model_folder.digest(tmp_path)
    (tmp_path / "card.json").write_text("{}", encoding="utf-8")
    assert model_folder.digest(tmp_path) == first
    (tmp_path / "model.safetensors").write_bytes(b"two")
    assert model_folder.digest(tmp_path) != first


def test_occurrences_most_alike_are_those_of_the_nearest_vectors() -> None:
    model = registry.load_model("lstm")
    senses = load_senses()
    found = like_occurrences(model, "bank", senses, "lstm1", k=2)
    assert {one.sense for one in found} == {one.sense for one in senses if one.word == "bank"}
    own = [one for one in senses if one.word == "bank"]
    rows = np.stack([model.encode([one.words], ["lstm1"])[0][0, one.position] for one in own])
    rows -= rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    likeness = rows @ rows[0]
    best = np.argsort(-likeness)[1:3]
    assert [near.sentence for near in found[0].nearest] == [own[i].sentence for i in best]
    assert found[0].nearest[0].similarity == pytest.approx(likeness[best[0]], abs=1e-4)
    with pytest.raises(BadInput, match="no sentences with 'xyzzy'"):
        like_occurrences(model, "xyzzy", senses, "lstm1")


def test_the_command_keeps_figures_and_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["results", "one_hot", "--out", str(tmp_path / "r"), "--table", str(tmp_path / "t.md")]) == 0
    assert set(measurements.readable(tmp_path / "r")) == {"one_hot"}
    assert "| One-hot" in (tmp_path / "t.md").read_text(encoding="utf-8")
    assert main(["results", "nothing"]) == 1
    assert "no model 'nothing'" in capsys.readouterr().err
