"""Fragments of lessons about running text: the next word, who expects a text best, a hidden word."""

from __future__ import annotations

import pandas as pd

from embedlab.analysis.layer_predictions import layer_predictions
from embedlab.analysis.model_text import beginning, name
from embedlab.analysis.next_tokens import next_tokens
from embedlab.analysis.perplexity import compare
from embedlab.base import BadInput, MaskedModel
from embedlab.plots import bars
from embedlab.plots import layer_predictions as guessed
from embedlab.plots import next_tokens as expected
from embedlab.plots.text import md, unmarked
from embedlab.ui import cache
from embedlab.ui.lesson_shown import Args, Fragment, Shown, color, keys, listed, title, titles

K = 8
GAP = "___"


def next_word(args: Args) -> Shown:
    """What a model expects after a beginning."""
    key, text = args["model"], args["begin"]
    model = cache.language(key)
    found = next_tokens(model, beginning(model, text), K)
    first, sure = name(found.tokens[0]), float(found.probabilities[0])
    said = f"After “{md(text)} …” {md(title(key))} expects **{md(first)}** ({sure:.1%})."
    figure = expected.next_tokens(found, title(key), color(key), longest=sure)
    table = pd.DataFrame({"next": [name(token) for token in found.tokens], "probability": found.probabilities})
    return Shown(first, said, ((figure, unmarked(said)),), table)


def surer(args: Args) -> Shown:
    """Which model is least unsure (has the lowest entropy) about the next word."""
    text, bits, figures = args["begin"], dict[str, float](), []
    for key in keys(args):
        model = cache.language(key)
        found = next_tokens(model, beginning(model, text), K)
        bits[title(key)] = found.entropy
        figure = expected.next_tokens(found, title(key), color(key), longest=float(found.probabilities[0]))
        figures.append((figure, f"{title(key)} expects {name(found.tokens[0])}; entropy {found.entropy:.1f} bits."))
    best = min(bits, key=lambda one: bits[one])
    listed_bits = ", ".join(f"{md(one)} {value:.1f} bits" for one, value in bits.items())
    said = f"After “{md(text)} …” **{md(best)}** is surest: {listed_bits} of unsureness."
    return Shown(best, said, tuple(figures), pd.DataFrame({"model": list(bits), "entropy (bits)": list(bits.values())}))


def perplexity(args: Args) -> Shown:
    """Which model expects a text best, on the words that all of them know."""
    found = compare({title(key): cache.language(key) for key in keys(args)}, listed(args, "sentences", "|"))
    values = {row.name: row.shared_perplexity for row in found.rows}
    best = min(values, key=lambda one: values[one])
    listed_values = ", ".join(f"{md(one)} {value:,.0f}" for one, value in values.items())
    said = f"**{md(best)}** expects the text best. Perplexity on {found.shared} words that all know: {listed_values}."
    figure = bars.ranking(
        list(values), list(values.values()), "Perplexity (lower is better)", [color(key) for key in keys(args)],
        unit="perplexity", form="{:,.0f}",
    )  # fmt: skip
    table = pd.DataFrame({"model": list(values), "perplexity": list(values.values())})
    return Shown(best, said, ((figure, unmarked(said)),), table)


def fill(args: Args) -> Shown:
    """What a masked model guesses for a gap."""
    key, words = args["model"], args["sentence"].split()
    model = cache.model(key)
    if words.count(GAP) != 1 or not isinstance(model, MaskedModel):
        raise BadInput(f"A sentence with one gap {GAP} and a model that fills gaps are needed.")
    found = layer_predictions(model, words, words.index(GAP), K)
    sure = float(found.probabilities[-1][0])
    shown = md(args["sentence"]).replace(md(GAP), f"**{md(found.answer)}**")
    said = f"{md(title(key))} fills in: “{shown}” ({sure:.1%})."
    figure = guessed.guesses(found, f"Guesses for the gap: {title(key)}", color(key))
    table = pd.DataFrame({"guess": list(found.tokens[-1]), "probability": found.probabilities[-1]})
    return Shown(found.answer, said, ((figure, unmarked(said)),), table)


FRAGMENTS = {
    "next": Fragment(frozenset({"model", "begin"}), next_word),
    "surer": Fragment(frozenset({"models", "begin"}), surer, titles),
    "perplexity": Fragment(frozenset({"models", "sentences"}), perplexity, titles),
    "fill": Fragment(frozenset({"model", "sentence"}), fill),
}
