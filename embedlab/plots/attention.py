"""Attention of one head: lines from each piece to those it looks at, and the whole matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedlab.plots.figure import Figure
from embedlab.plots.layout import BLUE, LINE, VERMILION, faded, neutral
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedlab.analysis.attention import Lines
    from embedlab.base import Floats

ROW = 24
"""Height of a piece, in pixels."""
LONGEST = 14
SHOWN = 3
"""How many of the pieces that a piece looks at most are named when it is pointed at."""


def lines(pieces: Sequence[str], weights: Floats, links: Lines) -> Figure:
    """The pieces twice, a line from each on the left to those on the right that it looks at; thicker for more.

    Every line's ``meta`` says from which piece to which it goes, and every dot's whose it is, so that a page can bring
    out the lines of the piece that is pointed at.

    Args:
        pieces: T, as the network reads them.
        weights: (T, T) of the head.
        links: the lines to draw.
    """
    fig = Figure()
    most = float(links.weights.max(initial=0)) or 1.0
    for row, column, weight in zip(links.rows.tolist(), links.columns.tolist(), links.weights.tolist(), strict=True):
        share = weight / most
        fig.add_scatter(
            x=[0, 1],
            y=[row, column],
            mode="lines",
            line={"color": BLUE, "width": 1 + 5 * share},
            opacity=0.12 + 0.88 * share,
            hoverinfo="skip",
            meta={"from": row, "to": column},
        )
    positions = list(range(len(pieces)))
    names = [plain(piece, LONGEST) for piece in pieces]
    for side, table, verb in (("from", weights, "looks at"), ("to", weights.T, "is looked at by")):
        fig.add_scatter(
            x=[0 if side == "from" else 1] * len(positions),
            y=positions,
            mode="markers+text",
            text=[f"{one} " if side == "from" else f" {one}" for one in names],
            textposition="middle left" if side == "from" else "middle right",
            textfont={"size": 13},
            marker={"size": 10, "color": BLUE, "line": {"width": 0}},
            customdata=[[plain(piece), _most(pieces, row.tolist())] for piece, row in zip(pieces, table, strict=True)],
            hovertemplate=f"<b>%{{customdata[0]}}</b> {verb}<br>%{{customdata[1]}}<extra></extra>",
            cliponaxis=False,
            meta={"side": side},
        )
    fig.update_xaxes(range=[-0.62, 1.62], visible=False, fixedrange=True)
    fig.update_yaxes(range=[len(pieces) - 0.4, -0.6], visible=False, fixedrange=True)
    return neutral(fig, height=ROW * len(pieces) + 50, hovermode="closest", hoverdistance=14)


def matrix(pieces: Sequence[str], weights: Floats) -> Figure:
    """Every weight of a head as a field: who looks (rows) at whom (columns); pointing at one marks its row and column.

    Args:
        pieces: T, as the network reads them.
        weights: (T, T); rows sum to 1.
    """
    positions, names = list(range(len(pieces))), [plain(piece, LONGEST) for piece in pieces]
    fig = Figure().add_heatmap(
        z=weights.tolist(),
        x=positions,
        y=positions,
        zmin=0,
        colorscale=[[0, faded(BLUE, 0.04)], [1, faded(BLUE, 1)]],
        colorbar={"thickness": 10, "tickformat": ".0%", "outlinewidth": 0},
        xgap=1,
        ygap=1,
        customdata=[[f"<b>{plain(a)}</b> looks at <b>{plain(b)}</b>" for b in pieces] for a in pieces],
        hovertemplate="%{customdata}<br>%{z:.1%} of its attention<extra></extra>",
    )
    spikes = {"showspikes": True, "spikemode": "across", "spikethickness": 2, "spikecolor": VERMILION}
    fig.update_xaxes(tickvals=positions, ticktext=names, tickangle=-60, side="top", showgrid=False, zeroline=False)
    fig.update_yaxes(tickvals=positions, ticktext=names, autorange="reversed", showgrid=False, zeroline=False)
    fig.update_xaxes(**spikes)
    fig.update_yaxes(**spikes)
    return neutral(fig, height=ROW * len(pieces) + 110, hovermode="closest", margin_t=36)


def heads(shares: Floats, title: str = "") -> Figure:
    """A share for every head, from 0 to 1: blocks from bottom to top, heads from left to right.

    Args:
        shares: (B, H).
        title: what they are shares of.
    """
    blocks, count = shares.shape
    fig = Figure().add_heatmap(
        z=shares.tolist(),
        x=list(range(1, count + 1)),
        y=list(range(1, blocks + 1)),
        zmin=0,
        zmax=1,
        colorscale=[[0, faded(BLUE, 0.04)], [1, faded(BLUE, 1)]],
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="layer %{y}, head %{x}<br>%{z:.0%}<extra></extra>",
    )
    fig.update_xaxes(title="head", dtick=1, showgrid=False, zeroline=False, linecolor=LINE)
    fig.update_yaxes(title="layer", dtick=1, showgrid=False, zeroline=False)
    return neutral(fig, height=24 * blocks + 110, title=title)


def _most(pieces: Sequence[str], row: list[float]) -> str:
    """The pieces with the largest weights, in a line each."""
    best = sorted(range(len(row)), key=lambda i: -row[i])[:SHOWN]
    return "<br>".join(f"{plain(pieces[i], 30)}: {row[i]:.0%}" for i in best)
