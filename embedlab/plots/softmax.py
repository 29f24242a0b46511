"""What output layers cost as the vocabulary grows: counted and measured, both axes logarithmic."""

from __future__ import annotations

from math import log10
from statistics import geometric_mean
from typing import TYPE_CHECKING

from embedlab.analysis.softmax.steps import METHODS, TITLES, Method, multiply_adds
from embedlab.plots.curves import lines
from embedlab.plots.figure import Figure
from embedlab.plots.layout import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION

if TYPE_CHECKING:
    from embedlab.analysis.softmax.cost import Costs, CostSettings

COLORS: dict[Method, str] = {
    "full": VERMILION, "sampled": ORANGE, "hierarchical": GREEN, "negative": BLUE, "ranking": PURPLE,
}  # fmt: skip
ACROSS = "vocabulary V (words)"
HEIGHT = 460
TICKS = {
    -8: "10 ns", -7: "100 ns", -6: "1 µs", -5: "10 µs", -4: "100 µs", -3: "1 ms", -2: "10 ms", -1: "100 ms", 0: "1 s",
    1: "10 s",
}  # fmt: skip
"""Powers of ten of a second, as people read them."""


def counted(settings: CostSettings) -> Figure:
    """The multiply-adds a token, dashed, as they follow from the losses' equations."""
    sizes = settings.sizes()
    series = {
        TITLES[method]: (sizes, [multiply_adds(method, settings.shape(words)) for words in sizes]) for method in METHODS
    }
    fig = lines(
        series, x_title=ACROSS, y_title="multiply-adds a token", log_x=True, log_y=True, markers=len(sizes) == 1,
        colors={TITLES[method]: color for method, color in COLORS.items()}, height=HEIGHT,
    )  # fmt: skip
    fig.update_traces(
        line_dash="dash", hovertemplate="%{x:,} words<br><b>%{y:,.4~s}</b><extra>%{fullData.name}</extra>"
    )
    fig.update_yaxes(exponentformat="SI", dtick=1)
    return _sized(fig, sizes)


def measured(costs: Costs) -> Figure:
    """Seconds a token with their quartiles, and dashed the slope of the multiply-adds, on to the largest vocabulary.

    A dashed line lies as near to the points of its loss as can be (least squares of the logarithms).
    """
    sizes = costs.settings.sizes()
    found = {method: costs.of(method) for method in METHODS if costs.of(method)}
    series = {
        TITLES[method]: ([point.words for point in points], [point.seconds for point in points])
        for method, points in found.items()
    }
    fig = lines(
        series, x_title=ACROSS, y_title="seconds a token", log_x=True, log_y=True, markers=True,
        colors={TITLES[method]: color for method, color in COLORS.items()}, height=HEIGHT,
    )  # fmt: skip
    for trace, points in zip(fig.traces, found.values(), strict=True):
        trace["error_y"] = {
            "array": [point.high - point.seconds for point in points],
            "arrayminus": [point.seconds - point.low for point in points],
            "thickness": 1,
            "width": 3,
        }
    fig.update_traces(hovertemplate="%{x:,} words<br><b>%{y:.3~s}s</b><extra>%{fullData.name}</extra>")
    for method, points in found.items():
        rate = geometric_mean([point.seconds / point.multiply_adds for point in points])
        expected = [rate * multiply_adds(method, costs.settings.shape(words)) for words in sizes]
        fig.add_scatter(
            x=sizes, y=expected, mode="lines", line={"color": COLORS[method], "width": 1.5, "dash": "dash"},
            opacity=0.6, showlegend=False, hoverinfo="skip", name=f"{TITLES[method]}, expected slope",
        )  # fmt: skip
    fig.add_scatter(x=[None], y=[None], mode="lines", line={"color": GREY, "dash": "dash"}, name="expected slope")
    fig.update_yaxes(tickvals=[10.0**power for power in TICKS], ticktext=list(TICKS.values()))
    return _sized(fig.update_layout(showlegend=True), sizes)


def _sized(fig: Figure, sizes: list[int]) -> Figure:
    """All sizes of the vocabulary across, measured yet or not, with a little room at the ends."""
    room = 0.08
    fig.update_xaxes(
        tickvals=[1e3, 1e4, 1e5, 1e6, 1e7], ticktext=["1k", "10k", "100k", "1M", "10M"],
        range=[log10(sizes[0]) - room, log10(sizes[-1]) + room],
    )  # fmt: skip
    return fig.update_layout(legend_y=-0.24)  # clear of the axis's title
