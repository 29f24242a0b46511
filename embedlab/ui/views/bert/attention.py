"""BERT page: attention between wordpieces, by layer and head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from embedlab.analysis import attention
from embedlab.analysis.attention import PATTERNS, Attention
from embedlab.base import MaskedModel
from embedlab.plots import attention as drawn
from embedlab.plots.text import md
from embedlab.ui import state, theme, widgets
from embedlab.ui.models import ChosenModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedlab.base import Floats

MEAN = "mean"
FIGURE = "attention-lines"
SHORT = ("itself", "before", "after", "marks")
"""``PATTERNS`` on buttons that stand side by side on a phone, too."""


def looks(bert: ChosenModel[MaskedModel], cut: Sequence[str]) -> str:
    """A head's lines and matrix, and what all heads are given to; returns the lines that compute it."""
    result = attention.attention(bert.model, cut)
    shares = attention.patterns(result)  # (B, H, 4)
    blocks, heads = result.weights.shape[:2]
    best = np.unravel_index(int(shares[..., 1:3].max(axis=-1).argmax()), (blocks, heads))
    left, right = st.columns(2, gap="medium")
    with left:
        block = int(state.choice("block", _numbers(blocks), str(best[0] + 1), "Layer")) - 1
    with right:
        options = [*_numbers(heads), MEAN]
        chosen = state.choice("head", options, str(best[1] + 1), "Head", titles={MEAN: "mean of all"})
    head = None if chosen == MEAN else int(chosen) - 1
    _jump(shares)
    weights = result.head(block, head)
    marks = state.flag(
        "marks", True, "Lines to the marks, too",
        help="Many heads look at the marks around the text when they have nothing to say: switch these lines off to "
        "see the others.",
    )  # fmt: skip
    lines = _lines(result, weights, block, head, marks)
    widgets.table(_table(result, weights), "attention", title="The matrix as a table")
    _all_heads(result, shares)
    picked = "" if head is None else f", {head}"
    return f"""
import embedlab
from embedlab.analysis.attention import attention, strongest

found = attention(embedlab.load_model({bert.spec.key!r}), {list(cut)!r})
weights = found.head({block}{picked})
lines = strongest(weights, {lines})
for row, column, weight in zip(lines.rows, lines.columns, lines.weights):
    print(found.pieces[row], "->", found.pieces[column], round(float(weight), 3))
"""


def _numbers(count: int) -> list[str]:
    return [str(i + 1) for i in range(count)]


def _jump(shares: NDArray[np.float64]) -> None:
    """Buttons that go to the head that is given most to each pattern."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Heads that look most at", width="content")
        for i, pattern in enumerate(PATTERNS):
            strongest = np.unravel_index(int(shares[..., i].argmax()), shares.shape[:2])
            block, head = int(strongest[0]) + 1, int(strongest[1]) + 1
            label = f"{pattern}: layer {block}, head {head} ({shares[*strongest, i]:.0%})"
            st.button(label, key=f"jump-{i}", on_click=_go, args=(block, head))


def _go(block: int, head: int) -> None:
    state.put("block", str(block))
    state.put("head", str(head))


def _lines(result: Attention, weights: Floats, block: int, head: int | None, marks: bool) -> int:
    """Both figures side by side; returns how many lines are drawn."""
    size = len(result.pieces)
    positions = [i for i, word in enumerate(result.words) if marks or word is not None]
    most = state.number("lines", 3, 1, 10, "Lines drawn for each piece, on average")
    lines = attention.strongest(weights, most * len(positions), positions)
    top = f"{result.pieces[lines.rows[0]]} looks at {result.pieces[lines.columns[0]]} with {lines.weights[0]:.0%}"
    name = f"Layer {block + 1}, {'mean of all heads' if head is None else f'head {head + 1}'}"
    st.markdown(
        f"{name}: the strongest line is **{md(result.pieces[lines.rows[0]])} → {md(result.pieces[lines.columns[0]])}** "
        f"({lines.weights[0]:.0%}). The {len(lines.rows)} strongest of {size * size:,} lines are drawn; they hold "
        f"{lines.share:.0%} of all attention. **Point at a piece** to see its lines alone."
    )
    left, right = st.columns(2, gap="medium")
    with left:
        widgets.figure(drawn.lines(result.pieces, weights, lines), FIGURE, f"{name}, strongest lines: {top}.")
        theme.lines(FIGURE)
    with right:
        widgets.figure(drawn.matrix(result.pieces, weights), "attention-matrix", f"{name}, all weights: {top}.")
    return len(lines.rows)


def _all_heads(result: Attention, shares: NDArray[np.float64]) -> None:
    """Draw the share of every head's attention that goes to one pattern."""
    st.header("All heads at once")
    label = "Share of the attention that goes to the piece itself, the one before or after it, the marks"
    chosen = SHORT.index(state.choice("pattern", SHORT, "before", label))
    part, even = shares[..., chosen], attention.even_share(result)[chosen]
    strongest = np.unravel_index(int(part.argmax()), part.shape)
    best = f"layer {strongest[0] + 1}, head {strongest[1] + 1} gives {part.max():.0%} to {PATTERNS[chosen]}"
    widgets.figure(drawn.heads(part.astype(np.float32)), "attention-heads", f"Share of each head: {best}.")
    st.markdown(
        f"In this sentence {best}; the mean of all {part.size} heads is {part.mean():.0%}. A head that looked at all "
        f"pieces alike would give {even:.0%}."
    )
    rows = [
        (block + 1, head + 1, *map(float, shares[block, head]))
        for block in range(shares.shape[0])
        for head in range(shares.shape[1])
    ]
    widgets.table(pd.DataFrame(rows, columns=["layer", "head", *PATTERNS]), "attention-heads", title="All heads")


def _table(result: Attention, weights: Floats) -> pd.DataFrame:
    """The attention matrix as a table, a row for each wordpiece that attends."""
    names = [f"{i + 1} {wordpiece}" for i, wordpiece in enumerate(result.pieces)]
    frame = pd.DataFrame(weights, columns=names)
    frame.insert(0, "who looks", names)
    return frame
