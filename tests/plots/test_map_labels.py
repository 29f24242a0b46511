"""Labels on a map in three dimensions: where its points are on the screen."""

from __future__ import annotations

import numpy as np

from embedlab.plots.maps import from_corner, readable

LOW, HIGH = np.zeros(3), np.full(3, 2.0)


def test_the_middle_is_in_the_middle_and_up_is_up():
    places, ((left, right), (bottom, top)) = from_corner(np.array([[1, 1, 1], [1, 1, 2], [0, 1, 1]]), LOW, HIGH)
    np.testing.assert_allclose(places[0], 0, atol=1e-12)
    assert abs(places[1, 0]) < 1e-12 and 0 < places[1, 1] < top
    assert 0 < places[2, 0] < right  # from the corner, less x is to the right
    assert (left, bottom) == (-right, -top)


def test_what_is_nearer_is_drawn_larger():
    near, far = from_corner(np.array([[2, 2, 2], [2, 2, 0], [0, 0, 0], [0, 0, 2]], float), LOW, HIGH)[0].reshape(
        2, 2, 2
    )
    assert abs(near[1, 1] - near[0, 1]) > abs(far[1, 1] - far[0, 1])


def test_points_behind_each_other_get_one_label_and_those_outside_none():
    points = np.array([[1.5, 1.5, 1.5], [0.5, 0.5, 0.5], [1.5, 0.2, 1.0], [3.0, 1.0, 1.0]])
    places, seen = from_corner(points, LOW, HIGH)
    assert readable(places, ["before", "behind", "beside", "outside"], seen) == [0, 2]
