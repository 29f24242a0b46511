"""Fragments of lessons about chance: how far trainings of one model agree, by results that come with the lab."""

from __future__ import annotations

import pandas as pd

from embedlab import registry
from embedlab.analysis.stability import Stability
from embedlab.base import BadInput
from embedlab.plots import stability
from embedlab.plots.palette import family_color
from embedlab.plots.text import md, unmarked
from embedlab.stability_runs import StabilitySettings, found
from embedlab.training_text import TextChoice
from embedlab.ui.lesson_shown import Args, Fragment, Shown, keys, titles

WAYS = {"seed": False, "text": True}


def _of(family: str, args: Args) -> Stability:
    if args["anew"] not in WAYS:
        raise BadInput("'anew' is 'seed' or 'text'.")
    kept = found(family, StabilitySettings(family, TextChoice(args["sample"]), drawn=WAYS[args["anew"]]))
    if kept is None:
        raise BadInput(f"{registry.family(family).title} was not trained again on this text. See the page Stability.")
    return kept.stability


def shared(args: Args) -> Shown:
    """What share of a word's ten neighbors two trainings of one model have in common, in the mean of all words."""
    name, one = registry.family(args["model"]).title, _of(args["model"], args)
    said = f"Two trainings of {md(name)} share **{one.mean:.0%}** of the ten neighbors, in the mean of all words."
    figure = stability.overall({name: one}, {name: family_color(args["model"])}, "Neighbors that stay")
    table = pd.DataFrame({"word": one.words, "times seen": one.counts, "shared": one.overlap})
    return Shown(round(one.mean, 3), said, ((figure, unmarked(said)),), table)


def steady(args: Args) -> Shown:
    """Which of several models keeps most of its neighbors when it is trained again."""
    results = {registry.family(key).title: _of(key, args) for key in keys(args)}
    best = max(results, key=lambda name: results[name].mean)
    parts = ", ".join(f"{md(name)} {one.mean:.0%}" for name, one in results.items())
    said = f"**{md(best)}** keeps most of its neighbors: {parts}."
    colors = {registry.family(key).title: family_color(key) for key in keys(args)}
    figure = stability.overall(results, colors, "Neighbors that two trainings share")
    table = pd.DataFrame({"model": list(results), "shared": [one.mean for one in results.values()]})
    return Shown(best, said, ((figure, unmarked(said)),), table)


FRAGMENTS = {
    "shared": Fragment(frozenset({"model", "sample", "anew"}), shared, number=True),
    "steady": Fragment(frozenset({"models", "sample", "anew"}), steady, titles),
}
