"""The figures of retrained models: what lies where, and names that are no markup."""

import numpy as np
import pytest

from embedlab.analysis.stability import Stability, stability
from embedlab.plots import stability as drawn
from embedlab.plots.layout import BLUE, GREY
from tests.conftest import TinyModel

WORDS = [f"w{i}" for i in range(40)]


@pytest.fixture
def found() -> Stability:
    models = [TinyModel(WORDS, np.random.default_rng(s).normal(size=(40, 5)), np.arange(40, 0, -1)) for s in (1, 2, 3)]
    return stability(models, WORDS, 5)


def test_means_with_their_intervals(found: Stability) -> None:
    fig = drawn.overall({"<b>one</b>": found, "two": found}, {"two": BLUE})
    first, second = fig.data
    assert first.x[0] == second.x[0] == pytest.approx(found.mean)
    assert first.x[0] + first.error_x.array[0] == pytest.approx(found.high)
    assert first.x[0] - first.error_x.arrayminus[0] == pytest.approx(found.low)
    assert (first.marker.color, second.marker.color) == (GREY, BLUE)
    assert "<b>one" not in fig.layout.yaxis.ticktext[0] and f"{found.mean:.0%}" in fig.layout.yaxis.ticktext[0]


def test_rare_and_common_words(found: Stability) -> None:
    line, sign = drawn.by_frequency({"one": found}, {}, word="w3").data
    assert list(line.y) == [band.mean for band in found.bands] and list(line.x) == sorted(line.x)
    assert (sign.x[0], sign.y[0]) == (37, pytest.approx(found.overlap[3]))
    assert len(drawn.by_frequency({"one": found}, {}, word="nowhere").data) == 1


def test_near_and_far(found: Stability) -> None:
    (line,) = drawn.by_rank({"one": found}, {}).data
    assert list(line.x) == [1, 2, 3, 4, 5] and list(line.y) == found.by_rank.tolist()
