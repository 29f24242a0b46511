"""Training page: a run that has ended, with its epochs; name, keep, compare, download or share its model."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from embedlab.analysis.training_snapshots import Moment
from embedlab.base import BadInput, files
from embedlab.jobs.api import Run, RunEvent, RunState
from embedlab.jobs.kinds import train
from embedlab.plots import figure, text, training, training_live
from embedlab.plots.text import md
from embedlab.store import archive, library
from embedlab.ui import cache, encodings, links, page_links, run_bar, widgets
from embedlab.ui.views.training import comparison, losses, runs
from embedlab.ui.visitor import mine, workspace

AGAIN = "Its text and settings are kept: *Change and repeat* above opens them again."


def show(run: Run, how: RunState) -> None:
    """Everything about a run that has ended; to be kept and compared by its owner alone."""
    _summary(run, how)
    events, seen = run.events(), train.moments(run)
    shown = losses.measure(events)
    _numbers(run, how, events)
    if said := encodings.said(train.decoded(run)):
        st.caption(said)
    if how.status == "done" and mine(run):
        _result(run)
    elif how.status == "done":
        _download(run, train.of(run).name)
    if seen:
        _epochs(seen)
    if rows := [dataclasses.asdict(event) for event in events if event.loss is not None]:
        st.header(shown.name, anchor=False)
        losses.line(events)
        runs.losses(events, runs.epochs(run))
        widgets.table(pd.DataFrame(rows)[["epoch", "time", "loss", "held_out", "tokens_per_second"]], "loss")
        losses.curves(events, runs.epochs(run))
    if how.status == "done" and mine(run):
        comparison.show(run, seen)


def _numbers(run: Run, how: RunState, events: Sequence[RunEvent]) -> None:
    """Time, losses and speed, as far as there are any; of a model that only counts, what it has read and knows."""
    cells, shown = iter(st.columns(4)), losses.measure(events)
    next(cells).metric("Took", text.duration(how.seconds))
    loss = next((event.loss for event in reversed(events) if event.loss is not None), None)
    held_out = [event.held_out for event in events if event.held_out is not None]
    if loss is not None:
        name = "Final loss" if shown is losses.PLAIN else shown.name
        next(cells).metric(name, shown.text(loss), help=shown.help)
    elif how.status == "done":
        with widgets.guard():
            model = cache.at(run.result)
            next(cells).metric("Running words", f"{model.card.tokens:,}")
            known = f"{len(getattr(model, 'words', ())):,}"
            next(cells).metric("Vocabulary", known, help="The different words that it knows.")
    if held_out:
        unseen = held_out[-1] if shown.units_per_word is None else min(held_out)
        words, note = shown.word_perplexity(unseen), "This one is measured on sentences that were kept from training."
        delta = f"word perplexity {words}" if words else None
        help = f"{shown.help} {note}"
        next(cells).metric("Held out", shown.text(unseen), delta, "off", delta_arrow="off", help=help)
    counted = [event for event in events if event.tokens_per_second and event.phase != "reading"]
    trained = [event for event in counted if event.phase == "training"] or counted
    speeds = [event.tokens_per_second for event in trained if event.tokens_per_second]
    if speeds:
        next(cells).metric(f"{runs.counted(trained)} a second", f"{sum(speeds) / len(speeds):,.0f}")


def _summary(run: Run, how: RunState) -> None:
    if how.status == "done":
        st.success("The training is finished.", icon=":material/check_circle:")
        return
    again = AGAIN if mine(run) else ""
    run_bar.outcome(run, f"This training was cancelled. {again}", hint=again)


def _result(run: Run) -> None:
    """Name, keep and download the model."""
    settings = train.of(run)
    key = run_bar.kept_as(run)
    with st.container(border=True):
        left, right, far = st.columns([3, 1, 1], vertical_alignment="bottom")
        name = left.text_input("Name", settings.name, library.LONGEST, key=f"name-{run.id}")
        replace = _taken(name or "", key) and st.checkbox("Replace the model of that name", key=f"replace-{run.id}")
        if right.button("Keep", key="keep", type="primary", icon=":material/bookmark:", width="stretch"):
            with widgets.guard():
                again = replace or _same(name or "", key)
                key = library.keep(run.result, name or "", replace=again, workspace=workspace())
                with files.writing(run.folder):
                    files.write_text(run.folder / library.KEPT, key)
        with far:
            _download(run, name or settings.name)
        if key:
            spec = cache.find(key)
            st.markdown(f"Kept as **{md(spec.title)}**: {page_links.page_names(spec)} offer it now.")
            page_links.show([key], settings.watch)


def _download(run: Run, name: str) -> None:
    st.download_button(
        "Download", lambda: archive.pack(run.result), f"{_file_name(name)}.zip", "application/zip", key="download",
        on_click="ignore", icon=":material/download:", width="stretch",
    )  # fmt: skip


def _taken(name: str, key: str) -> bool:
    """Whether there is a model of that name, other than the one that the run was kept as."""
    try:
        return library.taken(name, workspace()) and not _same(name, key)
    except BadInput:
        return False


def _same(name: str, key: str) -> bool:
    """Whether a name is that of the model with this key."""
    return bool(key) and key.rpartition("/")[2] == _file_name(name)


def _file_name(name: str) -> str:
    try:
        return library.folder_name(name)
    except BadInput:
        return "model"


def _epochs(seen: list[Moment]) -> None:
    """The slider over the epochs, the map and the lists at that epoch."""
    st.header("Neighbors, epoch by epoch", anchor=False)
    index = len(seen) - 1
    if len(seen) > 1:
        listed = [item.epoch for item in seen]
        chosen = st.select_slider("Epoch", listed, listed[-1], key="epoch", bind="query-params")
        index = listed.index(chosen)
    summary = (
        f"After epoch {seen[index].epoch}: the watched words {', '.join(seen[index].watched)} and their neighbors."
    )
    st.echarts_chart(
        training_live.neighborhoods(seen, index), key="epochs-map", height=430, renderer="svg", alt=summary
    )
    with st.container(horizontal=True):
        st.download_button(
            "Figure as HTML", lambda: figure.standalone([training.neighborhoods(seen, index)], summary),
            "neighborhoods.html", "text/html", key="html-neighborhoods", on_click="ignore", type="tertiary",
            icon=":material/download:", help="For SVG use the arrow in the figure's upper right corner.",
        )  # fmt: skip
        st.download_button(
            "All epochs as HTML, to play", lambda: training.film(seen).checked().to_html(include_plotlyjs=True),
            "epochs.html", "text/html", key="film", on_click="ignore", type="tertiary", icon=":material/movie:",
        )  # fmt: skip
    runs.neighbor_lists(seen[index])
    rows = [
        (item.epoch, word, rank, near, value)
        for item in seen
        for word, row in zip(item.watched, item.neighbors, strict=True)
        for rank, (near, value) in enumerate(row, 1)
    ]
    widgets.table(pd.DataFrame(rows, columns=["epoch", "word", "rank", "neighbor", "similarity"]), "epochs")


SHARED = (
    ":material/visibility: Somebody shares this training with you: you can look at it and download what came out. "
    "Only its owner can cancel, keep or delete it."
)


def share(run: Run) -> None:
    """The link to copy, and what it shows."""
    with st.popover("Share", icon=":material/share:", width="stretch"):
        st.markdown(
            "Whoever has this link sees this training: its settings, its curve, the words that were watched and their "
            "neighbors, and can download the model, with its vocabulary. They do not get the text itself nor anything "
            "else of yours, and can change nothing. It ends when the training is deleted."
        )
        st.code(f"{links.base()}/training?run={run.id}", language=None, wrap_lines=True)
