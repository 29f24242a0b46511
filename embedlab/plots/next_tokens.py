"""What a model expects next, as bars; and what decoding makes of it.

What every layer would guess for a hidden word, from the input at the bottom to the answer on top.

The tree of a beam search: a row a beginning, steps to the right, what was pruned in grey.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedlab.analysis.model_text import name
from embedlab.base import END, UNKNOWN
from embedlab.plots import bars, curves
from embedlab.plots.figure import Figure
from embedlab.plots.heatmap import CELLS
from embedlab.plots.layout import BLUE, GREEN, GREY, LINE, NAMES, ORANGE, neutral
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from embedlab.analysis.next_tokens import NextTokens

PER_CENT = "{:.3g} %"


def next_tokens(result: NextTokens, title: str, color: str = BLUE, *, longest: float = 0.0) -> Figure:
    """A bar a token, as long as its probability; the unknown word and the end, which are no words, are hatched.

    Args:
        result: what was found.
        title: above the figure.
        color: of the bars.
        longest: the greatest probability of all figures side by side, so that their bars have one scale.
    """
    values = [100 * float(value) for value in result.probabilities]
    fig = bars.ranking(
        [name(token) for token in result.tokens],
        values,
        title,
        color,
        marked=[name(END), name(UNKNOWN)],
        unit="probability",
        form=PER_CENT,
    )
    fig.update_xaxes(range=[0, 1.4 * max(100 * longest, *values, 0.1)])
    return fig


def decoded(
    tokens: Sequence[str], before: Sequence[float], after: Sequence[float], title: str, color: str = BLUE
) -> Figure:
    """The likeliest tokens with two bars each: the model's probability, and what decoding draws from."""
    rows, labels = list(range(len(tokens))), [plain(name(token), bars.LONGEST) for token in tokens]
    fig = Figure()
    for values, hover, paint in ((before, "the model", GREY), (after, "to draw from", color)):
        percent = [100 * value for value in values]
        fig.add_bar(
            x=percent,
            y=rows,
            name=hover,
            orientation="h",
            marker={"color": paint},
            text=[PER_CENT.format(value) if value else "cut off" for value in percent],
            textposition="outside",
            cliponaxis=False,
            customdata=[[label] for label in labels],
            hovertemplate="<b>%{customdata[0]}</b><br>%{text}<extra>%{fullData.name}</extra>",
        )
    fig.update_yaxes(tickvals=rows, ticktext=labels, autorange="reversed", tickfont_size=13)
    fig.update_yaxes(showgrid=False, zeroline=False, showline=False)
    fig.update_xaxes(
        range=[0, 125 * max([0.001, *before, *after])],
        showticklabels=False,
        showgrid=False,
        zeroline=True,
        showline=False,
    )
    height = 38 * max(1, len(tokens)) + 100
    return neutral(fig, height=height, title=title, legend=True, barmode="group", bargap=0.25, legend_y=-0.01)


if TYPE_CHECKING:
    from embedlab.analysis.layer_predictions import LayerPredictions

LONGEST = 11
"""Characters of a piece that fit into a field on a phone."""


def guesses(result: LayerPredictions, title: str, color: str = BLUE) -> Figure:
    """The top layer's guesses as bars; the word that stood there in orange."""
    values = [100 * float(value) for value in result.probabilities[-1]]
    colors = [ORANGE if token == result.piece else color for token in result.tokens[-1]]
    labels = [name(token) for token in result.tokens[-1]]
    fig = bars.ranking(labels, values, title, colors, unit="probability", form=PER_CENT)
    fig.update_xaxes(range=[0, 1.4 * max(*values, 0.1)])
    return fig


def by_layer(result: LayerPredictions) -> Figure:
    """A row a layer, its likeliest pieces from left to right; the stronger the field, the likelier.

    The answer is set in bold, wherever it stands.
    """
    rows, columns = list(range(len(result.layers))), list(range(len(result.tokens[0])))
    labels = [f"layer {layer}" if layer.isdecimal() else layer for layer in result.layers]
    hover = [
        [
            f"<b>{plain(token)}</b><br>{plain(label)}: {float(value):.2%}"
            for token, value in zip(tokens, values, strict=True)
        ]
        for label, tokens, values in zip(labels, result.tokens, result.probabilities, strict=True)
    ]
    fig = Figure().add_heatmap(
        z=result.probabilities.tolist(),
        x=columns,
        y=rows,
        **CELLS,
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    for row, (tokens, values) in enumerate(zip(result.tokens, result.probabilities.tolist(), strict=True)):
        for column, (token, value) in enumerate(zip(tokens, values, strict=True)):
            word = plain(name(token), LONGEST)
            word = f"<b>{word}</b>" if token == result.answer else word
            text = f"{word}<br><span style='font-size: 10px'>{value:.1%}</span>"
            fig.add_annotation(x=column, y=row, text=text, showarrow=False, font={"size": 12})
    fig.update_xaxes(
        tickvals=columns, ticktext=[f"guess {i + 1}" for i in columns], side="top", showgrid=False, zeroline=False
    )
    fig.update_yaxes(tickvals=rows, ticktext=labels, showgrid=False, zeroline=False)
    return neutral(fig, height=44 * len(rows) + 76, margin_t=52)


def answer(result: LayerPredictions) -> Figure:
    """How probable the answer and the word that stood there are at each layer."""
    across = [float(i) for i in range(len(result.layers))]
    lines = {f"{name(result.answer)} (the answer)": _percent(result.answer_probabilities.tolist())}
    ranks = {next(iter(lines)): result.answer_ranks.tolist()}
    if result.word_probabilities is not None and result.word_ranks is not None and result.piece != result.answer:
        key = f"{result.piece} (stood there)"
        lines[key], ranks[key] = _percent(result.word_probabilities.tolist()), result.word_ranks.tolist()
    fig = curves.lines(
        {key: (across, values) for key, values in lines.items()},
        x_title="layer",
        y_title="probability, per cent",
        markers=True,
        labels={key: [f"rank {rank:,} of {result.size:,}" for rank in each] for key, each in ranks.items()},
        colors=dict(zip(lines, (BLUE, ORANGE), strict=False)),
        height=300,
    )
    ticks = [layer if layer.isdecimal() else "input" for layer in result.layers]
    fig.update_xaxes(tickvals=across, ticktext=ticks)
    fig.update_yaxes(rangemode="tozero")
    return fig.update_layout(legend_y=-0.3)


def _percent(values: list[float]) -> list[float]:
    return [100 * value for value in values]


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
    rows = {position: row for row, position in enumerate(_order(beam))}
    way = {0, *beam.path(beam.best[0])}
    fig = Figure()
    for best in (False, True):
        across: list[float | None] = []
        down: list[float | None] = []
        for position, node in enumerate(beam.nodes):
            if node.parent >= 0 and (position in way) == best:
                parent = beam.nodes[node.parent]
                across += [parent.depth, parent.depth, node.depth, None]
                down += [rows[node.parent], rows[position], rows[position], None]
        line = {"color": WAY, "width": 3} if best else {"color": LINE, "width": 1}
        fig.add_scatter(x=across, y=down, mode="lines", line=line, hoverinfo="skip")
    positions = sorted(rows, key=rows.__getitem__)
    nodes = [beam.nodes[position] for position in positions]
    colors = [WAY if position in way else COLORS[beam.nodes[position].state] for position in positions]
    words = [plain(name(node.token), 18) if node.parent >= 0 else plain(start, 30) for node in nodes]
    fig.add_scatter(
        x=[node.depth for node in nodes],
        y=list(range(len(nodes))),
        mode="markers+text",
        text=[
            _label(node, word, position in way) for position, node, word in zip(positions, nodes, words, strict=True)
        ],
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
    for position, node in enumerate(beam.nodes):
        children.setdefault(node.parent, []).append(position)
    result: list[int] = []
    waiting = [0]
    while waiting:
        position = waiting.pop()
        result.append(position)
        waiting += sorted(children.get(position, []), key=lambda i: beam.nodes[i].log_probability)
    return result
