"""Figures of attention and of guesses by layer: what is drawn is what was found, and no text is markup."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.analysis.attention import strongest
from embedlab.analysis.layer_predictions import layer_predictions
from embedlab.plots import attention, layout
from embedlab.plots import next_tokens as layers
from tests.analysis.masked_toys import Written

PIECES = ("[CLS]", "<b>", "the", "[SEP]")
WEIGHTS = np.array(
    [[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1], [0.0, 0.5, 0.5, 0.0], [0.25, 0.25, 0.25, 0.25]], np.float32
)


def test_a_line_goes_from_the_piece_that_looks_to_the_one_looked_at() -> None:
    fig = attention.lines(PIECES, WEIGHTS, strongest(WEIGHTS, 3))
    drawn = [trace for trace in fig.data if trace.mode == "lines"]
    assert [trace.y for trace in drawn] == [(1, 0), (2, 1), (2, 2)]
    assert [(trace.meta["from"], trace.meta["to"]) for trace in drawn] == [(1, 0), (2, 1), (2, 2)]
    assert drawn[0].opacity == pytest.approx(1) and drawn[1].opacity < 1
    assert drawn[0].line.width > drawn[1].line.width
    left, right = fig.data[-2:]
    assert (left.meta["side"], right.meta["side"]) == ("from", "to")
    assert left.text[1] == "&lt;b&gt; " and right.text[1] == " &lt;b&gt;"
    assert left.customdata[1][1].startswith("[CLS]: 70%")
    assert right.customdata[1][1].startswith("the: 50%")


def test_the_matrix_is_the_matrix() -> None:
    fig = attention.matrix(PIECES, WEIGHTS)
    np.testing.assert_allclose(np.array(fig.data[0].z), WEIGHTS)
    assert fig.data[0].customdata[1][0] == "<b>&lt;b&gt;</b> looks at <b>[CLS]</b>"
    assert fig.layout.yaxis.ticktext[1] == "&lt;b&gt;" and fig.layout.yaxis.showspikes


def test_heads_are_numbered_from_one() -> None:
    fig = attention.heads(np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], np.float32))
    assert fig.data[0].x == (1, 2) and fig.data[0].y == (1, 2, 3)
    assert fig.data[0].z[2][1] == pytest.approx(0.6)


def test_guesses_by_layer_show_the_answer_in_bold_and_the_hidden_word_in_orange() -> None:
    found = layer_predictions(Written(), ["the", "dog", "barks"], 1, k=2)
    bars = layers.guesses(found, "instead of dog")
    assert bars.data[0].x == pytest.approx((75, 25))
    assert bars.data[0].marker.color == (layout.BLUE, layout.ORANGE)
    grid = layers.by_layer(found)
    np.testing.assert_allclose(np.array(grid.data[0].z), found.probabilities)
    assert grid.layout.yaxis.ticktext == ("embeddings", "layer 1", "layer 2", "layer 3")
    texts = [note.text for note in grid.layout.annotations]
    assert texts[0].startswith("the<br>") and texts[6].startswith("<b>cat</b><br>")
    curve = layers.answer(found)
    assert curve.data[0].y == pytest.approx((25, 40, 70, 75)) and curve.data[1].y == pytest.approx((25, 50, 20, 25))
    assert curve.data[0].text[0] == "rank 2 of 4"
