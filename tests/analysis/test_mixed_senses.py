"""Layers mixed by hand, on vectors whose answer is known."""

import numpy as np
import pytest

from embedlab.analysis.polysemy import mixed
from embedlab.base import BadInput

SENSES, FORMS = ["river"] * 4 + ["money"] * 4, ["bank"] * 8


def layers():
    """The first layer tells the senses apart, the second is noise, ten times as long."""
    rng = np.random.default_rng(1)
    telling = np.repeat(np.eye(6)[:2], 4, axis=0) + 0.01 * rng.normal(size=(8, 6))
    return np.stack([telling, 10 * rng.normal(size=(8, 6))])


def test_the_layer_that_tells_the_senses_apart_decides():
    assert mixed(layers(), [1, 0], SENSES, FORMS).auc == 1
    noise, both = mixed(layers(), [0, 5], SENSES, FORMS), mixed(layers(), [3, 1], SENSES, FORMS)
    assert noise.low < 0.5 < noise.high and noise.auc < 0.8
    assert both.auc > 0.9
    assert mixed(layers(), [3, 1], SENSES, FORMS, layer_norm=False).auc < both.auc


def test_the_mix_is_the_weighted_sum():
    made = mixed(layers(), [1, 3], SENSES, FORMS, layer_norm=False)
    np.testing.assert_allclose(made.vectors, 0.25 * layers()[0] + 0.75 * layers()[1], rtol=1e-5)
    np.testing.assert_allclose(np.diag(made.similarity), 1, atol=1e-6)


def test_what_cannot_be_mixed_or_compared():
    assert mixed(layers(), [1, 1], ["one"] * 8, FORMS).auc is None
    for weights in ([1], [0, 0], [1, -1]):
        with pytest.raises(BadInput, match="weight"):
            mixed(layers(), weights, SENSES, FORMS)
