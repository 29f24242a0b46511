"""Counting and numbering, against a naive count."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from embedlab.base import BadInput, Cancelled
from embedlab.data import vocab
from embedlab.data.vocab import Vocabulary, encode


def random_text(seed: int) -> list[list[str]]:
    rng = random.Random(seed)
    words = [f"w{i}" for i in range(rng.randint(2, 60))]
    weights = [1 / (i + 1) for i in range(len(words))]
    return [rng.choices(words, weights, k=rng.choice([0, 0, 1, 2, 5, 30])) for _ in range(rng.randint(5, 300))]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("batch", [1, 7, 200_000])
def test_encode_is_a_naive_count(seed: int, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocab, "BATCH", batch)
    text, min_count, max_words = random_text(seed), 1 + seed % 4, (None, 5, 20)[seed % 3]
    counts = Counter(word for sentence in text for word in sentence)
    kept = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))[:max_words]
    if len(kept) < 2:
        with pytest.raises(BadInput):
            encode(text, min_count, max_words)
        return
    encoded = encode(text, min_count, max_words)
    assert list(encoded.vocabulary.words) == kept
    assert encoded.vocabulary.counts.tolist() == [counts[word] for word in kept]
    assert encoded.tokens == sum(counts.values())
    filtered = [[word for word in sentence if word in set(kept)] for sentence in text]
    assert list(encoded.sentences()) == [sentence for sentence in filtered if sentence]
    assert len(encoded) == len(encoded.ends) == sum(map(bool, filtered))
    assert (encoded.ids.dtype, encoded.ends.dtype, encoded.ends[-1]) == (np.int32, np.int64, len(encoded.ids))


def test_the_rarest_words_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocab, "MAX_TYPES", 50)
    monkeypatch.setattr(vocab, "BATCH", 10)
    text = [["often", "seen", f"once{i}"] for i in range(500)]
    encoded = encode(text, min_count=2)
    assert encoded.vocabulary.words == ("often", "seen")
    assert encoded.vocabulary.counts.tolist() == [500, 500]
    assert list(encoded.sentences()) == [["often", "seen"]] * 500


def test_too_small_a_text_is_refused_in_one_sentence_that_says_what_to_do() -> None:
    with pytest.raises(BadInput, match=r"Only 0 different words remain of 10 running words.*less than 5 times"):
        encode([["the", "cat", "sat", "on", "a", "mat", "and", "ate", "two", "mice"]], min_count=5)


def test_progress_is_told_about_once_a_second_and_may_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(np.arange(0, 1000, 0.25))
    monkeypatch.setattr(vocab, "monotonic", lambda: next(clock))
    told = []
    encode([["a", "b"]] * 40, on_progress=told.append, total=80)
    assert [event.phase for event in told] == ["reading"] * len(told)
    assert 2 <= len(told) <= 20
    assert 0 < told[0].fraction < 1 and told[0].eta is not None

    def cancel(event: object) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        encode([["a", "b"]] * 40, on_progress=cancel)


def test_a_vocabulary_orders_by_count_then_alphabet() -> None:
    made = Vocabulary.from_counts({"b": 2, "a": 2, "c": 5, "d": 1}, min_count=2)
    assert made.words == ("c", "a", "b")
    assert made.positions == {"c": 0, "a": 1, "b": 2}


def test_a_language_model_keeps_the_places_of_unknown_words() -> None:
    encoded = encode([["a", "b", "a"], ["c"], ["b", "d", "a"]], min_count=2, unknown=True)
    assert encoded.vocabulary.words == ("a", "b")
    assert encoded.ids.tolist() == [0, 1, 0, 2, 1, 2, 0]
    assert encoded.ends.tolist() == [3, 4, 7]
    assert list(encoded.sentences())[2] == ["b", "<unk>", "a"]
