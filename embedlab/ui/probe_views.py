"""What the Layer probes page shows of a result: the figures, what they say, the table, the code."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from embedlab.analysis.probe_result import LayerProbe, Row
from embedlab.analysis.probe_settings import LINEAR, TITLES, ProbeSettings
from embedlab.plots import probes
from embedlab.plots.palette import family_color
from embedlab.plots.text import md
from embedlab.probe_store import Kept
from embedlab.ui import runs, widgets
from embedlab.ui.probe_choice import Asked


def figures(kept: Kept, asked: Asked) -> None:
    """F1 and selectivity side by side, and what they say."""
    probe, color = kept.probe, family_color(asked.spec.family.key)
    best = top(probe)
    widgets.figures(
        [
            (
                probes.scores(probe, color),
                f"F1 of {probe.model} by strategy: best is {best.strategy} with {100 * best.f1:.1f} per cent, "
                f"95 % interval {100 * best.low:.1f} to {100 * best.high:.1f}.",
            ),
            (probes.selectivity(probe), f"Selectivity of {probe.model} by strategy. {selective(probe)}"),
        ],
        "probes", per_row=2,
    )  # fmt: skip
    st.markdown(said(probe))
    st.markdown(selective(probe))
    st.caption(sizes(kept))


def top(probe: LayerProbe) -> Row:
    """The row with the best F1."""
    return max(probe.rows, key=lambda row: row.f1)


def said(probe: LayerProbe) -> str:
    """Who finds names best, who is as good, and what is reached without vectors."""
    best = top(probe)
    rivals = [row for row in probe.rows if row is not best and row.high >= best.low and row.tags is not best.tags]
    text = f"**{md(best.strategy)}** finds names best: F1 **{_percent(best.f1)}** ({_interval(best)})."
    if rivals:
        text += f" The intervals of {len(rivals)} of the {len(probe.rows) - 1} others reach into its own."
    text += f" A list of the words seen in training gets {_percent(probe.lookup)}, chance {_percent(probe.chance)}."
    if best.low <= probe.chance:
        text += " **So no strategy differs from chance.**"
    elif best.low <= probe.lookup:
        text += " **So these vectors are not shown to be better than that list.**"
    if lost := [row.strategy for row in probe.rows if row.low <= probe.chance < best.low]:
        text += f" Not different from chance: {', '.join(md(name) for name in lost)}."
    return text


def selective(probe: LayerProbe) -> str:
    """What the control task says, in a sentence."""
    best = max(probe.rows, key=lambda row: row.selectivity)
    points = f"{100 * best.selectivity:+.1f} points ({100 * best.selectivity_low:+.1f} to "
    points += f"{100 * best.selectivity_high:+.1f})".replace("-", "−")
    text = f"Most selective is **{md(best.strategy)}** with {points.replace('-', '−')}: "
    text += (
        f"{_percent(best.accuracy)} of the words get their right tag, {_percent(best.control)} their meaningless one"
    )
    text += f"; calling every word O gets {_percent(probe.majority)}."
    if best.selectivity_high < 0:
        text += " Meaningless labels are learned better than names: these vectors say above all which word it is."
    elif best.selectivity_low <= 0:
        text += " This does not differ from none."
    return text


def sizes(kept: Kept) -> str:
    """How many sentences, which probe, when and with what it was computed."""
    probe, how = kept.probe, kept.probe.settings
    name = TITLES[how.probe]
    stop, seed = (
        ("for the dev F1", "; another seed would change the control task alone")
        if how.probe == LINEAR
        else ("to stop by", "; what another seed of the training would change is not in them")
    )
    return (
        f"{name[0].upper()}{name[1:]} probe on {probe.dim:,} values a word and layer. {probe.sentences[0]:,} sentences "
        f"to learn from, {probe.sentences[1]:,} {stop}, {probe.sentences[2]:,} to measure on "
        f"({probe.words[2]:,} words, {probe.entities[2]:,} names). Intervals: 95 %, {how.resamples:,} resamples of the "
        f"test sentences{seed}. Seed {how.seed}. Reading took "
        f"{runs.clock(probe.reading)}, all probes {runs.clock(probe.training)}. "
        f"{'Shipped' if kept.shipped else 'Computed here'}, {kept.created}, "
        f"{', '.join(f'{name} {number}' for name, number in kept.versions)}; with exactly these weights."
    )


def table(probe: LayerProbe) -> pd.DataFrame:
    """Every strategy as a row; shares in per cent."""
    rows = [
        (
            row.strategy, ", ".join(row.layers), *(100 * value for value in (
                row.f1, row.low, row.high, row.precision, row.recall, row.accuracy, row.control, row.selectivity,
                row.selectivity_low, row.selectivity_high, row.dev_f1,
            )), row.epoch, ", ".join(f"{share:.3f}" for share in row.weights), row.gamma if row.weights else None,
        )
        for row in probe.rows
    ]  # fmt: skip
    names = [
        "strategy", "layers", "F1", "F1 low", "F1 high", "precision", "recall", "accuracy", "control accuracy",
        "selectivity", "selectivity low", "selectivity high", "dev F1", "passes or steps", "weights", "gamma",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names).round(2)


def source(asked: Asked) -> str:
    """The lines that compute the same when they are pasted."""
    own = ProbeSettings()
    given = {name: value for name, value in asked.job.settings.items() if value != getattr(own, name)}
    arguments = ", ".join(f"{name}={value!r}" for name, value in given.items())
    loaded = [f"embedlab.load_model({key!r})" for key in asked.job.keys]
    model = loaded[0] if len(loaded) == 1 else f"({', '.join(loaded)})"
    seed = asked.job.settings["seed"]
    data = f'probe_data.read("your file.conll", seed={seed})' if asked.job.data else "probe_data.dataset()"
    return f"""
import embedlab
from embedlab import probe_data
from embedlab.analysis.probes import ProbeSettings, layer_probe

model = {model}
found = layer_probe(model, {data}, settings=ProbeSettings({arguments}))
for row in found.rows:
    print(f"{{row.strategy:28}} {{row.f1:.3f}} ({{row.low:.3f}} to {{row.high:.3f}}) {{row.selectivity:+.3f}}")
"""


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.1f} %"


def _interval(row: Row) -> str:
    return f"95 % interval {100 * row.low:.1f} to {100 * row.high:.1f}"
