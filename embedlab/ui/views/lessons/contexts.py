"""Lesson fragments about words in sentences, and about probes on frozen vectors."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from embedlab import registry
from embedlab.analysis.polysemy import compare, cosines
from embedlab.analysis.probes import ProbeSettings, layer_probe
from embedlab.analysis.probing.results import LayerProbe
from embedlab.base import BadInput, Doubles
from embedlab.data.datasets import load_ner
from embedlab.plots import bars, heatmap
from embedlab.plots.text import md, unmarked
from embedlab.ui import models
from embedlab.ui.views.lessons.results import SAME, Args, Fragment, Shown, color, keys, listed, title, titles

EQUAL = 1e-4
DIRECTIONS = ("both", "only forward", "only backward", "neither")
"""Outcomes of ``direction``."""


def pairs(args: Args) -> tuple[str, ...]:
    """Two sentences at a time, by their numbers."""
    return tuple(f"{a} and {b}" for a, b in combinations(range(1, len(listed(args, "sentences", "|")) + 1), 2))


def senses(args: Args) -> Shown:
    """In which two of a few sentences a word's vectors are most alike."""
    word, sentences = args["word"], listed(args, "sentences", "|")
    square, where = _square(args, sentences)
    values = {
        name: float(square[a, b])
        for name, (a, b) in zip(pairs(args), combinations(range(len(sentences)), 2), strict=True)
    }
    even = max(values.values()) - min(values.values()) < EQUAL
    text = ", ".join(f"{name}: {value:.2f}" for name, value in values.items())
    text = f"Similarity of **{md(word)}** in {md(where)}, sentences {text}."
    figure = heatmap.square(
        [f"sentence {i}" for i in range(1, len(sentences) + 1)], square, title=f"{word}: {where}", unit="similarity"
    )
    table = pd.DataFrame({"sentences": list(values), "similarity": list(values.values())})
    best = SAME if even else max(values, key=lambda one: values[one])
    return Shown(best, text, ((figure, unmarked(text)),), table)


def _square(args: Args, sentences: list[str]) -> tuple[Doubles, str]:
    """(N, N) similarities of the word in N sentences, and where they were read."""
    key = args["model"]
    result = compare(models.contextual(registry.find(key)), args["word"], sentences)
    layer = args.get("layer", models.usual_layer(result.layers))
    if layer not in result.layers:
        raise BadInput(f"{title(key)} has no layer '{layer}'.")
    static = len(result.layers) == 1
    where = title(key) if static else f"{title(key)}, {models.layer_title(layer)}"
    return np.clip(cosines(result.vectors[result.layers.index(layer)]), -1, 1), where


def direction(args: Args) -> Shown:
    """Which half of the vectors differs between two sentences: that of the network reading forward, or backward."""
    key, word, sentences = args["model"], args["word"], listed(args, "sentences", "|")
    result = compare(models.contextual(registry.find(key)), word, sentences[:2])
    halves = np.split(result.vectors[-1], 2, axis=1)  # two of (2, D / 2): forward stands first
    values = [float(cosines(half)[0, 1]) for half in halves]
    forward, backward = (value < 1 - EQUAL for value in values)
    outcome = DIRECTIONS[2 * (not forward) + (not backward)]
    text = (
        f"Similarity of **{md(word)}** in the two sentences: {values[0]:.2f} in the half that reads forward, "
        f"{values[1]:.2f} in the half that reads backward. A difference is seen by: **{outcome}**."
    )
    names = ["forward", "backward"]
    figure = bars.ranking(names, values, f"{word} in both sentences: {title(key)}, {result.layers[-1]}", color(key))
    table = pd.DataFrame({"half": names, "similarity": values})
    return Shown(outcome, text, ((figure, unmarked(text)),), table)


SENSE_FRAGMENTS = {
    "senses": Fragment(
        frozenset({"model", "word", "sentences"}), senses, lambda args: (*pairs(args), SAME), may=frozenset({"layer"})
    ),
    "direction": Fragment(frozenset({"model", "word", "sentences"}), direction, lambda args: DIRECTIONS),
}


TRAIN, DEV, TEST = 200, 60, 80
"""Sentences of a probe: few enough to train it while one waits."""
SETTINGS = ProbeSettings(epochs=10, depth=False, resamples=50)
LOOKUP = "no vectors"
"""Giving each word the tag that it had most often in training."""


def _probed(key: str) -> LayerProbe:
    sentences = load_ner()
    few = replace(
        sentences, train=sentences.train[:TRAIN], dev=sentences.dev[:DEV], test=sentences.test[:TEST]
    )  # fmt: skip
    model = models.contextual(registry.find(key))
    return layer_probe(model, few, list(model.layers), SETTINGS)


def _bars(values: dict[str, float], colors: list[str], what: str) -> Shown:
    best = max(values, key=lambda one: values[one])
    text = ", ".join(f"{md(one)} {value:.0%}" for one, value in values.items())
    text = f"**{md(best)}** is best: {text} (F1 of names found in {TEST} sentences, learned from {TRAIN})."
    figure = bars.ranking(
        list(values), [100 * value for value in values.values()], what, colors, unit="F1", form="{:.0f} %"
    )
    table = pd.DataFrame({"read": list(values), "F1": list(values.values())})
    return Shown(best, text, ((figure, unmarked(text)),), table)


def probe(args: Args) -> Shown:
    """From whose vectors (its best layer) a probe finds names best, beside a table of words without vectors."""
    probed = {key: _probed(key) for key in keys(args)}
    values = {title(key): max(row.f1 for row in one.rows) for key, one in probed.items()}
    values[LOOKUP] = next(iter(probed.values())).lookup
    return _bars(values, [*(color(key) for key in probed), color("one_hot")], "Names found, per cent")


def layers(args: Args) -> Shown:
    """From which layer of a model a probe finds names best."""
    probed = _probed(args["model"])
    values = {row.strategy: row.f1 for row in probed.rows}
    return _bars(values, [color(args["model"])] * len(values), f"Names found by layer: {title(args['model'])}")


PROBE_FRAGMENTS = {
    "probe": Fragment(frozenset({"models"}), probe, lambda args: (*titles(args), LOOKUP)),
    "layers": Fragment(
        frozenset({"model"}), layers,
        lambda args: tuple(map(models.layer_title, models.contextual(registry.find(args["model"])).layers)),
    ),
}  # fmt: skip
