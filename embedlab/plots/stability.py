"""How far trainings of a family agree: all words, by frequency, and by the neighbor's rank."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from embedlab.plots.figure import Figure
from embedlab.plots.layout import GREY, neutral
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from embedlab.analysis.stability import Stability

SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up")
HEIGHT = 430


def overall(results: Mapping[str, Stability], colors: Mapping[str, str], title: str = "") -> Figure:
    """A bar a family: its mean overlap with the 95 % interval over words."""
    fig = Figure()
    for row, (name, one) in enumerate(results.items()):
        fig.add_bar(
            x=[one.mean], y=[row], orientation="h", marker={"color": colors.get(name, GREY)}, name=plain(name),
            error_x={"array": [one.high - one.mean], "arrayminus": [one.mean - one.low], "color": "#808080"},
            customdata=[[one.low, one.high, float(one.pairs.min()), float(one.pairs.max())]],
            hovertemplate="<b>%{x:.1%}</b>, interval %{customdata[0]:.1%} to %{customdata[1]:.1%}<br>"
            "pairs of trainings from %{customdata[2]:.1%} to %{customdata[3]:.1%}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    names = [f"{plain(name, 22)}<br><b>{one.mean:.0%}</b>" for name, one in results.items()]
    fig.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, autorange="reversed", showgrid=False, zeroline=False
    )
    fig.update_xaxes(range=[0, 1.04], tickformat=".0%", title="shared by two trainings")
    return neutral(fig, height=max(180, 110 + 54 * len(names)), title=title, bargap=0.35)


def by_frequency(
    results: Mapping[str, Stability], colors: Mapping[str, str], title: str = "", word: str = ""
) -> Figure:
    """A line a family: the mean overlap of rare to common words with intervals; one word is a large empty sign."""
    fig = Figure()
    for number, (name, one) in enumerate(results.items()):
        color, symbol = colors.get(name, GREY), SYMBOLS[number % len(SYMBOLS)]
        bands = one.bands
        fig.add_scatter(
            x=[math.sqrt(max(1.0, band.low) * max(1.0, band.high)) for band in bands], y=[band.mean for band in bands],
            mode="lines+markers", name=plain(name, 26), legendgroup=str(number),
            line={"color": color, "width": 2}, marker={"size": 8, "symbol": symbol},
            error_y={
                "array": [band.upper - band.mean for band in bands],
                "arrayminus": [band.mean - band.lower for band in bands], "thickness": 1.2, "width": 3,
            },
            customdata=[[band.low, band.high, band.words] for band in bands],
            hovertemplate="seen %{customdata[0]:,.0f} to %{customdata[1]:,.0f} times, %{customdata[2]} words<br>"
            "<b>%{y:.1%}</b><extra>%{fullData.name}</extra>",
        )  # fmt: skip
        if word in one.rows and one.counts[one.rows[word]] > 0:
            row = one.rows[word]
            fig.add_scatter(
                x=[float(one.counts[row])], y=[float(one.overlap[row])], mode="markers", showlegend=False,
                legendgroup=str(number), name=f"{plain(word, 26)}, {plain(name, 26)}",
                marker={"symbol": f"{symbol}-open", "size": 15, "color": color, "line": {"width": 2.5}},
                hovertemplate="seen %{x:,.0f} times<br><b>%{y:.0%}</b><extra>%{fullData.name}</extra>",
            )  # fmt: skip
    fig.update_xaxes(type="log", title="times seen in the text", dtick=1, tickformat=",d")
    fig.update_yaxes(range=[0, 1.04], tickformat=".0%", title="shared by two trainings")
    return neutral(fig, height=HEIGHT, title=title, legend=True, legend_y=-0.22)


def by_rank(results: Mapping[str, Stability], colors: Mapping[str, str], title: str = "") -> Figure:
    """A line a family: of the neighbors at each rank in one training, the share that another has, too."""
    fig = Figure()
    for number, (name, one) in enumerate(results.items()):
        fig.add_scatter(
            x=list(range(1, one.k + 1)), y=one.by_rank.tolist(), mode="lines+markers", name=plain(name, 26),
            line={"color": colors.get(name, GREY), "width": 2}, marker={"size": 8, "symbol": SYMBOLS[number % 5]},
            hovertemplate="rank %{x}<br><b>%{y:.1%}</b><extra>%{fullData.name}</extra>",
        )  # fmt: skip
    fig.update_xaxes(title="rank among the neighbors", dtick=1)
    fig.update_yaxes(range=[0, 1.04], tickformat=".0%", title="found again in another training")
    return neutral(fig, height=HEIGHT, title=title, legend=True, legend_y=-0.22)
