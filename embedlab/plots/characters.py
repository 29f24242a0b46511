"""A text letter by letter: where Flair reads out the states of its words, and what every letter costs.

How near a wrong spelling comes to the right one, beside other words, in several models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from embedlab.plots.figure import Figure
from embedlab.plots.layout import BLUE, GREY, GRID, ORANGE, neutral
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from embedlab.analysis.next_tokens import CharacterBits
    from embedlab.base import Readouts

WIDTH = 32
"""Characters of a row: so many can be read on a phone."""
FORWARD, BACKWARD = ORANGE, BLUE
SEEN = {" ": "␣", "\n": "⏎", "\t": "⇥"}


def rows(text: str, width: int = WIDTH) -> list[int]:
    """(N,) the row of each character: rows end after spaces, which may hang over; a longer word is cut."""
    result: list[int] = []
    row = used = 0
    for part in _parts(text):
        if used and used + len(part.rstrip()) > width:
            row, used = row + 1, 0
        for sign in part:
            if used >= width and sign != " ":
                row, used = row + 1, 0
            result.append(row)
            used += 1
    return result


def _parts(text: str) -> list[str]:
    """Words, each with the spaces after it."""
    parts = [""]
    for before, sign in zip(f"a{text}", text, strict=False):
        if before == " " and sign != " ":
            parts.append("")
        parts[-1] += sign
    return parts


def _positions(text: str) -> list[tuple[int, int]]:
    """(N,) column and row of each character."""
    result: list[tuple[int, int]] = []
    for row in rows(text):
        column = result[-1][0] + 1 if result and result[-1][1] == row else 0
        result.append((column, row))
    return result


def readouts(result: Readouts, word: int) -> Figure:
    """The characters, above them where the forward states are taken, below the backward ones; one word's in full.

    Args:
        result: where they are taken.
        word: the word whose reading is drawn: what each direction has read when its state is taken.
    """
    text = f" {result.text} "  # with the spaces that are read around it, position -1 and position N
    positions = _positions(text)
    fig = Figure()
    own = range(result.begins[word] + 1, result.begins[word] + 1 + len(result.words[word]))
    ways = (
        ("forward", result.forward, 0.3, FORWARD, "triangle-right", range(1, result.forward[word] + 2)),
        ("backward", result.backward, -0.3, BACKWARD, "triangle-left", range(result.backward[word] + 1, len(text) - 1)),
    )
    for way, taken, shift, color, symbol, path in ways:
        across, down = _path(positions, path, shift)
        fig.add_scatter(x=across, y=down, mode="lines", line={"color": color, "width": 3}, hoverinfo="skip")
        spots = [positions[position + 1] for position in taken]
        hover = [
            f"<b>{plain(name, 30)}</b>: {way} state after<br>“{plain(_name(text[position + 1]))}” is read"
            for name, position in zip(result.words, taken, strict=True)
        ]
        fig.add_scatter(
            x=[column for column, _ in spots],
            y=[shift - row for _, row in spots],
            mode="markers",
            name=f"{way} state",
            marker={
                "symbol": symbol,
                "color": color,
                "size": [16 if i == word else 10 for i in range(len(spots))],
                "opacity": [1.0 if i == word else 0.55 for i in range(len(spots))],
            },
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=True,
        )
    letters = [f"<b>{_letter(sign)}</b>" if i in own else _letter(sign) for i, sign in enumerate(text)]
    _write(fig, positions, letters)
    _hide_axes(fig, positions, 0.65)
    return neutral(fig, height=84 * (positions[-1][1] + 1) + 70, legend=True, legend_y=-0.02)


def bits(results: Sequence[CharacterBits], chosen: int) -> Figure:
    """What each character costs: bars up for the forward model, down for the backward one, the letters between.

    Args:
        results: of the same text; one a direction.
        chosen: the position that is marked.
    """
    text = results[0].text
    positions = _positions(text)
    most = max(float(one.bits.max()) for one in results) or 1.0
    fig = Figure()
    column, row = positions[chosen]
    fig.add_shape(
        type="rect", x0=column - 0.5, x1=column + 0.5, y0=-2 * row - 0.95, y1=-2 * row + 0.95,
        fillcolor=GRID, line_width=0, layer="below",
    )  # fmt: skip
    for one in results:
        up = 1 if one.direction == "forward" else -1
        fig.add_bar(
            x=[column for column, _ in positions],
            y=[up * 0.7 * float(bit) / most for bit in one.bits],
            base=[up * 0.22 - 2 * row for _, row in positions],
            name=f"{one.direction}: {one.mean:.2f} bits per character",
            marker={"color": FORWARD if up > 0 else BACKWARD, "line": {"width": 0}},
            customdata=[
                f"<b>{plain(_name(sign))}</b><br>{one.direction} {bit:.2f} bits: probability {2**-bit:.1%}"
                for sign, bit in zip(text, one.bits.tolist(), strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    _write(fig, [(column, 2 * row) for column, row in positions], [_letter(sign) for sign in text])
    _hide_axes(fig, [(column, 2 * row) for column, row in positions], 1.0)
    height = 130 * (positions[-1][1] + 1) + 70
    return neutral(fig, height=height, legend=True, barmode="overlay", bargap=0.15, legend_y=-0.02)


def _path(
    positions: Sequence[tuple[int, int]], path: range, shift: float
) -> tuple[list[float | None], list[float | None]]:
    """A line along the characters, broken at the ends of rows."""
    across: list[float | None] = []
    down: list[float | None] = []
    before = -1
    for position in path:
        column, row = positions[position]
        if before not in (-1, row):
            across.append(None)
            down.append(None)
        across.append(column)
        down.append(shift - row)
        before = row
    return across, down


def _write(fig: Figure, positions: Sequence[tuple[int, int]], letters: Sequence[str]) -> None:
    fig.add_scatter(
        x=[column for column, _ in positions],
        y=[-row for _, row in positions],
        mode="text",
        text=list(letters),
        textfont={"family": "monospace", "size": 15},
        hoverinfo="skip",
        showlegend=False,
    )


def _hide_axes(fig: Figure, positions: Sequence[tuple[int, int]], margin: float) -> None:
    widest = max(column for column, _ in positions)
    fig.update_xaxes(range=[-0.8, max(widest, WIDTH // 2) + 0.8], visible=False)
    fig.update_yaxes(range=[-max(row for _, row in positions) - margin, margin], visible=False)
    fig.traces = [trace if "name" in trace else trace | {"showlegend": False} for trace in fig.traces]


def _letter(sign: str) -> str:
    return SEEN.get(sign) or plain(sign)


def _name(sign: str) -> str:
    return {" ": "space", "\n": "line end", "\t": "tab"}.get(sign, sign)


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
