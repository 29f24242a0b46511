"""What all figures share: see-through paper, grey grids that show on light and dark, room for long words."""

from __future__ import annotations

from typing import Any

from embedlab.plots.figure import Figure, Part, merged
from embedlab.plots.text import plain

GRID = "rgba(128, 128, 128, 0.25)"
LINE = "rgba(128, 128, 128, 0.6)"
CLEAR = "rgba(0, 0, 0, 0)"
AXIS = {"gridcolor": GRID, "zerolinecolor": LINE, "linecolor": LINE, "automargin": True}


def neutral(fig: Figure, *, height: int, title: str = "", legend: bool = False, **layout: Any) -> Figure:
    """Give a figure the lab's look; colours of text are left to the page's theme.

    Args:
        fig: changed in place.
        height: in pixels.
        title: shown above, as plain text.
        legend: whether to show one, below the figure.
        layout: more for Plotly's ``update_layout``.
    """
    look: dict[str, Any] = {
        "height": height,
        "title": {"text": plain(title), "x": 0, "xanchor": "left", "font": {"size": 15}} if title else None,
        "margin": {"l": 8, "r": 16, "t": 44 if title else 28, "b": 8},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "showlegend": legend,
        "legend": {"orientation": "h", "yanchor": "top", "y": -0.18, "x": 0, "title": None},
        "modebar": {"bgcolor": CLEAR, "color": LINE, "activecolor": "#808080", "orientation": "h"},
        "hoverlabel": {"align": "left"},
    }
    fig.look |= merged({}, look)
    return fig.update_layout(**layout).update_xaxes(**AXIS).update_yaxes(**AXIS)


def inked(fig: Figure, ink: str) -> Figure:
    """Write the texts of a figure in one colour.

    Args:
        fig: changed in place.
        ink: "#RRGGBB".
    """
    font = {"font": {"color": ink}}
    fig.update_layout(**font, legend=font)
    if fig.look.get("title", {}).get("text"):
        fig.update_layout(title=font)
    for name in (*fig.axes("xaxis"), *fig.axes("yaxis")):
        fig.look[name] = _inked_axis(fig.look.get(name, {}), ink)
    for name in ("annotations", "sliders"):
        if name in fig.look:
            fig.look[name] = [merged(text, font) for text in fig.look[name]]
    bar = {"colorbar": {"tickfont": {"color": ink}, "title": font}}
    for trace in fig.traces:
        if trace["type"] == "heatmap" and trace.get("showscale") is not False:
            trace |= merged(trace, bar)
        marker = trace.get("marker", {})
        if marker.get("showscale") is not False and (marker.get("showscale") or marker.get("colorbar")):
            trace["marker"] = merged(marker, bar)  # where it is merely mentioned, a bar of colours is drawn
    return fig


def _inked_axis(axis: Part, ink: str) -> Part:
    if axis.get("showticklabels") is not False:
        axis = merged(axis, {"tickfont": {"color": ink}})
    return merged(axis, {"title": {"font": {"color": ink}}}) if axis.get("title", {}).get("text") else axis
