"""What a model expects next, as bars; and what decoding makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedlab.analysis.model_text import name
from embedlab.base import END, UNKNOWN
from embedlab.plots import bars
from embedlab.plots.figure import Figure
from embedlab.plots.layout import neutral
from embedlab.plots.palette import BLUE, GREY
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
    for values, said, paint in ((before, "the model", GREY), (after, "to draw from", color)):
        percent = [100 * value for value in values]
        fig.add_bar(
            x=percent,
            y=rows,
            name=said,
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
