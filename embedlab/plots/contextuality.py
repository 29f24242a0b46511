"""How contextual models are, layer by layer: one small diagram a measure, one line a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedlab.plots.figure import Figure
from embedlab.plots.layout import LINE, faded, neutral
from embedlab.plots.text import plain

SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up", "star", "x")


@dataclass(frozen=True)
class Curve:
    """One model in one diagram.

    Attributes:
        name: of the model.
        layers: L names, from the input to the top.
        values: (L,).
        low: (L,) lower ends of the intervals.
        high: (L,) upper ends.
        color: "#RRGGBB".
        chance: (L,) what chance would give, dotted; nothing if empty.
    """

    name: str
    layers: Sequence[str]
    values: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    color: str
    chance: Sequence[float] = ()


def depth(layers: int) -> list[float]:
    """Places of layers from the input, 0, to the top, 1; a single layer holds for all of it."""
    return [0.0, 1.0] if layers == 1 else [number / (layers - 1) for number in range(layers)]


def by_depth(curves: Sequence[Curve], title: str, y_title: str) -> Figure:
    """Every model's measure from its input to its top, with 95 % intervals; one of a single layer is a dashed line."""
    fig = Figure()
    for number, curve in enumerate(curves):
        x, flat = depth(len(curve.layers)), len(curve.layers) == 1
        values, low, high, names = (
            [*part, *part] if flat else list(part) for part in (curve.values, curve.low, curve.high, curve.layers)
        )
        fig.add_scatter(
            x=[*x, *x[::-1]], y=[*high, *low[::-1]], fill="toself", mode="lines", line={"width": 0},
            fillcolor=faded(curve.color, 0.18), hoverinfo="skip", showlegend=False, legendgroup=str(number),
        )  # fmt: skip
        fig.add_scatter(
            x=x, y=values, name=plain(curve.name, 26), legendgroup=str(number),
            mode="lines" if flat else "lines+markers",
            line={"color": curve.color, "width": 2, "dash": "dash" if flat else "solid"},
            marker={"size": 8, "symbol": SYMBOLS[number % len(SYMBOLS)]},
            customdata=[[plain(a), b, c] for a, b, c in zip(names, low, high, strict=True)],
            hovertemplate="%{customdata[0]}<br><b>%{y:.2f}</b>, 95 % interval %{customdata[1]:.2f} to "
            "%{customdata[2]:.2f}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
        if curve.chance:
            chance = [*curve.chance, *curve.chance] if flat else list(curve.chance)
            fig.add_scatter(
                x=x, y=chance, mode="lines", line={"color": curve.color, "width": 1.5, "dash": "dot"},
                showlegend=False, legendgroup=str(number), name=f"{plain(curve.name, 26)}, sentences at random",
                hovertemplate="chance %{y:.2f}<extra>%{fullData.name}</extra>",
            )  # fmt: skip
    fig.add_hline(y=0, line={"color": LINE, "width": 1})
    fig.update_xaxes(tickvals=[0, 0.5, 1], ticktext=["input", "middle", "top"], title="layer", range=[-0.06, 1.06])
    fig.update_yaxes(title=plain(y_title))
    neutral(fig, height=350 + 24 * len(curves), title=title, legend=True)
    return fig.update_layout(legend_y=-0.25)
