"""Losses that are learned together, told apart: BERT's two tasks, ELMo's two directions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

import pandas as pd
import streamlit as st

from embedlab.jobs import RunEvent
from embedlab.plots import learning
from embedlab.plots.text import md
from embedlab.ui import measures, widgets

FEW = 3
"""Looks at a training that make a curve."""
MOST = 60
"""Points of a curve of steps."""


def line(events: Sequence[RunEvent]) -> None:
    """The parts as they stand, in a line under the figures of a run; nothing for a model with one loss."""
    if said := sentence(events):
        st.caption(md(said))


def sentence(events: Sequence[RunEvent]) -> str:
    """Every part by name, on the training text and, at the last look, on the text kept apart."""
    shown = measures.measure(events)
    last = next((event.parts for event in reversed(events) if event.parts), ())
    looked = next((event.parts for event in reversed(events) if event.parts and event.held_out is not None), ())
    unseen = {part.name: part.held_out for part in looked}
    pieces = []
    for part in last:
        apart = unseen.get(part.name)
        held = "" if apart is None else f" ({shown.text(apart)} held out)"
        pieces.append(f"{part.name} {shown.text(part.loss)}{held}")
    return f"{shown.name}, told apart: {'; '.join(pieces)}." if pieces else ""


def curves(events: Sequence[RunEvent], total: int) -> None:
    """Every part over the training, at each look at the text kept apart."""
    shown = measures.measure(events)
    looks = [event for event in events if event.parts and event.held_out is not None]
    if not looks:
        return
    rows = [
        {
            "epoch": round(total * event.fraction, 3),
            "part": part.name,
            "training": shown.of(part.loss),
            "held out": None if part.held_out is None else shown.of(part.held_out),
        }
        for event in looks
        for part in event.parts
    ]
    table = pd.DataFrame(rows)
    names = list(dict.fromkeys(table["part"]))
    unseen = {
        str(name): list(zip(part["epoch"], part["held out"], strict=True))
        for name, part in table.dropna().groupby("part", sort=False)
    }
    seen = {name: steps(events, total, name) for name in names} if few(looks) else {}
    fig = learning.parts(unseen, seen, "epoch", shown.name.lower()).update_layout(height=330)
    last = {name: pairs[-1][1] for name, pairs in unseen.items()}
    summary = "; ".join(f"{name} ends at {value:.3g} on held-out text" for name, value in last.items()) + "."
    widgets.figure(fig, "loss-parts", summary)
    if seen:
        st.caption("Lines without dots: the text that is trained on. Dots: the text kept apart (held out).")
    widgets.table(table, "loss-parts")


def few(looks: Sequence[object]) -> bool:
    """Whether so few looks at a training make no curve, and its steps are drawn."""
    return len(looks) < FEW


def steps(events: Sequence[RunEvent], total: int, part: str = "") -> list[tuple[float, float]]:
    """Epochs and losses on the training text as they were reported; means of them where they are too many to draw.

    Args:
        events: of a run.
        total: epochs that were asked for.
        part: of the loss; otherwise the whole.
    """
    shown = measures.measure(events)
    told = [
        (total * event.fraction, loss)
        for event in events
        if event.phase == "training"
        for name, loss in (("", event.loss), *((one.name, one.loss) for one in event.parts))
        if name == part and loss is not None
    ]
    size = math.ceil(len(told) / MOST)
    groups = [told[i : i + size] for i in range(0, len(told), size or 1)]
    return [(fmean(at for at, _ in group), shown.of(fmean(loss for _, loss in group))) for group in groups]
