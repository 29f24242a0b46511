"""A sentence and the names that each layer finds in it: words across, layers below each other, a colour a type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embedlab.plots.figure import Figure
from embedlab.plots.layout import CLEAR, GREY, SERIES, UNDER_TEXT, faded, neutral
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from embedlab.analysis.probing.tagger import Tagged

ROW = 27
"""Height of a row, in pixels."""
LIST = "list of words"
MOST = 3
"""Tags of a word that are named when it is pointed at."""
ISOLATED = "\u2068{}\u2069"
"""Unicode's marks around a text that may run from right to left, so that nothing beside it changes places."""


@dataclass(frozen=True)
class Cell:
    """A word in a row of the figure.

    Attributes:
        tag: what it is tagged.
        share: the tag's probability.
        hover: what is said of it.
    """

    tag: str
    share: float
    hover: str


def names(found: Tagged, layers: Sequence[str], per_row: int = 12) -> Figure:
    """The tags of every word by every layer, from the input on top to the top layer, and those of the list of words.

    A name has the colour of its type, stronger the likelier it is; O is grey. Long sentences go on in a block below.

    Args:
        found: the tagged sentence.
        layers: L names for people.
        per_row: words side by side.
    """
    rows = [*zip(layers, _cells(found, layers), strict=True), (LIST, _listed(found))]
    blocks = range(0, len(found.words), per_row)
    step = len(rows) + 1.6  # a row for the words, and some room
    fig = Figure()
    cells = [
        (at % per_row, (at // per_row) * step + 1 + row + (0.3 if row == len(layers) else 0), cell)
        for row, (_, own) in enumerate(rows)
        for at, cell in enumerate(own)
    ]
    types = list(dict.fromkeys(tag[2:] for tag in found.labels if tag != "O"))
    for kind in ["", *types]:
        _boxes(fig, [one for one in cells if one[2].tag[2:] == kind], _color(kind, types))
    for at, word in enumerate(found.words):
        text = ISOLATED.format(plain(word, 12))
        fig.add_annotation(x=at % per_row, y=(at // per_row) * step, text=f"<b>{text}</b>", showarrow=False)
    ticks = [
        (block * step + 1 + row + (0.3 if row == len(layers) else 0), name)
        for block in range(len(blocks))
        for row, (name, _) in enumerate(rows)
    ]
    fig.update_xaxes(range=[-0.55, min(per_row, len(found.words)) - 0.45], visible=False, fixedrange=True)
    fig.update_yaxes(
        tickvals=[place for place, _ in ticks], ticktext=[plain(name, 16) for _, name in ticks],
        range=[len(blocks) * step - 0.1, -0.6], showgrid=False, zeroline=False, fixedrange=True,
    )  # fmt: skip
    neutral(fig, height=round(ROW * step * len(blocks)) + 40, hovermode="closest", margin_t=32)
    return fig.update_yaxes(linecolor=CLEAR)


def _color(kind: str, types: Sequence[str]) -> str:
    return SERIES[types.index(kind) % (len(SERIES) - 1)] if kind else GREY


def _cells(found: Tagged, layers: Sequence[str]) -> list[list[Cell]]:
    """For each layer one a word."""
    result = []
    for number, layer in enumerate(layers):
        row = []
        for word, tag, likely in zip(found.words, found.tags(number), found.probabilities[number], strict=True):
            order = (-likely).argsort()[:MOST].tolist()
            shares = "<br>".join(f"{plain(found.labels[one])} {likely[one]:.1%}" for one in order)
            row.append(Cell(tag, float(likely.max()), f"<b>{_isolated(word)}</b>, {plain(layer)}<br>{shares}"))
        result.append(row)
    return result


def _listed(found: Tagged) -> list[Cell]:
    """The same by the list of words, which knows no probabilities."""
    return [
        Cell(tag, 1, f"<b>{_isolated(word)}</b>, {LIST}<br>{plain(tag)}")
        for word, tag in zip(found.words, found.looked_up, strict=True)
    ]


def _isolated(word: str) -> str:
    return ISOLATED.format(plain(word, 40))


def _boxes(fig: Figure, cells: Sequence[tuple[int, float, Cell]], color: str) -> None:
    """Boxes of one type with their tags, each as strong as its tag is likely; those of O are faint and empty."""
    if not cells:
        return
    for x, y, cell in cells:
        shade = faded(color, UNDER_TEXT * cell.share if cell.tag != "O" else 0.07)
        look: dict[str, Any] = {"fillcolor": shade, "line": {"width": 0}, "layer": "below"}
        fig.add_shape(type="rect", x0=x - 0.47, x1=x + 0.47, y0=y - 0.45, y1=y + 0.45, xref="x", yref="y", **look)
    fig.add_scatter(
        x=[x for x, _, _ in cells], y=[y for _, y, _ in cells], mode="markers+text",
        text=["" if cell.tag == "O" else plain(cell.tag, 9) for _, _, cell in cells],
        textposition="middle center", textfont={"size": 12},
        marker={"size": 20, "symbol": "square", "opacity": 0, "color": color},
        customdata=[cell.hover for _, _, cell in cells],
        hovertemplate="%{customdata}<extra></extra>", cliponaxis=False,
    )  # fmt: skip
