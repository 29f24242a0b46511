"""The years on a line, each with what came then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedlab.plots.figure import Figure
from embedlab.plots.layout import LINE, neutral
from embedlab.plots.palette import faded
from embedlab.plots.text import plain


@dataclass(frozen=True)
class Step:
    """One thing on the line.

    Attributes:
        year: when.
        name: what.
        text: a sentence, shown when it is pointed at.
        color: "#RRGGBB".
        here: filled if so, else hollow.
    """

    year: int
    name: str
    text: str
    color: str
    here: bool


def timeline(steps: Sequence[Step]) -> Figure:
    """Steps in their order from top to bottom, the years across: time runs right as the road goes down."""
    rows, years = list(range(len(steps))), [step.year for step in steps]
    fig = Figure().add_scatter(
        x=years, y=rows, mode="lines", line={"color": LINE, "width": 1, "shape": "hv"}, hoverinfo="skip"
    )
    fig.add_scatter(
        x=years,
        y=rows,
        mode="markers",
        customdata=[[plain(step.name), plain(step.text)] for step in steps],
        hovertemplate="<b>%{customdata[0]}, %{x}</b><br>%{customdata[1]}<extra></extra>",
        marker={
            "size": 14,
            "color": [step.color if step.here else faded(step.color, 0.15) for step in steps],
            "line": {"width": 2, "color": [step.color for step in steps]},
        },
        cliponaxis=False,
    )
    labels = [f"{plain(step.name)}  {step.year}" for step in steps]
    fig.update_xaxes(range=[min(years) - 3, max(years) + 3], dtick=10)
    fig.update_yaxes(tickvals=rows, ticktext=labels, autorange="reversed", zeroline=False)
    return neutral(fig, height=80 + 28 * len(steps))
