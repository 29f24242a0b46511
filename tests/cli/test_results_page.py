"""The page of results: names and layer weights on vectors whose answer is known, and one command that makes it all."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from embedlab import registry
from embedlab.__main__ import main
from embedlab.analysis.probes import layer_probe
from embedlab.analysis.probing import layer_mix
from embedlab.analysis.probing.results import ProbeSettings
from embedlab.analysis.probing.sources import strategies
from embedlab.analysis.scalar_mix import compare, difference
from embedlab.base import model_folder
from embedlab.cli import results_page
from embedlab.jobs.kinds import layer_weights as layer_runs
from embedlab.jobs.kinds.layer_weights import Mixes
from embedlab.workflows import measurements
from embedlab.workflows.measurements import Measurement, Result
from tests.analysis.probing.probe_toys import Words, tagged
from tests.conftest import few_sentences, write_starter
from tests.probe_sentences import FEW

KNOWN = ["--corpus", "/some/where/unseen.txt", "--pairs", "/some/where/dev.txt", "/some/where/test.txt"]


def told_in(layer: int, layers: int = 6, words: int = 600) -> tuple[Words, list[str]]:
    """Noise everywhere; in one layer the tag has a direction of its own."""
    rng = np.random.default_rng(layer)
    labels = rng.integers(3, size=words)
    vectors = rng.normal(size=(layers, words, 8))
    vectors[layer, np.arange(words), labels] += 6
    return Words(vectors), [("O", "B-PER", "B-LOC")[i] for i in labels]


def rows(text: str) -> list[list[str]]:
    """Cells of the lines of all tables."""
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line.startswith("| ")]


def test_names_stand_with_intervals_selectivity_and_the_papers_column() -> None:
    model, tags = told_in(4)
    probe = layer_probe(model, tagged(tags), settings=ProbeSettings(epochs=5, resamples=100))
    text = results_page.name_section([(probe, True), (probe, False)])
    table = [row for row in rows(text) if len(row) == 6][1:]
    assert len(table) == 2 * len({one.source for one in strategies(probe.layers)})
    cells = {row[1]: row for row in table[: len(table) // 2]}
    best = probe.row("second-to-last")
    assert cells["layer 4 = second-to-last"][2:] == [
        f"{100 * best.f1:.1f} ({100 * best.low:.1f} to {100 * best.high:.1f})", f"{100 * best.control:.1f}",
        f"{100 * best.selectivity:+.1f} ({100 * best.selectivity_low:+.1f} to {100 * best.selectivity_high:+.1f})",
        "95.6",
    ]  # fmt: skip
    assert cells["embeddings = embeddings only"][5] == "91.0" and cells["layer 1"][5] == "–"
    assert all(row[5] == "–" for row in table[len(table) // 2 :])  # another family has no column in BERT's paper
    assert "Most selective" in text and "Not shown to be better" not in text
    deep = next(row for row in rows(text) if row[0] == probe.model and len(row) == 5)
    assert probe.depth is not None
    assert deep[2:4] == [f"{probe.depth.centre_of_gravity:.2f}", "2.50"]
    assert deep[4].startswith(f"{probe.depth.expected_layer:.2f} (")


def test_vectors_that_know_no_names_are_said_to() -> None:
    words = np.random.default_rng(0).integers(9, size=300)
    data = tagged([("O", "B-PER")[word % 2] for word in words], words)
    probe = layer_probe(Words(np.zeros((2, 9, 3))), data, settings=ProbeSettings(epochs=3, resamples=50))
    assert probe.lookup == 1
    text = results_page.name_section([(probe, True)])
    assert f"Not shown to be better than that list: {probe.model}." in text
    assert "none: no layer adds anything for certain" in text
    assert results_page.name_section([]) == results_page.mix_section([]) == ""


def test_weights_stand_with_their_spread_and_what_they_bring() -> None:
    model, tags = told_in(2, layers=3, words=800)
    fits = compare(model, tagged(tags), seeds=2)
    text = results_page.mix_section([Mixes("Toy", (("named entities", fits),))])
    held, free = (results_page.learned(fits, l2) for l2 in (1.0, 0.001))
    table = {row[1]: row for row in rows(text)[1:]}
    assert list(table)[:4] == ["learned, λ = 1", "learned, λ = 0.01", "learned, λ = 0.001", "equal weights"]
    low, high = free.weights[:, 2].min(), free.weights[:, 2].max()
    assert f"2 {free.weights[:, 2].mean():.2f} ({low:.2f} to {high:.2f})" in table["learned, λ = 0.001"][2]
    assert f"2 {held.weights[:, 2].mean():.2f}" in table["learned, λ = 1"][2]
    assert held.weights[:, 2].max() < 0.45 < 0.6 < low
    assert table["only 2"][4] == f"{fits[-1].mean:.3f} ({fits[-1].low:.3f} to {fits[-1].high:.3f})"
    assert "most weight for 2" in text
    gap = difference(free, next(fit for fit in fits if fit.kind == "equal"))
    assert ("clearly better than equal weights" in text) == (gap.clear and gap.value > 0)


@pytest.fixture
def starters(lab_with_lstm: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three tiny starters, a few sentences, and probes that learn for a moment; figures are not measured."""
    few_sentences(lab_with_lstm, "bank", "ran")
    parts = [f"# split = {split}\n" + FEW * times for split, times in (("train", 8), ("dev", 2), ("test", 3))]
    (lab_with_lstm / "sentences" / "ner.conll").write_text("".join(parts), encoding="utf-8")
    monkeypatch.setattr(layer_mix, "ALONE", 8)

    def measured(spec: registry.ModelSpec, *asked: object) -> Result:
        found = (Measurement("senses", 0.6, "lstm1", 0.55, 0.7, 10),)
        return Result(
            spec.key, spec.title, model_folder.digest(spec.folder), "2026-01-01", (), 1, 2, 3, 4.0, None, found
        )

    monkeypatch.setattr(measurements, "measured", measured)
    monkeypatch.setattr(measurements, "alike", lambda found: [])
    return lab_with_lstm


def test_one_command_makes_everything_anew_and_quotes_nothing_stale(starters: Path, tmp_path: Path) -> None:
    table = tmp_path / "results.md"
    assert main(["results", "--table", str(table)]) == 0
    folder = measurements.folder()
    assert {file.stem for file in folder.glob("*.json")} == {"lsa", "word2vec", "lstm"}
    assert len(list((folder / "probes").iterdir())) == 3
    mixes = {file.name: file.stat().st_mtime_ns for file in (folder / "elmo_layers").iterdir()}
    assert len(mixes) == 2
    spec = registry.find("lstm")
    settings = layer_runs.settings_of(spec)
    fits = layer_runs.stored("senses", settings)  # what the page on layers opens with
    assert fits is not None and layer_runs.CACHE.has(layer_runs.key_of("ner", settings))
    text = table.read_text(encoding="utf-8")
    assert f"{spec.title}, word senses: most weight for" in text and f"| {spec.title} | lstm2 = last |" in text
    assert "python -m embedlab results --corpus TEXT --pairs KNOWN ASKED --table results.md" in text

    write_starter(starters, "word2vec", "word2vec skip-gram", noise=0.01)  # it also stands beside the LSTM's layers
    assert main(["results", "--stored", *KNOWN, "--table", str(table), "--force"]) == 0
    text = table.read_text(encoding="utf-8")
    assert "--corpus unseen.txt --pairs dev.txt test.txt" in text and "/some" not in text
    assert "| LSA | vector" in text and "word2vec" not in text and "## What each layer" not in text
    assert layer_runs.stored("senses", settings) is None

    assert main(["results", "--table", str(table), "--force"]) == 0
    text = table.read_text(encoding="utf-8")
    assert "| word2vec skip-gram | vector" in text and "## What each layer" in text
    assert len(list((folder / "probes").iterdir())) == 3
    assert len(list((folder / "elmo_layers").iterdir())) == 2  # what was learned with the old vectors is gone
    assert mixes.keys().isdisjoint(file.name for file in (folder / "elmo_layers").iterdir())


def test_a_damaged_shipped_result_is_as_none(starters: Path) -> None:
    spec = registry.find("lstm")
    (first, second) = layer_runs.ship(spec)
    settings = layer_runs.settings_of(spec)
    second.write_text('{"fits": [{"counts": [[1], "AAAA"]}]}')
    assert layer_runs.stored("ner", settings) and layer_runs.stored("senses", settings) is None
    first.write_text("{")
    assert layer_runs.stored("ner", settings) is None and first.is_file()
    shutil.rmtree(first.parent)
    assert layer_runs.read([spec], first.parent) == []
