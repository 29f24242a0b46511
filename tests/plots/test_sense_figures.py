"""The row of models on the Polysemy page: places, colours, ranges, and nothing of a visitor's text as markup."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.plots import senses
from embedlab.plots.layout import BLUE, ORANGE
from embedlab.plots.senses import Column, Named

GROUPS = Named(np.array([0, 0, 1]), ["river", "<b>money</b>"])


def column(title: str, similarity: np.ndarray, score=None) -> Column:
    points = np.float32([[0, 0], [1, 0], [0, 1]])
    return Column(title, "layer 2", np.float32(similarity), points, GROUPS, score, BLUE)


def test_models_stand_side_by_side_and_more_begin_a_second_row() -> None:
    blocks = np.array([[1, 0.9, 0.2], [0.9, 1, 0.3], [0.2, 0.3, 1]])
    columns = [column("word2vec", np.ones((3, 3)), (0.5, 0.5, 0.5)), column("a <i>b</i>", blocks, (0.9, 0.8, 1.0))]
    one, two = senses.row(columns), senses.row(columns, per_row=1)
    squares = [trace for trace in one.data if trace.type == "heatmap"]
    assert [(trace.zmin, trace.zmax) for trace in squares] == [(0, 1), pytest.approx((0.2, 0.9))]
    said = " ".join(text.text for text in one.layout.annotations)
    assert "1.00" in said and "0.20 to 0.90" in said and "a &lt;i&gt;b" in said and "<i>" not in said
    assert one.layout.xaxis.domain[1] < one.layout.xaxis4.domain[0]  # beside each other
    assert two.layout.xaxis.domain == two.layout.xaxis4.domain
    assert two.layout.yaxis.domain[0] > two.layout.yaxis4.domain[1]  # below each other
    scores = [trace for trace in one.data if trace.type == "scatter" and trace.mode == "markers+text"]
    assert [trace.text[0] for trace in scores] == ["0.50", "0.90"]
    assert scores[1].error_y.array[0] == pytest.approx(0.1)
    points = [
        trace for trace in one.data if trace.type == "scatter" and trace.mode == "markers" and trace.x[0] is not None
    ]
    assert list(points[0].marker.color) == [BLUE, BLUE, ORANGE]
    assert list(points[0].marker.symbol) == ["circle", "circle", "diamond"]
    assert [trace.name for trace in one.data if trace.name] == ["river", "&lt;b&gt;money&lt;/b&gt;"]


def test_without_scores_there_is_no_third_row() -> None:
    fig = senses.row([column("BERT", np.eye(3))])
    assert not [trace for trace in fig.data if trace.type == "scatter" and trace.mode == "markers+text"]
    assert "yaxis3" not in fig.layout.to_plotly_json()


def test_points_that_differ_by_rounding_lie_in_one_visible_place() -> None:
    flat = Column("x", "", np.ones((3, 3), np.float32), np.float32([[0.04, 1e-7]] * 3), GROUPS, None, BLUE)
    fig = senses.picture(flat, flat.points, ["a", "b", "c"])
    low, high = fig.layout.yaxis.range
    assert low < fig.data[0].y[0] < high and high - low >= 1


def test_sentences_are_never_markup() -> None:
    texts = ["1. <script>x</script>", "2. b", "3. c"]
    fig = senses.picture(column("x", np.eye(3)), np.zeros((3, 2), np.float32), texts)
    assert fig.data[0].customdata[0][1] == "1. &lt;script&gt;x&lt;/script&gt;"
    assert senses.square(column("x", np.eye(3)), texts).data[0].x[0].startswith("1. &lt;script")


def test_the_lowest_and_highest_similarity_leave_the_diagonal_out() -> None:
    assert senses.bounds(np.float32([[1, 0.2], [0.2, 1]])) == pytest.approx((0.2, 0.2))
    assert senses.bounds(np.ones((1, 1), np.float32)) == (1, 1)


def test_the_curve_over_layers_has_its_interval() -> None:
    auc = np.array([0.5, 0.8])
    fig = senses.by_layer(["embeddings", "layer 1"], auc, auc - 0.1, auc + 0.1, BLUE)
    assert list(fig.data[1].y) == [0.5, 0.8]
    assert list(fig.data[0].y) == pytest.approx([0.6, 0.9, 0.7, 0.4])
