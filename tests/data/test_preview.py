"""The figures of a preview, against figures worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.data.preview import keep_probabilities, preview

TEXT = [["a"] * 8, ["b"] * 4 + ["c"] * 2, ["c", "c", "d", "e"]]  # a 8, b 4, c 4, d 1, e 1: 18 words


def test_what_the_settings_drop() -> None:
    found = preview(Corpus.from_sentences(TEXT), min_count=2, max_words=2, subsample=0.1, sentences=2)
    assert found.sentences == TEXT[:2]
    assert (found.tokens, found.sentence_count, found.types, found.complete) == (18, 3, 5, True)
    assert (found.vocabulary_size, found.dropped_rare, found.dropped_by_size) == (2, 2, 1)
    assert found.kept_share == pytest.approx(12 / 18)
    assert found.ranks.tolist() == [1, 2, 3, 4, 5]
    assert found.frequencies.tolist() == [8, 4, 4, 1, 1]


def test_subsampling_uses_word2vecs_formula() -> None:
    found = preview(TEXT, min_count=2, max_words=2, subsample=0.1)
    expected = {word: (math.sqrt(f / 0.1) + 1) * 0.1 / f for word, f in (("a", 8 / 12), ("b", 4 / 12))}
    assert dict(found.subsampled) == pytest.approx(expected)
    kept = 8 * expected["a"] + 4 * expected["b"]
    assert found.subsampled_share == pytest.approx(1 - kept / 12)
    assert preview(TEXT, min_count=1, subsample=0).subsampled == ()
    assert preview(TEXT, min_count=1, subsample=0).subsampled_share == 0


def test_subsampling_agrees_with_gensim() -> None:
    from gensim.models import Word2Vec

    model = Word2Vec(vector_size=2, min_count=1, sample=0.05)
    model.build_vocab(TEXT)
    chances = [model.wv.get_vecattr(word, "sample_int") / (2**32 - 1) for word in model.wv.index_to_key]
    counts = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key])
    assert keep_probabilities(counts, 0.05) == pytest.approx(chances, abs=1e-6)


def test_a_long_text_is_read_only_so_far() -> None:
    found = preview((["x", "y"] for _ in iter(int, 1)), min_count=1, max_tokens=1000)
    assert (found.tokens, found.complete) == (1000, False)


def test_the_curve_of_many_words_is_thinned_but_keeps_both_ends() -> None:
    words = [[f"w{i}"] * (1 + 5000 // (i + 1)) for i in range(5000)]
    found = preview(words, min_count=1)
    assert len(found.ranks) <= 200 and (np.diff(found.ranks) > 0).all()
    assert (found.ranks[0], found.ranks[-1]) == (1, 5000)
    assert found.frequencies.tolist() == [1 + 5000 // rank for rank in found.ranks.tolist()]


def test_a_text_without_words_is_refused() -> None:
    with pytest.raises(BadInput, match="holds no words"):
        preview([])


def test_everything_rare_is_shown_and_not_an_error() -> None:
    found = preview(TEXT, min_count=100)
    assert (found.vocabulary_size, found.kept_share, found.dropped_rare, found.subsampled_share) == (0, 0.0, 5, 0.0)
