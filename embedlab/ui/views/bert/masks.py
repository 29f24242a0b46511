"""BERT page: guesses for masked words, and how a guess forms from layer to layer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from embedlab.analysis.layer_predictions import LayerPredictions, layer_predictions
from embedlab.base import MaskedModel
from embedlab.plots import next_tokens as drawn
from embedlab.plots.layout import family_color
from embedlab.plots.text import md, tinted
from embedlab.ui import cache, inputs, models, state, widgets
from embedlab.ui.cache import remembered
from embedlab.ui.models import ChosenModel
from embedlab.ui.views.bert import words

LITTLE = 1.0
"""Bits of information from the context above which a guess is more than a common word."""


def guesses(chosen: ChosenModel[MaskedModel], cut: Sequence[str]) -> str:
    """Words to hide, the guesses for each, and one of them layer by layer; returns the lines that compute it."""
    if not chosen.model.has_masked_head:
        st.info(
            f"{md(chosen.title)} was published without the output head that guesses hidden words: it was made for "
            "vectors of sentences. Its pieces and its attention are there; for guesses choose another model."
        )
        return ""
    positions = words.hidden(cut)
    k = state.number("k", 5, 3, 10, "How many guesses")
    if not positions:
        st.info("Click a word above to hide it.")
        return ""
    results = [_predicted(chosen, cut, position, k, positions) for position in positions]
    st.markdown("The model is shown: " + " ".join(_marked(chosen, word) for word in results[0].sentence))
    color = family_color(chosen.spec.family.key)
    titles = inputs.names(cut)
    figures = [(drawn.guesses(one, f"instead of {titles[one.position]}", color), summary(one)) for one in results]
    widgets.figures(figures, "bert-guesses")
    st.markdown("\n".join(f"- {summary(one)}" for one in results))
    _by_layer(results[_looked_at(results, titles)])
    widgets.table(table(results), "bert-guesses", title="All guesses of all layers as a table")
    return f"""
import embedlab
from embedlab.analysis.layer_predictions import layer_predictions

model = embedlab.load_model({chosen.spec.key!r})
for place in {positions!r}:
    found = layer_predictions(model, {list(cut)!r}, place, k={k}, hidden={positions!r})
    for layer, tokens, probabilities in zip(found.layers, found.tokens, found.probabilities):
        print(layer, list(zip(tokens, probabilities.round(4).tolist())))
"""


def _predicted(
    chosen: ChosenModel[MaskedModel], cut: Sequence[str], position: int, k: int, positions: Sequence[int]
) -> LayerPredictions:
    key = ("guesses", chosen.spec.key, cache.stamp(chosen.spec), tuple(cut), position, k, tuple(positions))
    return remembered(key, lambda: layer_predictions(chosen.model, cut, position, k, positions))


def _marked(chosen: ChosenModel[MaskedModel], word: str) -> str:
    return tinted("violet", md(word)) if word == chosen.model.mask else md(word)


def summary(one: LayerPredictions) -> str:
    """The result for one hidden word, in a sentence of Markdown."""
    text = f"Instead of **{md(one.word)}** it guesses **{md(one.answer)}** ({one.answer_probabilities[-1]:.1%}). "
    text += f"The words shown tell it {one.told:.1f} bits about the gap{', hardly anything' * (one.told < LITTLE)}. "
    if one.word_ranks is None or one.word_probabilities is None:
        return text + f"“{md(one.word)}” is several pieces, and a gap holds only one, so it cannot be the answer."
    rank, chance = int(one.word_ranks[-1]), float(one.word_probabilities[-1])
    if rank == 1:
        return text + "That is right."
    return text + f"The word that stood there has rank {rank:,} of {one.size:,} ({chance:.2%})."


def _looked_at(results: Sequence[LayerPredictions], titles: Sequence[str]) -> int:
    """Which of the hidden words is followed through the layers."""
    st.header("Layer by layer")
    if len(results) == 1:
        return 0
    names = {str(i): titles[one.position] for i, one in enumerate(results)}
    return int(state.choice("gap", list(names), "0", "Which gap", titles=names))


def _by_layer(one: LayerPredictions) -> None:
    st.markdown(
        "The output head was trained on the top layer only; here it reads every layer as if that were the last one "
        "(the **logit lens**). Bottom row: before any attention; every row above it, one block further."
    )
    where = models.layer_title(one.layers[one.settled])
    first = f"The answer {one.answer} is every layer's first guess from {where} on."
    widgets.figure(drawn.by_layer(one), "bert-layers", first)
    sure = one.entropies
    st.markdown(
        f"**{md(one.answer)}** is the first guess of every layer from **{md(where)}** on. The unsureness falls from "
        f"{sure[0]:.1f} bits at the input to {sure[-1]:.1f} at the top; {_bits(one.size)} bits would be pure guessing."
        if sure[-1] < sure[0]
        else f"**{md(one.answer)}** is the first guess of every layer from **{md(where)}** on. The top is no surer "
        f"({sure[-1]:.1f} bits) than the input ({sure[0]:.1f}): on the way up the model finds little in the context."
    )
    ranks = f"At the top {one.answer} has {one.answer_probabilities[-1]:.1%}."
    widgets.figure(drawn.answer(one), "bert-answer", f"Probability of the answer at every layer. {ranks}")


def _bits(size: int) -> str:
    return f"{math.log2(size):.1f}"


def table(results: Sequence[LayerPredictions]) -> pd.DataFrame:
    """Every layer's guesses, one a row."""
    rows = [
        (one.word, one.position + 1, layer, rank, token, float(probability), float(entropy))
        for one in results
        for layer, tokens, values, entropy in zip(one.layers, one.tokens, one.probabilities, one.entropies, strict=True)
        for rank, (token, probability) in enumerate(zip(tokens, values, strict=True), 1)
    ]
    columns = ["hidden word", "place", "layer", "rank", "guess", "probability", "entropy (bits)"]
    return pd.DataFrame(rows, columns=columns)
