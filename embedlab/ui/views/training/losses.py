"""Name the loss of a model for people (perplexity, bits per character), and show the parts of a joint loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import pandas as pd
import streamlit as st

from embedlab.jobs.api import RunEvent
from embedlab.plots import training
from embedlab.plots.text import md
from embedlab.ui import widgets


@dataclass(frozen=True)
class Measure:
    """How losses are shown.

    Attributes:
        name: for an axis or a label.
        help: what it means.
        units_per_word: tokens that make up a word, ``None`` where the loss is no log-probability of the text.
    """

    name: str
    help: str
    units_per_word: float | None = None

    def of(self, loss: float) -> float:
        """The value to draw, from a loss in nats a token."""
        if self.units_per_word is None:
            return loss
        return math.exp(min(loss, 50.0)) if self.units_per_word == 1 else loss / math.log(2)

    def text(self, loss: float | None) -> str:
        """The value for people."""
        if loss is None:
            return "–"
        return f"{self.of(loss):.1f}" if self.units_per_word == 1 else f"{self.of(loss):.4f}"

    def word_perplexity(self, loss: float | None) -> str:
        """For a model of characters, the perplexity a word that its bits amount to; else nothing."""
        if loss is None or self.units_per_word is None or self.units_per_word == 1:
            return ""
        return f"{math.exp(min(loss * self.units_per_word, 50.0)):,.0f}"


PLAIN = Measure("Loss", "What the training makes small; only comparable between runs of the same kind of model.")
PERPLEXITY = (
    "Perplexity: among how many equally likely words the model is as unsure as among its own guesses. Lower is better; "
    "the size of the vocabulary would be pure guessing."
)
BITS = (
    "Bits per character: how many yes-or-no questions a character still costs. It is a figure a letter, not a word: "
    "the word perplexity beside it is the one to hold against models of words."
)


def measure(events: Sequence[RunEvent]) -> Measure:
    """How the losses of a run are shown."""
    units = next((event.units_per_word for event in events if event.units_per_word is not None), None)
    if units is None:
        return PLAIN
    return Measure("Perplexity", PERPLEXITY, units) if units == 1 else Measure("Bits per character", BITS, units)


FEW = 3
"""Looks at a training that make a curve."""
MOST = 60
"""Points of a curve of steps."""


def line(events: Sequence[RunEvent]) -> None:
    """The parts as they stand, in a line under the figures of a run; nothing for a model with one loss."""
    if text := sentence(events):
        st.caption(md(text))


def sentence(events: Sequence[RunEvent]) -> str:
    """Every part by name, on the training text and, at the last look, on the text kept apart."""
    shown = measure(events)
    last = next((event.parts for event in reversed(events) if event.parts), ())
    looked = next((event.parts for event in reversed(events) if event.parts and event.held_out is not None), ())
    unseen = {part.name: part.held_out for part in looked}
    parts = []
    for part in last:
        apart = unseen.get(part.name)
        held = "" if apart is None else f" ({shown.text(apart)} held out)"
        parts.append(f"{part.name} {shown.text(part.loss)}{held}")
    return f"{shown.name}, told apart: {'; '.join(parts)}." if parts else ""


def curves(events: Sequence[RunEvent], total: int) -> None:
    """Every part over the training, at each look at the text kept apart."""
    shown = measure(events)
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
    fig = training.parts(unseen, seen, "epoch", shown.name.lower()).update_layout(height=330)
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
    shown = measure(events)
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
