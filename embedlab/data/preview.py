"""Preview a text before training: its first sentences, its words, and which words the settings would leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, Counts
from embedlab.data.vocab import Vocabulary

CURVE_POINTS = 200
SHOWN = 30


@dataclass(frozen=True)
class Preview:
    """What a text holds and what the settings would make of it.

    Attributes:
        sentences: the first ones, as words.
        tokens: number of running words that were read.
        sentence_count: number of sentences that were read.
        types: number of different words.
        vocabulary_size: V, words that the settings keep.
        kept_share: share of the running words that belong to them, 0 to 1.
        dropped_rare: different words left out because they are too rare.
        dropped_by_size: different words left out because there are too many.
        ranks: (P,) ranks of words, commonest first, evenly thinned on a logarithmic scale.
        frequencies: (P,) occurrences of the word of each rank: Zipf's curve.
        subsampled: the commonest of the words that subsampling would thin out, each with the probability
            that one occurrence is kept.
        subsampled_share: share of the kept running words that subsampling would drop in one pass, expected.
        complete: the whole text was read; otherwise the figures are those of its beginning.
    """

    sentences: list[list[str]]
    tokens: int
    sentence_count: int
    types: int
    vocabulary_size: int
    kept_share: float
    dropped_rare: int
    dropped_by_size: int
    ranks: Counts
    frequencies: Counts
    subsampled: tuple[tuple[str, float], ...]
    subsampled_share: float
    complete: bool


def preview(
    corpus: Iterable[list[str]],
    *,
    min_count: int = 5,
    max_words: int | None = 40_000,
    subsample: float = 1e-3,
    sentences: int = 10,
    max_tokens: int = 2_000_000,
) -> Preview:
    """Preview the beginning of a text.

    Args:
        corpus: a ``Corpus`` or any sentences of words.
        min_count: leave out words seen less often.
        max_words: keep at most so many.
        subsample: the trainer's threshold for frequent words; 0 for none.
        sentences: how many to show.
        max_tokens: stop reading after so many running words.

    Raises:
        BadInput: the text cannot be read or holds no words.
    """
    read = _read(corpus, sentences, max_tokens)
    everything = Vocabulary.from_counts(read.counts)
    tokens = int(everything.counts.sum())
    often = int((everything.counts >= min_count).sum())
    size = often if max_words is None else min(often, max_words)
    kept = everything.counts[:size]
    probabilities = keep_probabilities(kept, subsample)
    ranks = np.unique(np.geomspace(1, len(everything), CURVE_POINTS).round().astype(np.int64))
    thinned = [(word, float(p)) for word, p in zip(everything.words, probabilities[:SHOWN], strict=False) if p < 1]
    return Preview(
        sentences=read.shown,
        tokens=tokens,
        sentence_count=read.sentences,
        types=len(everything),
        vocabulary_size=size,
        kept_share=float(kept.sum() / tokens),
        dropped_rare=len(everything) - often,
        dropped_by_size=often - size,
        ranks=ranks,
        frequencies=everything.counts[ranks - 1],
        subsampled=tuple(thinned),
        subsampled_share=float(1 - (probabilities * kept).sum() / kept.sum()) if size else 0.0,
        complete=read.complete,
    )


@dataclass
class _Read:
    counts: Counter[str]
    shown: list[list[str]]
    sentences: int = 0
    complete: bool = True


def _read(corpus: Iterable[list[str]], show: int, max_tokens: int) -> _Read:
    read = _Read(Counter(), [])
    tokens = 0
    for sentence in corpus:
        if tokens >= max_tokens:
            read.complete = False
            break
        if len(read.shown) < show:
            read.shown.append(list(sentence))
        read.counts.update(sentence)
        tokens += len(sentence)
        read.sentences += 1
    if not read.counts:
        raise BadInput("The text holds no words. Look at its options: are only numbers or marks in it?")
    return read


def keep_probabilities(counts: Counts, threshold: float) -> NDArray[np.float64]:
    """Probability that one occurrence of a word survives subsampling, as word2vec.c and gensim compute it.

    Args:
        counts: (V,) occurrences of the words of the vocabulary.
        threshold: t; with f a word's share of all kept running words, p = min(1, (sqrt(f / t) + 1) * t / f).
            Mikolov et al. 2013 (Distributed Representations, section 2.3) give 1 - p = 1 - sqrt(t / f); the
            programs use the form above. 0 keeps everything.

    Returns:
        (V,) probabilities.
    """
    if not threshold or not len(counts):
        return np.ones(len(counts))
    ratio = threshold / np.maximum(counts / counts.sum(), np.finfo(float).tiny)
    kept: NDArray[np.float64] = np.minimum(1.0, np.sqrt(ratio) + ratio)
    return kept
