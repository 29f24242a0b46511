"""How well names are found layer by layer and strategy by strategy, and at which layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedlab.plots.figure import Figure
from embedlab.plots.layout import BLUE, GREY, ORANGE, UNDER_TEXT, faded, neutral
from embedlab.plots.text import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedlab.analysis.probing.results import Depth, LayerProbe

ROW = 24
"""Height of a strategy, in pixels."""


def scores(probe: LayerProbe, color: str = BLUE) -> Figure:
    """F1 of every strategy with its interval; dashed, what a list of words and chance reach."""
    values = [(row.strategy, row.kind, row.f1, row.low, row.high) for row in probe.rows]
    fig = _points(values, color, len(probe.layers), "F1", "How well names are found")
    for value, name, dash in ((probe.lookup, "list of words", "dash"), (probe.chance, "chance", "dot")):
        _line(fig, 100 * value, name, dash)
    top = max([100 * row.high for row in probe.rows] + [100 * probe.lookup])
    fig.update_xaxes(title="entity-level F1, per cent", range=[0, min(101, 1.08 * top + 1)])
    return fig


def selectivity(probe: LayerProbe, color: str = ORANGE) -> Figure:
    """Accuracy on the tags less accuracy on the control task, with its interval, in percentage points."""
    values = [
        (row.strategy, row.kind, row.selectivity, row.selectivity_low, row.selectivity_high) for row in probe.rows
    ]
    fig = _points(values, color, len(probe.layers), "selectivity", "Selectivity")
    _line(fig, 0, "", "dash")
    fig.update_xaxes(title="selectivity, percentage points")
    return fig


def depth(found: Depth, layers: Sequence[str], color: str = BLUE) -> Figure:
    """The share of each layer in the learned mix of all, and what it adds to the layers below it."""
    names = [plain(name) for name in layers]
    fig = Figure()
    fig.add_bar(
        x=names, y=[100 * share for share in found.weights], name="share in the mix", marker_color=color,
        hovertemplate="%{x}: <b>%{y:.1f} %</b><extra>share in the mix</extra>",
    )  # fmt: skip
    fig.add_bar(
        x=names[1:], y=[100 * gain for gain in found.gains], name="F1 gained over the layers below",
        marker={"color": ORANGE, "pattern": {"shape": "/"}},
        hovertemplate="%{x}: <b>%{y:+.1f}</b><extra>F1 gained</extra>",
    )  # fmt: skip
    fig.update_xaxes(type="category", title="layer")
    fig.update_yaxes(title="per cent")
    return neutral(fig, height=340, legend=True, barmode="group", legend_y=-0.28)


def confusion(table: NDArray[Any], names: Sequence[str]) -> Figure:
    """Words of each type (rows) by the type that they were given (columns): their number, coloured by share of the row.

    Args:
        table: (M, M) words.
        names: of the M types.
    """
    shares = table / table.sum(axis=1, keepdims=True).clip(min=1)
    positions, labels = list(range(len(names))), [plain(name, 12) for name in names]
    fig = Figure().add_heatmap(
            z=shares.tolist(), x=positions, y=positions, zmin=0, zmax=1, showscale=False, xgap=3, ygap=3,
            colorscale=[[0, faded(BLUE, 0.03)], [1, faded(BLUE, UNDER_TEXT)]],
            customdata=[[f"{a} tagged as {b}" for b in labels] for a in labels],
            hovertemplate="%{customdata}: %{z:.1%}<extra></extra>",
        )  # fmt: skip
    for row, line in enumerate(table.tolist()):
        for column, value in enumerate(line):
            fig.add_annotation(x=column, y=row, text=f"{value:,}", showarrow=False, font={"size": 13})
    fig.update_xaxes(tickvals=positions, ticktext=labels, title="found", showgrid=False, zeroline=False)
    fig.update_yaxes(
        tickvals=positions, ticktext=labels, title="true", autorange="reversed", showgrid=False, zeroline=False
    )
    return neutral(fig, height=120 + 46 * len(names))


def _points(
    values: Sequence[tuple[str, str, float, float, float]], color: str, layers: int, what: str, title: str
) -> Figure:
    """A point a strategy with its interval, the first on top; learned mixes are diamonds."""
    rows = list(range(len(values)))
    middle = [100 * value for _, _, value, _, _ in values]
    fig = Figure().add_scatter(
            x=middle,
            y=rows,
            mode="markers",
            marker={
                "color": color, "size": 10,
                "symbol": ["diamond" if kind == "mix" else "circle" for _, kind, *_ in values],
            },
            error_x={
                "type": "data", "symmetric": False, "thickness": 1.5, "width": 4, "color": color,
                "array": [100 * (high - value) for _, _, value, _, high in values],
                "arrayminus": [100 * (value - low) for _, _, value, low, _ in values],
            },
            customdata=[[plain(name), 100 * low, 100 * high] for name, _, _, low, high in values],
            hovertemplate=f"%{{customdata[0]}}<br>{what} <b>%{{x:.1f}}</b> "
            "(%{customdata[1]:.1f} to %{customdata[2]:.1f})<extra></extra>",
        )  # fmt: skip
    if layers < len(values):
        fig.add_hline(y=layers - 0.5, line={"color": GREY, "width": 1}, opacity=0.5)
    fig.update_yaxes(
        tickvals=rows, ticktext=[plain(name) for name, *_ in values], range=[len(rows) - 0.4, -0.8],
        showgrid=False, zeroline=False,
    )  # fmt: skip
    return neutral(fig, height=ROW * len(rows) + 140, title=title, margin_t=64)


def _line(fig: Figure, value: float, name: str, dash: str) -> None:
    fig.add_vline(x=value, line={"color": GREY, "dash": dash, "width": 1.5})
    if name:
        fig.add_annotation(
            x=value, y=1.0, yref="paper", yanchor="bottom", text=name, showarrow=False, font={"size": 11}
        )
