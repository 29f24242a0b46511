"""The live pictures of a training, as options of ECharts: it keeps a chart and lets its points glide to new positions.

A Plotly chart in Streamlit is drawn anew whenever its data change, which blanks it at the end of every epoch. An
ECharts chart of a fixed key stays, and points of the same id move.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlab.plots.layout import BLUE, GREY, ORANGE, SERIES
from embedlab.plots.text import shortened

if TYPE_CHECKING:
    from embedlab.analysis.training_snapshots import Moment

DURATION = 700
"""Milliseconds that words take to their new positions."""
FAINT = "rgba(128, 128, 128, 0.25)"

Option = dict[str, Any]


def loss(
    training: Sequence[tuple[float, float]], held_out: Sequence[tuple[float, float]], epochs: int, name: str = "loss"
) -> Option:
    """The loss so far.

    Args:
        training: pairs of epoch and loss on the text that is trained on.
        held_out: the same on text that is kept apart; may be empty.
        epochs: how many there will be: the axis is as long from the start; 0 if nobody knows.
        name: what is drawn.
    """
    series = [
        {
            "id": text, "name": text, "type": "line", "data": [list(pair) for pair in pairs], "symbolSize": 6,
            "itemStyle": {"color": color}, "lineStyle": {"color": color, "width": 2},
        }
        for text, pairs, color in (("training", training, BLUE), ("held out", held_out, ORANGE))
        if pairs
    ]  # fmt: skip
    across: Option = {"type": "value", "name": "epoch", "nameLocation": "middle", "nameGap": 28, "min": 0}
    if epochs:
        across["max"] = epochs
    return {
        "animationDurationUpdate": DURATION,
        "grid": {"left": 8, "right": 16, "top": 36, "bottom": 34, "containLabel": True},
        "legend": {"right": 0, "top": 0} if held_out else {"show": False},
        "tooltip": {"trigger": "axis"},
        "xAxis": across | {"splitLine": {"show": False}},
        "yAxis": {"type": "value", "name": name, "scale": True, "splitLine": {"lineStyle": {"color": FAINT}}},
        "series": series,
    }


def neighborhoods(moments: Sequence[Moment], now: int) -> Option:
    """The watched words as diamonds, each in its colour, and their neighbors as dots of the same colour.

    Args:
        moments: all there are; they fix the bounds, so that the picture does not jump.
        now: index of the one to draw.
    """
    item = moments[now]
    width, height = (1.15 * np.abs(np.concatenate([one.points for one in moments])).max(axis=0, initial=0.1)).tolist()
    colors, best = watched_colors(moments), closest(item)
    points = [
        {
            "id": word,
            "name": word if word in item.watched else f"{word}: {best[word][0]:.2f} similar to {best[word][1]}",
            "value": [round(float(x), 4), round(float(y), 4)],
            "symbol": "diamond" if word in item.watched else "circle",
            "symbolSize": 17 if word in item.watched else 9,
            "itemStyle": {"color": colors.get(best.get(word, (0.0, word))[1], GREY)},
            "label": _label(word, watched=word in item.watched),
        }
        for word, (x, y) in zip(item.words, item.points, strict=True)
    ]
    return {
        "animationDuration": DURATION,
        "animationDurationUpdate": DURATION,
        "animationEasingUpdate": "cubicInOut",
        "grid": {"left": 40, "right": 40, "top": 24, "bottom": 12},
        "tooltip": {"trigger": "item", "formatter": "{b}", "renderMode": "richText"},
        "toolbox": {"feature": {"saveAsImage": {"type": "svg", "title": "SVG", "name": "neighborhoods"}}, "left": 0},
        "xAxis": {"type": "value", "min": -width, "max": width, "show": False},
        "yAxis": {"type": "value", "min": -height, "max": height, "show": False},
        "series": [{"id": "words", "type": "scatter", "data": points, "labelLayout": {"hideOverlap": True}}],
    }


def closest(item: Moment) -> dict[str, tuple[float, str]]:
    """For every neighbor, the largest similarity and the watched word that it is to."""
    best: dict[str, tuple[float, str]] = {word: (1.0, word) for word in item.watched}
    for word, row in zip(item.watched, item.neighbors, strict=True):
        for near, similarity in row:
            best[near] = max(best.get(near, (-2.0, "")), (similarity, word))
    return best


def watched_colors(moments: Sequence[Moment]) -> dict[str, str]:
    """A colour for every word that is watched at any time."""
    watched = dict.fromkeys(word for item in moments for word in item.watched)
    return {word: SERIES[i % len(SERIES)] for i, word in enumerate(watched)}


def _label(word: str, *, watched: bool) -> Option:
    """In the page's own colour of text: those of the points are too pale to be read."""
    return {
        "show": True, "formatter": shortened(word, 18).replace("{", "(").replace("}", ")"),
        "position": "top", "fontSize": 15 if watched else 12, "fontWeight": "bold" if watched else "normal",
    }  # fmt: skip
