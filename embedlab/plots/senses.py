"""Figures of one word in many sentences, model beside model: similarities, points in a plane, how well senses part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Floats
from embedlab.plots.figure import Figure
from embedlab.plots.layout import BLUE, GREY, LINE, SERIES, faded, neutral
from embedlab.plots.text import plain

SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up", "star")
SHADE = BLUE
SHADES = [[0, faded(SHADE, 0.02)], [1, SHADE]]
FLAT = 1e-4
"""Similarities that differ by less are all the same."""


@dataclass(frozen=True, eq=False)
class Named:
    """Groups of the N occurrences, to be coloured.

    Attributes:
        labels: (N,) group of each, from 0; -1 for none.
        names: of the groups.
    """

    labels: NDArray[np.integer]
    names: Sequence[str]

    def color(self, group: int) -> str:
        """Of a group; grey for none."""
        return SERIES[group % (len(SERIES) - 1)] if group >= 0 else GREY

    def symbol(self, group: int) -> str:
        """Of a group, so that colour does not stand alone."""
        return SYMBOLS[group % len(SYMBOLS)] if group >= 0 else "x"

    def name(self, group: int) -> str:
        """Of a group, for people."""
        return self.names[group] if group >= 0 else "in no group"


@dataclass(frozen=True, eq=False)
class Column:
    """What one layer of a model says about N occurrences.

    Attributes:
        title: of the model.
        layer: its name; empty for models of one layer.
        similarity: (N, N) cosines.
        points: (N, 2).
        groups: colours of the points.
        score: AUC with the ends of its interval; ``None`` without known senses.
        color: of the score.
    """

    title: str
    layer: str
    similarity: Floats
    points: Floats
    groups: Named
    score: tuple[float, float, float] | None
    color: str


def bounds(similarity: Floats) -> tuple[float, float]:
    """Lowest and highest similarity of two different occurrences; (1, 1) if there is but one."""
    off = similarity[~np.eye(len(similarity), dtype=bool)]
    return (float(off.min()), float(off.max())) if off.size else (1.0, 1.0)


@dataclass(eq=False)
class Cell:
    """One small diagram of a figure, as Plotly's dictionaries.

    Attributes:
        number: of its axes.
        across: its left and right ends, as shares of the figure.
        up: its lower and upper ends.
    """

    number: int
    across: tuple[float, float]
    up: tuple[float, float]

    def __post_init__(self) -> None:
        self.end = end = "" if self.number == 1 else str(self.number)  # of the names of its axes
        self.axes = {"xaxis": f"x{end}", "yaxis": f"y{end}"}
        quiet: dict[str, Any] = {"showticklabels": False, "showgrid": False, "zeroline": False, "ticks": ""}
        self.x: dict[str, Any] = quiet | {"domain": self.across, "anchor": f"y{end}"}
        self.y: dict[str, Any] = quiet | {"domain": self.up, "anchor": f"x{end}"}
        self.traces: list[dict[str, Any]] = []
        self.texts: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []

    def line(self, *, x: Sequence[float] | None = None, y: Sequence[float] | None = None, dash: str = "solid") -> None:
        """A straight line at a place across or up, from one end of the diagram to the other."""
        (x0, x1), (y0, y1) = x or (0, 1), y or (0, 1)
        xref, yref = (
            f"{axis}{'' if given else ' domain'}" for axis, given in zip(self.axes.values(), (x, y), strict=True)
        )
        self.lines.append(
            {"type": "line", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "xref": xref, "yref": yref,
             "line": {"color": LINE, "width": 1, "dash": dash}}
        )  # fmt: skip

    def frame(self) -> None:
        """A box around the diagram; Plotly's own would stand apart from it by the page's padding."""
        xref, yref = (f"{axis} domain" for axis in self.axes.values())
        box = {"type": "rect", "x0": 0, "x1": 1, "y0": 0, "y1": 1, "xref": xref, "yref": yref}
        self.lines.append(box | {"line": {"color": LINE, "width": 1}})

    def text(self, text: str, *, above: bool, size: int, full: str = "") -> None:
        """Words above or below the diagram."""
        x, y = (f"{axis} domain" for axis in self.axes.values())
        self.texts.append(
            {"text": text, "x": 0.5, "y": float(above), "xref": x, "yref": y, "font": {"size": size},
             "yanchor": "bottom" if above else "top", "showarrow": False} | ({"hovertext": full} if full else {})
        )  # fmt: skip

    def beside(self, text: str) -> None:
        """Words to the left of the diagram, from below to above."""
        x, y = (f"{axis} domain" for axis in self.axes.values())
        self.texts.append(
            {"text": text, "x": 0, "y": 0.5, "xref": x, "yref": y, "xanchor": "right", "xshift": -22, "textangle": -90,
             "showarrow": False, "font": {"size": 12}}
        )  # fmt: skip


def square_cell(cell: Cell, column: Column, names: Sequence[str] = ()) -> Cell:
    """The similarities; pointing at a field names both occurrences, by ``names`` if there are any."""
    low, high = bounds(column.similarity)
    flat = high - low < FLAT
    shown = [plain(name) for name in names] or _numbered(column.groups)
    cell.traces.append(
        {
            "type": "heatmap", "z": np.asarray(column.similarity, np.float32).round(3), "x": shown, "y": shown,
            "showscale": False, "colorscale": SHADES, **cell.axes,
            "zmin": min(low, 0.0) if flat else low, "zmax": max(high, 1e-6) if flat else high,
            "hovertemplate": "%{y}<br>%{x}<br>similarity %{z:.2f}<extra></extra>",
        }
    )  # fmt: skip
    for at in _borders(column.groups):
        cell.line(x=(at, at))
        cell.line(y=(at, at))
    cell.y["autorange"] = "reversed"
    return cell


def headed_square(cell: Cell, column: Column) -> Cell:
    """The similarities below the model's name, and their range below them."""
    layer = f"<br><span style='font-size:11px'>{plain(column.layer, 14) or '&nbsp;'}</span>"
    cell.text(f"<b>{plain(column.title, 13)}</b>{layer}", above=True, size=12, full=plain(column.title))
    low, high = (f"{end:.2f}".replace("-", "−") for end in bounds(column.similarity))
    cell.text(low if low == high else f"{low} to {high}", above=False, size=11)
    return square_cell(cell, column)


def _numbered(groups: Named) -> list[str]:
    return [f"{i}. {plain(groups.name(int(label)))}" for i, label in enumerate(groups.labels, start=1)]


def _borders(groups: Named) -> list[float]:
    """Where a group ends and the next begins, if they stand in order."""
    changes = np.flatnonzero(np.diff(groups.labels)) + 0.5
    return changes.tolist() if len(changes) == len(set(groups.labels.tolist())) - 1 else []


def picture_cell(
    cell: Cell, column: Column, texts: Sequence[str] = (), *, size: float = 6, points: Floats | None = None
) -> Cell:
    """The occurrences as points, at places of their own or at others."""
    groups, points = column.groups, (column.points if points is None else points).round(4)  # what is less is rounding
    labels = [int(label) for label in groups.labels]
    shown = [plain(text) for text in texts] or _numbered(groups)
    marker = {
        "color": [groups.color(label) for label in labels], "symbol": [groups.symbol(label) for label in labels],
        "size": size, "opacity": 0.85, "line": {"width": 0},
    }  # fmt: skip
    cell.traces.append(
        {
            "type": "scatter", "x": points[:, 0], "y": points[:, 1], "mode": "markers",
            "showlegend": False, "marker": marker, "customdata": [[i, text] for i, text in enumerate(shown)],
            "hovertemplate": "%{customdata[1]}<extra></extra>", **cell.axes,
        }
    )  # fmt: skip
    for axis, values in ((cell.x, points[:, 0]), (cell.y, points[:, 1])):
        spare = 0.12 * float(np.ptp(values)) or 1.0
        axis |= {"range": [float(values.min()) - spare, float(values.max()) + spare]}
    cell.frame()
    return cell


def score(cell: Cell, column: Column) -> Cell:
    """The AUC with its interval, beside the dashed line of chance."""
    if column.score is not None:
        value, low, high = column.score
        cell.traces.append(
            {
                "type": "scatter", "x": [0], "y": [value], "mode": "markers+text", "text": [f"{value:.2f}"],
                "textposition": "top right", "showlegend": False, "cliponaxis": False, **cell.axes,
                "marker": {"color": column.color, "size": 9},
                "error_y": {"array": [high - value], "arrayminus": [value - low], "thickness": 2},
                "hovertemplate": f"AUC {value:.2f}, 95 % interval {low:.2f} to {high:.2f}<extra></extra>",
            }
        )  # fmt: skip
    cell.line(y=(0.5, 0.5), dash="dash")
    first = cell.across[0] == 0
    cell.x["range"] = [-1, 2]
    cell.y |= {"range": [0, 1.04], "tickvals": [0, 0.5, 1], "showticklabels": first, "showgrid": True}
    return cell


def legend(groups: Named) -> list[dict[str, Any]]:
    """Traces without points, one for each group's entry in the legend."""
    return [
        {
            "type": "scatter", "x": [None], "y": [None], "mode": "markers", "name": plain(groups.name(group)),
            "marker": {"color": groups.color(group), "symbol": groups.symbol(group), "size": 9}, "hoverinfo": "skip",
        }
        for group in sorted({int(label) for label in groups.labels}, key=lambda label: (label < 0, label))
    ]  # fmt: skip


__all__ = ["Column", "Named", "bounds", "by_layer", "picture", "row", "square"]


@dataclass(frozen=True)
class _Part:
    """A row of small diagrams: its name, its height and the room above it in pixels, and what draws one."""

    name: str
    height: int
    above: int
    draw: Callable[[Cell, Column], Cell]


PARTS = (
    _Part("similarity", 96, 40, headed_square),
    _Part("picture", 96, 22, picture_cell),
    _Part("score", 88, 12, score),
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
    cell = square_cell(Cell(1, (0, 1), (0, 1)), column, names)
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
    cell = picture_cell(Cell(1, (0, 1), (0, 1)), column, texts, size=10, points=points)
    for axis, title in zip((cell.x, cell.y), axes, strict=False):
        axis["title"] = plain(title)
    layout = {"xaxis": cell.x, "yaxis": cell.y, "shapes": cell.lines}
    fig = Figure(cell.traces + legend(column.groups), layout)
    neutral(fig, height=440, legend=True)
    return fig.update_layout(legend={"y": -0.1 if axes else -0.03})


def by_layer(layers: Sequence[str], auc: NDArray[Any], low: NDArray[Any], high: NDArray[Any], color: str) -> Figure:
    """The score of every layer with its interval, from the input to the top; the dashed line is chance."""
    names, positions = [plain(layer, 16) for layer in layers], list(range(len(layers)))
    fig = Figure()
    fig.add_scatter(
        x=[*positions, *positions[::-1]], y=[*high.tolist(), *low.tolist()[::-1]], fill="toself", mode="lines",
        line={"width": 0}, fillcolor=faded(color, 0.2), hoverinfo="skip",
    )  # fmt: skip
    fig.add_scatter(
        x=positions, y=auc.tolist(), mode="lines+markers", line={"color": color, "width": 2}, marker={"size": 8},
        customdata=[[a, b, name] for a, b, name in zip(low.tolist(), high.tolist(), names, strict=True)],
        hovertemplate="%{customdata[2]}: AUC %{y:.2f}, 95 % interval %{customdata[0]:.2f} to %{customdata[1]:.2f}"
        "<extra></extra>",
    )  # fmt: skip
    fig.add_hline(y=0.5, line={"color": LINE, "dash": "dash", "width": 1})
    lowest = max(0.0, min(0.4, float(low.min()) - 0.03))
    fig.update_xaxes(tickvals=positions, ticktext=names, title="layer, from the input to the top", zeroline=False)
    fig.update_yaxes(title="AUC", range=[lowest, 1.02], zeroline=False)
    return neutral(fig, height=300)
