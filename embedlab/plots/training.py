"""A model while it learns: its loss, and the neighbors of a few words as they move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlab.plots.curves import lines
from embedlab.plots.figure import Figure, Part, merged
from embedlab.plots.layout import BLUE, GREY, LINE, ORANGE, SERIES, neutral
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedlab.analysis.training_snapshots import Moment

DURATION = 600
"""Milliseconds from one epoch to the next."""
DOTS = 30
"""A curve of more values is drawn without a dot for each."""


def loss(
    training: Sequence[tuple[float, float]], held_out: Sequence[tuple[float, float]], unit: str, name: str = "loss"
) -> Figure:
    """The loss over the training.

    Args:
        training: pairs of epoch and loss on the text that is trained on.
        held_out: the same on text that is kept apart; may be empty.
        unit: what is across ("epoch").
        name: what is drawn.
    """
    series = {"training": training, "held out": held_out}
    return _losses(series, {"training": BLUE, "held out": ORANGE}, unit, name)


def parts(
    held_out: Mapping[str, Sequence[tuple[float, float]]],
    training: Mapping[str, Sequence[tuple[float, float]]],
    unit: str,
    name: str,
) -> Figure:
    """Losses that are learned together, a color each.

    Args:
        held_out: name of a part: pairs of epoch and loss on text that is kept apart.
        training: the same on the text that is trained on, drawn thin; may be empty.
        unit: what is across ("epoch").
        name: what is drawn.
    """
    series, colors = {}, {}
    for part, color in zip(dict.fromkeys([*training, *held_out]), SERIES, strict=False):
        for text, pairs in ((f"{part}, training", training.get(part)), (f"{part}, held out", held_out.get(part))):
            series[text], colors[text] = pairs or (), color
    fig = _losses(series, colors, unit, name)
    if training:
        fig.traces = [_short(trace) for trace in fig.traces]
    return fig


def _short(trace: Part) -> Part:
    """With a short name in the legend: on a phone it has little room beside the camera."""
    part, text = trace["name"].rsplit(", ", 1)
    return merged(
        trace, {"name": part, "mode": "lines", "line_width": 1.5} if text == "training" else {"showlegend": False}
    )


def _losses(
    series: Mapping[str, Sequence[tuple[float, float]]], colors: Mapping[str, str], unit: str, name: str
) -> Figure:
    """Curves from the start of the training; a value that stands alone is said beside its dot.

    The legend stands on the left: the camera has the right.
    """
    given = {text: tuple(zip(*pairs, strict=True)) for text, pairs in series.items() if pairs}
    shown = {text: (pair[0], pair[1]) for text, pair in given.items()}
    fig = lines(shown, x_title=unit, y_title=name, markers=True, colors=colors)
    for trace in fig.traces:
        if len(trace["x"]) > DOTS:
            trace["mode"] = "lines"
    alone = sorted((trace for trace in fig.traces if len(trace["x"]) == 1), key=lambda trace: -trace["y"][0])
    for position, trace in enumerate(alone):
        side = "bottom left" if position else "top left"
        label = [f"{trace['name']}: {trace['y'][0]:.4g}"]
        trace |= {"mode": "markers+text", "text": label, "textposition": side, "cliponaxis": False, "showlegend": False}
        trace |= {"marker": {"size": 10, "line": {"width": 1, "color": LINE}}}
    fig.update_layout(legend={"y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left"})
    return fig.update_xaxes(rangemode="tozero")


def neighborhoods(moments: Sequence[Moment], now: int, height: int = 430) -> Figure:
    """The watched words, each in its colour, and their neighbors in the colour of the word that they are nearest to.

    Args:
        moments: all there are; they fix the bounds, so that the picture does not jump.
        now: index of the one to draw.
        height: in pixels.
    """
    current = moments[now]
    fig = Figure(_traces(current, _colors(moments)))
    return _framed(fig, moments, height)


def film(moments: Sequence[Moment], height: int = 560) -> Figure:
    """All epochs as one figure with a slider and a button that plays them."""
    colors = _colors(moments)
    frames = [{"data": _traces(item, colors), "name": str(item.epoch)} for item in moments]
    fig = Figure(data=_traces(moments[0], colors), frames=frames)
    going = {"frame": {"duration": DURATION, "redraw": False}, "transition": {"duration": DURATION}}
    still = {"frame": {"duration": 0}, "mode": "immediate"}
    fig = _framed(fig, moments, height)
    return fig.update_layout(
        margin_b=120,
        sliders=[
            {
                "currentvalue": {"prefix": "epoch "},
                "steps": [
                    {
                        "method": "animate",
                        "label": frame["name"],
                        "args": [[frame["name"]], {**still, "transition": {"duration": DURATION}}],
                    }
                    for frame in frames
                ],
            }
        ],
        updatemenus=[
            {
                "type": "buttons",
                "direction": "left",
                "x": 0,
                "y": -0.28,
                "xanchor": "left",
                "yanchor": "top",
                "buttons": [
                    {"label": "Play", "method": "animate", "args": [None, {**going, "fromcurrent": True}]},
                    {"label": "Pause", "method": "animate", "args": [[None], still]},
                ],
            }
        ],
    )


def _framed(fig: Figure, moments: Sequence[Moment], height: int) -> Figure:
    points = np.concatenate([item.points for item in moments]) if moments else np.zeros((0, 2))
    reach = 1.15 * float(np.abs(points).max(initial=0.1))
    axis: dict[str, Any] = {"range": [-reach, reach], "showticklabels": False, "zeroline": False, "showgrid": False}
    neutral(fig, height=height, transition={"duration": DURATION, "easing": "cubic-in-out"})
    fig.update_layout(margin={"l": 0, "r": 0, "t": 28, "b": 0}, uirevision="neighborhoods")
    return fig.update_xaxes(**axis).update_yaxes(**axis)


def _colors(moments: Sequence[Moment]) -> dict[str, str]:
    watched = dict.fromkeys(word for item in moments for word in item.watched)
    return {word: SERIES[i % len(SERIES)] for i, word in enumerate(watched)}


def _traces(item: Moment, colors: dict[str, str]) -> list[Part]:
    """Neighbors, then watched words: two traces in every frame, so that points keep their identity."""
    best: dict[str, tuple[float, str]] = {}
    for word, row in zip(item.watched, item.neighbors, strict=True):
        for near, similarity in row:
            best[near] = max(best.get(near, (-2.0, "")), (similarity, word))
    rows = {word: i for i, word in enumerate(item.words)}
    around = [word for word in item.words if word not in item.watched]

    def trace(words: Sequence[str], shades: list[str], notes: list[str], **look: Any) -> Part:
        at = item.points[[rows[name] for name in words]].reshape(-1, 2)
        return {
            "type": "scatter",
            "x": at[:, 0].tolist(),
            "y": at[:, 1].tolist(),
            "ids": list(words),
            "text": [plain(word, 18) for word in words],
            "customdata": [[plain(word), note] for word, note in zip(words, notes, strict=True)],
            "mode": "markers+text",
            "textposition": look["sides"],
            "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
            "marker": {"color": shades, "line": {"width": 1, "color": LINE}, **look["marker"]},
            "textfont": look["textfont"],
            "cliponaxis": False,
        }

    sides = [_side(item.points[rows[word]] - item.points[rows[best[word][1]]]) for word in around]
    notes = [f"{plain(best[word][1])}: similarity {best[word][0]:.2f}" for word in around]
    near_shades = [colors.get(best[word][1], GREY) for word in around]
    watched = list(item.watched)
    return [
        trace(around, near_shades, notes, sides=sides, marker={"size": 8, "opacity": 0.8}, textfont={"size": 12}),
        trace(
            watched,
            [colors[word] for word in watched],
            ["watched"] * len(watched),
            sides="top center",
            marker={"size": 14, "symbol": "diamond"},
            textfont={"size": 16, "weight": "bold"},
        ),
    ]


def _side(away: NDArray[np.float64]) -> str:
    """Where a neighbor's label stands: on the side turned away from its watched word."""
    x, y = away
    if abs(x) > abs(y):
        return "middle right" if x > 0 else "middle left"
    return "top center" if y > 0 else "bottom center"
