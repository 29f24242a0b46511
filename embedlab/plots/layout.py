"""What all figures share: see-through paper, grey grids that show on light and dark, room for long words.

One colour a model family, the same on every page; told apart by colour-blind eyes, on light and dark paper.

The hues are those of Okabe & Ito, "Color Universal Design" (2008), with four more. Black and yellow are left out, and
all are moved, as little as it takes, to where each has a contrast of 3:1 to white and to dark paper (WCAG 1.4.11) and
every two keep a distance of 9 in CAM02-UCS, 12 for the first five of ``SERIES``, for people who see all colours and for
those who lack one kind of cone. tests/plots/test_palette.py measures it.
"""

from __future__ import annotations

from typing import Any

from embedlab.plots.figure import Figure, Part, merged
from embedlab.plots.text import plain

GRID = "rgba(128, 128, 128, 0.25)"
LINE = "rgba(128, 128, 128, 0.6)"
CLEAR = "rgba(0, 0, 0, 0)"
NOTE = 18
"""Height of a note below the title, in pixels."""
AXIS = {"gridcolor": GRID, "zerolinecolor": LINE, "linecolor": LINE, "automargin": True}


def neutral(
    fig: Figure, *, height: int, title: str = "", note: str = "", legend: bool = False, **layout: Any
) -> Figure:
    """Give a figure the lab's look; colours of text are left to the page's theme.

    Args:
        fig: changed in place.
        height: in pixels.
        title: shown above, as plain text.
        note: shown below the title, smaller.
        legend: whether to show one, below the figure.
        layout: more for Plotly's ``update_layout``.
    """
    text = "<br>".join(filter(None, (plain(title), f"<sub>{plain(note)}</sub>" if note else "")))
    more = NOTE if note else 0
    look: dict[str, Any] = {
        "height": height + more,
        "title": {"text": text, "x": 0, "xanchor": "left", "font": {"size": 15}} if text else None,
        "margin": {"l": 8, "r": 16, "t": (44 if title else 28) + more, "b": 8},
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


BLUE, SKY, GREEN, ORANGE = "#1169A3", "#0B9BED", "#0C9568", "#D97201"
VERMILION, PURPLE, GREY, VIOLET, OLIVE, ROSE = "#C94F16", "#C67AB0", "#8F8F8F", "#875FE0", "#9D964D", "#A94B7D"
INKS = {"light": ("#10171F", "#FFFFFF"), "dark": ("#E6EAEE", "#14181D")}
"""Text and paper of both themes, as in .streamlit/config.toml."""
UNDER_TEXT = 0.45
"""Opacity up to which a colour may lie under text."""

FAMILIES = {
    "one_hot": GREY,
    "lsa": PURPLE,
    "ngram": OLIVE,
    "nnlm": VIOLET,
    "cw": ROSE,
    "cbow": SKY,
    "word2vec": BLUE,
    "glove": GREEN,
    "fasttext": ORANGE,
    "lstm": GREEN,
    "char_lstm": ORANGE,
    "elmo": VERMILION,
    "flair": VIOLET,
    "bert": ROSE,
}
NAMES = {BLUE: "blue", GREEN: "green", ORANGE: "orange", GREY: "grey"}
"""What captions call the colours that they speak of: they take the name from here, by the colour that is drawn."""
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, VIOLET, OLIVE, ROSE, GREY)
"""For groups that are no families, in this order."""


def family_color(key: str) -> str:
    """Colour of a model family; grey for one that is not known."""
    return FAMILIES.get(key, GREY)


def faded(color: str, opacity: float) -> str:
    """A colour ("#RRGGBB") as "rgba(...)" with that opacity, 0 to 1."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"
