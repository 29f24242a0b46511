"""What every contextual model promises, whatever its kind."""

from __future__ import annotations

import copy
import dataclasses
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from embedlab import registry
from embedlab.base import BadInput, Cancelled, ContextualModel, MaskedModel, Progress
from embedlab.data.corpus import Corpus
from tests import conftest

NETWORK: dict[str, Any] = {"min_count": 1, "max_words": 60, "seed": 3, "epochs": 1, "batch_size": 8}
KINDS: dict[str, dict[str, Any]] = {
    "lstm": NETWORK | {"dim": 12, "layers": 2, "stretch": 10},
    "elmo": NETWORK | {"dim": 6, "hidden": 12, "filters": "1x4 2x8 3x8", "samples": 20, "stretch": 20},
    "flair": NETWORK | {"dim": 6, "hidden": 12, "stretch": 20},
    "bert": NETWORK | {"sequence": 16},
}
ODD = (
    ["naïve", "cafe\u0301", "𝕏", "👩‍👩‍👧", "ﬁ", "مرحبا", "你好"],
    ["\u0000", "\u200b", "\t", "a\u0007b", "\ufeff"],
    ["…", "—", "don't", "x" * 300],
)


def sentences() -> list[list[str]]:
    draw = random.Random(5)
    pairs = (("cat", "meows"), ("dog", "barks"), ("cow", "moos"))
    return [[draw.choice(("the", "a")), *draw.choice(pairs), draw.choice(("now", "today"))] for _ in range(120)]


MIXED: list[list[str]] = [
    ["the", "cat", "meows"],
    [],
    ["dog"],
    ["a", "dog", "barks", "today", "the", "cow", "moos", "now", "the", "unseen", "zebra"],
    ["the", "cow", "moos", "now"],
    ["the", "cat", "meows"],
    *[["the", "dog"] * n for n in range(1, 9)],
]


def train(kind: str) -> ContextualModel:
    model = conftest.trained(kind, Corpus.from_sentences(sentences(), name="animals"), KINDS[kind])
    assert isinstance(model, ContextualModel)
    return model


@pytest.fixture(scope="module")
def trained() -> dict[str, ContextualModel]:
    return {kind: train(kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", ["the cat", ["I sat on the bank."], [["a", 1]], None])
def test_texts_instead_of_words_are_refused(trained: dict[str, ContextualModel], kind: str, bad: Any) -> None:
    with pytest.raises(BadInput, match="list of words, such as"):
        trained[kind].encode(bad)


@pytest.mark.parametrize("kind", KINDS)
def test_words_are_tidied_as_the_text_was(trained: dict[str, ContextualModel], kind: str) -> None:
    model = trained[kind]
    typed, tidied = ["the", "cafe\u0301", "d\u2019état", "c\u00adat\u200e"], ["the", "café", "d'état", "cat"]
    np.testing.assert_allclose(model.encode([typed])[0], model.encode([tidied])[0], atol=1e-5)
    published = copy.copy(model)
    published.card = dataclasses.replace(model.card, source="published")
    assert published.as_read([typed]) == [typed]
    if isinstance(model, MaskedModel):
        assert model.pieces(typed) == model.pieces(tidied)
        np.testing.assert_array_equal(model.fill(typed, 0), model.fill(tidied, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_has_a_vector_at_every_layer(trained: dict[str, ContextualModel], kind: str) -> None:
    model = trained[kind]
    found = model.encode(MIXED)
    assert len(model.layers) == len(set(model.layers)) > 0
    for words, vectors in zip(MIXED, found, strict=True):
        assert vectors.shape == (len(model.layers), len(words), model.dim)
        assert vectors.dtype == np.float32
        assert np.isfinite(vectors).all()
    assert model.encode([]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_neither_order_nor_batch_matter(trained: dict[str, ContextualModel], kind: str) -> None:
    model = trained[kind]
    together = model.encode(MIXED)
    backwards = model.encode(MIXED[::-1])[::-1]
    for words, one, other in zip(MIXED, together, backwards, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
        np.testing.assert_allclose(one, model.encode([words])[0], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_call_gives_the_same_bits(trained: dict[str, ContextualModel], kind: str) -> None:
    first, second = trained[kind].encode(MIXED), trained[kind].encode(MIXED)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_one_word_of_each_sentence_can_be_had_alone(
    trained: dict[str, ContextualModel], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, told = trained[kind], []
    texts = [words for words in MIXED if words]
    places, total = [len(words) - 1 for words in texts], sum(map(len, texts))
    expected = np.stack([model.encode([words])[0][:, -1] for words in texts], axis=1)
    for at_once in (model.at_once, 4):
        monkeypatch.setattr(model, "at_once", at_once)
        np.testing.assert_allclose(model.at_positions(texts, places, on_progress=told.append), expected, atol=1e-5)
        assert (told[-1].step, told[-1].total) == (total, total)
    np.testing.assert_allclose(model.at_positions(texts, places, model.layers[-1:]), expected[-1:], atol=1e-5)
    assert model.at_positions([], []).shape == (len(model.layers), 0, model.dim)


@pytest.mark.parametrize("kind", KINDS)
def test_layers_can_be_chosen(trained: dict[str, ContextualModel], kind: str) -> None:
    model = trained[kind]
    whole = model.encode(MIXED)
    chosen = model.encode(MIXED, [model.layers[-1], model.layers[0]])
    for all_layers, two in zip(whole, chosen, strict=True):
        np.testing.assert_allclose(two, all_layers[[-1, 0]], atol=1e-6)
    with pytest.raises(BadInput, match="no layer 'attic'; it has"):
        model.encode(MIXED, ["attic"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_vector_depends_on_the_sentence_above_the_first_layer(trained: dict[str, ContextualModel], kind: str) -> None:
    one, other = trained[kind].encode([["the", "cat", "meows", "dog"], ["a", "cow", "moos", "dog"]])
    assert np.abs(one[-1, 3] - other[-1, 3]).max() > 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_odd_characters_do_no_harm(trained: dict[str, ContextualModel], kind: str) -> None:
    for words, vectors in zip(ODD, trained[kind].encode(ODD), strict=True):
        assert vectors.shape[1] == len(words)
        assert np.isfinite(vectors).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_stored_model_says_the_same(trained: dict[str, ContextualModel], kind: str, tmp_path: Path) -> None:
    model = trained[kind]
    model.save(tmp_path / "model")
    loaded = registry.load_model(tmp_path / "model")
    assert isinstance(loaded, ContextualModel)
    assert loaded.fingerprint == model.fingerprint
    assert loaded.layers == model.layers
    for one, other in zip(model.encode(MIXED), loaded.encode(MIXED), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_reading_leaves_the_random_numbers_alone_and_nothing_to_chance(
    trained: dict[str, ContextualModel], kind: str
) -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    trained[kind].encode(MIXED)
    torch.testing.assert_close(torch.rand(3), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_progress_counts_words_and_can_stop_it(trained: dict[str, ContextualModel], kind: str) -> None:
    events: list[Progress] = []
    trained[kind].encode(MIXED, on_progress=events.append)
    words = sum(map(len, MIXED))
    assert (events[-1].step, events[-1].total, events[-1].phase) == (words, words, "encoding")

    def stop(event: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        trained[kind].encode(MIXED, on_progress=stop)
