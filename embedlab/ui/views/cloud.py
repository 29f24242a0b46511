"""Context cloud page: the controls, the background run, the cloud, what a selection shares, and the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from embedlab.analysis.clouds import Cloud, cloud
from embedlab.analysis.clusters import agreement
from embedlab.analysis.shared_words import Shared, shared
from embedlab.base.limits import Limits
from embedlab.data.datasets import AS_WRITTEN, Occurrence
from embedlab.jobs.api import Run, RunEvent
from embedlab.jobs.kinds import cloud as kinds_cloud
from embedlab.jobs.kinds.cloud import CloudSettings
from embedlab.plots import clouds
from embedlab.plots.senses import Named
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, forms, inputs, links, models, run_bar, state, upload, widgets
from embedlab.ui.inputs import marked, tag
from embedlab.ui.visitor import address, mine, visitor

SOURCES = {"shipped": "Shipped sentences", "text": "A text"}
METHODS = {"pca": "PCA", "umap": "UMAP"}
SORTERS = {"kmeans": "k-means", "hdbscan": "HDBSCAN"}
FIRST = ("ran", "bank", "right", "play", "charge", "cell", "spring", "Paris", "light", "race")
IN_TEXTS = ("state", "right", "light", "current", "number", "party", "order", "ran")
SAMPLE = "wikipedia"
"""The first sample offered: the generated one has few words of several senses."""
DEFAULT = ("bert", "elmo", "flair", "lstm")
"""Models that the page opens with, the first that is at hand."""


@dataclass(frozen=True)
class Question:
    """What the visitor chose.

    Attributes:
        spec: the model.
        settings: the rest, as a background run takes it.
        occurrences: the shipped sentences of the word; empty where a text is to be looked through.
    """

    spec: ModelSpec
    settings: CloudSettings
    occurrences: tuple[Occurrence, ...]


def controls() -> Question | None:
    """Let the visitor choose; ``None`` (with a sentence that says why) while something is missing."""
    left, right = st.columns([1, 1.6], vertical_alignment="bottom", gap="medium")
    with left:
        where = state.choice("look_in", list(SOURCES), "shipped", "Look in", titles=SOURCES)
    known = inputs.shipped_senses()
    with right:
        if where == "shipped":
            first = links.first_of(list(known), "ran")
            word = state.choice("cloud_word", list(known), first, f"Word, one of {len(known)}")
        else:
            word = state.text("text_word", "state", "Word to look for", limit=60)
    if where == "shipped":
        widgets.chips("Try", links.offered(FIRST, known), "cloud_word")
    else:
        widgets.chips("Try", links.offered(IN_TEXTS), "text_word")
    chosen = None
    if where == "text":
        chosen = upload.text_upload(options=AS_WRITTEN, sample=SAMPLE)
        if chosen is None:
            return None
        if not word:
            st.info("Write a word to look for.")
            return None
    at_hand = {spec.key for spec in models.specs(static=False)}
    specs = models.choose([key for key in DEFAULT if key in at_hand][:1], many=False, static=False)
    if not specs:
        return None
    senses = len({one.sense for one in known[word]}) if where == "shipped" else 3
    most, inflected, method, sorter, k, seed = _settings(senses, where)
    settings = CloudSettings(
        specs[0].key, cache.stamp(specs[0]), word, method=method, sorter=sorter, k=k, seed=seed, most=most,
        inflected=inflected,
    )  # fmt: skip
    if chosen is None:
        return Question(specs[0], settings, known[word])
    draft = chosen.draft.id if chosen.draft else ""
    return Question(specs[0], replace(settings, text=chosen.text, draft=draft), ())


def _settings(senses: int, where: str) -> tuple[int, bool, str, str, int, int]:
    most, inflected = 1000, False
    with st.expander("More settings", icon=":material/tune:"):
        left, right = st.columns(2, gap="large")
        with left:
            text = "PCA takes moments; UMAP shows finer islands, and takes a minute or more the first time."
            method = state.choice("drawn_by", list(METHODS), "pca", "Picture", titles=METHODS, help=text)
            text = "Of the pictures, the draw and k-means."
            seed = state.number("cloud_seed", 1, 0, 100, "Seed", help=text)
            if where == "text":
                text = "If the text has more, so many are drawn at random."
                points, label = min(5000, Limits.from_environment().points), "Occurrences at most"
                most = min(most, points)
                if points > 50:
                    most = state.number("most", most, 50, points, label, step=50, help=text)
        with right:
            text = (
                "k-means makes as many groups as it is told; HDBSCAN finds the number and leaves out what lies between."
            )
            sorter = state.choice("sorted_by", list(SORTERS), "kmeans", "Groups by", titles=SORTERS, help=text)
            forms.follow("cloud_groups", senses)
            k = state.number("cloud_groups", senses, 2, 10, "How many groups") if sorter == "kmeans" else senses
            if where == "text":
                help = "ran finds run, runs and running, too. Each form makes a group of its own in most models."
                inflected = state.flag("inflected", False, "Other forms of the word, too", help=help)
    return most, inflected, method, sorter, k, seed


def counted(made: Cloud) -> str:
    """How many occurrences there are, and whether they are all."""
    size = len(made.occurrences)
    if made.found > size:
        return f"{size:,} of {made.found:,} occurrences in {made.sentences:,} sentences, drawn at random."
    return f"All {size:,} occurrences in {made.sentences:,} sentences."


def apart(made: Cloud, groups: Named, labelled: bool, layer: str) -> str:
    """How the occurrences fall apart, in a sentence or two of Markdown."""
    sizes = [int((groups.labels == number).sum()) for number in range(len(groups.names))]
    out = int((groups.labels < 0).sum())
    text = f"At {md(layer)} there {'is one group' if len(sizes) == 1 else f'are {len(sizes)} groups'} of "
    text += (
        " and ".join(filter(None, [", ".join(f"{size:,}" for size in sizes[:-1]), f"{sizes[-1]:,}"])) + " occurrences"
    )
    text += f"; {out:,} lie in none." if out else "."
    if not labelled:
        return text
    result = agreement(groups.labels.tolist(), [one.sense for one in made.occurrences])
    verdict = "no accident" if result.chance <= 0.05 else "not different from chance"
    value = f"{result.rand:.2f}".replace("-", "−")
    return (
        f"{text} They agree with the senses by **{value}** (adjusted Rand index, 1 is the same, 0 is chance), which is "
        f"{verdict} (p = {result.chance:.3f}, {result.shuffles:,} random orders)."
    )


def selection_sentence(result: Shared) -> str:
    """Words that the chosen sentences share, in a sentence of Markdown."""
    words = [f"**{md(item.word, 30)}** ({item.inside} of {result.chosen} against {item.outside} of {result.others})"
             for item in result.words]  # fmt: skip
    rule = f"{result.tested:,} context words were tested by Fisher's exact test, with 5 % for all of them together"
    if result.certain:
        return f"They share {', '.join(words[: result.certain])}: more than chance explains ({rule})."
    nearest = f" Nearest to it: {', '.join(words[:5])}." if words else ""
    return f"No context word stands out beyond chance ({rule}).{nearest}"


def lines(made: Cloud, rows: Sequence[int], groups: Named) -> str:
    """Sentences as Markdown, each with its group and sense."""
    lines = []
    for row in rows:
        one, number = made.occurrences[row], int(groups.labels[row])
        sense = f" :gray[{md(one.sense, 30)}]" if one.sense else ""
        lines.append(f"{tag(groups.name(number), number)}{sense} {marked(one)}")
    return "  \n".join(lines)


def frame(made: Cloud, groups: Named) -> pd.DataFrame:
    """Every occurrence as a row."""
    rows = [
        [i, one.form, one.sense, groups.name(int(label)), one.sentence]
        for i, (one, label) in enumerate(zip(made.occurrences, groups.labels, strict=True), start=1)
    ]
    frame = pd.DataFrame(rows, columns=["number", "form", "sense", "group", "sentence"])
    return frame if any(one.sense for one in made.occurrences) else frame.drop(columns="sense")


def source(question: Question) -> str:
    """The lines that compute the same when they are pasted."""
    settings = question.settings
    if question.occurrences:
        head = "from embedlab.data.datasets import load_senses"
        made = f"found = [one for one in load_senses() if one.word == {settings.word!r}]"
    else:
        text = settings.text
        module, opened = (
            ("datasets import load_sample", f"load_sample({text.sample!r}, AS_WRITTEN)")
            if text.sample
            else ("corpus import Corpus", f"Corpus.from_file({text.file!r}{text.arguments}, options=AS_WRITTEN)")
        )
        head = f"from embedlab.analysis.occurrences import gather\nfrom embedlab.data.{module}\n"
        head += "from embedlab.data.datasets import AS_WRITTEN"
        made = f"corpus = {opened}\ngathered = gather(\n    corpus, {settings.word!r}, most={settings.most}, "
        made += f"inflected={settings.inflected}, seed={settings.seed}\n)\nfound = gathered.occurrences"
    how = f"method={settings.method!r}, sorter={settings.sorter!r}, k={settings.k}, seed={settings.seed}"
    return f"""
{head}
from embedlab import load_model
from embedlab.analysis.clouds import cloud
from embedlab.analysis.shared_words import shared

{made}
result = cloud(load_model({settings.model!r}), found, {how})
for i, layer in enumerate(result.layers):
    for row in result.typical(i, 0):
        print(layer, result.occurrences[row].sentence)
first = (result.groups[-1] == 0).nonzero()[0]
if len(first) < len(found):
    print([item.word for item in shared(result.occurrences, first).words])
"""


LISTED = 30


def ready(question: Question) -> Cloud | None:
    """The cloud: shipped sentences at once, a text by a background run; ``None`` while there is none."""
    if question.occurrences:
        return _at_once(question)
    run = kinds_cloud.known(question.settings, visitor())
    how = run.state() if run else None
    with st.container(horizontal=True, vertical_alignment="center"):
        active = bool(how and how.active)
        done = bool(how and how.status == "done")
        if st.button("Look through the text", key="gather", type="primary", icon=":material/search:",
                     disabled=active or done):  # fmt: skip
            with widgets.guard():
                kinds_cloud.start(question.settings, visitor(), address())
                st.rerun()
        if run is None:
            st.caption("In the background; other pages stay usable. A thousand occurrences take about a minute.")
    if run is None or how is None:
        return None
    if how.active:
        run_bar.watch(run, _progress)
        return None
    if run_bar.outcome(run):
        return cache.remembered(("cloud", run.id), lambda: kinds_cloud.stored(run))
    if mine(run):
        st.button("Forget it", key="forget", on_click=run.delete)
    return None


def _at_once(question: Question) -> Cloud:
    settings = question.settings

    def make() -> Cloud:
        with models.progress(f"{question.spec.title} reads {len(question.occurrences)} sentences") as tell:
            return cloud(
                models.contextual(question.spec), question.occurrences, method=settings.method, sorter=settings.sorter,
                k=settings.k, seed=settings.seed, on_progress=tell,
            )  # fmt: skip

    return cache.remembered(("cloud", settings), make)


def _progress(_: Run, events: Sequence[RunEvent]) -> tuple[float, str]:
    """How far a run is, 0 to 1, and what it does, by its latest report; reading takes the longest but for UMAP."""
    if not events:
        return 0.0, "starting"
    last = events[-1]
    if last.phase == "reading":
        return 0.0, f"looking through the text, {last.step:,} sentences"
    if last.phase == "encoding":
        return 0.8 * last.fraction, f"the model reads, {last.step:,} of {last.total:,} words"
    if last.phase == "sorting":
        return 0.8 + 0.1 * last.fraction, f"sorting into groups, {last.step} of {last.total} layers"
    if last.phase == "drawing":
        return 0.9, "drawing; UMAP takes a few minutes for thousands of points" if last.fraction < 1 else "drawing"
    return 0.0, md(last.phase)


def show(question: Question, made: Cloud) -> None:
    """Draw the cloud with its slider, the selection, the groups and the table."""
    titles = {name: models.layer_title(name) for name in made.layers}
    labelled = all(one.sense for one in made.occurrences)
    usual = models.usual_layer(made.layers)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        layer = state.choice("cloud_layer", list(made.layers), usual, "Groups found at", titles=titles)
        options = {"sense": "Sense", "group": "Groups found"}
        color = state.choice("cloud_color", list(options), "sense", "Color by", titles=options) if labelled else "group"
    at = made.layers.index(layer)
    groups = _groups_at(made, at)
    named = _senses(made) if color == "sense" else groups
    texts = [one.sentence + (f" ({one.sense})" if one.sense else "") for one in made.occurrences]
    fig = clouds.cloud(made.points, [titles[name] for name in made.layers], named, texts, at)
    size = len(made.occurrences)
    summary = (
        f"{size:,} occurrences of {made.word} in {question.spec.title}, {len(made.layers)} layers to move through."
    )
    by_hand = not widgets.on_phone()  # a finger on the figure scrolls the page
    event = widgets.figure(fig, "cloud", summary, select=by_hand)
    how = "Move the slider below the figure: the points glide to their places in another layer."
    st.caption(f"{counted(made)} {how}" + (" Draw around some to list them." if by_hand else ""))
    st.markdown(apart(made, groups, labelled, titles[layer]))
    _selection(made, event, groups)
    _typical(made, at, groups)
    widgets.table(frame(made, groups), "cloud", title="All occurrences as a table")


def _groups_at(made: Cloud, at: int) -> Named:
    labels = made.groups[at]
    return Named(labels, [f"group {i}" for i in range(1, int(labels.max(initial=0)) + 2)])


def _senses(made: Cloud) -> Named:
    names = list(dict.fromkeys(one.sense for one in made.occurrences))
    return Named(np.array([names.index(one.sense) for one in made.occurrences]), names)


def _selection(made: Cloud, event: Any, groups: Named) -> None:
    """The chosen occurrences: by lasso, or a whole group; what they share, and their sentences."""
    rows = selected(event)
    names = {str(number): f"{groups.name(number)}" for number in range(len(groups.names))}
    st.header("What some of them share", anchor=False)
    if rows:
        st.markdown(f"**{len(rows):,} occurrences** that you drew around:")
    else:
        number = state.choice("cloud_group", list(names), "0", "Draw around points, or take a group", titles=names)
        rows = np.flatnonzero(groups.labels == int(number)).tolist()
    if len(rows) == len(made.occurrences):
        st.caption("These are all occurrences; there is no rest to compare them with.")
    else:
        with widgets.guard():
            result = shared(made.occurrences, rows)
            st.markdown(selection_sentence(result))
            frame = pd.DataFrame([vars(item) for item in result.words], columns=["word", "inside", "outside", "z", "p"])
            frame.columns = ["word", f"of {result.chosen} chosen", f"of {result.others} others", "z", "p"]
            widgets.table(frame, "cloud-shared", title="Words that stand out, with their counts")
    with st.container(height=260):
        st.markdown(lines(made, rows[:LISTED], groups))
        if len(rows) > LISTED:
            st.caption(f"… and {len(rows) - LISTED:,} more; the table below has all.")


def selected(event: Any) -> list[int]:
    """Numbers of the points in a lasso."""
    points = event.get("selection", {}).get("points", []) if isinstance(event, Mapping) else []
    rows = [point.get("customdata") for point in points if point.get("curve_number", 0) == 0]
    return sorted({int(row[0]) for row in rows if row})


def _typical(made: Cloud, at: int, groups: Named) -> None:
    st.header("Typical sentences of each group", anchor=False)
    st.caption("Those nearest to the group's center.")
    for number in range(min(10, len(groups.names))):
        if rows := made.typical(at, number):
            st.markdown(f"**{groups.name(number)}**  \n" + lines(made, rows, groups))
