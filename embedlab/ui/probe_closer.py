"""Looking closer on the Layer probes page: depth, confusion, mistakes in context, the paper's column, other models."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import streamlit as st

from embedlab import probe_store
from embedlab.analysis import entity_scores as scoring
from embedlab.analysis.layer_strategies import PAPER
from embedlab.analysis.probe_errors import Mistake, WrongSentence, numbered, types_of, wrong_sentences
from embedlab.analysis.probe_result import LayerProbe, Row
from embedlab.data.tags import Span
from embedlab.plots import probes
from embedlab.plots.palette import family_color
from embedlab.plots.text import md
from embedlab.probe_store import Kept
from embedlab.ui import contextual, probe_views, state, widgets
from embedlab.ui.probe_choice import Asked, current_key

SHOWN = 8
"""Sentences with mistakes that are shown at once."""
SORTS = {"all": "all", "missed": "missed", "invented": "invented", "type": "wrong type", "edges": "wrong edges"}


def look(kept: Kept, asked: Asked) -> None:
    """A choice of what to look at, and that."""
    titles = {name: title for name, (title, _) in VIEWS.items()}
    view = state.choice("look", list(VIEWS), "mistakes", "Look closer", titles=titles)
    VIEWS[view][1](kept, asked)


def _depth(kept: Kept, asked: Asked) -> None:
    found = kept.probe.depth
    if found is None:
        st.info("One layer has no depth; nor is it measured with the BiLSTM, or where the settings leave it out.")
        return
    layers = [contextual.layer_title(name) for name in kept.probe.layers]
    text = (
        f"Where in the model names are found, layers counted from 0, the input, to {len(layers) - 1}: the centre of "
        f"gravity of the learned mix lies at **{found.centre_of_gravity:.2f}** (an even mix: {(len(layers) - 1) / 2:g})"
    )
    if math.isnan(found.expected_layer):
        text += "; adding layers to the input brings no gain that differs from none, so there is no expected layer."
    else:
        text += (
            f"; the expected layer, the mean layer of what each one adds, is **{found.expected_layer:.2f}** "
            f"(95 % interval {found.low:.2f} to {found.high:.2f})."
        )
    widgets.figure(probes.depth(found, layers, family_color(asked.spec.family.key)), "probes-depth", text)
    st.markdown(text.replace("-", "−") if "-" in f"{found.expected_layer}" else text)
    st.caption("Tenney et al. (2019), BERT large: centre of gravity 13.16, expected layer 4.64 of 24 for names.")


def _chosen_row(probe: LayerProbe) -> Row:
    names = [row.strategy for row in probe.rows]
    if len(names) == 1:
        return probe.rows[0]
    return probe.row(state.choice("strategy", names, probe_views.top(probe).strategy, "Strategy"))


def _confusion(kept: Kept, asked: Asked) -> None:
    probe = kept.probe
    row = _chosen_row(probe)
    types = types_of(probe.labels)
    table = scoring.confusion(numbered(probe.labels, asked.dataset.test), row.tags, len(types))
    if len(types) > 12:
        st.caption("The figure shows the twelve types first by name.")
    size = min(len(types), 12) + 1
    pairs = [(int(table[i, j]), i, j) for i in range(1, size) for j in range(1, size) if i != j]
    count, i, j = max(pairs, default=(0, 0, 0))
    text = f"Words of the test sentences by their true type and by the type that “{row.strategy}” gives them."
    if count:
        text += f" Most frequent among names: true {types[i - 1]} tagged as {types[j - 1]}, {count} words."
    left, _ = st.columns([2, 1])
    with left:
        widgets.figure(probes.confusion(table[:size, :size], ["no name", *types[: size - 1]]), "probes-confusion", text)
    st.markdown(md(text))


def _mistakes(kept: Kept, asked: Asked) -> None:
    row = _chosen_row(kept.probe)
    wrong = wrong_sentences(kept.probe, row, asked.dataset.test)
    every = [mistake for one in wrong for mistake in one.mistakes]
    titles = {
        name: f"{title} ({len(every) if name == 'all' else sum(one.sort == name for one in every)})"
        for name, title in SORTS.items()
    }
    sort = state.choice("mistakes", list(SORTS), "all", "Mistakes", titles=titles)
    shown = [one for one in wrong if sort == "all" or any(mistake.sort == sort for mistake in one.mistakes)]
    if not shown:
        st.success("There is none.")
        return
    pages = math.ceil(len(shown) / SHOWN)
    page = state.number("page", 1, 1, pages, "Sentences", help=f"{SHOWN} at a time") if pages > 1 else 1
    st.caption("True names are bold. Below each sentence what “" + md(row.strategy) + "” makes of them.")
    for one in shown[(page - 1) * SHOWN : page * SHOWN]:
        st.markdown(_sentence(one))


def _sentence(one: WrongSentence) -> str:
    """A sentence with its true names in bold and their types, and its mistakes below."""
    starts, ends = {s.start: s for s in one.sentence.spans}, {s.end - 1: s for s in one.sentence.spans}
    words = [
        ("**" if at in starts else "") + md(word) + (f"** :gray[{md(ends[at].type)}]" if at in ends else "")
        for at, word in enumerate(one.sentence.words)
    ]
    notes = "; ".join(_note(one, mistake) for mistake in one.mistakes)
    return f"{' '.join(words)}  \n:gray[{one.number + 1}.] {notes}"


def _note(one: WrongSentence, mistake: Mistake) -> str:
    def text(span: Span | None) -> str:
        return f"“{md(one.sentence.text(span))}”" if span else ""

    def kind(span: Span | None) -> str:
        return md(span.type) if span else ""

    gold, found = mistake.gold, mistake.found
    if mistake.sort == "missed":
        return f":orange[missed] {text(gold)}"
    if mistake.sort == "invented":
        return f":orange[invented] {text(found)} as {kind(found)}"
    if mistake.sort == "type":
        return f":orange[wrong type] {text(gold)} as {kind(found)}"
    return f":orange[wrong edges] {text(found)} as {kind(found)} for {text(gold)}"


def _paper(kept: Kept, asked: Asked) -> None:
    rows = [(row.strategy, PAPER[row.strategy], 100 * row.f1) for row in kept.probe.rows if row.strategy in PAPER]
    if not rows:
        st.info("The paper compares layers; this model has one vector a word.")
        return
    frame = pd.DataFrame(rows, columns=["strategy", "BERT's paper, dev F1", "here, test F1"])
    st.dataframe(frame.round(1), hide_index=True, key="paper")
    probe = kept.probe
    st.markdown(
        "Not the same measurement, so compare the order of the rows and not their height. The paper's BERT base has 12 "
        "blocks of 768 and has read 3.3 billion words; on its vectors lies a BiLSTM of two layers of 768, trained on "
        f"the 203,621 words of CoNLL-2003 and measured on its dev sentences. Here {md(probe.model)} is read by a "
        f"{md(probe.settings.probe)} probe that learns from {probe.words[0]:,} words and is measured on "
        f"{probe.entities[2]:,} names of other sentences, most of which it has never seen. The paper's mix of all is "
        "of the twelve blocks, without the embeddings. Fine-tuned, all of BERT being trained, it reaches 96.4."
    )


def _models(kept: Kept, asked: Asked) -> None:
    """The best strategy of every model whose stored result belongs to its weights of today."""
    same = [
        one
        for one in probe_store.everything()
        if one.data == kept.data and one.probe.settings == kept.probe.settings and _current(one, kept)
    ]
    rows = {}
    for one in same:
        best = probe_views.top(one.probe)
        rows[one.probe.model] = (
            one.probe.model, best.strategy, 100 * best.f1, 100 * best.low, 100 * best.high, 100 * best.selectivity,
        )  # fmt: skip
    names = ["model", "best strategy", "F1", "low", "high", "selectivity"]
    frame = pd.DataFrame(sorted(rows.values(), key=lambda row: -row[2]), columns=names).round(1)
    st.dataframe(frame, hide_index=True, key="models-table")
    st.caption(
        "All results at hand with these settings and sentences. The best strategy of each model is chosen by the very "
        "F1 that is shown, so models with many strategies look a little better than they are."
    )


def _current(one: Kept, kept: Kept) -> bool:
    return current_key(one.models, kept.data, one.probe.settings) == one.key


VIEWS: dict[str, tuple[str, Callable[[Kept, Asked], None]]] = {
    "mistakes": ("Mistakes in context", _mistakes),
    "depth": ("At which layer", _depth),
    "confusion": ("Confusion", _confusion),
    "paper": ("Beside BERT's paper", _paper),
    "models": ("All models", _models),
}
