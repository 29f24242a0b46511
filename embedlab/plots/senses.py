"""One word in many sentences: who is like whom, where they lie and how well senses part, model beside model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from embedlab.base import Floats
from embedlab.plots import sense_cells
from embedlab.plots.figure import Figure
from embedlab.plots.layout import LINE, neutral
from embedlab.plots.palette import faded
from embedlab.plots.sense_cells import FLAT, Cell, Column, Named, bounds, legend
from embedlab.plots.text import plain

__all__ = ["Column", "Named", "bounds", "by_layer", "picture", "row", "square"]


@dataclass(frozen=True)
class _Part:
    """A row of small diagrams: its name, its height and the room above it in pixels, and what draws one."""

    name: str
    height: int
    above: int
    draw: Callable[[Cell, Column], Cell]


PARTS = (
    _Part("similarity", 96, 40, sense_cells.headed_square),
    _Part("picture", 96, 22, sense_cells.picture),
    _Part("score", 88, 12, sense_cells.score),
)
BELOW = 10
SPARE = 0.15
"""Share of a column that stays free beside its diagrams."""


def row(columns: Sequence[Column], *, per_row: int = 12) -> Figure:
    """Models side by side: the square of similarities above, the picture below, the score with its interval under it.

    Every square's colours reach from its own lowest similarity to its highest, since those of contextual models lie
    close together; the range stands below the square.

    Args:
        columns: in the order in which they are shown.
        per_row: models side by side; more begin a second row of squares.
    """
    shown = [part for part in PARTS if part.name != "score" or any(column.score for column in columns)]
    wide = min(per_row, len(columns))
    bands = -(-len(columns) // wide)
    tall = sum(part.above + part.height for part in shown) + BELOW
    made: list[Cell] = []
    for number, column in enumerate(columns):
        band, across = divmod(number, wide)
        left, top = across / wide, band * tall
        for part in shown:
            top += part.above
            y = (1 - (top + part.height) / (bands * tall), 1 - top / (bands * tall))
            cell = Cell(len(made) + 1, (left, left + (1 - SPARE) / wide), y)
            made.append(part.draw(cell, column))
            if across == 0:
                cell.beside(part.name)
            top += part.height
    groups = max((column.groups for column in columns), key=lambda one: len(set(one.labels.tolist())))
    look = neutral(Figure(), height=bands * tall + 70, legend=True).update_layout(margin={"t": 6, "l": 44, "r": 4})
    look.update_layout(legend={"y": -12 / (bands * tall)})
    parts = {
        "annotations": [text for cell in made for text in cell.texts],
        "shapes": [line for cell in made for line in cell.lines],
    }
    axes = {f"xaxis{cell.end}": cell.x for cell in made} | {f"yaxis{cell.end}": cell.y for cell in made}
    return Figure([trace for cell in made for trace in cell.traces] + legend(groups), look.look | parts | axes)


def square(column: Column, names: Sequence[str]) -> Figure:
    """The similarities of one layer; pointing at a field shows both sentences.

    Args:
        column: the layer.
        names: N sentences, each another.
    """
    cell = sense_cells.square(Cell(1, (0, 1), (0, 1)), column, names)
    low, high = bounds(column.similarity)
    bar = {"thickness": 10, "outlinewidth": 0, "tickformat": ".2f", "nticks": 5}
    cell.traces[0] |= {"showscale": high - low >= FLAT, "colorbar": bar}
    fig = Figure(cell.traces, {"xaxis": cell.x, "yaxis": cell.y, "shapes": cell.lines})
    return neutral(fig, height=440)


def picture(column: Column, points: Floats, texts: Sequence[str], axes: Sequence[str] = ()) -> Figure:
    """Occurrences as points; each point's ``customdata`` begins with its number, and pointing at it shows its sentence.

    Args:
        column: the layer, for its groups.
        points: (N, 2).
        texts: N sentences.
        axes: titles of the axes, if they mean something.
    """
    cell = sense_cells.picture(Cell(1, (0, 1), (0, 1)), column, texts, size=10, points=points)
    for axis, title in zip((cell.x, cell.y), axes, strict=False):
        axis["title"] = plain(title)
    layout = {"xaxis": cell.x, "yaxis": cell.y, "shapes": cell.lines}
    fig = Figure(cell.traces + legend(column.groups), layout)
    neutral(fig, height=440, legend=True)
    return fig.update_layout(legend={"y": -0.1 if axes else -0.03})


def by_layer(layers: Sequence[str], auc: NDArray[Any], low: NDArray[Any], high: NDArray[Any], color: str) -> Figure:
    """The score of every layer with its interval, from the input to the top; the dashed line is chance."""
    names, places = [plain(layer, 16) for layer in layers], list(range(len(layers)))
    fig = Figure()
    fig.add_scatter(
        x=[*places, *places[::-1]], y=[*high.tolist(), *low.tolist()[::-1]], fill="toself", mode="lines",
        line={"width": 0}, fillcolor=faded(color, 0.2), hoverinfo="skip",
    )  # fmt: skip
    fig.add_scatter(
        x=places, y=auc.tolist(), mode="lines+markers", line={"color": color, "width": 2}, marker={"size": 8},
        customdata=[[a, b, name] for a, b, name in zip(low.tolist(), high.tolist(), names, strict=True)],
        hovertemplate="%{customdata[2]}: AUC %{y:.2f}, 95 % interval %{customdata[0]:.2f} to %{customdata[1]:.2f}"
        "<extra></extra>",
    )  # fmt: skip
    fig.add_hline(y=0.5, line={"color": LINE, "dash": "dash", "width": 1})
    lowest = max(0.0, min(0.4, float(low.min()) - 0.03))
    fig.update_xaxes(tickvals=places, ticktext=names, title="layer, from the input to the top", zeroline=False)
    fig.update_yaxes(title="AUC", range=[lowest, 1.02], zeroline=False)
    return neutral(fig, height=300)
