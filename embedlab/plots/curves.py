"""Lines: a loss that falls, a frequency curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedlab.plots.figure import Figure
from embedlab.plots.layout import neutral
from embedlab.plots.palette import SERIES
from embedlab.plots.text import plain


def lines(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    x_title: str,
    y_title: str,
    title: str = "",
    log_x: bool = False,
    log_y: bool = False,
    markers: bool = False,
    labels: Mapping[str, Sequence[str]] | None = None,
    colors: Mapping[str, str] | None = None,
    height: int = 320,
) -> Figure:
    """One line a series.

    Args:
        series: name: (x values, y values).
        x_title: what is across, with its unit.
        y_title: what is up, with its unit.
        title: above the figure.
        log_x: logarithmic across.
        log_y: logarithmic up.
        markers: a dot at every value.
        labels: name: a text for each value, shown when it is pointed at.
        colors: name: "#RRGGBB"; otherwise the palette in order.
        height: in pixels.
    """
    fig = Figure()
    for number, (name, (x, y)) in enumerate(series.items()):
        texts = [plain(text) for text in (labels or {}).get(name, ())]
        fig.add_scatter(
            x=list(x),
            y=list(y),
            name=plain(name),
            mode="lines+markers" if markers or len(x) == 1 else "lines",
            line={"color": (colors or {}).get(name, SERIES[number % len(SERIES)]), "width": 2},
            text=texts or None,
            hovertemplate=("%{text}<br>" if texts else "")
            + "%{x:,.6~g}<br><b>%{y:,.4~g}</b><extra>%{fullData.name}</extra>",
        )
    fig.update_xaxes(title=plain(x_title), type="log" if log_x else "linear")
    fig.update_yaxes(title=plain(y_title), type="log" if log_y else "linear")
    return neutral(fig, height=height, title=title, legend=len(series) > 1)
