"""A BERT that goes on learning from another text, and frequent pieces that are hidden less often."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from embedlab.base import BadInput, Card
from embedlab.data.corpus import Corpus
from embedlab.data.vocab import Vocabulary
from embedlab.models.bert.model import Bert, BertConfig
from embedlab.models.bert.pretraining import SegmentPairs, rarer
from embedlab.models.bert.tokenizer import MARKS, Speller, WordpieceText, learn
from embedlab.models.common.cards import after

SOUNDS = {"cat": "meows", "dog": "barks", "cow": "moos", "duck": "quacks"}
OTHERS = {"cat": "barks", "dog": "moos", "cow": "quacks", "duck": "meows"}
QUICK: dict[str, Any] = {
    "epochs": 20, "patience": 0, "batch_size": 16, "learning_rate": 2e-3, "sequence": 16, "dropout": 0.0,
    "next_sentence": False,
}  # fmt: skip


def sentences(sounds: dict[str, str], count: int = 500) -> list[list[str]]:
    draw = random.Random(5)
    animals = [draw.choice(list(sounds)) for _ in range(count)]
    return [[draw.choice(("the", "a")), one, sounds[one], draw.choice(("now", "today"))] for one in animals]


@pytest.fixture(scope="module")
def first() -> Bert:
    corpus = Corpus.from_sentences([*sentences(SOUNDS), ["zebu"] * 3], name="true").with_licence("CC0", "A")
    return Bert.train(corpus, BertConfig(**QUICK))


def test_it_unlearns_the_first_text_by_the_second_and_leaves_the_first_model_as_it_was(first: Bert) -> None:
    before = {name: weight.copy() for name, weight in first.tensors().items()}
    corpus = Corpus.from_sentences(sentences(OTHERS), name="false").with_licence("MIT", "B")
    then = first.continue_pretraining(corpus, BertConfig(**QUICK | {"shape": "base", "max_words": 9, "sequence": 500}))
    question = ["the", "dog", "?", "now"]
    assert [model.words[model.fill(question, 2).argmax()] for model in (first, then)] == ["barks", "moos"]
    assert (then.words, then.layers, then.limit) == (first.words, first.layers, first.limit)
    assert (then.config.shape, then.config.sequence) == (first.config.shape, first.limit)
    for name, weight in first.tensors().items():
        np.testing.assert_array_equal(weight, before[name])
    numbers = [then.words.index(word) for word in ("moos", "zebu")]
    assert [int(then.counts[i] - first.counts[i]) for i in numbers] == [sum("moos" in s for s in sentences(OTHERS)), 0]
    assert (then.card.text, then.card.licence, then.card.attribution) == ("true; then false", "CC0; MIT", "A; B")
    assert then.card.tokens == first.card.tokens + 2000 and then.card.seconds > first.card.seconds


def test_it_goes_on_from_the_weights_that_were_there(first: Bert) -> None:
    corpus = Corpus.from_sentences(sentences(SOUNDS, 40))
    still = first.continue_pretraining(corpus, BertConfig(**QUICK | {"epochs": 1, "learning_rate": 1e-6}))
    words = ["the", "cow", "moos", "now"]
    np.testing.assert_allclose(still.encode([words])[0], first.encode([words])[0], atol=1e-3)


def test_a_head_for_next_sentences_can_be_added(first: Bert) -> None:
    corpus = Corpus.from_sentences(sentences(SOUNDS, 60))
    more = first.continue_pretraining(corpus, BertConfig(**QUICK | {"epochs": 1, "next_sentence": True}))
    assert (first.has_next_sentence_head, more.has_next_sentence_head) == (False, True)
    assert 0 < more.next_sentence(["the", "cow", "moos"], ["a", "dog", "barks"]) < 1


def test_a_model_without_a_head_is_refused(first: Bert) -> None:
    encoder = Bert(first.network.bert, first.speller, "none")
    with pytest.raises(BadInput, match="head for hidden words"):
        encoder.continue_pretraining(Corpus.from_sentences(sentences(SOUNDS, 40)))


def test_licences_and_people_named_twice_stand_once_on_the_card() -> None:
    card = after(Card(text="a", licence="x; y", attribution="P"), Card(text="b", licence="y; z", attribution="Q; P"))
    assert (card.text, card.licence, card.attribution) == ("a; then b", "x; y; z", "P; Q")


def test_frequent_pieces_are_hidden_by_the_root_of_threshold_over_frequency() -> None:
    counts = np.array([0, 1, 99, 900, 9_000])
    np.testing.assert_allclose(rarer(counts, 0.01), [1, 1, 1, (100 / 900) ** 0.5, (100 / 9_000) ** 0.5], rtol=1e-6)


def test_what_is_hidden_follows_the_chances() -> None:
    speller = Speller(learn(Vocabulary(("a", "b"), np.array([9, 9])), 50, 1, lowercase=True), MARKS)
    a, b = speller.vocabulary.index("a"), speller.vocabulary.index("b")
    ids = np.random.default_rng(1).choice([a, b], 40_000).astype(np.int32)
    chances = np.ones(len(speller.vocabulary), np.float32)
    chances[a] = 0.25
    text = WordpieceText(ids, np.arange(50, len(ids) + 1, 50))
    examples = SegmentPairs(text, speller, 52, pairs=False, seed=1, mask_rate=0.02, chances=chances)
    wanted = examples.__getitems__(range(len(examples)))[3].numpy()
    assert wanted.shape[1] == 1
    assert (wanted == a).mean() == pytest.approx(0.2, abs=0.04)  # one drawn of many: 0.25 / (0.25 + 1)
