"""Pairs that belong together become one word."""

from __future__ import annotations

import pytest

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.data.phrases import with_phrases

FILLERS = ["tree", "house", "river", "stone", "cloud", "road", "field", "wall"]
TEXT = [[FILLERS[i % 8], "in", "new", "york", FILLERS[(i + 3) % 8]] for i in range(40)]
TEXT += [["new", FILLERS[i % 8], FILLERS[(i + 1) % 8]] for i in range(10)]


def test_a_pair_seen_together_is_joined_and_the_corpus_can_be_read_again() -> None:
    corpus = with_phrases(Corpus.from_sentences(TEXT, name="city"), min_count=5, threshold=0.5)
    assert next(iter(corpus)) == ["tree", "in", "new_york", "stone"]
    assert list(corpus) == list(corpus)
    assert list(corpus)[-1] == ["new", "house", "river"]
    assert corpus.name == "city"
    assert "new_york" in corpus.encode(1, None).vocabulary.positions


def test_the_score_is_mikolovs() -> None:
    corpus = with_phrases(Corpus.from_sentences(TEXT), min_count=5, threshold=0.5)
    entries = len({w for s in TEXT for w in s} - {"in"}) + len({p for s in TEXT for p in pairs(s)})
    assert dict(corpus.source.phrases())["new_york"] == pytest.approx((40 - 5) * entries / (50 * 40))


def pairs(sentence: list[str]) -> list[tuple[str, ...]]:
    """Neighbors as gensim counts them: a function word joins what is on both its sides."""
    found, before, between = [], None, []
    for word in sentence:
        if word == "in":
            between = [word] if before else []
        else:
            if before:
                found.append((before, *between, word))
            before, between = word, []
    return found


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(BadInput, match="threshold above 0"):
        with_phrases(Corpus.from_sentences(TEXT), threshold=0)
