"""The live pictures: points keep their identity from epoch to epoch, bounds stay, what users write stays text."""

from __future__ import annotations

import json

import numpy as np

from embedlab.analysis.training_snapshots import Moment
from embedlab.plots import training_live
from embedlab.plots.layout import SERIES

FIRST = Moment(
    1, ("king",), ((("gave", 0.5), ("queen", 0.4)),), ("king", "gave", "queen"), np.array([[0, 0], [1, 2], [3, 1.0]])
)
SECOND = Moment(
    2, ("king",), ((("queen", 0.9), ("{b}", 0.8)),), ("king", "queen", "{b}"), np.array([[0, 0], [1, 1], [-1, 0.0]])
)


def points(now: int) -> dict[str, dict[str, object]]:
    (series,) = training_live.neighborhoods([FIRST, SECOND], now)["series"]
    return {point["id"]: point for point in series["data"]}


def test_words_keep_their_identity_and_the_bounds_stay() -> None:
    first, second = points(0), points(1)
    assert list(first) == ["king", "gave", "queen"]
    assert first["queen"]["value"] == [3.0, 1.0] and second["queen"]["value"] == [1.0, 1.0]
    before, after = (training_live.neighborhoods([FIRST, SECOND], now) for now in (0, 1))
    assert before["xAxis"] == after["xAxis"] and before["xAxis"]["max"] == 1.15 * 3
    assert before["series"][0]["id"] == after["series"][0]["id"]


def test_watched_words_are_diamonds_in_their_colour_and_neighbors_share_it() -> None:
    drawn = points(1)
    assert [drawn[word]["symbol"] for word in ("king", "queen")] == ["diamond", "circle"]
    assert drawn["king"]["itemStyle"] == drawn["queen"]["itemStyle"] == {"color": SERIES[0]}
    assert drawn["queen"]["name"] == "queen: 0.90 similar to king"


def test_a_word_that_looks_like_a_template_is_written_as_text() -> None:
    label = points(1)["{b}"]["label"]
    assert isinstance(label, dict) and label["formatter"] == "(b)"


def test_the_loss_curve_is_as_wide_as_the_training_from_the_start() -> None:
    option = training_live.loss([(1.0, 2.0), (2.0, 1.5)], [(1.0, 2.1)], 13)
    assert option["xAxis"]["max"] == 13
    assert {series["id"]: series["data"] for series in option["series"]} == {
        "training": [[1.0, 2.0], [2.0, 1.5]],
        "held out": [[1.0, 2.1]],
    }
    assert "max" not in training_live.loss([(1.0, 2.0)], [], 0)["xAxis"]
    json.dumps(option)
