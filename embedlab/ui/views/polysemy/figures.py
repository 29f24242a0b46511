"""Polysemy page: one row of figures for all models, and one model in detail."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from embedlab.plots import senses
from embedlab.plots.figure import Figure
from embedlab.plots.layout import NAMES, family_color
from embedlab.plots.senses import SHADE, Column, Named
from embedlab.plots.text import md, unmarked
from embedlab.registry import ModelSpec
from embedlab.ui import cache, forms, models, state, widgets
from embedlab.ui.views.polysemy import results, summary
from embedlab.ui.views.polysemy.controls import Choices
from embedlab.ui.views.polysemy.results import Reading

METHODS = {"pca": "PCA", "umap": "UMAP"}
SORTERS = {"kmeans": "k-means", "hdbscan": "HDBSCAN"}
COLORS = {"sense": "Sense", "group": "Groups found"}
FAMILIES = (
    "one_hot", "lsa", "nnlm", "cw", "cbow", "word2vec", "glove", "fasttext", "lstm", "elmo", "flair", "bert",
)  # fmt: skip
"""The starters that the page opens with: all that give vectors, in the order of the road."""
PATIENCE = 0.8
"""Seconds between two drawings of the row while models read."""
QUICK = 24
"""Sentences that any model reads in a moment, once it is loaded."""
FEW_AT_ONCE = 4
"""Models side by side on a phone."""


def choose_layers(readings: Mapping[str, Reading]) -> dict[str, str]:
    """Let the visitor choose the layer of every contextual model; by model key."""
    deep = [one for one in readings.values() if len(one.layers) > 1]
    if not deep:
        return {}
    with st.expander("Layers", icon=":material/layers:"):
        return {
            one.spec.key: models.choose_layer(f"layer_{one.spec.key}", one.layers, label=md(one.spec.title))
            for one in deep
        }


def column(reading: Reading, layer: str, title: str, sorter: str = "kmeans", k: int = 2) -> Column:
    """A layer's similarities and projection, coloured by sense, or by groups where no senses are known."""
    groups = reading.choices.named if reading.choices.labelled else _named(reading, layer, sorter, k)
    score = None
    if reading.scores:
        at = reading.layers.index(layer)
        score = tuple(float(values[at]) for values in (reading.scores.auc, reading.scores.low, reading.scores.high))
    named = "" if reading.static else models.layer_title(layer)
    points = reading.picture(layer, "pca").points
    color = family_color(reading.spec.family.key)
    return Column(title, named, reading.similarity(layer), points, groups, score, color)  # type: ignore[arg-type]


def _named(reading: Reading, layer: str, sorter: str, k: int) -> Named:
    labels = reading.groups(layer, sorter, k)
    return Named(labels, [f"group {i}" for i in range(1, int(labels.max(initial=0)) + 2)])


def read_all(specs: Sequence[ModelSpec], choices: Choices) -> dict[str, Reading]:
    """Every model's reading, by its key; while some still read, the row shows those that have."""
    line, readings, drawn = st.empty(), dict[str, Reading](), time.monotonic()
    with st.spinner("The models read the sentences …", show_time=True):
        for number, spec in enumerate(specs):
            reads = bool(readings) and not results.is_remembered(spec, choices)
            if reads and (time.monotonic() - drawn > PATIENCE or _slow(spec, choices)):
                line.plotly_chart(widgets.drawn(_row(readings, {})), key=f"row-{number}")
                drawn = time.monotonic()
            with widgets.guard():
                readings[spec.key] = results.read(spec, choices)
    line.empty()
    return readings


def _slow(spec: ModelSpec, choices: Choices) -> bool:
    """Whether a model will read for so long that those which have read are to be seen meanwhile."""
    return not models.is_static(spec) and (len(choices.occurrences) > QUICK or not cache.loaded(spec))


def _row(readings: Mapping[str, Reading], layers: Mapping[str, str]) -> Figure:
    columns = [column(one, summary.layer_of(one, layers), summary.short(one.spec)) for one in readings.values()]
    return senses.row(columns, per_row=FEW_AT_ONCE if widgets.on_phone() else 12)


def show_row(readings: Mapping[str, Reading], layers: Mapping[str, str]) -> None:
    """All models side by side, and how to read the figure."""
    choices = next(iter(readings.values())).choices
    text = " ".join(map(unmarked, summary.lines(readings, layers)))
    widgets.figure(_row(readings, layers), "polysemy", text)
    score = (
        " **Score**: AUC, the share of comparisons in which two sentences of one sense are more alike than two of "
        "different senses (only sentences with the same form of the word are compared); the bar is the 95 % interval "
        "(bootstrap, 1,000 resamples, seed 1), the dashed line is chance."
        if any(one.scores for one in readings.values())
        else ""
    )
    order = "in the order of the senses" if choices.labelled else "in your order"
    st.caption(
        f"**Similarity**: a field for two of the {len(choices.occurrences)} sentences, {order}; the stronger the "
        f"{NAMES[SHADE]}, the more alike are the two vectors of the word (cosine; colors reach from the lowest "
        "value of a square to its highest, both stand below it). **Picture**: the sentences as points, on the two "
        f"directions in which the vectors differ most (PCA).{score}"
    )


def details(readings: Mapping[str, Reading], layers: Mapping[str, str]) -> None:
    """Draw one model in detail: square, projection, groups, and the score of every layer."""
    st.header("One model closer", anchor=False)
    deep = [key for key, one in readings.items() if not one.static]
    titles = widgets.unique_titles([one.spec for one in readings.values()])
    key = state.choice("closer", list(readings), (deep or list(readings))[-1], "Model", titles=titles)
    reading = readings[key]
    layer, choices = summary.layer_of(reading, layers), reading.choices
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        method = state.choice("picture", list(METHODS), "pca", "Picture", titles=METHODS)
        sorter = state.choice("sorter", list(SORTERS), "kmeans", "Groups by", titles=SORTERS)
        senses_there = len(choices.named.names) if choices.labelled else 2
        forms.follow("groups", senses_there)
        k = state.number("groups", senses_there, 2, 8, "How many (k-means)") if sorter == "kmeans" else senses_there
        color = state.choice("color", list(COLORS), "sense", "Color by", titles=COLORS) if choices.labelled else "group"
    with st.spinner("Laying the picture out …", show_time=True):
        drawn = reading.picture(layer, method)
    groups = _named(reading, layer, sorter, k)
    texts = [f"{number}. {one.sentence}" for number, one in enumerate(choices.occurrences, start=1)]
    texts = [
        f"{text} ({one.sense})" if one.sense else text for text, one in zip(texts, choices.occurrences, strict=True)
    ]
    left, right = st.columns(2, gap="medium")
    drawn_from = column(reading, layer, "", sorter, k)
    name = f"{summary.short(reading.spec)} {'' if reading.static else models.layer_title(layer)}".strip()
    with left:
        alt = f"Similarities of the {len(texts)} sentences in {name}."
        widgets.figure(senses.square(drawn_from, texts), "polysemy-square", alt)
    with right:
        shown = replace(drawn_from, groups=choices.named if color == "sense" else groups)
        share = [f"{100 * each:.0f} % of the spread" for each in drawn.explained]
        fig = senses.picture(shown, drawn.points, texts, share if drawn.method == "pca" else ())
        widgets.figure(
            fig, "polysemy-picture", f"The {len(texts)} sentences in {name} as points, {METHODS[drawn.method]}."
        )
    if method != drawn.method:
        st.caption("There are too few different vectors for UMAP; this is PCA.")
    st.markdown(summary.agreed(reading, groups, SORTERS[sorter]))
    if reading.scores and len(reading.layers) > 1:
        at = int(reading.scores.auc.argmax())
        best = models.layer_title(reading.layers[at])
        chance = reading.scores.low[at] <= 0.5
        text = f"How well each layer separates the senses; best is {best} with AUC {reading.scores.auc[at]:.2f}"
        text += ", which does not differ from chance." if chance else "."
        st.markdown(md(text))
        names = [models.layer_title(one) for one in reading.layers]
        fig = senses.by_layer(
            names, reading.scores.auc, reading.scores.low, reading.scores.high, family_color(reading.spec.family.key)
        )
        widgets.figure(fig, "polysemy-layers", text)
