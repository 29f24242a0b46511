"""Lesson fragments about word vectors: neighbors, similarity, analogies, spelling, stability."""

from __future__ import annotations

import pandas as pd

from embedlab import families
from embedlab.analysis.analogies import solve
from embedlab.analysis.neighbors import nearest, similarity, suggest
from embedlab.analysis.stability import Stability
from embedlab.base import BadInput
from embedlab.jobs.kinds.stability import StabilitySettings, stored
from embedlab.plots import bars, stability
from embedlab.plots.layout import family_color
from embedlab.plots.text import md, unmarked
from embedlab.ui import cache
from embedlab.ui.views.lessons.results import SAME, Args, Fragment, Shown, color, keys, listed, title, titles
from embedlab.workflows.text_choice import TextChoice

K = 8
EQUAL = 1e-4
"""Similarities that differ by less are equal but for rounding."""


def neighbor(args: Args) -> Shown:
    """Which word lies nearest."""
    key, word = args["model"], args["word"]
    result = nearest(cache.static(key), word, K)
    first, value = result.words[0], float(result.similarities[0])
    text = f"In {md(title(key))}, **{md(first)}** lies nearest to **{md(word)}** (similarity {value:.2f})."
    figure = bars.neighbors(result, f"Nearest to {word}: {title(key)}", color(key))
    table = pd.DataFrame({"word": result.words, "similarity": result.similarities, "times seen": result.counts})
    return Shown(first, text, ((figure, unmarked(text)),), table)


def _pairs(args: Args, others: list[str]) -> tuple[list[float], str, Shown]:
    key, word = args["model"], args["word"]
    model = cache.static(key)
    values = [similarity(model, word, other) for other in others]
    text = ", ".join(f"**{md(other)}** {value:.2f}" for other, value in zip(others, values, strict=True))
    text = f"Similarity with **{md(word)}** in {md(title(key))}: {text}."
    figure = bars.ranking(others, values, f"Similarity with {word}: {title(key)}", color(key))
    table = pd.DataFrame({"word": others, "similarity": values})
    return values, text, Shown("", text, ((figure, unmarked(text)),), table)


def closest(args: Args) -> Shown:
    """Which of a few words is most similar."""
    others = listed(args, "words")
    values, text, shown = _pairs(args, others)
    even = max(values) - min(values) < EQUAL
    outcome = SAME if even else others[values.index(max(values))]
    return Shown(outcome, text, shown.figures, shown.table)


def alike(args: Args) -> Shown:
    """How similar two words are."""
    values, text, shown = _pairs(args, [args["other"]])
    return Shown(round(values[0], 3), text, shown.figures, shown.table)


def analogy(args: Args) -> Shown:
    """A is to b as c is to which word; with the question's own words among the answers, or without."""
    key, (a, b, c) = args["model"], listed(args, "words")
    without = args["inputs"] == "without"
    result = solve(cache.static(key), [b, c], [a], K, exclude_inputs=without)
    text = f"Nearest to {md(b)} − {md(a)} + {md(c)} in {md(title(key))} is **{md(result.words[0])}**."
    name = f"{b} − {a} + {c}: {title(key)}, {'without' if without else 'with'} the question's words"
    figure = bars.ranking(result.words, result.scores.tolist(), name, color(key), marked=result.inputs, unit="cosine")
    table = pd.DataFrame({"word": result.words, "score": result.scores})
    return Shown(result.words[0], text, ((figure, unmarked(text)),), table)


def knows(args: Args) -> Shown:
    """Whether a model has a vector for a word; the words that are spelt like it, if not."""
    key, word = args["model"], args["word"]
    model = cache.static(key)
    if word in model.lexicon:
        return Shown("yes", f"{md(title(key))} has **{md(word)}** in its list.", (), pd.DataFrame({"word": [word]}))
    like = suggest(model, word)
    text = f"{md(title(key))} has no **{md(word)}** among its {len(model):,} words. Spelt like it are: "
    return Shown("no", f"{text}{md(', '.join(like))}.", (), pd.DataFrame({"spelt like it": like}))


WORD_FRAGMENTS = {
    "neighbor": Fragment(frozenset({"model", "word"}), neighbor),
    "closest": Fragment(
        frozenset({"model", "word", "words"}), closest, lambda args: (*listed(args, "words"), SAME)
    ),
    "alike": Fragment(frozenset({"model", "word", "other"}), alike, number=True),
    "analogy": Fragment(frozenset({"model", "words", "inputs"}), analogy),
    "knows": Fragment(frozenset({"model", "word"}), knows, lambda args: ("yes", "no")),
}  # fmt: skip


WAYS = {"seed": False, "text": True}


def _of(family: str, args: Args) -> Stability:
    if args["anew"] not in WAYS:
        raise BadInput("'anew' is 'seed' or 'text'.")
    kept = stored(family, StabilitySettings(family, TextChoice(args["sample"]), drawn=WAYS[args["anew"]]))
    if kept is None:
        raise BadInput(f"{families.family(family).title} was not trained again on this text. See the page Stability.")
    return kept.stability


def shared(args: Args) -> Shown:
    """What share of a word's ten neighbors two trainings of one model have in common, in the mean of all words."""
    name, one = families.family(args["model"]).title, _of(args["model"], args)
    text = f"Two trainings of {md(name)} share **{one.mean:.0%}** of the ten neighbors, in the mean of all words."
    figure = stability.overall({name: one}, {name: family_color(args["model"])}, "Neighbors that stay")
    table = pd.DataFrame({"word": one.words, "times seen": one.counts, "shared": one.overlap})
    return Shown(round(one.mean, 3), text, ((figure, unmarked(text)),), table)


def steady(args: Args) -> Shown:
    """Which of several models keeps most of its neighbors when it is trained again."""
    results = {families.family(key).title: _of(key, args) for key in keys(args)}
    best = max(results, key=lambda name: results[name].mean)
    parts = ", ".join(f"{md(name)} {one.mean:.0%}" for name, one in results.items())
    text = f"**{md(best)}** keeps most of its neighbors: {parts}."
    colors = {families.family(key).title: family_color(key) for key in keys(args)}
    figure = stability.overall(results, colors, "Neighbors that two trainings share")
    table = pd.DataFrame({"model": list(results), "shared": [one.mean for one in results.values()]})
    return Shown(best, text, ((figure, unmarked(text)),), table)


STABILITY_FRAGMENTS = {
    "shared": Fragment(frozenset({"model", "sample", "anew"}), shared, number=True),
    "steady": Fragment(frozenset({"models", "sample", "anew"}), steady, titles),
}
