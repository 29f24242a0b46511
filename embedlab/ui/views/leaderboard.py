"""Leaderboard page: the measures, the table, and the models that are not measured yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run, RunEvent
from embedlab.jobs.kinds import measure as kinds_measure
from embedlab.jobs.kinds.measure import MeasureSettings
from embedlab.plots.layout import family_color
from embedlab.plots.leaderboard import Standing
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, run_bar
from embedlab.ui.visitor import address, visitor, workspace
from embedlab.workflows.measurements import Measurement, Result


@dataclass(frozen=True)
class Measure:
    """A column.

    Attributes:
        title: of the column.
        means: in a sentence for newcomers.
        form: how a figure is written.
        chance: what guessing gives, ``None`` where there is no such thing.
        low_is_good: whether the lowest figure is the best.
    """

    title: str
    means: str
    form: str = "{:.3f}"
    chance: float | None = None
    low_is_good: bool = False


MEASURES: Mapping[str, Measure] = {
    "senses": Measure(
        "Senses told apart",
        "AUC of the best layer: how often two occurrences of one sense are more similar than two of different senses, "
        "on the lab's own sentences. One vector a word cannot beat 0.5.",
        chance=0.5,
    ),
    "pairs": Measure(
        "Words in context",
        "Share of pairs of WordNet's example sentences for which a threshold on the cosine says rightly whether a word "
        "means the same in both, at the best layer. Its senses are fine ones. Models whose card names WordNet have "
        "read these sentences in training, though not the answers.",
        chance=0.5,
    ),
    "ner": Measure(
        "Named entities",
        "Entity-level F1 of a linear probe on the best layer, on the 262 test sentences of the lab's own. A list of "
        "the words seen in training, without any vector, gets 0.317.",
    ),
    "analogies": Measure(
        "Analogies",
        "Share of Google's analogy questions answered (3CosAdd without the question's own words, among the 30,000 "
        "commonest words), of those whose words the model has: a model with few words is asked fewer.",
    ),
    "wordsim353": Measure(
        "WordSim-353",
        "Rank correlation with people's judgements of relatedness (Spearman), over pairs whose words the model has.",
    ),
    "simlex999": Measure(
        "SimLex-999",
        "Rank correlation with people's judgements of likeness (Spearman), over pairs whose words the model has.",
    ),
    "perplexity": Measure(
        "Perplexity per word",
        "Among how many equally likely words the model is as unsure, on sentences it has not seen; lower is better. "
        "Words and ends of sentences count, punctuation marks do not. Only comparable between models of like "
        "vocabulary: unknown words count as one word that is easy to guess.",
        "{:.0f}",
        low_is_good=True,
    ),
    "masked": Measure(
        "Hidden words",
        "Share of hidden words that are the first guess: one word in each of the unseen sentences, of those that the "
        "model has as one piece; marks are never hidden.",
    ),
    "speed": Measure("Words a second", "Words read into vectors in a second, where it was measured.", "{:,.0f}"),
    "parameters": Measure("Parameters", "Numbers that the model is made of.", "{:,.0f}", low_is_good=True),
    "size": Measure("Megabytes", "Size of the model's folder.", "{:.1f}", low_is_good=True),
}


def standing() -> tuple[list[tuple[ModelSpec, Result]], list[ModelSpec]]:
    """Models with figures of just these weights, and those without."""
    kept, with_figures, without = kinds_measure.all_results(workspace()), [], []
    for spec in cache.specs():
        result = kept.get(spec.key)
        if result and spec.folder.is_dir() and result.digest == cache.digest(spec):
            with_figures.append((spec, result))
        else:
            without.append(spec)
    return with_figures, without


def figure_of(result: Result, name: str) -> Measurement | None:
    """A result's best figure of a measure, ``None`` if it has none."""
    if name in ("parameters", "size", "speed"):
        value = {"parameters": result.parameters, "size": result.size / 1e6, "speed": result.words_per_second}[name]
        return None if not value else Measurement(name, float(value))
    return result.top(name)


def rows(results: Sequence[tuple[ModelSpec, Result]], name: str) -> list[Standing]:
    """The models that have a measure, the best first."""
    made = []
    for spec, result in results:
        if one := figure_of(result, name):
            of = f"of {one.count:,}" if one.count else ""
            note = ", ".join(part for part in (f"layer {one.layer}" if one.layer else "", of) if part)
            made.append(Standing(spec.title, one.value, one.low, one.high, note, family_color(spec.family.key)))
    return sorted(made, key=lambda row: row.value, reverse=not MEASURES[name].low_is_good)


def frame(results: Sequence[tuple[ModelSpec, Result]]) -> pd.DataFrame:
    """Every model against every measure, as text; empty where a model cannot be measured so."""
    lines = []
    for spec, result in results:
        line = {"Model": spec.title}
        for name, measure in MEASURES.items():
            one = figure_of(result, name)
            line[measure.title] = measure.form.format(one.value) if one else ""
        versions = ", ".join(f"{library} {number}" for library, number in result.versions)
        lines.append(line | {"Measured": result.created, "With": versions})
    return pd.DataFrame(lines)


def start(spec: ModelSpec) -> None:
    """Begin to measure a model.

    Raises:
        BadInput: this visitor has enough runs waiting.
    """
    jobs.start("measure", MeasureSettings(spec.key), visitor=visitor(), address=address())


def under_way() -> Run | None:
    """This visitor's measurement that is working."""
    return next((run for run in jobs.all_runs("measure", visitor()) if run.state().active), None)


def watch(run: Run) -> None:
    """How far a measurement is; the page follows when it ends."""
    key = str(run.request()[1].get("key", ""))
    title = next((spec.title for spec in cache.specs() if spec.key == key), key)

    def tell(run: Run, events: Sequence[RunEvent]) -> tuple[float, str]:
        share, phase = run_bar.latest(run, events)
        return share, f"Measuring {md(title)}: {phase}"

    run_bar.watch(run, tell)


def failed() -> None:
    """Say what went wrong with this visitor's latest measurement, if something did."""
    latest = next(iter(jobs.all_runs("measure", visitor())), None)
    if latest and latest.state().status in ("failed", "interrupted"):
        run_bar.outcome(latest)


def blind(rows: Sequence[Standing], chance: float | None) -> list[str]:
    """Models whose figure does not differ from chance: their interval holds it."""
    return [row.title for row in rows if chance is not None and (row.low is None or row.low <= chance)]
