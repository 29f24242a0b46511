"""Vectors are computed where it is fastest: on a copy of the network there, never on the one that others may ask."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch

from embedlab.base import ContextualModel
from embedlab.data.corpus import Corpus
from embedlab.data.datasets import load_sample
from embedlab.models.bert.model import Bert, BertConfig
from embedlab.models.common import layers as common_layers
from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.model import Elmo
from embedlab.models.flair.inference import PackedReader, Reading, StateReader
from embedlab.models.flair.model import Flair
from embedlab.models.lstm import Lstm, LstmConfig
from tests.models.flair.test_flair import LETTERS, SENTENCES, half

TINY: dict[str, Any] = {"max_words": 100, "epochs": 1}
TEXT = Corpus.from_sentences(list(islice(load_sample("kingdom"), 300)), name="text")
MADE: dict[str, Any] = {
    "lstm": lambda corpus: Lstm.train(corpus, LstmConfig(dim=8, layers=1, **TINY)),
    "elmo": lambda corpus: Elmo.train(corpus, ElmoConfig(dim=8, hidden=8, filters="1x4 2x8", **TINY)),
    "bert": lambda corpus: Bert.train(corpus, BertConfig(shape="tiny", sequence=16, **TINY)),
}


@pytest.mark.parametrize("kind", MADE)
def test_a_copy_reads_on_the_other_device(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model: ContextualModel = MADE[kind](TEXT)
    sentences = [["the", "king", "of", "the", "land"], [], ["queen"]]
    expected = model.encode(sentences)
    other: Any = type(model).from_stored(model.stored())
    monkeypatch.setattr(common_layers, "fastest", lambda: torch.device("cpu", 0))  # not the same name as plain "cpu"
    found = other.encode(sentences)
    for weight in other.network.parameters():
        weight.data.zero_()
    again = other.encode(sentences)
    for one, two, three in zip(expected, found, again, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)
        np.testing.assert_array_equal(two, three)


def test_a_network_is_copied_only_where_it_lies_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    network = half("forward").network
    monkeypatch.setattr(common_layers, "fastest", lambda: torch.device("cpu"))
    assert common_layers.placed(network) is network
    monkeypatch.setattr(common_layers, "fastest", lambda: torch.device("meta"))
    assert common_layers.device_of(common_layers.placed(network)) == torch.device("meta")
    assert common_layers.device_of(network) == torch.device("cpu")


@pytest.mark.parametrize("projection", [0, 5])
@pytest.mark.parametrize("steps", [3, 512])
def test_both_readers_of_flair_say_the_same(projection: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedlab.models.flair.inference.STEPS", steps)
    network = half("forward", projection=projection).network
    draw = np.random.default_rng(1)
    texts = []
    for length in (40, 1, 7, 23):
        places = np.sort(draw.choice(length, size=min(3, length), replace=False))
        texts.append(Reading(draw.integers(0, len(LETTERS), length), places))
    layers = [0] if projection else [1, 0]
    for one, two in zip(
        StateReader(network).read(texts, layers), PackedReader(network).read(texts, layers), strict=True
    ):
        np.testing.assert_allclose(one, two, atol=1e-6)


def test_flair_reads_packed_on_a_graphics_card(monkeypatch: pytest.MonkeyPatch) -> None:
    forward, backward = half("forward"), half("backward")
    expected = Flair.of(forward, backward).encode(SENTENCES)
    monkeypatch.setattr("embedlab.models.flair.model.fastest", lambda: torch.device("cuda"))
    model = Flair.of(forward, backward)
    assert {type(reader) for reader in model._readers} == {PackedReader}
    for one, two in zip(expected, model.encode(SENTENCES), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no graphics card here")
@pytest.mark.parametrize("kind", MADE)
def test_a_graphics_card_says_what_the_processor_says(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model: ContextualModel = MADE[kind](TEXT)
    sentences = [["the", "king", "of", "the", "land"], [], ["queen"]]
    found = model.encode(sentences)
    monkeypatch.setattr(common_layers, "fastest", lambda: torch.device("cpu"))
    other: Any = type(model).from_stored(model.stored())
    for one, two in zip(found, other.encode(sentences), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-4)
