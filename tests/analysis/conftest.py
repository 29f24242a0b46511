"""Small static models for the analyses' tests."""

import numpy as np
import pytest

from embedlab.base import Card, StaticConfig, StaticModel


class Plain(StaticModel):
    kind = "plain"
    config_class = StaticConfig


@pytest.fixture(scope="session")
def make_model():
    """Builds a model from words and rows, or from a dictionary."""

    def make(words, matrix=None, counts=None):
        if isinstance(words, dict):
            words, matrix = list(words), np.array(list(words.values()), float)
        return Plain(words, matrix, counts, card=Card(title="the plain model"))

    return make


@pytest.fixture(scope="session")
def random_model(make_model):
    """2,000 words of 30 dimensions."""
    rng = np.random.default_rng(4)
    return make_model([f"w{i}" for i in range(2000)], rng.normal(size=(2000, 30)), np.arange(2000, 0, -1))


@pytest.fixture(scope="session")
def as_gensim():
    """The same vectors as gensim's KeyedVectors."""

    def convert(model):
        from gensim.models import KeyedVectors

        vectors = KeyedVectors(model.dim)
        vectors.add_vectors(model.words, model.matrix)
        return vectors

    return convert


@pytest.fixture
def royal(make_model):
    """Dimensions: royal, female, fruit. Worked by hand: king - man + woman is queen exactly."""
    return make_model(
        {"man": [0, -1, 0], "woman": [0, 1, 0], "king": [1, -1, 0], "queen": [1, 1, 0], "apple": [0, 0, 1]},
        counts=np.array([50, 40, 30, 20, 10]),
    )
