"""Vectors to begin with, and an ELMo and a BERT that begin with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from embedlab.base import Progress
from embedlab.data.datasets import load_sample
from embedlab.models.bert.model import Bert, BertConfig
from embedlab.models.common import skipgram_init
from embedlab.models.elmo import initialization
from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.examples import Lexicon
from embedlab.models.elmo.model import Elmo
from embedlab.models.elmo.network import TokenNetwork
from embedlab.training import loop

SMALL: dict[str, Any] = {"dim": 24, "hidden": 32, "filters": "1x16 2x32 3x32", "samples": 50, "min_count": 3}


class Enough(Exception):
    """A few batches are all that is wanted."""


@pytest.fixture(scope="module")
def kingdom() -> Any:
    return load_sample("kingdom").encode(3, None, unknown=True)


@pytest.fixture(scope="module")
def vectors(kingdom: Any) -> Any:
    words, counts = kingdom.vocabulary.words, kingdom.vocabulary.counts
    given = ([*words, "<unk>"], np.append(counts, 1), kingdom.ids, kingdom.ends)
    return skipgram_init.skipgram(*given, 24, 3, 1)


def test_words_that_are_used_alike_have_like_vectors(kingdom: Any, vectors: Any) -> None:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = kingdom.vocabulary.positions
    king, queen, said = (unit[rows[word]] for word in ("king", "queen", "the"))
    assert king @ queen > king @ said + 0.2
    assert np.linalg.norm(vectors, axis=1).mean() == pytest.approx(1, abs=1e-4)


def test_the_same_seed_gives_the_same_vectors_and_a_phase_of_its_own(kingdom: Any, vectors: Any) -> None:
    words, counts = kingdom.vocabulary.words, kingdom.vocabulary.counts
    given = ([*words, "<unk>"], np.append(counts, 1), kingdom.ids, kingdom.ends)
    events: list[Progress] = []
    np.testing.assert_array_equal(skipgram_init.skipgram(*given, 24, 3, 1, events.append), vectors)
    assert {event.phase for event in events} == {skipgram_init.PHASE}
    assert all(event.peek is None and event.loss is None for event in events)


def test_weights_keep_their_length_in_the_mean() -> None:
    weight = torch.randn(50, 8) * 0.1
    length = float(weight.norm(dim=1).mean())
    given = np.random.default_rng(1).normal(size=(50, 8)).astype(np.float32)
    given /= np.linalg.norm(given, axis=1).mean()
    skipgram_init.begin_with(weight, given)
    assert float(weight.norm(dim=1).mean()) == pytest.approx(length, rel=1e-4)
    np.testing.assert_allclose(weight.numpy(), given * length, rtol=1e-5)


def test_letters_learn_to_say_the_vectors(kingdom: Any, vectors: Any) -> None:
    words = kingdom.vocabulary.words
    lexicon = Lexicon.of(words, len(words), 50)
    torch.manual_seed(1)
    tokens = TokenNetwork(ElmoConfig(**SMALL))
    error = initialization.fit(tokens, lexicon.characters[: len(words)], vectors[: len(words)], 1, steps=300)
    assert error < 0.95  # 1 is knowing nothing
    with torch.no_grad():
        said = tokens(torch.from_numpy(lexicon.characters[: len(words)])).numpy()
    said, wanted = said - said.mean(axis=0), vectors[: len(words)] - vectors[: len(words)].mean(axis=0)
    cosines = (said * wanted).sum(axis=1) / np.linalg.norm(said, axis=1) / np.linalg.norm(wanted, axis=1)
    assert cosines.mean() > 0.2


def likeness(weight: Any, rows: Any, one: str, other: str) -> float:
    """Cosine of two words' rows of the weights that the training begins with."""
    unit = torch.nn.functional.normalize(weight.detach(), dim=1)
    return float(unit[rows(one)] @ unit[rows(other)])


@pytest.mark.parametrize("epochs", [0, 3])
def test_elmo_expects_like_words_alike_when_it_begins_so(
    epochs: int, kingdom: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def fit(task: loop.Task, *_: Any) -> None:
        seen.append(task.learner)
        raise Enough

    monkeypatch.setattr(loop, "fit", fit)
    monkeypatch.setattr(initialization, "fit", lambda *_: 0.0)  # shown to work above
    with pytest.raises(Enough):
        Elmo.train(load_sample("kingdom"), ElmoConfig(**SMALL, skipgram_epochs=epochs, seed=2))
    weight, rows = seen[0].network.softmax.weight, kingdom.vocabulary.positions.__getitem__
    ahead = likeness(weight, rows, "king", "queen") > likeness(weight, rows, "king", "the") + 0.3
    assert ahead == bool(epochs)


@pytest.mark.parametrize("epochs", [0, 3])
def test_bert_begins_with_like_pieces_alike(epochs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def fit(task: loop.Task, *_: Any) -> None:
        seen.append(task)
        raise Enough

    monkeypatch.setattr(loop, "fit", fit)
    config = BertConfig(shape="tiny", max_words=400, sequence=32, seed=2, skipgram_epochs=epochs)
    with pytest.raises(Enough):
        Bert.train(load_sample("kingdom"), config)
    pieces, network = seen[0].examples.speller.vocabulary, seen[0].learner.network
    weight = network.get_input_embeddings().weight
    ahead = likeness(weight, pieces.index, "king", "queen") > likeness(weight, pieces.index, "king", "the") + 0.3
    assert ahead == bool(epochs)
    chances = network.cls.predictions.bias.exp()
    assert float(chances.sum()) == pytest.approx(1, abs=1e-4)
    assert chances[pieces.index("the")] > 5 * chances[pieces.index("queen")]
    places = network.bert.embeddings.position_embeddings.weight
    near, far = likeness(places, int, "10", "11"), likeness(places, int, "10", "20")
    assert near > 0.9 and near > far + 0.1
    spread = network.cls.predictions(torch.randn(50, 128)).std(dim=1).mean()
    assert 0.2 < float(spread.detach()) < 3
