"""Word senses: does a model give a word another vector when it means something else?

Measured by the area under the ROC curve (are pairs of one sense more similar than pairs of two?), with a bootstrap
interval; also for layers that are mixed by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis import bootstrap
from embedlab.base import BadInput, ContextualModel, Doubles, Floats, OnProgress, Progress, StaticModel, given
from embedlab.base.folding import caseless
from embedlab.base.static_as_contextual import as_contextual
from embedlab.data.datasets import AS_WRITTEN, Occurrence
from embedlab.data.tokenizer import Tokenizer

DECIMALS = 6
"""Similarities are compared to so many decimals, so that equal vectors tie whatever the rounding of a product."""


class SensePairs:
    """The pairs of occurrences of one word that are compared: those of one form.

    Two different forms ("bank" and "banks") are never compared, since a difference between forms says nothing about
    senses, and a model with one vector a form would seem to know something.

    Attributes:
        usable: whether some form has both a pair of one sense and a pair of two.
        compared: how many (pair of one sense, pair of two senses) there are.
    """

    def __init__(self, senses: Sequence[str], forms: Sequence[str]) -> None:
        names, kinds = np.array(senses), np.array(forms)
        first, second = np.triu_indices(len(names), 1)  # every pair once
        one_form, one_sense = kinds[first] == kinds[second], names[first] == names[second]
        self.groups = []
        for form in dict.fromkeys(forms):
            own = one_form & (kinds[first] == form)
            same, other = own & one_sense, own & ~one_sense
            if same.any() and other.any():
                self.groups.append(((first[same], second[same]), (first[other], second[other])))
        self.senses = [np.flatnonzero(names == sense) for sense in dict.fromkeys(senses)]
        self.size = len(names)
        self.compared = sum(len(same[0]) * len(other[0]) for same, other in self.groups)
        self.usable = self.compared > 0

    def auc(self, similarity: Doubles, weights: Doubles | None = None) -> Doubles:
        """How often a pair of one sense is more similar than a pair of two, 0.5 for chance; ties count half.

        Args:
            similarity: (N, N) of the occurrences.
            weights: (B, N) how often each of B resamples has each occurrence; each once if ``None``. A pair counts
                as often as the product says; an occurrence drawn twice makes no pair with itself.

        Returns:
            (B,), or (1,); 0.5 for a resample that has nothing to compare.
        """
        weights = np.ones((1, self.size)) if weights is None else weights
        won, compared = np.zeros(len(weights)), np.zeros(len(weights))
        rounded = np.round(similarity, DECIMALS)
        for same, other in self.groups:
            above = np.sign(rounded[same][:, None] - rounded[other])  # (P, Q)
            p, q = weights[:, same[0]] * weights[:, same[1]], weights[:, other[0]] * weights[:, other[1]]
            won += np.einsum("bq,bq->b", p @ (above + 1) / 2, q)  # Mann-Whitney's U
            compared += p.sum(axis=1) * q.sum(axis=1)
        share: Doubles = np.divide(won, compared, out=np.full(len(weights), 0.5), where=compared > 0)
        return share

    def resamples(self, count: int, rng: np.random.Generator) -> Doubles:
        """(B, N) how often each of N occurrences is drawn, with replacement within its sense.

        Args:
            count: B, how many resamples.
            rng: of the draws.
        """
        weights = np.zeros((count, self.size))
        for rows in self.senses:
            weights[:, rows] = bootstrap.draws(len(rows), count, rng)
        return weights


def cosines(vectors: Floats | Doubles) -> Doubles:
    """(N, N) cosine similarities of (N, D) vectors; 0 where one is zero."""
    rows = np.asarray(vectors, np.float64)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    units = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    similarity: Doubles = np.clip(units @ units.T, -1, 1)  # (N, N)
    return similarity


__all__ = ["Comparison", "Separation", "WordSeparation", "compare", "sense_separation"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """One word in N sentences.

    Attributes:
        word: the word.
        layers: L names.
        sentences: the N sentences' words.
        positions: (N,) where in each sentence the word stands.
        vectors: (L, N, D) its vectors.
        similarity: (L, N, N) their cosine similarities, -1 to 1; nothing is taken out of the vectors before.
    """

    word: str
    layers: list[str]
    sentences: tuple[tuple[str, ...], ...]
    positions: NDArray[np.int64]
    vectors: Floats
    similarity: Floats


@dataclass(frozen=True, eq=False)
class WordSeparation:
    """How well the senses of one word are told apart.

    Attributes:
        word: the word.
        senses: its senses.
        occurrences: in how many sentences it occurs.
        compared: how many pairs of one sense were compared with pairs of two, counting every combination.
        auc: (L,) share of these in which the pair of one sense is more similar; 0.5 is chance.
        low: (L,) lower end of the 95 % bootstrap interval (occurrences drawn within each sense).
        high: (L,) its upper end.
    """

    word: str
    senses: tuple[str, ...]
    occurrences: int
    compared: int
    auc: Doubles
    low: Doubles
    high: Doubles


@dataclass(frozen=True, eq=False)
class Separation:
    """How well the senses of words are told apart.

    Attributes:
        layers: L names.
        auc: (L,) mean of the words' own, 0.5 for chance, 1 for every pair right.
        low: (L,) lower end of the 95 % bootstrap interval (words drawn, then occurrences of each).
        high: (L,) its upper end.
        words: each word, in the order of the sentences.
        skipped: words that cannot be judged: one sense only, or no form that two senses share.
    """

    layers: list[str]
    auc: Doubles
    low: Doubles
    high: Doubles
    words: tuple[WordSeparation, ...]
    skipped: tuple[str, ...]


def compare(
    model: ContextualModel | StaticModel,
    word: str,
    sentences: Sequence[str | Sequence[str]],
    on_progress: OnProgress | None = None,
) -> Comparison:
    """The vectors of a word in several sentences, and how similar they are.

    Args:
        model: contextual; a static one has the same vector in all of them.
        word: the word, as a whole; small letters and capitals count as equal. Its first occurrence in each
            sentence counts.
        sentences: running texts, or lists of words.
        on_progress: told while sentences are read.

    Raises:
        BadInput: no sentence is given, or one lacks the word.
    """
    reader, tokenizer = as_contextual(model), Tokenizer(AS_WRITTEN)
    if isinstance(sentences, str):
        raise BadInput(f"Give several sentences, such as {given.TEXTS}; put one in a list.")
    cut = [tuple(tokenizer.words(one) if isinstance(one, str) else one) for one in sentences]
    if not cut:
        raise BadInput(f"Give at least one sentence with '{word}'.")
    positions = [_first(word, words, number) for number, words in enumerate(cut, start=1)]
    vectors = reader.at_positions(cut, positions, None, on_progress)  # (L, N, D)
    similarity = np.stack([cosines(layer) for layer in vectors]).astype(np.float32)  # (L, N, N)
    return Comparison(word, list(reader.layers), tuple(cut), np.array(positions, np.int64), vectors, similarity)


def sense_separation(
    model: ContextualModel | StaticModel,
    senses: Sequence[Occurrence],
    *,
    vectors: Floats | None = None,
    resamples: int = 1000,
    seed: int = 1,
    on_progress: OnProgress | None = None,
) -> Separation:
    """Per layer: does the similarity of two occurrences of a word tell whether they have the same sense?

    For each word, the area under the ROC curve: the probability that a pair of occurrences of one sense is more
    similar than a pair of two senses, ties counting half (Mann and Whitney 1947; Hanley and McNeil 1982). Only pairs
    of one form are compared ("bank" never with "banks" or "Bank"), so a static model gets exactly 0.5.

    Similarity is the cosine after the layer's mean vector over all occurrences is taken out. Contextual vectors lie
    in a narrow cone (Ethayarajh 2019, "How Contextual are Contextualized Word Representations?"). A baseline taken
    off every similarity, as is done there, leaves an AUC as it is, which knows ranks only; taking out the mean
    vector moves the cone to the origin, so that the cosine sees what differs between occurrences.

    The interval is a bootstrap in two stages: words are drawn with replacement, and of each the occurrences within
    each sense. It is a little too wide rather than too narrow (Davison and Hinkley 1997, section 3.8).

    Args:
        model: contextual or static.
        senses: occurrences, such as ``data.datasets.load_senses()``.
        vectors: (L, N, D) of the occurrences, if they are known (see ``occurrences.vectors``); they are read if not.
        resamples: how many of the bootstrap.
        seed: of the bootstrap.
        on_progress: told how many words' sentences are read.

    Raises:
        BadInput: no word can be judged, or there are no resamples.
    """
    if resamples < 1:
        raise BadInput(f"The bootstrap needs at least one resample, not {resamples}.")
    contextual, rng = as_contextual(model), np.random.default_rng(seed)
    groups: dict[str, list[int]] = {}
    for row, occurrence in enumerate(senses):
        groups.setdefault(occurrence.word, []).append(row)
    pairs = {
        word: SensePairs([senses[row].sense for row in rows], [senses[row].form for row in rows])
        for word, rows in groups.items()
    }
    if not any(each.usable for each in pairs.values()):
        raise BadInput("No word has two senses in the same form, with two sentences for one of them.")
    if vectors is None:
        vectors = _all_vectors(contextual, senses, list(groups.values()), on_progress)
    mean = vectors.mean(axis=1, keepdims=True, dtype=np.float64)  # (L, 1, D)
    words, draws = [], []
    for word, rows in groups.items():
        if pairs[word].usable:
            auc, drawn = _separated(pairs[word], vectors[:, rows] - mean, resamples, rng)  # (L,), (L, B)
            names = tuple(dict.fromkeys(senses[row].sense for row in rows))
            words.append(WordSeparation(word, names, len(rows), pairs[word].compared, auc, *bootstrap.intervals(drawn)))
            draws.append(drawn)
    low, high = bootstrap.intervals(_over_words(np.stack(draws), rng))
    auc = np.mean([one.auc for one in words], axis=0)
    skipped = tuple(word for word, each in pairs.items() if not each.usable)
    return Separation(list(contextual.layers), auc, low, high, tuple(words), skipped)


def _separated(
    pairs: SensePairs, centred: Doubles, resamples: int, rng: np.random.Generator
) -> tuple[Doubles, Doubles]:
    """A word's AUC at each layer (L,), and in each resample (L, B); the same resamples serve all layers."""
    weights = pairs.resamples(resamples, rng)  # (B, N)
    similarities = [cosines(layer) for layer in centred]
    auc = np.concatenate([pairs.auc(one) for one in similarities])  # (L,)
    return auc, np.stack([pairs.auc(one, weights) for one in similarities])


def _over_words(draws: Doubles, rng: np.random.Generator) -> Doubles:
    """(L, B) means over W words drawn with replacement, from the words' own resamples (W, L, B)."""
    count, _, resamples = draws.shape
    chosen = rng.integers(count, size=(count, resamples))
    again = rng.integers(resamples, size=(count, resamples))  # a word drawn twice brings two resamples of its own
    result: Doubles = np.mean(draws[chosen, :, again], axis=0).T  # (W, B, L) to (L, B)
    return result


def _all_vectors(
    contextual: ContextualModel,
    senses: Sequence[Occurrence],
    groups: Sequence[list[int]],
    on_progress: OnProgress | None,
) -> Floats:
    """(L, N, D), read word by word."""
    result = np.empty((len(contextual.layers), len(senses), contextual.dim), np.float32)
    for number, rows in enumerate(groups, start=1):
        result[:, rows] = contextual.at_positions([senses[i].words for i in rows], [senses[i].position for i in rows])
        if on_progress is not None:
            on_progress(Progress(number, len(groups), phase="encoding"))
    return result


def _first(word: str, words: Sequence[str], number: int) -> int:
    folded = list(map(caseless, words))
    asked = caseless(word)
    if asked not in folded:
        raise BadInput(f"Sentence {number} does not have the word '{word}': {' '.join(words)[:80]}")
    return folded.index(asked)


RESAMPLES = 300
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Mixed:
    """N occurrences under one mix.

    Attributes:
        vectors: (N, D) sum of the layers times their weights.
        similarity: (N, N) cosines.
        auc: the chance that a pair of one sense is more alike than a pair of two (as in ``polysemy``, here with the
            mean of these occurrences taken out); 0.5 is chance. ``None`` if there is nothing to compare.
        low: lower end of the 95 % bootstrap interval (occurrences drawn within senses).
        high: its upper end.
    """

    vectors: Floats
    similarity: Floats
    auc: float | None
    low: float
    high: float


def mixed(
    vectors: Floats,
    weights: Sequence[float],
    senses: Sequence[str],
    forms: Sequence[str],
    *,
    layer_norm: bool = True,
    seed: int = 1,
) -> Mixed:
    """Mix the layers of one word's occurrences.

    Args:
        vectors: (L, N, D).
        weights: L of them, not below 0; they are brought to sum 1.
        senses: N.
        forms: N, the word as it stands there; different forms are not compared for the AUC.
        layer_norm: bring every layer to mean 0 and variance 1 over all its values first.
        seed: of the bootstrap.

    Raises:
        BadInput: another number of weights, one below 0, or all 0.
    """
    share = np.asarray(weights, np.float64)
    if len(share) != len(vectors) or (share < 0).any() or not share.sum() > 0:
        raise BadInput("Give every layer a weight from 0 up, and at least one of them more than 0.")
    layers = np.asarray(vectors, np.float64)
    if layer_norm:
        layers = layers - layers.mean(axis=(1, 2), keepdims=True)
        layers = layers / (layers.std(axis=(1, 2), keepdims=True) + TINY)
    made = np.tensordot(share / share.sum(), layers, axes=1)  # (N, D)
    pairs = SensePairs(list(senses), list(forms))
    auc, low, high = None, 0.5, 0.5
    if pairs.usable:
        centred = cosines(made - made.mean(axis=0))
        drawn = pairs.auc(centred, pairs.resamples(RESAMPLES, np.random.default_rng(seed)))
        auc = float(pairs.auc(centred)[0])
        low, high = bootstrap.interval(drawn)
    return Mixed(made.astype(np.float32), cosines(made).astype(np.float32), auc, low, high)
