"""The map in every colouring and number of dimensions, and what it marks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from embedlab.analysis.faithfulness import Faithfulness
from embedlab.plots.layout import GREY
from embedlab.plots.maps import Focus, Groups, MapView, words_map

WORDS = tuple("abcdefgh")
COUNTS = np.array([800, 400, 200, 100, 50, 20, 10, 5])
AROUND = Faithfulness([1, 2], [1, 3], [2], [3], [0.9, 0.8])
COLORINGS = {
    "frequency": {},
    "unknown frequency": {"counts": np.zeros(8, int)},
    "groups": {"groups": Groups(np.arange(8) % 2, ("first", "second"))},
    "one group": {"groups": Groups(np.arange(8) % 2, ("first", "second"), lit=(1,))},
    "focus": {"focus": Focus(0, AROUND)},
    "zoom": {"focus": Focus(0, AROUND, zoom=True)},
}


def view(dims: int, **more: object) -> MapView:
    points = np.random.default_rng(0).normal(size=(8, dims))
    return MapView(points, WORDS, **({"counts": COUNTS} | more))


@pytest.mark.parametrize(("dims", "coloring"), itertools.product((2, 3), COLORINGS))
def test_every_coloring_draws_every_word_once_in_two_and_three_dimensions(dims: int, coloring: str) -> None:
    fig = words_map(view(dims, **COLORINGS[coloring])).checked()
    drawn = [data[-1] for trace in fig.data if trace.customdata is not None for data in trace.customdata]
    assert sorted(drawn) == list(WORDS)


def test_colors_of_frequency_are_the_same_in_three_dimensions() -> None:
    flat, deep = (words_map(view(dims)).checked().data[0].marker for dims in (2, 3))
    np.testing.assert_allclose(deep.color, flat.color)
    assert deep.colorscale == flat.colorscale and deep.size < flat.size


def test_words_that_step_back_are_a_clear_grey_in_three_dimensions() -> None:
    marker = words_map(view(3, **COLORINGS["focus"])).checked().data[0].marker
    assert (marker.color, marker.opacity) == (GREY, 0.15)
