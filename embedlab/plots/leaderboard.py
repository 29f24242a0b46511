"""How models stand beside each other on one measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedlab.plots.bars import LONGEST, ROW
from embedlab.plots.figure import Figure
from embedlab.plots.layout import neutral
from embedlab.plots.text import plain


@dataclass(frozen=True)
class Standing:
    """One model's figure.

    Attributes:
        title: of the model.
        value: the figure.
        low: lower end of its interval, ``None`` for none.
        high: its upper end.
        note: said when it is pointed at, such as the layer.
        color: of its family.
    """

    title: str
    value: float
    low: float | None
    high: float | None
    note: str
    color: str


def standings(rows: Sequence[Standing], axis: str, form: str, *, chance: float | None = None) -> Figure:
    """A bar a model in the order given, whiskers for intervals, a dashed line at chance.

    Args:
        rows: the models.
        axis: what the figure is, with its unit.
        form: how values are written, such as "{:.3f}".
        chance: what guessing gives.
    """
    above = [0.0 if row.high is None else row.high - row.value for row in rows]
    below = [0.0 if row.low is None else row.value - row.low for row in rows]
    spans = ["" if row.low is None else f", {form.format(row.low)} to {form.format(row.high)}" for row in rows]
    positions = list(range(len(rows)))
    fig = Figure()
    fig.add_bar(
        x=[row.value for row in rows],
        y=positions,
        orientation="h",
        marker={"color": [row.color for row in rows], "line": {"width": 0}},
        error_x={"type": "data", "array": above, "arrayminus": below, "thickness": 1.2, "width": 4},
        customdata=[
            [plain(row.title), form.format(row.value) + span, plain(row.note)]
            for row, span in zip(rows, spans, strict=True)
        ],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
    )
    longest = max((row.high or row.value for row in rows), default=1.0)
    fig.update_xaxes(range=[min(0.0, *(row.low or row.value for row in rows)), 1.2 * longest], title=axis)
    for position, row in zip(positions, rows, strict=True):
        fig.add_annotation(
            x=row.high or row.value, y=position, text=form.format(row.value), showarrow=False, xanchor="left", xshift=6
        )
    if chance is not None:
        fig.add_vline(chance, line={"dash": "dash", "width": 1})
        fig.add_annotation(
            text="chance", x=chance, xref="x", xanchor="left", y=1, yref="y domain", yanchor="bottom", showarrow=False
        )
    labels = [plain(row.title, LONGEST) for row in rows]
    fig.update_yaxes(tickvals=positions, ticktext=labels, autorange="reversed", showgrid=False, zeroline=False)
    return neutral(fig, height=ROW * max(1, len(rows)) + 110, bargap=0.35, margin_t=30)
