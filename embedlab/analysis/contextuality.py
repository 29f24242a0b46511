"""How much a word's vector depends on its sentence: self-similarity, intra-sentence similarity, explained variance.

Ethayarajh 2019, "How Contextual are Contextualized Word Representations?" (https://aclanthology.org/D19-1006/). Each is
shown beside its baseline: what random occurrences give at the same layer (anisotropy).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.analysis import bootstrap
from embedlab.base import BadInput, ContextualModel, Doubles, Floats, Ids, OnProgress, Progress, StaticModel, given
from embedlab.base.static_as_contextual import as_contextual
from embedlab.data.datasets import AS_WRITTEN
from embedlab.data.tokenizer import Tokenizer

MOST = 30
"""Occurrences of a word, drawn at random, from which its explained variance is taken."""
DRAWS = 40
"""Random sets of occurrences for each size, for the baseline of the explained variance."""


@dataclass(frozen=True, eq=False)
class Occurrences:
    """Where the words stand that are looked at.

    Attributes:
        kept: (N,) their rows among all words of all sentences, in reading order.
        sentence: (N,) number of the sentence of each.
        words: W words that stand in enough sentences, commonest first.
        rows: for each of them its occurrences among the N, one a sentence.
        unknown: words left out because their vector is zero at some layer.
    """

    kept: Ids
    sentence: Ids
    words: tuple[str, ...]
    rows: tuple[Ids, ...]
    unknown: int

    @classmethod
    def of(cls, sentences: Sequence[Sequence[str]], vectors: Sequence[Floats], fewest: int) -> Occurrences:
        """All words with a letter or digit, of sentences whose vectors (L, T, D) are given.

        Args:
            sentences: different ones.
            vectors: one array a sentence.
            fewest: sentences that a word must stand in to be among ``words``.
        """
        kept: list[int] = []
        numbers: list[int] = []
        at = unknown = 0
        rows_of: dict[str, list[int]] = defaultdict(list)
        for number, (sentence, found) in enumerate(zip(sentences, vectors, strict=True)):
            known = np.abs(found).max(axis=2, initial=0).min(axis=0) > 0  # (T,)
            seen: set[str] = set()
            for position, word in enumerate(sentence):
                if not any(map(str.isalnum, word)):
                    continue
                if not known[position]:
                    unknown += 1
                    continue
                if word not in seen:
                    rows_of[word].append(len(kept))
                    seen.add(word)
                kept.append(at + position)
                numbers.append(number)
            at += len(sentence)
        often = sorted((w for w, rows in rows_of.items() if len(rows) >= fewest), key=lambda w: (-len(rows_of[w]), w))
        rows = tuple(np.array(rows_of[word], np.int64) for word in often)
        return cls(np.array(kept, np.int64), np.array(numbers, np.int64), tuple(often), rows, unknown)


@dataclass(frozen=True, eq=False)
class Value:
    """A mean and its bootstrap.

    Attributes:
        raw: the mean.
        baseline: what random occurrences give.
        draws: (B,) raw less baseline in each resample.
    """

    raw: float
    baseline: float
    draws: Doubles


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer's measures; ``by_word`` (W,) is the words' self-similarity less the baseline."""

    self_similarity: Value
    intra: Value
    explained: Value
    intra_chance: float
    by_word: Doubles


def layer(occurrences: Occurrences, vectors: Floats, resamples: int, rng: np.random.Generator) -> Layer:
    """The measures of one layer.

    Args:
        occurrences: whose words.
        vectors: (all words, D).
        resamples: B.
        rng: of all draws.
    """
    rows = vectors[occurrences.kept].astype(np.float64)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)  # (N, D)
    numbers, sentence = np.unique(occurrences.sentence, return_inverse=True)
    weights = bootstrap.draws(len(numbers), resamples, rng)  # (B, S)
    base, base_draws = between(units, sentence, weights)
    own = np.array([_mean_cosine(units[own_rows]) for own_rows in occurrences.rows])  # (W,)
    chosen = bootstrap.draws(len(own), resamples, rng) / len(own)  # (B, W)
    intra, shuffled = within(rows, units, sentence), rng.permutation(len(rows))
    chance = within(rows[shuffled], units[shuffled], sentence)
    share, random_share, share_draws = _explained(rows, occurrences.rows, chosen, rng)
    return Layer(
        Value(float(own.mean()), base, chosen @ own - base_draws),
        Value(float(intra.mean()), base, weights @ intra / len(intra) - base_draws),
        Value(share, random_share, share_draws),
        float(chance.mean()) - base,
        own - base,
    )


def between(units: Doubles, sentence: Ids, weights: Doubles) -> tuple[float, Doubles]:
    """Mean cosine of all pairs of occurrences from different sentences, and the same in resamples of sentences.

    No pair is drawn: with U_s the sum of a sentence's unit vectors, the sum over all pairs is |sum U_s|^2 less the
    pairs within sentences, sum |U_s|^2. A sentence drawn twice makes no pair with itself.

    Args:
        units: (N, D) vectors of length 1.
        sentence: (N,) from 0 to S - 1.
        weights: (B, S) how often each resample has each sentence.
    """
    count = weights.shape[1]
    sums = np.zeros((count, units.shape[1]))
    np.add.at(sums, sentence, units)
    sizes, inside = np.bincount(sentence, minlength=count).astype(float), np.square(sums).sum(axis=1)

    def mean(drawn: Doubles) -> Doubles:
        square = np.square(drawn)
        above = np.square(drawn @ sums).sum(axis=1) - square @ inside
        pairs = np.square(drawn @ sizes) - square @ np.square(sizes)
        result: Doubles = np.divide(above, pairs, out=np.zeros_like(above), where=pairs > 0)
        return result

    return float(mean(np.ones((1, count)))[0]), mean(weights)


def within(rows: Doubles, units: Doubles, sentence: Ids) -> Doubles:
    """(S,) intra-sentence similarity: mean cosine between a sentence's vectors and their mean (section 3.2).

    Args:
        rows: (N, D) vectors of the words.
        units: (N, D) the same at length 1.
        sentence: (N,) the sentence of each word, from 0 to S - 1.
    """
    count = int(sentence.max()) + 1
    means = np.zeros((count, rows.shape[1]))
    np.add.at(means, sentence, rows)  # the length of the mean does not matter
    norms = np.linalg.norm(means, axis=1, keepdims=True)
    means = np.divide(means, norms, out=np.zeros_like(means), where=norms > 0)
    cosines = np.einsum("nd,nd->n", units, means[sentence])  # (N,)
    result: Doubles = np.bincount(sentence, cosines, count) / np.bincount(sentence, minlength=count)
    return result


def explained(sets: Doubles) -> Doubles:
    """(...,) share of the first squared singular value in the sum of all, of (..., n, D) vectors; not centred."""
    products = sets @ np.swapaxes(sets, -1, -2)  # (..., n, n)
    result: Doubles = np.linalg.eigvalsh(products)[..., -1] / np.trace(products, axis1=-2, axis2=-1)
    return result


def _explained(
    rows: Doubles, words: Sequence[Ids], chosen: Doubles, rng: np.random.Generator
) -> tuple[float, float, Doubles]:
    """Mean explained variance of the words, that of as many random occurrences, and the difference in resamples."""
    own, sizes = np.zeros(len(words)), np.array([min(MOST, len(same)) for same in words])
    for number, same in enumerate(words):
        own[number] = explained(rows[rng.permutation(same)[:MOST]])
    kinds, which = np.unique(sizes, return_inverse=True)
    drawn = np.stack([explained(rows[_sets(len(rows), size, rng)]) for size in kinds.tolist()])  # (K, DRAWS)
    again = rng.integers(DRAWS, size=(len(chosen), *drawn.shape))  # (B, K, DRAWS)
    bases = np.take_along_axis(np.broadcast_to(drawn, again.shape), again, axis=2).mean(axis=2)  # (B, K)
    difference = chosen @ own - np.einsum("bw,bw->b", chosen, bases[:, which])  # (B,)
    return float(own.mean()), float(drawn.mean(axis=1)[which].mean()), difference


def _sets(count: int, size: int, rng: np.random.Generator) -> Ids:
    """(DRAWS, size) different rows in each set; with so few of so many, drawing again is rare."""
    if size > count // 4:
        return np.stack([rng.permutation(count)[:size] for _ in range(DRAWS)])
    sets = rng.integers(count, size=(DRAWS, size))
    while (twice := (np.diff(np.sort(sets, axis=1), axis=1) == 0).any(axis=1)).any():
        sets[twice] = rng.integers(count, size=(int(twice.sum()), size))
    return sets


def _mean_cosine(units: Doubles) -> float:
    """Of all pairs of n vectors of length 1."""
    n = len(units)
    return float((np.square(units.sum(axis=0)).sum() - n) / (n * n - n))


FEWEST = 5
"""Sentences that a word must stand in to be judged, as in the paper."""


@dataclass(frozen=True, eq=False)
class Measured:
    """One of the three measures at every layer, means over words or sentences.

    Attributes:
        value: (L,) less the baseline.
        low: (L,) lower end of the 95 % bootstrap interval (words, or sentences, drawn with replacement).
        high: (L,) its upper end.
        raw: (L,) before the baseline is taken off.
        baseline: (L,) what random occurrences give.
    """

    value: Doubles
    low: Doubles
    high: Doubles
    raw: Doubles
    baseline: Doubles


@dataclass(frozen=True, eq=False)
class Contextuality:
    """How contextual every layer of a model is.

    Attributes:
        title: of the model.
        layers: L names.
        self_similarity: mean cosine between a word's vectors in different sentences; 1 before the baseline if the
            vector never changes.
        intra_sentence: mean cosine between the words of a sentence and the mean of their vectors.
        explained: maximum explainable variance, the share of the (uncentred) spread of a word's vectors that lies
            along one direction; 1 before the baseline if a static vector could stand for all of them.
        intra_chance: (L,) what ``intra_sentence`` would be, less the same baseline, for sentences put together at
            random: a word is part of its own mean.
        words: W words that stand in enough sentences, commonest first.
        seen: (W,) in how many sentences.
        by_word: (L, W) self-similarity of each, less the baseline.
        sentences: how many different ones were read.
        occurrences: how many words in them were looked at.
        unknown: how many were left out because the model has no vector for them (static models).
        seed: of everything drawn.
    """

    title: str
    layers: tuple[str, ...]
    self_similarity: Measured
    intra_sentence: Measured
    explained: Measured
    intra_chance: Doubles
    words: tuple[str, ...]
    seen: tuple[int, ...]
    by_word: Doubles
    sentences: int
    occurrences: int
    unknown: int
    seed: int


def measure(
    model: ContextualModel | StaticModel,
    sentences: Sequence[str | Sequence[str]],
    *,
    resamples: int = 500,
    seed: int = 1,
    on_progress: OnProgress | None = None,
) -> Contextuality:
    """The three measures of section 3, each less its baseline (section 3.4).

    The baseline of both similarities is the mean cosine of all pairs of occurrences from different sentences, exactly.
    That of the explained variance is the one of as many random occurrences as the word has, since few vectors always
    lie nearer to a line than many. A word is what stands there, capitals as they are, and has a letter or digit; its
    first occurrence in each sentence counts, and equal sentences count once.

    Args:
        model: contextual; a static one, for comparison, has one layer.
        sentences: running texts, or lists of words.
        resamples: of the bootstrap.
        seed: of the bootstrap and of what is drawn for the baselines.
        on_progress: told while sentences are read, then layer by layer.

    Raises:
        BadInput: no word stands in five sentences, or there are no resamples.
    """
    if resamples < 1:
        raise BadInput(f"The bootstrap needs at least one resample, not {resamples}.")
    reader, tokenizer = as_contextual(model), Tokenizer(AS_WRITTEN)
    if isinstance(sentences, str):
        raise BadInput(f"Give several sentences, such as {given.TEXTS}; put one in a list.")
    cut = {tuple(tokenizer.words(one) if isinstance(one, str) else one) for one in sentences}
    texts = sorted(one for one in cut if one)
    vectors = reader.encode(texts, None, on_progress)
    found = Occurrences.of(texts, vectors, FEWEST)
    if not found.words:
        raise BadInput(
            f"No word stands in {FEWEST} different sentences. Give more text"
            + (", or a model that knows its words." if found.unknown else ".")
        )
    layers = []
    for number in range(len(reader.layers)):
        rng = np.random.default_rng(seed)  # the same draws at every layer
        layers.append(layer(found, np.concatenate([one[number] for one in vectors]), resamples, rng))
        if on_progress is not None:
            on_progress(Progress(number + 1, len(reader.layers), phase="measuring"))
    return Contextuality(
        title=reader.title,
        layers=tuple(reader.layers),
        self_similarity=_measured([one.self_similarity for one in layers]),
        intra_sentence=_measured([one.intra for one in layers]),
        explained=_measured([one.explained for one in layers]),
        intra_chance=np.array([one.intra_chance for one in layers]),
        words=found.words,
        seen=tuple(len(rows) for rows in found.rows),
        by_word=np.stack([one.by_word for one in layers]),
        sentences=len(texts),
        occurrences=len(found.kept),
        unknown=found.unknown,
        seed=seed,
    )


def _measured(layers: Sequence[Value]) -> Measured:
    low, high = bootstrap.intervals([one.draws for one in layers])
    raw, baseline = np.array([one.raw for one in layers]), np.array([one.baseline for one in layers])
    return Measured(raw - baseline, low, high, raw, baseline)
