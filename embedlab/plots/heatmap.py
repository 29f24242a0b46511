"""A square of figures as colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedlab.plots.figure import Figure
from embedlab.plots.layout import BLUE, UNDER_TEXT, faded, neutral
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELLS: dict[str, Any] = {
    "zmin": 0, "zmax": 1, "colorscale": [[0, faded(BLUE, 0.04)], [1, faded(BLUE, UNDER_TEXT)]], "showscale": False,
    "xgap": 3, "ygap": 3,
}  # fmt: skip
"""Fields of values from 0 to 1 with a text in each, legible on light and dark paper."""


def square(labels: Sequence[str], values: NDArray[Any], *, title: str = "", unit: str = "overlap") -> Figure:
    """(M, M) values from 0 to 1 between M things, each written in its field.

    The colours go from nearly see-through to a third blue, so that the numbers are legible on light and dark paper.
    """
    positions, names = list(range(len(labels))), [plain(label, 24) for label in labels]
    fig = Figure().add_heatmap(
        z=values.tolist(),
        x=positions,
        y=positions,
        **CELLS,
        customdata=[[f"{a} and {b}" for b in names] for a in names],
        hovertemplate=f"%{{customdata}}<br>{plain(unit)} %{{z:.2f}}<extra></extra>",
    )
    for row, line in enumerate(values.tolist()):
        for column, value in enumerate(line):
            fig.add_annotation(x=column, y=row, text=f"{value:.2f}", showarrow=False, font={"size": 15})
    fig.update_xaxes(tickvals=positions, ticktext=names, side="bottom", showgrid=False, zeroline=False)
    fig.update_yaxes(tickvals=positions, ticktext=names, autorange="reversed", showgrid=False, zeroline=False)
    return neutral(fig, height=90 + 62 * len(labels), title=title)
