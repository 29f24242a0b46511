"""Line figures: losses and frequency curves, and the surprisal of each word of a sentence, model by model.

The years on a line, each with what came then.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from embedlab.plots.figure import Figure
from embedlab.plots.layout import LINE, SERIES, UNDER_TEXT, VERMILION, faded, neutral
from embedlab.plots.text import plain


def lines(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    x_title: str,
    y_title: str,
    title: str = "",
    log_x: bool = False,
    log_y: bool = False,
    markers: bool = False,
    labels: Mapping[str, Sequence[str]] | None = None,
    colors: Mapping[str, str] | None = None,
    height: int = 320,
) -> Figure:
    """One line a series.

    Args:
        series: name: (x values, y values).
        x_title: what is across, with its unit.
        y_title: what is up, with its unit.
        title: above the figure.
        log_x: logarithmic across.
        log_y: logarithmic up.
        markers: a dot at every value.
        labels: name: a text for each value, shown when it is pointed at.
        colors: name: "#RRGGBB"; otherwise the palette in order.
        height: in pixels.
    """
    fig = Figure()
    for number, (name, (x, y)) in enumerate(series.items()):
        texts = [plain(text) for text in (labels or {}).get(name, ())]
        fig.add_scatter(
            x=list(x),
            y=list(y),
            name=plain(name),
            mode="lines+markers" if markers or len(x) == 1 else "lines",
            line={"color": (colors or {}).get(name, SERIES[number % len(SERIES)]), "width": 2},
            text=texts or None,
            hovertemplate=("%{text}<br>" if texts else "")
            + "%{x:,.6~g}<br><b>%{y:,.4~g}</b><extra>%{fullData.name}</extra>",
        )
    fig.update_xaxes(title=plain(x_title), type="log" if log_x else "linear")
    fig.update_yaxes(title=plain(y_title), type="log" if log_y else "linear")
    return neutral(fig, height=height, title=title, legend=len(series) > 1)


FULL = 16.0
"""Bits from which on the colour does not get stronger."""


def surprisal(words: Sequence[str], bits: Mapping[str, Sequence[float | None]], title: str = "") -> Figure:
    """Words from top to bottom, models side by side, the bits written in each field.

    Args:
        words: N, as they are.
        bits: model title: N values, ``None`` where a model says nothing of a word by itself.
        title: above the figure.
    """
    rows, columns = list(range(len(words))), list(range(len(bits)))
    labels, names = [plain(word, 22) for word in words], [_lines(model) for model in bits]
    table = [[values[row] for values in bits.values()] for row in rows]
    fig = Figure().add_heatmap(
        z=[[None if value is None else min(value, FULL) for value in line] for line in table],
        x=columns,
        y=rows,
        zmin=0,
        zmax=FULL,
        colorscale=[[0, faded(VERMILION, 0.03)], [1, faded(VERMILION, UNDER_TEXT)]],
        showscale=False,
        xgap=3,
        ygap=2,
        customdata=[[_said(label, value) for value in line] for label, line in zip(labels, table, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for row, line in enumerate(table):
        for column, value in enumerate(line):
            text = "" if value is None else "∞" if math.isinf(value) else f"{value:.1f}"
            fig.add_annotation(x=column, y=row, text=text, showarrow=False, font={"size": 14})
    fig.update_xaxes(tickvals=columns, ticktext=names, side="top", showgrid=False, zeroline=False)
    fig.update_xaxes(ticklabeloverflow="allow", tickfont_size=11)
    fig.update_yaxes(tickvals=rows, ticktext=labels, autorange="reversed", showgrid=False, zeroline=False)
    fig.update_yaxes(tickfont_size=13)
    return neutral(fig, height=26 * len(words) + 130, title=title, margin_t=92)


def _lines(model: str) -> str:
    """A model's title on lines that fit above a narrow column."""
    return "<br>".join(plain(part) for part in wrap(model, 13, max_lines=4, placeholder="…"))


def _said(word: str, value: float | None) -> str:
    if value is None:
        return ""
    if math.isinf(value):
        return f"<b>{word}</b><br>held for impossible"
    return f"<b>{word}</b><br>{value:.2f} bits: probability {2**-value:.3g}"


@dataclass(frozen=True)
class Step:
    """One thing on the line.

    Attributes:
        year: when.
        name: what.
        text: a sentence, shown when it is pointed at.
        color: "#RRGGBB".
        here: filled if so, else hollow.
    """

    year: int
    name: str
    text: str
    color: str
    here: bool


def timeline(steps: Sequence[Step]) -> Figure:
    """Steps in their order from top to bottom, the years across: time runs right as the road goes down."""
    rows, years = list(range(len(steps))), [step.year for step in steps]
    fig = Figure().add_scatter(
        x=years, y=rows, mode="lines", line={"color": LINE, "width": 1, "shape": "hv"}, hoverinfo="skip"
    )
    fig.add_scatter(
        x=years,
        y=rows,
        mode="markers",
        customdata=[[plain(step.name), plain(step.text)] for step in steps],
        hovertemplate="<b>%{customdata[0]}, %{x}</b><br>%{customdata[1]}<extra></extra>",
        marker={
            "size": 14,
            "color": [step.color if step.here else faded(step.color, 0.15) for step in steps],
            "line": {"width": 2, "color": [step.color for step in steps]},
        },
        cliponaxis=False,
    )
    labels = [f"{plain(step.name)}  {step.year}" for step in steps]
    fig.update_xaxes(range=[min(years) - 3, max(years) + 3], dtick=10)
    fig.update_yaxes(tickvals=rows, ticktext=labels, autorange="reversed", zeroline=False)
    return neutral(fig, height=80 + 28 * len(steps))
