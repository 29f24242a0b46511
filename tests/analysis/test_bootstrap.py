"""Percentile intervals: what they cover, and what they leave out."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.analysis import bootstrap


def test_every_resample_draws_as_many_as_there_are() -> None:
    drawn = bootstrap.draws(7, 500, np.random.default_rng(1))
    assert drawn.shape == (500, 7) and (drawn.sum(axis=1) == 7).all()
    np.testing.assert_allclose(drawn.mean(axis=0), 1, atol=0.2)


def test_intervals_of_a_mean_cover_it_as_often_as_they_say() -> None:
    rng, covered = np.random.default_rng(2), 0
    for _ in range(200):
        low, high = bootstrap.interval(bootstrap.means(rng.normal(3, 1, size=50), 300, rng))
        covered += low <= 3 <= high
    assert 180 <= covered <= 199


def test_means_of_several_columns_share_their_resamples() -> None:
    values = np.stack([np.arange(20.0), np.arange(20.0) + 1], axis=1)
    found = bootstrap.means(values, 100, np.random.default_rng(3))
    np.testing.assert_allclose(found[:, 1] - found[:, 0], 1)
    low, high = bootstrap.intervals(found.T)
    np.testing.assert_allclose([low[1] - low[0], high[1] - high[0]], 1)


def test_resamples_without_a_value_are_left_out() -> None:
    values = np.arange(101.0)
    assert bootstrap.interval(values) == pytest.approx((2.5, 97.5))
    assert bootstrap.interval(np.append(values, np.nan)) == pytest.approx((2.5, 97.5))
    assert np.isnan(bootstrap.interval(np.full(3, np.nan))).all()
