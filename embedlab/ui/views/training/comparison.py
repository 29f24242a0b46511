"""Compare two training runs: settings, results, neighbors."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pandas as pd
import streamlit as st

from embedlab import families
from embedlab.analysis.training_snapshots import Moment
from embedlab.base import BadInput
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run
from embedlab.jobs.kinds import train
from embedlab.plots import text
from embedlab.plots.text import md
from embedlab.ui import forms, page_links
from embedlab.ui.run_bar import kept_as
from embedlab.ui.views.training import runs
from embedlab.ui.visitor import visitor


def show(run: Run, seen: list[Moment]) -> None:
    """A choice of another finished run of this visitor, what differs, and both lists of neighbors."""
    others = dict(_others(run))
    if not others:
        return
    st.header("Side by side", anchor=False)
    titles = {identifier: f"{name} ({identifier[:4]})" for identifier, name in others.items()} | {"": "no other run"}
    chosen = st.selectbox(
        "Compare with", ["", *others], 0, lambda identifier: titles[identifier], key="compare", bind="query-params"
    )
    if not chosen:
        return
    other = jobs.find(chosen)
    here, there = train.of(run), train.of(other)
    names = _two_names(here.name, there.name)
    frame = pd.DataFrame(differences(run, other), columns=["", *names])
    st.dataframe(frame, hide_index=True, key="differences")
    theirs = train.moments(other)
    if seen and theirs:
        for title, item in zip(names, (seen[-1], theirs[-1]), strict=True):
            st.markdown(f"**{md(title)}**")
            runs.neighbor_lists(item)
    keys = [kept_as(run), kept_as(other)]
    if all(keys):
        page_links.show(keys, here.watch)
    else:
        st.caption("Keep both models to open them side by side on the other pages.")


def _others(run: Run) -> Iterator[tuple[str, str]]:
    """Id and name of this visitor's other trainings that are done; one that cannot be read is left out."""
    for other in jobs.all_runs("train", visitor()):
        with contextlib.suppress(BadInput):
            if other.id != run.id and other.state().status == "done":
                yield other.id, train.of(other).name


def _two_names(first: str, second: str) -> tuple[str, str]:
    return (first, second) if first != second else (f"{first} (this run)", f"{second} (the other)")


def differences(run: Run, other: Run) -> list[tuple[str, str, str]]:
    """Settings in which two runs differ, and their results: (name, this run, the other), as text."""
    first, second = (_described(item) for item in (run, other))
    rows = [(name, first.get(name, "–"), second.get(name, "–")) for name in dict.fromkeys([*first, *second])]
    first, second = (_outcome(item) for item in (run, other))
    return [row for row in rows if row[1] != row[2]] + [(name, first[name], second[name]) for name in first]


def _described(run: Run) -> dict[str, str]:
    settings = train.of(run)
    values = {**dict(settings.config), **settings.text.options.to_dict()}
    titles = {family.key: family.title for family in families.families()}
    described = {"Model": titles.get(settings.kind, settings.kind), "Text": settings.text.title}
    return described | {forms.label(name): str(value) for name, value in values.items()}


def _outcome(run: Run) -> dict[str, str]:
    losses = [(event.loss, event.held_out) for event in run.events() if event.loss is not None]
    last = losses[-1] if losses else (None, None)
    loss, held_out = (f"{value:.4f}" if value is not None else "–" for value in last)
    return {"Final loss": loss, "Loss held out": held_out, "Time": text.duration(run.state().seconds)}
