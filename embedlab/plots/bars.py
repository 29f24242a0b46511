"""Bars: who lies nearest, which answer wins, how a benchmark came out, where words lie along an axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from embedlab.plots.figure import Figure
from embedlab.plots.layout import BLUE, GREY, ORANGE, SERIES, neutral
from embedlab.plots.text import composed, plain

if TYPE_CHECKING:
    from embedlab.analysis.axes import Placement
    from embedlab.analysis.google_analogies import GoogleResult
    from embedlab.analysis.neighbors import Neighbors
    from embedlab.analysis.subwords import Subwords

ROW = 26
"""Height of a bar with its gap, in pixels."""
SPECIAL = GREY
"""Of marked bars, which are hatched, too."""
LONGEST = 22
"""Characters of a word shown beside its bar; pointing at the bar shows all."""


def neighbors(result: Neighbors, title: str, color: str = BLUE) -> Figure:
    """A bar a neighbor, as long as its similarity; how often the text had it is said when pointed at."""
    notes = [f"seen {count:,} times" if count else "frequency unknown" for count in result.counts.tolist()]
    below = composed(result.composed)
    return ranking(result.words, result.similarities.tolist(), title, color, notes=notes, below=below)


def ranking(
    words: Sequence[str],
    values: Sequence[float],
    title: str,
    color: str | Sequence[str] = BLUE,
    *,
    marked: Sequence[str] = (),
    notes: Sequence[str] | None = None,
    unit: str = "similarity",
    form: str = "{:.2f}",
    below: str = "",
) -> Figure:
    """Words with a bar each, in the order given, the first on top.

    Args:
        words: as they are.
        values: length of each bar.
        title: above the figure.
        color: of the bars, or one a bar.
        marked: words whose bars are of another colour and hatched.
        notes: one a word, shown when it is pointed at.
        unit: what the values are.
        form: how they are written.
        below: a note below the title.
    """
    special = [word in set(marked) for word in words]
    each = [color] * len(words) if isinstance(color, str) else color
    colors = [SPECIAL if mark else own for mark, own in zip(special, each, strict=True)]
    fig = _bar(words, values, colors, notes, unit, form)
    fig.update_traces(marker={"pattern": {"shape": ["/" if mark else "" for mark in special]}})
    low, high = min([0.0, *values]), max([0.0, *values])
    fig.update_xaxes(range=[1.25 * low, max(1.22 * high, 0.05)], showticklabels=False, showgrid=False)
    return neutral(fig, height=_height(len(words)), title=title, note=below, bargap=0.3)


def shares(result: Subwords, title: str, color: str = ORANGE) -> Figure:
    """A bar a letter group, as long as its share in the word's vector, in per cent."""
    percent = [100 * share for share in result.shares.tolist()]
    notes = [f"length {norm:.2f}" for norm in result.norms.tolist()]
    fig = _bar(result.ngrams, percent, [color] * len(percent), notes, "share", "{:.1f} %")
    fig.update_xaxes(range=[1.3 * min([0, *percent]), 1.25 * max([1, *percent])], showticklabels=False, showgrid=False)
    below = "" if result.known else composed([result.word])
    return neutral(fig, height=_height(len(percent)), title=title, note=below, bargap=0.3)


def placement(result: Placement, low: str, high: str, title: str = "") -> Figure:
    """Words along one axis, sorted; to the left those nearer to ``low``, to the right those nearer to ``high``."""
    order = sorted(range(len(result.words)), key=lambda i: -float(result.values[i]))
    words, values = [result.words[i] for i in order], [float(result.values[i]) for i in order]
    fig = _bar(words, values, [ORANGE if value < 0 else BLUE for value in values], None, "position", "{:+.2f}")
    reach = 1.25 * max([0.05, *(abs(value) for value in values)])
    fig.update_xaxes(
        range=[-reach, reach], zeroline=True, showgrid=False, title=f"◄ {plain(low)}     {plain(high)} ►", nticks=5
    )
    below = composed(result.composed)
    return neutral(fig, height=_height(len(words)) + 40, title=title, note=below, bargap=0.3)


def benchmark(results: Mapping[str, GoogleResult], colors: Mapping[str, str], titles: Mapping[str, str]) -> Figure:
    """Accuracy of several models in every category of the analogy benchmark, in per cent.

    Args:
        results: model title: its result.
        colors: model title: "#RRGGBB"; models of one colour are told apart by hatching.
        titles: category name: how people read it.
    """
    fig = Figure()
    used: list[str] = []
    for number, (name, result) in enumerate(results.items()):
        color = colors.get(name, SERIES[number % len(SERIES)])
        fig.add_bar(
            y=[plain(titles.get(item.name, item.name)) for item in result.by_category],
            x=[100 * item.accuracy for item in result.by_category],
            customdata=[[item.correct, item.asked, item.skipped] for item in result.by_category],
            name=plain(name),
            orientation="h",
            marker={"color": color, "pattern": {"shape": ("", "/", "x", ".")[min(3, used.count(color))]}},
            hovertemplate="%{y}<br><b>%{x:.1f} %</b>: %{customdata[0]:,} of %{customdata[1]:,} right, "
            "%{customdata[2]:,} left out<extra>%{fullData.name}</extra>",
        )
        used.append(color)
    rows = max((len(result.by_category) for result in results.values()), default=0)
    fig.update_xaxes(range=[0, 100], title="right answers, per cent", side="top")
    fig.update_yaxes(type="category", autorange="reversed")
    height = rows * (14 + 11 * len(results)) + 110
    return neutral(fig, height=height, legend=True, barmode="group", bargap=0.25, legend_y=-0.01, margin_t=64)


def _bar(
    words: Sequence[str],
    values: Sequence[float],
    colors: Sequence[str],
    notes: Sequence[str] | None,
    unit: str,
    form: str = "{:.2f}",
) -> Figure:
    rows = list(range(len(words)))
    notes = [plain(note) for note in notes] if notes else [""] * len(words)
    bar: dict[str, Any] = {
        "x": list(values),
        "y": rows,
        "orientation": "h",
        "text": [form.format(value) for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [[plain(word), note] for word, note in zip(words, notes, strict=True)],
        "hovertemplate": f"<b>%{{customdata[0]}}</b><br>{plain(unit)} %{{text}}<br>%{{customdata[1]}}<extra></extra>",
        "marker": {"color": list(colors), "line": {"width": 0}},
    }
    fig = Figure().add_bar(**bar)
    labels = [plain(word, LONGEST) for word in words]
    fig.update_yaxes(
        tickvals=rows,
        ticktext=labels,
        autorange="reversed",
        showgrid=False,
        zeroline=False,
        showline=False,
        tickfont_size=13,
    )
    fig.update_xaxes(zeroline=True)
    return fig


def _height(rows: int) -> int:
    return ROW * max(1, rows) + 60
