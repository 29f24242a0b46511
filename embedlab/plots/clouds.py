"""A word's occurrences as points that glide from layer to layer, by a slider in the figure itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedlab.base import Floats
from embedlab.plots.figure import Figure
from embedlab.plots.layout import neutral
from embedlab.plots.senses import Named, legend
from embedlab.plots.text import plain

GLIDE = 700
"""Milliseconds that points take to their positions in another layer."""
LINE = 60
"""Characters of a sentence in one line of a hover box."""
MOST_LINES = 4


def cloud(points: Floats, layers: Sequence[str], groups: Named, texts: Sequence[str], start: int) -> Figure:
    """N points at L layers; each point's ``customdata`` begins with its number, and pointing at it shows its sentence.

    Args:
        points: (L, N, 2).
        layers: L names, from the input to the top.
        groups: colours.
        texts: N sentences, as they are.
        start: the layer that is shown first.
    """
    labels = [int(label) for label in groups.labels]
    size = 9 if len(labels) <= 200 else 6 if len(labels) <= 1500 else 4.5
    marker = {
        "color": [groups.color(label) for label in labels], "size": size, "opacity": 0.75, "line": {"width": 0},
        "symbol": [groups.symbol(label) for label in labels],
    }  # fmt: skip
    trace = {
        "type": "scatter", "mode": "markers", "showlegend": False, "marker": marker, **_positions(points[start]),
        "customdata": [[i, wrapped(text)] for i, text in enumerate(texts)], "ids": [str(i) for i in range(len(labels))],
        "hovertemplate": "%{customdata[1]}<extra></extra>", "unselected": {"marker": {"opacity": 0.15}},
    }  # fmt: skip
    frames = [
        {"name": str(i), "data": [{"type": "scatter"} | _positions(each)], "traces": [0]}
        for i, each in enumerate(points)
    ]
    fig = Figure([trace, *legend(groups)], frames=frames)
    bounds = (1.08 * np.abs(points).max(axis=(0, 1), initial=0.1)).tolist()  # the same for all layers
    for axis, bound in zip((fig.update_xaxes, fig.update_yaxes), bounds, strict=True):
        axis(range=[-bound, bound], showticklabels=False, showgrid=False, zeroline=False, ticks="")
    neutral(fig, height=648, legend=True)
    fig.update_layout(
        legend={"y": 1.0, "yanchor": "bottom", "itemsizing": "constant"}, dragmode="lasso",
        margin={"t": 88, "b": 8}, sliders=[_slider(layers, start)] if len(layers) > 1 else [],
    )  # fmt: skip
    return fig


def _positions(points: Floats) -> dict[str, Any]:
    return {"x": points[:, 0].round(3).tolist(), "y": points[:, 1].round(3).tolist()}


def _slider(layers: Sequence[str], start: int) -> dict[str, Any]:
    move = {
        "mode": "immediate", "fromcurrent": True, "transition": {"duration": GLIDE, "easing": "cubic-in-out"},
        "frame": {"duration": GLIDE, "redraw": True},
    }  # fmt: skip
    return {
        "active": start, "currentvalue": {"font": {"size": 14}}, "pad": {"t": 12, "l": 44, "r": 44},
        "transition": {"duration": GLIDE, "easing": "cubic-in-out"},
        "steps": [
            {"label": plain(name, 12), "method": "animate", "args": [[str(i)], move]} for i, name in enumerate(layers)
        ],
    }  # fmt: skip


def wrapped(text: str) -> str:
    """A sentence for a hover box, in a few lines; what could be markup is shown as it is."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) >= LINE:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()[: 2 * LINE]
    lines.append(line)
    cut = lines[:MOST_LINES] + (["…"] if len(lines) > MOST_LINES else [])
    return "<br>".join(plain(one) for one in cut)
