"""What all figures share: see-through paper, grey grids that show on light and dark, room for long words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedlab.plots.text import plain

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

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
    for name, part in look.items():
        fig.layout[name] = part  # whole: Plotly takes six times as long to merge parts, and a page has many figures
    fig.update_layout(**layout)
    for axis in (*fig.select_xaxes(), *fig.select_yaxes()):
        fig.layout[axis.plotly_name] = axis.to_plotly_json() | AXIS
    return fig


def inked(fig: Figure, ink: str) -> Figure:
    """Write the texts of a figure in one colour.

    Args:
        fig: changed in place.
        ink: "#RRGGBB".
    """
    font = {"font": {"color": ink}}
    fig.update_layout(**font, legend=font)
    if fig.layout.title.text:
        fig.update_layout(title=font)
    for axis in (*fig.select_xaxes(), *fig.select_yaxes()):
        if axis.showticklabels is not False:
            axis.tickfont.color = ink
        if axis.title.text:
            axis.title.font.color = ink
    for text in (*fig.layout.annotations, *fig.layout.sliders):
        text.font.color = ink
    for trace in fig.data:
        for owner in (trace, getattr(trace, "marker", None)):
            if owner is not None and _has_scale(owner, trace.type):
                owner.colorbar.update(tickfont={"color": ink}, title=font)
    return fig


def _has_scale(owner: Any, kind: str) -> bool:
    """Whether a trace, or its marker, draws a bar of colours; one that is merely mentioned would be drawn, too."""
    if "colorbar" not in owner or owner.showscale is False:
        return False
    return kind == "heatmap" or bool(owner.showscale or owner.colorbar.to_plotly_json())
