"""Fragments of lessons about probes: small classifiers trained on frozen vectors to find names."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from embedlab import registry
from embedlab.analysis.probe_result import LayerProbe
from embedlab.analysis.probes import ProbeSettings, layer_probe
from embedlab.data.datasets import load_ner
from embedlab.plots import bars
from embedlab.plots.text import md, unmarked
from embedlab.ui import contextual
from embedlab.ui.lesson_shown import Args, Fragment, Shown, color, keys, title, titles

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
    model = contextual.reader(registry.find(key))
    return layer_probe(model, few, list(model.layers), SETTINGS)


def _shown(values: dict[str, float], colors: list[str], what: str) -> Shown:
    best = max(values, key=lambda one: values[one])
    said = ", ".join(f"{md(one)} {value:.0%}" for one, value in values.items())
    said = f"**{md(best)}** is best: {said} (F1 of names found in {TEST} sentences, learned from {TRAIN})."
    figure = bars.ranking(
        list(values), [100 * value for value in values.values()], what, colors, unit="F1", form="{:.0f} %"
    )
    table = pd.DataFrame({"read": list(values), "F1": list(values.values())})
    return Shown(best, said, ((figure, unmarked(said)),), table)


def probe(args: Args) -> Shown:
    """From whose vectors (its best layer) a probe finds names best, beside a table of words without vectors."""
    found = {key: _probed(key) for key in keys(args)}
    values = {title(key): max(row.f1 for row in one.rows) for key, one in found.items()}
    values[LOOKUP] = next(iter(found.values())).lookup
    return _shown(values, [*(color(key) for key in found), color("one_hot")], "Names found, per cent")


def layers(args: Args) -> Shown:
    """From which layer of a model a probe finds names best."""
    found = _probed(args["model"])
    values = {row.strategy: row.f1 for row in found.rows}
    return _shown(values, [color(args["model"])] * len(values), f"Names found by layer: {title(args['model'])}")


FRAGMENTS = {
    "probe": Fragment(frozenset({"models"}), probe, lambda args: (*titles(args), LOOKUP)),
    "layers": Fragment(
        frozenset({"model"}), layers,
        lambda args: tuple(map(contextual.layer_title, contextual.reader(registry.find(args["model"])).layers)),
    ),
}  # fmt: skip
