"""How right the answers of a probe are: F1 of entities or accuracy, with a bootstrap over sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.token_tasks import Part, TokenTask
from embedlab.data.tags import spans

Doubles = NDArray[np.float64]
LEVEL = 95
"""Percent of the resamples that lie between low and high."""


def counts(task: TokenTask, part: Part, answers: NDArray[np.integer]) -> Doubles:
    """(S, 3) per sentence: how many answers are right, how many were given, and how many there are to give.

    Entities count as a whole, ``O`` is none (as seqeval counts). For an accuracy every word is one.
    """
    found = np.zeros((len(part.sentences), 3))
    rows = part.places[:, 0]
    if task.measure == "accuracy":
        np.add.at(found[:, 0], rows, answers == part.labels)
        np.add.at(found[:, 1], rows, 1)
        found[:, 2] = found[:, 1]
        return found
    given, true = _by_sentence(task, part, answers), _by_sentence(task, part, part.labels)
    for row, (mine, right) in enumerate(zip(given, true, strict=True)):
        own, gold = set(spans(mine)), set(spans(right))
        found[row] = len(own & gold), len(own), len(gold)
    return found


def _by_sentence(task: TokenTask, part: Part, labels: NDArray[np.integer]) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in part.sentences]
    for row, label in zip(part.places[:, 0].tolist(), labels.tolist(), strict=True):
        found[row].append(task.labels[label])
    return found


def f1(counted: NDArray[Any]) -> Doubles:
    """(...,) F1 of counts (..., 3) that are summed already: 2 right / (given + true); 0 where there is nothing.

    Where every word gets one answer this is the accuracy.
    """
    right, given, true = np.moveaxis(np.asarray(counted, np.float64), -1, 0)
    total = given + true
    score: Doubles = np.divide(2 * right, total, out=np.zeros_like(total), where=total > 0)
    return score


def interval(counted: Sequence[NDArray[Any]], resamples: int, seed: int) -> tuple[float, float]:
    """95 % bootstrap interval of the mean score of several probes on the same sentences, drawn with replacement.

    Args:
        counted: one (S, 3) a probe (see ``counts``).
        resamples: how many.
        seed: of the drawing.
    """
    return _ends(_resampled(counted, _drawn(len(counted[0]), resamples, seed)))


def paired(
    one: Sequence[NDArray[Any]], other: Sequence[NDArray[Any]], resamples: int, seed: int
) -> tuple[float, float, float]:
    """Difference of two mean scores on the same sentences, and its 95 % interval; arguments as in ``interval``."""
    drawn = _drawn(len(one[0]), resamples, seed)
    value = np.mean([f1(each.sum(axis=0)) for each in one]) - np.mean([f1(each.sum(axis=0)) for each in other])
    return float(value), *_ends(_resampled(one, drawn) - _resampled(other, drawn))


def _drawn(size: int, resamples: int, seed: int) -> NDArray[np.int64]:
    """(B, S) how often each resample has each sentence."""
    return np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=resamples)


def _resampled(counted: Sequence[NDArray[Any]], drawn: NDArray[np.int64]) -> Doubles:
    """(B,) mean scores of resamples."""
    scores: Doubles = np.mean([f1(drawn @ one) for one in counted], axis=0)
    return scores


def _ends(scores: Doubles) -> tuple[float, float]:
    low, high = np.percentile(scores, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    return float(low), float(high)
