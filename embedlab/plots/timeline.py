"""The years on a line, each with what came then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedlab.plots.layout import CLEAR, LINE, neutral
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


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
    import plotly.graph_objects as go

    rows = list(range(len(steps)))
    fig = go.Figure(
        go.Scatter(
            x=[step.year for step in steps],
            y=rows,
            mode="markers+text",
            text=[f"{plain(step.name)}  {step.year}" for step in steps],
            textposition=["middle right" if step.year < 2000 else "middle left" for step in steps],
            customdata=[[plain(step.text)] for step in steps],
            hovertemplate="%{customdata[0]}<extra></extra>",
            marker={
                "size": 13,
                "color": [step.color if step.here else CLEAR for step in steps],
                "line": {"width": 2, "color": [step.color for step in steps]},
            },
            cliponaxis=False,
        )
    )
    fig.add_scatter(
        x=[step.year for step in steps], y=rows, mode="lines", line={"color": LINE, "width": 1}, hoverinfo="skip"
    )
    fig.data = fig.data[::-1]
    fig.update_xaxes(range=[1950, 2022], dtick=10)
    fig.update_yaxes(visible=False, autorange="reversed")
    return neutral(fig, height=60 + 30 * len(steps))
