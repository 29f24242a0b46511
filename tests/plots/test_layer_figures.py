"""The figures of the pages on ELMo's layers and on contextuality show the numbers that they are given."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.analysis.scalar_mix import MixFit
from embedlab.plots import contextuality, layer_weights
from embedlab.plots.contextuality import Curve
from embedlab.plots.layer_weights import Score

NAMES = {"tokens": "tokens", "1": "layer <1>"}


def fit(l2: float, first: float) -> MixFit:
    rows = np.array([[first, 1 - first], [first + 0.1, 0.9 - first]])
    return MixFit(
        "learned", "", "task", "F1", ("tokens", "1"), l2, True, (1, 2), rows, np.ones(2), np.array([0.5, 0.7]),
        np.ones(2), 0.4, 0.8, 0.3, (10, 5, 5), np.ones((2, 3, 3), np.int64),
    )  # fmt: skip


def test_weights_are_bars_from_the_lowest_to_the_highest_seed():
    fig = layer_weights.weights({"A <b>task</b>": fit(1.0, 0.2), "other": fit(1.0, 0.5)}, NAMES)
    first, second = fig.data
    assert first.name == "A &lt;b&gt;task&lt;/b&gt;" and list(first.x) == ["tokens", "layer &lt;1&gt;"]
    assert list(first.y) == pytest.approx([0.25, 0.75])
    assert list(first.error_y.array) == pytest.approx([0.05, 0.05])
    assert list(second.y) == pytest.approx([0.55, 0.45]) and first.marker.pattern.shape != second.marker.pattern.shape
    assert fig.layout.shapes[0].y0 == 0.5  # equal weights


def test_the_path_has_a_line_a_layer_and_marks_the_chosen_strength():
    fig = layer_weights.path([fit(1.0, 0.4), fit(0.1, 0.3), fit(0.001, 0.1)], NAMES, 0.1, "task")
    lines = [trace for trace in fig.data if trace.showlegend is not False]
    assert [line.name for line in lines] == ["tokens", "layer &lt;1&gt;"]
    assert list(lines[0].y) == pytest.approx([0.45, 0.35, 0.15])
    assert list(fig.layout.xaxis.ticktext) == ["1", "0.1", "0.001"] and fig.layout.shapes[0].x0 == 1
    assert len({line.marker.symbol for line in lines}) == 2


def test_scores_have_their_intervals_and_the_guess_without_vectors():
    fig = layer_weights.scores([Score("a", 0.5, 0.4, 0.7, True), Score("b", 0.3, 0.2, 0.35, False)], 0.25, "t", "F1")
    (trace,) = fig.data
    assert list(trace.x) == [0.5, 0.3] and list(trace.text) == ["0.500", "0.300"]
    assert list(trace.error_x.array) == pytest.approx([0.2, 0.05])
    assert list(trace.error_x.arrayminus) == pytest.approx([0.1, 0.1])
    assert trace.marker.symbol == ("diamond", "circle") and fig.layout.shapes[0].x0 == 0.25


def test_models_run_from_the_input_to_the_top_and_a_single_layer_is_flat():
    deep = Curve("deep", ["in", "1", "2"], [1, 0.6, 0.4], [0.9, 0.5, 0.3], [1, 0.7, 0.5], "#0072B2", [0.1, 0.2, 0.3])
    flat = Curve("flat", ["vector"], [0.8], [0.7], [0.9], "#E69F00")
    fig = contextuality.by_depth([deep, flat], "title", "value")
    lines = {trace.name: trace for trace in fig.data if trace.name and trace.hoverinfo != "skip"}
    assert list(lines["deep"].x) == [0, 0.5, 1] and list(lines["deep"].y) == [1, 0.6, 0.4]
    assert list(lines["deep, sentences at random"].y) == [0.1, 0.2, 0.3]
    assert list(lines["flat"].x) == [0, 1] and list(lines["flat"].y) == [0.8, 0.8]
    assert (lines["flat"].line.dash, lines["deep"].line.dash) == ("dash", "solid")
    assert lines["deep"].customdata[1][0] == "1"
