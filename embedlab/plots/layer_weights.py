"""The weights that tasks learn for layers: as bars, along the strength of the penalty, and what each way scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embedlab.analysis.scalar_mix import MixFit
from embedlab.plots.figure import Figure
from embedlab.plots.layout import BLUE, GREY, LINE, ORANGE, SERIES, faded, neutral
from embedlab.plots.text import plain

SHAPES = ("", "/", "x", ".")
SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up", "star", "x")


def weights(fits: Mapping[str, MixFit], names: Mapping[str, str]) -> Figure:
    """A bar a layer and task, as high as the mean weight over the seeds; the bar's line goes from lowest to highest.

    Args:
        fits: title of the task: what it learned; at least one.
        names: layer: how people read it.
    """
    fig = Figure()
    layers = next(iter(fits.values())).layers
    for number, (title, fit) in enumerate(fits.items()):
        mean, low, high = fit.weights.mean(axis=0), fit.weights.min(axis=0), fit.weights.max(axis=0)
        fig.add_bar(
            x=[plain(names[layer]) for layer in layers], y=mean.tolist(), name=plain(title, 30),
            marker={"color": SERIES[number % len(SERIES)], "pattern": {"shape": SHAPES[number % len(SHAPES)]}},
            error_y={"array": (high - mean).tolist(), "arrayminus": (mean - low).tolist(), "thickness": 1.5,
                "color": GREY},
            customdata=[[a, b] for a, b in zip(low.tolist(), high.tolist(), strict=True)],
            hovertemplate="%{x}<br><b>%{y:.3f}</b>, over the seeds %{customdata[0]:.3f} to %{customdata[1]:.3f}"
            "<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    equal = 1 / len(layers)
    fig.add_hline(equal, line={"color": LINE, "dash": "dash", "width": 1.5})
    fig.add_annotation(
        text=f"equal, {equal:.2f}", x=0, xref="x domain", xanchor="left", y=equal, yref="y", yanchor="bottom",
        showarrow=False, font={"size": 11},
    )  # fmt: skip
    top = max(float(fit.weights.max()) for fit in fits.values())
    fig.update_yaxes(title="weight s<sub>j</sub>", range=[0, 1.12 * max(top, equal)])
    fig.update_xaxes(type="category", title="layer, from the input to the top")
    neutral(fig, height=360, legend=True, barmode="group", bargap=0.3)
    return fig.update_layout(legend_y=-0.28)


def path(fits: Sequence[MixFit], names: Mapping[str, str], chosen: float, title: str) -> Figure:
    """How the weights of one task move as the penalty falls, from the left to the right.

    Args:
        fits: learned weights at several strengths.
        names: layer: how people read it.
        chosen: the strength that is marked.
        title: above the figure.
    """
    fig = Figure()
    positions = [number for number, _ in enumerate(fits)]
    for layer, name in enumerate(fits[0].layers):
        color = SERIES[layer % len(SERIES)]
        mean, low, high = (
            [float(getattr(fit.weights[:, layer], part)()) for fit in fits] for part in ("mean", "min", "max")
        )
        fig.add_scatter(
            x=[*positions, *positions[::-1]], y=[*high, *low[::-1]], fill="toself", mode="lines", line={"width": 0},
            fillcolor=faded(color, 0.18), hoverinfo="skip", showlegend=False, legendgroup=name,
        )  # fmt: skip
        fig.add_scatter(
            x=positions, y=mean, name=plain(names[name]), mode="lines+markers", legendgroup=name,
            line={"color": color, "width": 2}, marker={"size": 7, "symbol": SYMBOLS[layer % len(SYMBOLS)]},
            customdata=[[f"{fit.l2:g}", a, b] for fit, a, b in zip(fits, low, high, strict=True)],
            hovertemplate="λ = %{customdata[0]}<br><b>%{y:.3f}</b>, over the seeds %{customdata[1]:.3f} to "
            "%{customdata[2]:.3f}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    marked = min(positions, key=lambda position: abs(fits[position].l2 - chosen))
    fig.add_vline(x=marked, line={"color": LINE, "dash": "dash", "width": 1.5})
    fig.update_xaxes(tickvals=positions, ticktext=[f"{fit.l2:g}" for fit in fits], title="strength λ of the penalty")
    fig.update_yaxes(title="weight s<sub>j</sub>", rangemode="tozero")
    neutral(fig, height=340, title=title, legend=True)
    return fig.update_layout(legend_y=-0.3)


@dataclass(frozen=True)
class Score:
    """One way to use a model, and how well it does.

    Attributes:
        name: for people.
        value: mean over the seeds.
        low: lower end of the interval.
        high: its upper end.
        learned: whether weights were learned for it.
    """

    name: str
    value: float
    low: float
    high: float
    learned: bool


def scores(rows: Sequence[Score], baseline: float, title: str, unit: str) -> Figure:
    """A point a way with its 95 % interval; the dashed line is what can be had without any vector."""
    positions = list(range(len(rows)))
    fig = Figure().add_scatter(
            x=[row.value for row in rows], y=positions, mode="markers+text",
            text=[f"{row.value:.3f}" for row in rows], textposition="top center", textfont={"size": 11},
            marker={
                "color": [ORANGE if row.learned else BLUE for row in rows], "size": 9,
                "symbol": ["diamond" if row.learned else "circle" for row in rows],
            },
            error_x={
                "array": [row.high - row.value for row in rows], "arrayminus": [row.value - row.low for row in rows],
                "thickness": 1.5, "width": 4, "color": GREY,
            },
            customdata=[[plain(row.name), row.low, row.high] for row in rows],
            hovertemplate="%{customdata[0]}<br><b>%{x:.3f}</b>, 95 % interval %{customdata[1]:.3f} to "
            "%{customdata[2]:.3f}<extra></extra>",
        )  # fmt: skip
    fig.add_vline(x=baseline, line={"color": GREY, "dash": "dash", "width": 1.5})
    fig.update_yaxes(
        tickvals=positions, ticktext=[plain(row.name, 28) for row in rows], range=[len(rows) - 0.4, -0.8],
        zeroline=False, showgrid=False,
    )  # fmt: skip
    fig.update_xaxes(title=plain(unit), zeroline=False)
    return neutral(fig, height=110 + 40 * len(rows), title=title)
