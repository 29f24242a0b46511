"""Layers mixed by hand: a slider a layer, and the picture of one word's occurrences that follows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from embedlab.analysis import mixed_senses
from embedlab.analysis.projection import project
from embedlab.analysis.scalar_mix import MixFit
from embedlab.base import ContextualModel, Floats
from embedlab.data.datasets import load_senses
from embedlab.data.senses import Occurrence
from embedlab.plots import senses as pictures
from embedlab.plots.palette import family_color
from embedlab.plots.senses import Column, Named
from embedlab.plots.text import md, shortened
from embedlab.registry import ModelSpec
from embedlab.ui import contextual, elmo_layer_asked, elmo_layer_views, pinned, state, widgets

FULL = 100
WORDS = ("bank", "ran", "bat", "crane", "spring", "plant", "seal", "match")
PER_ROW = 4


@st.cache_data(show_spinner=False)
def _senses() -> dict[str, list[Occurrence]]:
    found: dict[str, list[Occurrence]] = {}
    for one in load_senses():
        found.setdefault(one.word, []).append(one)
    return {word: sorted(own, key=lambda one: one.sense) for word, own in found.items()}


def _sliders(layers: Sequence[str]) -> list[int]:
    found = []
    for start in range(0, len(layers), PER_ROW):
        columns = st.columns(PER_ROW if len(layers) > PER_ROW else len(layers), gap="medium")
        for column, number in zip(columns, range(start, min(start + PER_ROW, len(layers))), strict=False):
            with column:
                title = contextual.layer_title(layers[number])
                found.append(state.number(f"w{number}", FULL // 2, 0, FULL, md(title)))
    return found


def _presets(layers: Sequence[str], results: Mapping[str, Sequence[MixFit]], l2: float) -> None:
    """Buttons that set all sliders."""
    ready: dict[str, list[float]] = {"equal": [FULL // 2] * len(layers)}
    for number, layer in enumerate(layers):
        ready[f"only {contextual.layer_title(layer)}"] = [FULL * (i == number) for i in range(len(layers))]
    for task, fits in results.items():
        mean = elmo_layer_views.learned(fits, l2).weights.mean(axis=0)
        ready[f"as learned: {elmo_layer_asked.title(task).lower()}"] = np.rint(FULL * mean / mean.max()).tolist()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Set to", width="content")
        for title, values in ready.items():
            st.button(md(title), key=f"preset-{title}", on_click=_set, args=(values,))


def _set(values: Sequence[float]) -> None:
    for number, value in enumerate(values):
        state.put(f"w{number}", int(value))


@st.fragment
def show(
    spec: ModelSpec, reader: ContextualModel, results: Mapping[str, Sequence[MixFit]], l2: float, layer_norm: bool
) -> None:
    """The sliders, the square of similarities, the picture, and what they say; only these follow a slider."""
    with widgets.guard():
        _show(spec, reader, results, l2, layer_norm)


def _show(
    spec: ModelSpec, reader: ContextualModel, results: Mapping[str, Sequence[MixFit]], l2: float, layer_norm: bool
) -> None:
    st.header("Mix by hand")
    known = _senses()
    words = [word for word in WORDS if word in known] + sorted(set(known) - set(WORDS))
    word = state.choice("word_mixed", words, pinned.first_of(words, words[0]), "Word")
    own = known[word]
    weights = _sliders(reader.layers)
    _presets(reader.layers, results, l2)
    if not any(weights):
        st.info("All weights are 0; give some layer a weight.")
        return
    vectors = _vectors(spec, own)
    kinds, forms = [one.sense for one in own], [one.form for one in own]
    made = mixed_senses.mixed(vectors, weights, kinds, forms, layer_norm=layer_norm)
    column = _column(spec, kinds, made)
    texts = [f"{one.sense}: {shortened(one.sentence, 90)}" for one in own]
    left, right = st.columns(2, gap="large")
    share = np.array(weights) / sum(weights)
    mix = ", ".join(f"{contextual.layer_title(layer)} {s:.2f}" for layer, s in zip(reader.layers, share, strict=True))
    with left:
        st.markdown("**How alike** the occurrences are, sense by sense")
        low, high = pictures.bounds(made.similarity)
        summary = f"Similarity of {len(own)} occurrences of {word}, from {low:.2f} to {high:.2f}, with {mix}."
        widgets.figure(pictures.square(column, texts), "mixed-similarity", summary)
    with right:
        st.markdown("**Where they lie** (two main directions)")
        summary = f"{len(own)} occurrences of {word} in two dimensions, with {mix}."
        widgets.figure(pictures.picture(column, column.points, texts), "mixed-picture", summary)
    st.markdown(_said(word, kinds, made, vectors, forms, layer_norm))


def _column(spec: ModelSpec, kinds: Sequence[str], made: mixed_senses.Mixed) -> Column:
    names = list(dict.fromkeys(kinds))
    groups = Named(np.array([names.index(kind) for kind in kinds]), names)
    points = project(made.vectors - made.vectors.mean(axis=0), "pca").points
    color = family_color(spec.family.key)
    return Column(spec.title, "mix", made.similarity, points, groups, None, color)


def _said(
    word: str, kinds: Sequence[str], made: mixed_senses.Mixed, vectors: Floats, forms: Sequence[str], norm: bool
) -> str:
    if made.auc is None:
        return "There are no two senses of one form to compare."
    count = len(vectors)
    alone = [
        mixed_senses.mixed(vectors, np.eye(count)[at].tolist(), kinds, forms, layer_norm=norm).auc or 0.5
        for at in range(count)
    ]
    chance = " That does not differ from chance." if made.low <= 0.5 <= made.high else ""
    return (
        f"With this mix two uses of “{md(word)}” in one sense are more alike than two in different senses in "
        f"**{100 * made.auc:.0f} %** of all comparisons (AUC {made.auc:.2f}, 95 % interval {made.low:.2f} to "
        f"{made.high:.2f}; chance 0.50; {len(kinds)} sentences).{chance} The layers alone, from the input to the top: "
        f"{', '.join(f'{one:.2f}' for one in alone)}."
    )


def _vectors(spec: ModelSpec, own: Sequence[Occurrence]) -> Floats:
    """(L, N, D) of the word in its sentences."""
    _, read = contextual.encode(spec, [one.words for one in own])
    return np.stack([one[:, occurrence.position] for one, occurrence in zip(read, own, strict=True)], axis=1)
