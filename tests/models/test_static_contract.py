"""What every static model promises, whatever its kind."""

from __future__ import annotations

import dataclasses
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab import registry
from embedlab.base import BadInput, Cancelled, Progress, StaticModel, UnknownWord
from embedlab.data.corpus import Corpus
from tests import conftest

SMALL: dict[str, Any] = {"dim": 16, "min_count": 2, "max_words": 60, "seed": 3, "workers": 1}
NETWORK: dict[str, Any] = {"dim": 16, "min_count": 2, "max_words": 60, "seed": 3, "epochs": 4, "learning_rate": 0.01}
FAST: dict[str, Any] = {"sample": 0.0, "alpha": 0.1}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "one_hot": ("one_hot", {"min_count": 2, "max_words": 60}),
    "lsa": ("lsa", SMALL | {"weighting": "ppmi", "window": 3}),
    "lsa_tfidf": ("lsa", SMALL | {"weighting": "tfidf", "document_sentences": 1}),
    "nnlm": ("nnlm", NETWORK | {"n": 3, "hidden": 16, "direct": True}),
    "cw": ("cw", NETWORK | {"window": 5, "hidden": 16, "batch_size": 64, "learning_rate": 0.006}),
    "skipgram": ("word2vec", SMALL | {"algorithm": "skipgram", "epochs": 4, "window": 3} | FAST),
    "cbow": ("word2vec", SMALL | {"algorithm": "cbow", "epochs": 4, "window": 3} | FAST),
    "fasttext": ("fasttext", SMALL | {"epochs": 4, "window": 3, "buckets": 500}),
    "glove": ("glove", SMALL | {"epochs": 4, "window": 3}),
}
LEARNED_IN_EPOCHS = ("nnlm", "cw", "skipgram", "cbow", "fasttext", "glove")


def sentences() -> list[list[str]]:
    """Two topics that never mix, with a few rare words: 1,500 sentences."""
    draw = random.Random(5)
    topics = [[f"{topic}{i}" for i in range(20)] for topic in ("sea", "law")]
    made = [[*draw.choices(draw.choice(topics), k=draw.randint(3, 9)), "the"] for _ in range(1500)]
    return [*made, ["rare"], []]


SENTENCES = sentences()


def train(name: str, on_progress: Any = None, **changes: Any) -> StaticModel:
    kind, settings = KINDS[name]
    return conftest.trained(kind, Corpus.from_sentences(SENTENCES, name="two topics"), settings | changes, on_progress)


@pytest.fixture(scope="module")
def trained() -> dict[str, StaticModel]:
    return {name: train(name) for name in KINDS}


@pytest.mark.parametrize("name", KINDS)
def test_the_vocabulary_is_counted_commonest_first(trained: dict[str, StaticModel], name: str) -> None:
    model, counts = trained[name], Counter(word for sentence in SENTENCES for word in sentence)
    assert dict(zip(model.words, model.counts.tolist(), strict=True)) == {w: c for w, c in counts.items() if c >= 2}
    assert model.words[0] == "the"
    assert sorted(model.counts.tolist(), reverse=True) == model.counts.tolist()


@pytest.mark.parametrize("name", KINDS)
def test_vectors_are_finite_rows_of_a_read_only_matrix(trained: dict[str, StaticModel], name: str) -> None:
    model = trained[name]
    assert model.matrix.dtype == np.float32
    assert model.matrix.shape == (len(model.words), model.dim)
    assert np.isfinite(model.matrix).all()
    assert not model.matrix.flags.writeable
    for word in ("sea3", "the"):
        np.testing.assert_allclose(model.vector(word), model.matrix[model.words.index(word)], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", KINDS)
def test_the_card_says_where_the_model_comes_from(trained: dict[str, StaticModel], name: str) -> None:
    card = trained[name].card
    assert card.tokens == sum(map(len, SENTENCES))
    assert "two topics" in card.text
    assert card.seconds > 0
    assert {"numpy", "embedlab"} <= dict(card.versions).keys()
    assert (card.loss is None) == (name == "one_hot")


@pytest.mark.parametrize("name", KINDS)
def test_a_saved_model_comes_back_whole(trained: dict[str, StaticModel], name: str, tmp_path: Path) -> None:
    model = trained[name]
    model.save(tmp_path / "m")
    back = registry.load_model(tmp_path / "m")
    assert type(back) is type(model)
    assert (back.words, back.config, back.card) == (model.words, model.config, model.card)
    np.testing.assert_array_equal(back.matrix, model.matrix)
    np.testing.assert_array_equal(back.counts, model.counts)
    assert {p.name for p in (tmp_path / "m").iterdir()} == {
        "config.json",
        "model.safetensors",
        "vocab.json",
        "card.json",
    }


@pytest.mark.parametrize("name", KINDS)
def test_half_precision_keeps_the_directions(trained: dict[str, StaticModel], name: str, tmp_path: Path) -> None:
    model = trained[name]
    model.save(tmp_path / "m", half=True)
    back = registry.load_model(tmp_path / "m")
    cosines = (back.unit_matrix * model.unit_matrix).sum(axis=1)
    assert cosines.min() > 0.9999


@pytest.mark.parametrize("name", [name for name in KINDS if name != "one_hot"])
def test_words_of_one_topic_are_closer_than_words_of_two(trained: dict[str, StaticModel], name: str) -> None:
    model = trained[name]
    sea, law = ([model.positions[f"{topic}{i}"] for i in range(20)] for topic in ("sea", "law"))
    similarity = model.unit_matrix @ model.unit_matrix.T
    within = (similarity[np.ix_(sea, sea)].sum() - 20) / 380
    assert within > similarity[np.ix_(sea, law)].mean() + 0.1


@pytest.mark.parametrize("name", KINDS)
def test_a_seed_and_one_worker_repeat_the_vectors_exactly(trained: dict[str, StaticModel], name: str) -> None:
    np.testing.assert_array_equal(train(name).matrix, trained[name].matrix)


@pytest.mark.parametrize("name", LEARNED_IN_EPOCHS)
def test_another_seed_gives_other_vectors(trained: dict[str, StaticModel], name: str) -> None:
    assert not np.array_equal(train(name, seed=4).matrix, trained[name].matrix)


@pytest.mark.parametrize("name", LEARNED_IN_EPOCHS)
def test_progress_counts_epochs_lowers_the_loss_and_lets_one_look(name: str) -> None:
    events: list[Progress] = []
    looks: list[StaticModel] = []

    def watch(event: Progress) -> None:
        events.append(event)
        if event.peek:
            looks.append(event.peek())

    model = train(name, watch)
    ends = [event for event in events if event.peek]
    losses = [event.loss if event.held_out is None else event.held_out for event in ends]
    assert [event.epoch for event in ends] == [1, 2, 3, 4]
    assert all(loss is not None for loss in losses)
    assert losses[-1] < losses[0]
    assert model.card.loss == pytest.approx(losses[-1])
    assert [look.words for look in looks] == [model.words] * 4
    assert not np.array_equal(looks[0].matrix, looks[1].matrix)
    np.testing.assert_allclose(looks[-1].matrix, model.matrix, rtol=1e-5, atol=1e-6)
    assert all(0 <= event.fraction <= 1 for event in events)


@pytest.mark.parametrize("name", LEARNED_IN_EPOCHS)
def test_what_on_progress_raises_stops_the_training_and_nothing_is_left_behind(
    name: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    after: list[Progress] = []

    def stop(event: Progress) -> None:
        after.append(event)
        if event.epoch >= 1:
            raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        train(name, stop, epochs=500)
    assert max(event.epoch for event in after) <= 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name in KINDS if name != "fasttext"])
def test_a_word_it_never_saw_is_an_error_that_names_the_word(trained: dict[str, StaticModel], name: str) -> None:
    with pytest.raises(UnknownWord, match="'sea3x'"):
        trained[name].vector("sea3x")


@pytest.mark.parametrize("name", KINDS)
def test_a_text_too_small_is_refused_with_advice(name: str) -> None:
    kind, settings = KINDS[name]
    with pytest.raises(BadInput, match="minimum count"):
        conftest.trained(kind, Corpus.from_sentences([["only", "these", "few", "words"]]), settings)


@pytest.mark.parametrize("name", KINDS)
def test_every_setting_is_explained_and_has_a_default_that_is_allowed(name: str) -> None:
    config_class = registry.model_class(KINDS[name][0]).config_class
    config_class()
    for field in dataclasses.fields(config_class):
        assert field.metadata["help"].endswith((".", "!", "?")), field.name
