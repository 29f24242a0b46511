"""Fragments of lessons about words in sentences: one word in three sentences, and what each direction sees."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from embedlab import registry
from embedlab.analysis.pair_auc import Doubles, cosines
from embedlab.analysis.polysemy import compare
from embedlab.base import BadInput
from embedlab.plots import bars, heatmap
from embedlab.plots.text import md, unmarked
from embedlab.ui import contextual
from embedlab.ui.lesson_shown import SAME, Args, Fragment, Shown, color, listed, title

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
    said = ", ".join(f"{name}: {value:.2f}" for name, value in values.items())
    said = f"Similarity of **{md(word)}** in {md(where)}, sentences {said}."
    figure = heatmap.square(
        [f"sentence {i}" for i in range(1, len(sentences) + 1)], square, title=f"{word}: {where}", unit="similarity"
    )
    table = pd.DataFrame({"sentences": list(values), "similarity": list(values.values())})
    best = SAME if even else max(values, key=lambda one: values[one])
    return Shown(best, said, ((figure, unmarked(said)),), table)


def _square(args: Args, sentences: list[str]) -> tuple[Doubles, str]:
    """(N, N) similarities of the word in N sentences, and where they were read."""
    key = args["model"]
    found = compare(contextual.reader(registry.find(key)), args["word"], sentences)
    layer = args.get("layer", contextual.usual_layer(found.layers))
    if layer not in found.layers:
        raise BadInput(f"{title(key)} has no layer '{layer}'.")
    static = len(found.layers) == 1
    where = title(key) if static else f"{title(key)}, {contextual.layer_title(layer)}"
    return np.clip(cosines(found.vectors[found.layers.index(layer)]), -1, 1), where


def direction(args: Args) -> Shown:
    """Which half of the vectors differs between two sentences: that of the network reading forward, or backward."""
    key, word, sentences = args["model"], args["word"], listed(args, "sentences", "|")
    found = compare(contextual.reader(registry.find(key)), word, sentences[:2])
    halves = np.split(found.vectors[-1], 2, axis=1)  # two of (2, D / 2): forward stands first
    values = [float(cosines(half)[0, 1]) for half in halves]
    forward, backward = (value < 1 - EQUAL for value in values)
    outcome = DIRECTIONS[2 * (not forward) + (not backward)]
    said = (
        f"Similarity of **{md(word)}** in the two sentences: {values[0]:.2f} in the half that reads forward, "
        f"{values[1]:.2f} in the half that reads backward. A difference is seen by: **{outcome}**."
    )
    names = ["forward", "backward"]
    figure = bars.ranking(names, values, f"{word} in both sentences: {title(key)}, {found.layers[-1]}", color(key))
    table = pd.DataFrame({"half": names, "similarity": values})
    return Shown(outcome, said, ((figure, unmarked(said)),), table)


FRAGMENTS = {
    "senses": Fragment(
        frozenset({"model", "word", "sentences"}), senses, lambda args: (*pairs(args), SAME), may=frozenset({"layer"})
    ),
    "direction": Fragment(frozenset({"model", "word", "sentences"}), direction, lambda args: DIRECTIONS),
}
