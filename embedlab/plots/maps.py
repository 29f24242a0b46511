"""Map of words in two or three dimensions: coloured by frequency or group, with one word's neighbors marked.

On a crowded map only as many points are labelled as can be read without overlap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Counts, Floats
from embedlab.plots.figure import Figure
from embedlab.plots.layout import (
    BLUE,
    GREEN,
    GREY,
    INKS,
    ORANGE,
    PURPLE,
    SERIES,
    SKY,
    VERMILION,
    VIOLET,
    faded,
    neutral,
)
from embedlab.plots.text import plain

WIDTH, HEIGHT = 900, 620  # pixels that the map is assumed to have
LETTER, LINE = 7.0, 17.0  # pixels of a letter and of a line

Window = tuple[tuple[float, float], tuple[float, float]]
"""What is seen: from and to, across and up."""


def window(points: NDArray[np.floating], spare: float = 0.04) -> Window:
    """The part of the plane that the points take up, with some room around.

    Args:
        points: (N, 2 or more).
        spare: room on each side, as a share of the whole.
    """
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    room = np.maximum(spare * (high - low), 1e-3)
    (x0, y0), (x1, y1) = (low - room).tolist(), (high + room).tolist()
    return (x0, x1), (y0, y1)


def from_corner(
    points: NDArray[np.floating], low: NDArray[np.floating], high: NDArray[np.floating]
) -> tuple[NDArray[np.float64], Window]:
    """Where points in a cube are on the screen, seen as Plotly shows it at first: from (1.25, 1.25, 1.25), 45 degrees.

    Args:
        points: (N, 3).
        low: (3,) one corner of the cube.
        high: (3,) the opposite one.

    Returns:
        (N, 2) positions, far outside for points that are not in the cube, and the window that the screen shows.
    """
    cube = (points - low) / (high - low) - 0.5  # (N, 3), the middle at 0
    distance = 1.25 * math.sqrt(3)
    right, up = np.array([-1, 1, 0]) / math.sqrt(2), np.array([-1, -1, 2]) / math.sqrt(6)
    nearer = 1 - cube.sum(axis=1) / math.sqrt(3) / distance  # (N,) of each point's distance from the eye
    positions = np.stack([cube @ right, cube @ up], axis=1) / nearer[:, None]
    positions[(np.abs(cube) > 0.5).any(axis=1)] = 1e6
    half = distance * math.tan(math.radians(22.5))
    return positions, ((-half * WIDTH / HEIGHT, half * WIDTH / HEIGHT), (-half, half))


def readable(
    points: NDArray[np.floating],
    words: Sequence[str],
    seen: Window,
    limit: int = 70,
    first: Sequence[int] = (),
    width: float = WIDTH,
) -> list[int]:
    """Rows whose words can be written above their points without overlap, in the order in which they are tried.

    Args:
        points: (N, 2 or more); only the first two are looked at.
        words: N words, the most important first.
        seen: points outside get no label.
        limit: most labels.
        first: rows to try before the others.
        width: of the map, in pixels.
    """
    (x0, x1), (y0, y1) = seen
    across = (points[:, 0] - x0) / max(x1 - x0, 1e-9) * width
    up = (points[:, 1] - y0) / max(y1 - y0, 1e-9) * HEIGHT
    inside = (across >= 0) & (across <= width) & (up >= 0) & (up <= HEIGHT)
    chosen: list[int] = []
    taken = np.empty((0, 3))  # centre across, up, half width
    for row in dict.fromkeys([*first, *range(len(words))]):
        half = len(words[row]) * LETTER / 2
        overlap = (np.abs(taken[:, 0] - across[row]) < taken[:, 2] + half) & (np.abs(taken[:, 1] - up[row]) < LINE)
        if inside[row] and not overlap.any():
            chosen.append(row)
            taken = np.vstack([taken, [across[row], up[row], half]])
            if len(chosen) >= limit:
                break
    return chosen


if TYPE_CHECKING:
    from embedlab.analysis.faithfulness import Faithfulness

PALE = faded(GREY, 0.35)
SCALE = [[0, SKY], [0.5, VIOLET], [1, VERMILION]]  # rare to common; shows on light and dark
SYMBOLS = ("circle", "diamond", "square")
LABELS_3D = 40
TELLING = 100  # labels begin after so many of the commonest words


@dataclass(frozen=True)
class Groups:
    """Groups that words are coloured by.

    Attributes:
        labels: (N,) each word's group, from 0.
        names: one a group.
        lit: the groups to colour, others stay grey; all if empty.
    """

    labels: NDArray[np.integer]
    names: Sequence[str]
    lit: Sequence[int] = ()


@dataclass(frozen=True)
class Focus:
    """One word looked at.

    Attributes:
        row: its row.
        around: what the picture says about its neighbors.
        zoom: whether to show its surroundings only.
    """

    row: int
    around: Faithfulness
    zoom: bool = False


@dataclass(frozen=True)
class MapView:
    """What is drawn.

    Attributes:
        points: (N, 2 or 3).
        words: N words, commonest first.
        counts: (N,) how often each was seen; zeros if unknown.
        groups: colour by group; by frequency if ``None``.
        focus: a word to mark, with all others grey.
        labels: whether to write words beside points.
        axes: titles of the axes; none for maps whose axes mean nothing.
        revision: a name of the map; as long as it stays the same, so does the visitor's own zoom.
        ink: colours of the words and of the halo that lifts them from the points.
        movable: whether a map in three dimensions turns when it is dragged.
        width: pixels across, about, for the choice of words that can be written without overlap.
    """

    points: Floats
    words: Sequence[str]
    counts: Counts
    groups: Groups | None = None
    focus: Focus | None = None
    labels: bool = True
    axes: Sequence[str] = field(default=())
    revision: str = ""
    ink: tuple[str, str] = INKS["light"]
    movable: bool = True
    width: float = WIDTH


def words_map(view: MapView) -> Figure:
    """Draw a map; every point's ``customdata`` begins with its row and ends with its word as it is."""
    fig = Figure()
    flat = view.points.shape[1] == 2
    seen = _window(view)
    if view.focus:
        _add(fig, view, np.delete(np.arange(len(view.words)), _marked(view.focus)), "other words", color=PALE, size=4)
        _add_focus(fig, view, view.focus)
    elif view.groups:
        _add_groups(fig, view, view.groups)
    else:
        _add_frequency(fig, view)
    if view.labels:
        _add_labels(fig, view, seen)
    legend = view.focus is not None or view.groups is not None
    neutral(fig, height=640, legend=legend, uirevision=view.revision, selectionrevision=view.revision)
    fig.update_layout(
        legend={"y": -0.08 if view.axes else -0.02, "itemsizing": "constant"}, dragmode="pan" if flat else "orbit"
    )
    fig.update_xaxes(showgrid=bool(view.axes), showline=bool(view.axes))  # where axes mean nothing, neither do lines
    fig.update_yaxes(showgrid=bool(view.axes), showline=bool(view.axes))
    titles = [plain(title) for title in view.axes] or [""] * view.points.shape[1]
    if flat:
        fig.update_xaxes(title=titles[0], range=seen[0], showticklabels=False, zeroline=False)
        fig.update_yaxes(title=titles[1], range=seen[1], showticklabels=False, zeroline=False)
    else:
        fig.update_layout(scene=_scene(view, titles), margin={"t": 0, "l": 0, "r": 0})
    return fig


def _window(view: MapView) -> Window:
    """All of the map, or the surroundings of the focus."""
    rows = _marked(view.focus) if view.focus and view.focus.zoom else slice(None)
    return window(view.points[rows], spare=0.15 if view.focus and view.focus.zoom else 0.04)


def _marked(focus: Focus) -> list[int]:
    return [focus.row, *focus.around.true, *focus.around.invented]


def _add(fig: Figure, view: MapView, rows: Sequence[int] | NDArray[np.integer], name: str, **marker: Any) -> None:
    """One trace of points."""
    rows = np.asarray(rows, int)
    more = {key: marker.pop(key) for key in ("showlegend",) if key in marker}
    seen = [f"seen {count:,} times" if count else "frequency unknown" for count in view.counts[rows].tolist()]
    group = [view.groups.names[view.groups.labels[row]] if view.groups else "" for row in rows]
    data = [
        [int(row), plain(view.words[row], 60), times, f"<br>{plain(title)}" if title else "", view.words[row]]
        for row, times, title in zip(rows, seen, group, strict=True)
    ]
    options: dict[str, Any] = {
        "mode": "markers",
        "name": plain(name),
        "customdata": data,
        "hovertemplate": "<b>%{customdata[1]}</b><br>%{customdata[2]}%{customdata[3]}<extra></extra>",
        "marker": {"line": {"width": 0}, "opacity": 0.8, **marker},
        **more,
    }
    x, y, *z = view.points[rows].T
    if z:
        if marker.get("symbol") == "x":  # drawn as a sign that many fonts lack
            options["marker"]["symbol"] = "circle-open"
        options["marker"]["size"] = np.asarray(options["marker"]["size"]) * 0.65
        if isinstance(marker["color"], str) and marker["color"] == PALE:  # see-through adds up to white here
            options["marker"] |= {"color": GREY, "opacity": 0.15}
        fig.add("scatter3d", x=x, y=y, z=z[0], **options)
        return
    grey = {"marker": {"color": GREY, "opacity": 0.25}}
    fig.add("scattergl", x=x, y=y, unselected=grey, selected={"marker": {"opacity": 1}}, **options)


def _size(n: int) -> float:
    """Width in pixels of a point among n."""
    return 9 if n <= 100 else 6 if n <= 1000 else 4.5


def _add_frequency(fig: Figure, view: MapView) -> None:
    known = bool(view.counts.any())
    values = np.log10(np.maximum(view.counts, 1)) if known else -np.log10(np.arange(1, len(view.words) + 1))
    low, high = np.quantile(values, [0, 0.98]) if known and len(values) else (values.min(initial=0), 0.0)
    ticks = np.log10([step * 10.0**power for power in range(12) for step in (1, 2, 5)])
    ticks = (ticks if known else -ticks)[(ticks >= low) & (ticks <= high) if known else -ticks >= low]
    bar = {
        "title": {"text": "times seen" if known else "place in the model's order", "side": "bottom"},
        "orientation": "h",
        "thickness": 10,
        "len": 0.7,
        "yanchor": "top",
        "y": -0.08 if view.axes else -0.02,
        "tickvals": ticks,
        "ticktext": [f"{10 ** abs(tick):,.0f}" for tick in ticks],
        "outlinewidth": 0,
    }
    rows = np.arange(len(view.words))[::-1]  # the commonest on top; few are much commoner, so the scale ends before
    scale = {"colorscale": SCALE, "colorbar": bar, "cmin": low, "cmax": high}
    _add(fig, view, rows, "words", color=values[::-1], size=_size(len(rows)), **scale)


def _add_groups(fig: Figure, view: MapView, groups: Groups) -> None:
    lit = list(groups.lit) or list(range(len(groups.names)))
    grey = np.flatnonzero(~np.isin(groups.labels, lit))
    if len(grey):
        _add(fig, view, grey, "other words", color=PALE, size=4)
    for group in lit:
        color = SERIES[:-1][group % (len(SERIES) - 1)]
        symbol = SYMBOLS[group // (len(SERIES) - 1) % len(SYMBOLS)]
        rows = np.flatnonzero(groups.labels == group)
        _add(fig, view, rows, groups.names[group], color=color, symbol=symbol, size=_size(len(view.words)))


def _add_focus(fig: Figure, view: MapView, focus: Focus) -> None:
    """The word, its true neighbors that the picture shows and hides, and those that it invents."""
    around = focus.around
    shown = [row for row in around.true if row not in around.hidden]
    for rows, name, color, symbol in (
        (shown, "neighbor, and drawn near", GREEN, "circle"),
        (around.hidden, "neighbor that the picture hides", ORANGE, "diamond"),
        (around.invented, "drawn near, but no neighbor", PURPLE, "x"),
        ([focus.row], view.words[focus.row], BLUE, "square"),
    ):
        if rows:
            _add(fig, view, rows, name, color=color, symbol=symbol, size=13 if color == BLUE else 10, opacity=1)


def _add_labels(fig: Figure, view: MapView, seen: Window) -> None:
    """Words beside as many points as can be read."""
    first: list[int] = _marked(view.focus) if view.focus else []
    lit = set(first)
    if view.groups and view.groups.lit and not view.focus:
        lit = set(np.flatnonzero(np.isin(view.groups.labels, list(view.groups.lit))).tolist())
        first = sorted(lit)
    flat = view.points.shape[1] == 2
    n = len(view.words)
    telling = range(TELLING, n) if n > 5 * TELLING else ()  # "the" and "of" say nothing about where one is
    positions, seen = (view.points, seen) if flat else from_corner(view.points, *_box(view))
    rows = readable(
        positions, view.words, seen, 70 if flat else LABELS_3D, [*first, *telling], view.width if flat else WIDTH
    )
    if lit:
        rows = [row for row in rows if row in lit] if not (view.focus and view.focus.zoom) else rows
    text = [plain(view.words[row], 24) for row in rows]
    ink, halo = view.ink
    options: dict[str, Any] = {
        "mode": "text",
        "text": text,
        "textposition": "top center",
        "textfont": {"size": 12, "color": ink},
        "hoverinfo": "skip",
        "showlegend": False,
        "name": "labels",
    }
    x, y, *z = view.points[rows].T if rows else np.zeros((view.points.shape[1], 0))
    if z:
        fig.add("scatter3d", x=x, y=y, z=z[0], **options)
    else:
        options["textfont"]["shadow"] = ", ".join(f"0 0 {blur}px {halo}" for blur in (1, 2, 3, 3))
        fig.add_scatter(x=x, y=y, **options)


def _box(view: MapView) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Two corners, (3,) each, of what a map in three dimensions shows."""
    zoomed = view.focus is not None and view.focus.zoom
    points = view.points[_marked(view.focus)] if view.focus and zoomed else view.points
    room = np.maximum((0.15 if zoomed else 0.04) * np.ptp(points, axis=0), 1e-3)
    return points.min(axis=0) - room, points.max(axis=0) + room


def _scene(view: MapView, titles: Sequence[str]) -> dict[str, Any]:
    """Axes of a map in three dimensions; around the focus if it is zoomed to."""
    lows, highs = _box(view)
    plain_axis = {"showticklabels": False, "showspikes": False, "backgroundcolor": "rgba(0,0,0,0)"}
    return {
        "aspectmode": "cube",
        "dragmode": "orbit" if view.movable else False,
        "uirevision": view.revision,
        **{
            f"{letter}axis": {
                **plain_axis,
                "title": {"text": titles[i], "font": {"size": 11}},
                "range": [float(lows[i]), float(highs[i])],
                "gridcolor": faded(GREY, 0.3),
            }
            for i, letter in enumerate("xyz")
        },
    }
