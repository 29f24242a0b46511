"""What is in the figures of the Softmax page is what was counted and measured."""

import pytest

from embedlab.analysis.softmax.cost import Costs, CostSettings, Point
from embedlab.plots import softmax

SETTINGS = CostSettings(largest=100_000)


def test_counts_are_dashed_lines_by_their_equations() -> None:
    fig = softmax.counted(SETTINGS)
    by_name = {trace.name: trace for trace in fig.data}
    assert by_name["full softmax"].x == (1000, 3000, 10_000, 30_000, 100_000)
    assert by_name["full softmax"].y == (3e5, 9e5, 3e6, 9e6, 3e7)
    assert set(by_name["negative sampling"].y) == {3300}
    assert {trace.line.dash for trace in fig.data} == {"dash"}
    assert fig.layout.xaxis.type == fig.layout.yaxis.type == "log"


def test_measured_points_have_quartiles_and_a_line_of_the_expected_slope_beside() -> None:
    # twice and half of 1 ns a multiply-add: the line of slope 1 between them is at 1 ns
    points = (Point("full", 1000, 6e-4, 5e-4, 8e-4, 3e5), Point("full", 3000, 4.5e-4, 4e-4, 5e-4, 9e5))
    fig = softmax.measured(Costs(SETTINGS, points))
    seen, expected, key = fig.data
    assert seen.x == (1000, 3000) and seen.y == (6e-4, 4.5e-4)
    assert seen.error_y.array == pytest.approx((2e-4, 5e-5)) and seen.error_y.arrayminus == pytest.approx((1e-4, 5e-5))
    assert expected.x == (1000, 3000, 10_000, 30_000, 100_000)
    assert expected.y == pytest.approx((3e-4, 9e-4, 3e-3, 9e-3, 3e-2))
    assert (expected.line.dash, expected.line.color) == ("dash", seen.line.color)
    assert key.name == "expected slope"
    assert fig.layout.showlegend
