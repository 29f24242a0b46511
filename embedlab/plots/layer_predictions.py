"""What every layer would guess for a hidden word, from the input at the bottom to the answer on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedlab.analysis.model_text import name
from embedlab.plots import bars, curves
from embedlab.plots.figure import Figure
from embedlab.plots.heatmap import CELLS
from embedlab.plots.layout import neutral
from embedlab.plots.next_tokens import PER_CENT
from embedlab.plots.palette import BLUE, ORANGE
from embedlab.plots.text import plain

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
    said = [
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
        customdata=said,
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
