"""The tree of a beam search: a row a beginning, steps to the right, what was pruned in grey."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from embedlab.analysis.model_text import name
from embedlab.plots.figure import Figure
from embedlab.plots.layout import LINE, neutral
from embedlab.plots.palette import BLUE, GREEN, GREY, NAMES, ORANGE
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from embedlab.analysis.beam import Beam, Node

ROW = 24
"""Height of a row, in pixels."""
WAY = ORANGE
"""Of the likeliest text."""
COLORS = {"kept": BLUE, "finished": GREEN, "pruned": GREY}
SYMBOLS = {"kept": "circle", "finished": "square", "pruned": "x"}
LEGEND = (
    f"{NAMES[WAY].capitalize()}: the likeliest text found; {NAMES[COLORS['kept']]}: kept; {NAMES[COLORS['finished']]} "
    f"squares: finished; {NAMES[COLORS['pruned']]} crosses: the best of those pruned."
)
SAID = {"kept": "kept", "finished": "finished here", "pruned": "pruned: others were likelier"}


def beam_tree(beam: Beam, title: str = "", start: str = "beginning") -> Figure:
    """Every node with its token, and the likeliest text in another colour.

    Each node has a row of its own, below its parent's, so that no two labels meet, not on a phone either. Pointing at
    a node says its probability after its parent, and that of the whole way.
    """
    rows = {place: row for row, place in enumerate(_order(beam))}
    way = {0, *beam.path(beam.best[0])}
    fig = Figure()
    for best in (False, True):
        across: list[float | None] = []
        down: list[float | None] = []
        for place, node in enumerate(beam.nodes):
            if node.parent >= 0 and (place in way) == best:
                parent = beam.nodes[node.parent]
                across += [parent.depth, parent.depth, node.depth, None]
                down += [rows[node.parent], rows[place], rows[place], None]
        line = {"color": WAY, "width": 3} if best else {"color": LINE, "width": 1}
        fig.add_scatter(x=across, y=down, mode="lines", line=line, hoverinfo="skip")
    places = sorted(rows, key=rows.__getitem__)
    nodes = [beam.nodes[place] for place in places]
    colors = [WAY if place in way else COLORS[beam.nodes[place].state] for place in places]
    words = [plain(name(node.token), 18) if node.parent >= 0 else plain(start, 30) for node in nodes]
    fig.add_scatter(
        x=[node.depth for node in nodes],
        y=list(range(len(nodes))),
        mode="markers+text",
        text=[_label(node, word, place in way) for place, node, word in zip(places, nodes, words, strict=True)],
        textposition="middle right",
        marker={
            "size": 9,
            "color": colors,
            "symbol": [SYMBOLS[node.state] for node in nodes],
        },
        customdata=[
            [
                word,
                f"{math.exp(node.log_probability):.2%} after what stands before it",
                f"{node.total:.2f}",
                SAID[node.state],
            ]
            for node, word in zip(nodes, words, strict=True)
        ],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<br>log-probability so far %{customdata[2]}<br>"
        "%{customdata[3]}<extra></extra>",
        cliponaxis=False,
    )
    deepest = max(node.depth for node in nodes)
    fig.update_xaxes(range=[-0.2, deepest + 2.4], visible=False)
    fig.update_yaxes(range=[len(nodes) - 0.4, -0.6], visible=False)
    return neutral(fig, height=ROW * len(nodes) + 60, title=title)


def _label(node: Node, word: str, best: bool) -> str:
    """The token, in bold on the best way, and its probability in small figures."""
    word = "end" if node.state == "finished" else word
    shown = f"  <b>{word}</b>" if best else f"  {word}"
    if node.parent < 0:
        return shown
    return f"{shown} <span style='font-size: 10px'>{math.exp(node.log_probability):.0%}</span>"


def _order(beam: Beam) -> list[int]:
    """Places of the nodes as rows: each above its children, the likelier branches first."""
    children: dict[int, list[int]] = {}
    for place, node in enumerate(beam.nodes):
        children.setdefault(node.parent, []).append(place)
    found: list[int] = []
    waiting = [0]
    while waiting:
        place = waiting.pop()
        found.append(place)
        waiting += sorted(children.get(place, []), key=lambda i: beam.nodes[i].log_probability)
    return found
