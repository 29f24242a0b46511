"""Loss of word2vec and fastText on a fixed sample of the text; gensim's own figure is a sum that only grows.

Mikolov et al. 2013, Distributed Representations of Words and Phrases, equation 4 (negative sampling) and
equation 3 (hierarchical softmax), https://arxiv.org/abs/1310.4546.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Floats
from embedlab.data.vocab import EncodedCorpus

EXAMPLES = 2_500
A_SENTENCE = 8
"""Examples taken from one sentence, at most."""


@dataclass(frozen=True)
class Examples:
    """Predictions to be made, fixed before training.

    Attributes:
        inputs: (P, C) word numbers the prediction is made from, -1 where there is none.
        targets: (P,) words to be predicted.
        negatives: (P, K) noise words; -1 where the noise is the target itself, which training skips too.
    """

    inputs: NDArray[np.int64]
    targets: NDArray[np.int64]
    negatives: NDArray[np.int64]


def draw(
    encoded: EncodedCorpus,
    among: NDArray[np.bool_],
    model: Any,
    seed: int,
    most: int = EXAMPLES,
) -> Examples | None:
    """Examples as training sees them: frequent words subsampled, windows of random width, noise from its table.

    Args:
        encoded: the text.
        among: (S,) the sentences to take from.
        model: the gensim model, with its vocabulary built.
        seed: the same seed gives the same examples.
        most: P at most.

    Returns:
        ``None`` if these sentences hold nothing to predict.
    """
    rng = np.random.default_rng(seed)
    candidates = np.flatnonzero(among)
    order = rng.permutation(candidates) if len(candidates) < 4 * most else rng.choice(candidates, 4 * most, False)
    keep = model.wv.expandos["sample_int"].astype(np.float64) / (2**32 - 1)  # (V,)
    ids = np.asarray(encoded.ids)
    inputs: list[NDArray[np.int32]] = []
    targets: list[int] = []
    for s in order:
        words = ids[encoded.ends[s - 1] if s else 0 : encoded.ends[s]]
        words = words[rng.random(len(words)) <= keep[words]]
        for i in rng.permutation(len(words))[: A_SENTENCE if len(words) > 1 else 0]:
            width = rng.integers(1, model.window + 1) if model.shrink_windows else model.window
            around = np.concatenate([words[max(0, i - width) : i], words[i + 1 : i + 1 + width]])
            inputs.append(around[rng.integers(len(around))][None] if model.sg else around)
            targets.append(int(words[i]))
        if len(targets) >= most:
            break
    return _packed(inputs[:most], np.array(targets[:most], np.int64), model, rng) if targets else None


def _packed(
    inputs: list[NDArray[np.int32]], targets: NDArray[np.int64], model: Any, rng: np.random.Generator
) -> Examples:
    padded = np.full((len(inputs), max(map(len, inputs))), -1, np.int64)  # (P, C)
    for row, words in zip(padded, inputs, strict=True):
        row[: len(words)] = words
    negatives = np.zeros((len(targets), 0), np.int64)
    if model.negative:
        noise = rng.integers(0, model.cum_table[-1], (len(targets), model.negative))  # (P, K)
        negatives = np.searchsorted(model.cum_table, noise).astype(np.int64)
        negatives[negatives == targets[:, None]] = -1
    return Examples(padded, targets, negatives)


def mean_loss(examples: Examples | None, model: Any, sums: Floats, sizes: NDArray[np.float32]) -> float | None:
    """Mean loss of one prediction, in nats.

    Args:
        examples: what to predict; ``None`` gives ``None``.
        model: the gensim model, for its output vectors.
        sums: (V, D) sum of a word's own input vector and those of its n-grams, if it has any.
        sizes: (V,) how many vectors went into each sum.
    """
    if examples is None:
        return None
    hidden = np.zeros((len(examples.targets), sums.shape[1]), np.float32)  # (P, D)
    summed = np.zeros(len(examples.targets), np.float32)
    for column in examples.inputs.T:
        there = np.flatnonzero(column >= 0)
        hidden[there] += sums[column[there]]
        summed[there] += sizes[column[there]]
    hidden /= summed[:, None]
    terms = _hierarchical(examples, model, hidden) if model.hs else _negative_sampling(examples, model, hidden)
    return float(terms.mean(dtype=np.float64))


def _negative_sampling(examples: Examples, model: Any, hidden: Floats) -> Floats:
    """(P,): -log s(u_target . h) - sum over the noise of log s(-u_noise . h), with s the logistic function."""
    loss = _softplus(-np.einsum("pd,pd->p", hidden, model.syn1neg[examples.targets]))  # (P,)
    for column in examples.negatives.T:
        there = np.flatnonzero(column >= 0)
        loss[there] += _softplus(np.einsum("pd,pd->p", hidden[there], model.syn1neg[column[there]]))
    return loss


def _hierarchical(examples: Examples, model: Any, hidden: Floats) -> Floats:
    """(P,): -sum over the inner nodes on the way to the target of log s(+-u_node . h), the sign by its code."""
    codes, points = model.wv.expandos["code"], model.wv.expandos["point"]
    loss = np.zeros(len(examples.targets), np.float32)
    for i, target in enumerate(examples.targets):
        signs = 1.0 - 2.0 * codes[target].astype(np.float32)
        loss[i] = _softplus(-signs * (model.syn1[points[target]] @ hidden[i])).sum()
    return loss


def _softplus(x: NDArray[np.float32]) -> Floats:
    """log(1 + e^x) = -log s(-x)."""
    result: Floats = np.logaddexp(np.float32(0), x)
    return result
