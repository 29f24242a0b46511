"""How near a wrong spelling comes to the right one, beside other words, in several models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from embedlab.plots.figure import Figure
from embedlab.plots.layout import neutral
from embedlab.plots.palette import GREY
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from embedlab.analysis.misspelling import Misspelt

OTHERS = GREY
"""Of the words to compare with."""
ROW = 44
"""Height of a model, in pixels."""


def similarities(results: Mapping[str, tuple[Misspelt, int]], colors: Mapping[str, str]) -> Figure:
    """A row a model: a coloured diamond for the wrong spelling, small dots for other words in its place.

    Args:
        results: model title: its result and the layer that is drawn.
        colors: model title: "#RRGGBB".
    """
    fig = Figure()
    titles = list(results)
    for row, (title, (one, layer)) in enumerate(results.items()):
        values = one.to_others[layer].tolist()
        fig.add_scatter(
            x=values,
            y=[row] * len(values),
            mode="markers",
            marker={"color": OTHERS, "size": 8, "opacity": 0.6},
            customdata=[plain(word) for word in one.others],
            hovertemplate=f"<b>%{{customdata}}</b> in the place of {plain(one.right, 30)}<br>similarity %{{x:.2f}}"
            "<extra></extra>",
        )
        if one.similarity is None:
            fig.add_annotation(x=0, y=row, text="no vector", showarrow=False, xanchor="left", yshift=12)
            continue
        value = float(one.similarity[layer])
        fig.add_scatter(
            x=[value],
            y=[row],
            mode="markers+text",
            text=[f"{value:.2f}"],
            textposition="top center",
            marker={
                "color": colors.get(title, GREY),
                "size": 15,
                "symbol": "diamond-open" if one.read == "unknown" else "diamond",
                "line": {"width": 2},
            },
            customdata=[plain(one.wrong)],
            hovertemplate="<b>%{customdata}</b><br>similarity %{x:.2f}<extra></extra>",
            cliponaxis=False,
        )
    low = min([0.0, *(float(one.to_others[layer].min(initial=0)) for one, layer in results.values())])
    fig.update_xaxes(range=[low - 0.08, 1.06], title="similarity with the right spelling")
    fig.update_yaxes(
        tickvals=list(range(len(titles))), ticktext=[plain(title, 18) for title in titles], showgrid=False,
        zeroline=False, range=[len(titles) - 0.4, -0.7],
    )  # fmt: skip
    return neutral(fig, height=ROW * len(titles) + 90)
