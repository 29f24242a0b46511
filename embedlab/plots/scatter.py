"""Points in a plane: an analogy's parallelogram, words between two axes, how common neighbors are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from embedlab.plots.figure import Figure
from embedlab.plots.layout import BLUE, GREEN, GRID, ORANGE, SERIES, SKY, neutral
from embedlab.plots.text import composed, plain

if TYPE_CHECKING:
    from embedlab.analysis.analogies import Parallelogram
    from embedlab.analysis.neighbors import Neighbors

SYMBOLS = ("circle", "diamond", "x", "square")
SOUGHT = GREEN
"""Of the square where the sum of an analogy ends."""
LONGEST = 18
"""Characters of a word written beside its point."""


def parallelogram(result: Parallelogram, title: str = "") -> Figure:
    """Two arrows that ought to be alike, a to b and c to the sought point, and where the answer really lies.

    Across and up have the same scale, so that equal arrows look equal.
    """
    a, b, c, d, sought = result.points.tolist()
    fig = Figure()
    for (x0, y0), (x1, y1), color, dash in (
        (a, b, SKY, "solid"),
        (c, sought, SKY, "solid"),
        (sought, d, ORANGE, "dot"),
    ):
        head = {"symbol": ["circle", "arrow"], "size": [0, 13], "angleref": "previous", "standoff": 7, "color": color}
        line = {"color": color, "width": 2, "dash": dash}
        fig.add_scatter(x=[x0, x1], y=[y0, y1], mode="lines+markers", line=line, marker=head)
    for start, end in ((a, c), (b, sought)):
        fig.add_scatter(
            x=[start[0], end[0]], y=[start[1], end[1]], mode="lines", line={"color": GRID, "width": 2, "dash": "dash"}
        )
    fig.update_traces(hoverinfo="skip")
    words = [plain(word, LONGEST) for word in result.words]
    fig.add_scatter(
        x=[point[0] for point in (a, b, c, d, sought)],
        y=[point[1] for point in (a, b, c, d, sought)],
        mode="markers+text",
        text=[*words[:3], f"<b>{words[3]}</b>", "b − a + c"],
        textposition=[*_sides([a, b, c, d, sought])[:4], "middle right"],
        marker={
            "size": [11, 11, 11, 13, 12],
            "color": [BLUE, BLUE, BLUE, ORANGE, "rgba(0,0,0,0)"],
            "line": {"width": [0, 0, 0, 0, 2], "color": SOUGHT},
            "symbol": ["circle", "circle", "circle", "circle", "square"],
        },
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )
    first, second = (100 * share for share in result.explained)
    fig.update_xaxes(title=f"first component, {first:.0f} % of the spread", **_room([a, b, c, d, sought], 0, 0.3))
    fig.update_yaxes(title=f"second component, {second:.0f} %", scaleanchor="x", scaleratio=1)
    fig.update_xaxes(showticklabels=False, showgrid=False, zeroline=False)
    fig.update_yaxes(showticklabels=False, showgrid=False, zeroline=False)
    return neutral(fig, height=420, title=title, note=composed(result.composed))


def plane(
    words: Sequence[str],
    x: Sequence[float],
    y: Sequence[float],
    x_ends: tuple[str, str],
    y_ends: tuple[str, str],
    title: str = "",
    note: str = "",
) -> Figure:
    """Words between two axes of meaning; the ends of each axis are named on it, and a note stands below the title."""
    points = list(zip(x, y, strict=True))
    fig = Figure().add_scatter(
        x=list(x),
        y=list(y),
        mode="markers+text",
        text=[plain(word, LONGEST) for word in words],
        customdata=[[plain(word)] for word in words],
        textposition=_sides(points),
        marker={"size": 9, "color": BLUE},
        hovertemplate="<b>%{customdata[0]}</b><br>across %{x:+.2f}, up %{y:+.2f}<extra></extra>",
        cliponaxis=False,
    )
    fig.update_xaxes(title=f"◄ {plain(x_ends[0])}     {plain(x_ends[1])} ►", zeroline=True, **_room(points, 0))
    fig.update_yaxes(title=f"◄ {plain(y_ends[0])}     {plain(y_ends[1])} ►", zeroline=True, **_room(points, 1))
    return neutral(fig, height=560, title=title, note=note)


def frequency(results: Mapping[str, Neighbors], colors: Mapping[str, str], title: str = "") -> Figure:
    """Neighbors by how often the text had them (across, logarithmic) and how similar they are (up).

    Args:
        results: model title: its neighbors; those of unknown frequency are left out.
        colors: model title: "#RRGGBB"; a second model of the same colour gets another sign.
        title: above the figure.
    """
    fig = Figure()
    used: list[str] = []
    for number, (name, result) in enumerate(results.items()):
        color = colors.get(name, SERIES[number % len(SERIES)])
        known = [i for i, count in enumerate(result.counts.tolist()) if count > 0]
        positions = [(math.log10(result.counts[i]), 2 * float(result.similarities[i])) for i in known]
        fig.add_scatter(
            x=[int(result.counts[i]) for i in known],
            y=[float(result.similarities[i]) for i in known],
            name=plain(name),
            mode="markers+text",
            text=[plain(result.words[i], LONGEST) for i in known],
            textposition=_sides(positions),
            textfont={"size": 11},
            marker={
                "color": color,
                "size": 9,
                "symbol": ("circle", "diamond", "x", "square")[min(3, used.count(color))],
            },
            hovertemplate="<b>%{text}</b><br>seen %{x:,} times<br>similarity %{y:.2f}<extra>%{fullData.name}</extra>",
            cliponaxis=False,
        )
        used.append(color)
    fig.update_xaxes(type="log", title="times seen in the training text", dtick=1, tickformat=",d")
    fig.update_yaxes(title="similarity")
    return neutral(fig, height=440, title=title, legend=True)


def _sides(points: Sequence[Sequence[float]]) -> list[str]:
    """Where each label goes: away from the nearest other point, so that fewer of them collide."""
    sides = []
    for i, (x, y) in enumerate(points):
        others = [(p[0] - x, p[1] - y) for j, p in enumerate(points) if j != i]
        across, up = min(others, key=lambda d: d[0] ** 2 + d[1] ** 2, default=(0.0, -1.0))
        sides.append("top center" if up <= 0 else "bottom center")
        if abs(across) > 4 * abs(up):
            sides[-1] = "top center" if i % 2 else "bottom center"
    return sides


def _room(points: Sequence[Sequence[float]], axis: int, share: float = 0.18) -> dict[str, Any]:
    """A range with room for labels at both ends."""
    values = [point[axis] for point in points] or [0.0]
    spare = share * (max(values) - min(values)) or 0.1
    return {"range": [min(values) - spare, max(values) + spare]}
