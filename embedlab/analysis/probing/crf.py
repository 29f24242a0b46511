"""A linear-chain conditional random field: scores whole sequences of labels, and finds the best one.

Lafferty et al. 2001; on a BiLSTM: Huang et al. 2015 (https://arxiv.org/abs/1508.01991), Lample et al. 2016
(https://aclanthology.org/N16-1030/).

The score of labels y_1 .. y_T is start[y_1] + sum_t scores[t, y_t] + sum_t transitions[y_(t-1), y_t] + end[y_T]; their
probability is its exponential, divided by the sum over all sequences that are allowed.

Shapes: B sentences of up to T words, K labels. Sentences are padded behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Ids

if TYPE_CHECKING:
    from torch import Tensor

NEVER = float("-inf")


@dataclass(frozen=True, eq=False)
class Rules:
    """Which sequences of labels there can be.

    Attributes:
        follows: (K, K) whether a label (column) may follow another (row).
        begins: (K,) whether it may begin a sentence.
    """

    follows: NDArray[np.bool_]
    begins: NDArray[np.bool_]

    @classmethod
    def none(cls, labels: int) -> Self:
        """Every sequence is allowed."""
        return cls(np.ones((labels, labels), bool), np.ones(labels, bool))

    @classmethod
    def bio(cls, labels: int) -> Self:
        """Of labels as in ``TaggedSet.labels`` (O, B and I of each type): I stands only behind B or I of its type."""
        kinds, inside = (np.arange(labels) + 1) // 2, (np.arange(labels) > 0) & (np.arange(labels) % 2 == 0)
        return cls((kinds[:, None] == kinds) | ~inside, ~inside)


def lawful(tags: Ids, firsts: NDArray[np.bool_]) -> Ids:
    """(N,) running BIO tags with B for every I that no name goes before: the same entities, as BIO writes them.

    Args:
        tags: numbers as in ``TaggedSet.labels``.
        firsts: (N,) whether a word is the first of its sentence.
    """
    kinds = (tags + 1) // 2
    before = np.where(firsts, 0, np.concatenate([[0], kinds[:-1]]))
    alone = (tags > 0) & (tags % 2 == 0) & (before != kinds)
    return np.where(alone, tags - 1, tags)


class Crf:
    """The scores of pairs of labels, learned together with whatever gives the scores of the words.

    Args:
        rules: sequences that break them have the probability 0 and are never found.
    """

    def __init__(self, rules: Rules) -> None:
        import torch

        size = len(rules.begins)
        self.transitions = torch.zeros(size, size).requires_grad_()
        self.start, self.end = torch.zeros(size).requires_grad_(), torch.zeros(size).requires_grad_()
        self._barred, self._late = torch.from_numpy(~rules.follows), torch.from_numpy(~rules.begins)

    def parameters(self) -> list[Tensor]:
        """(K, K) from row to column, (K,) of the first label, and (K,) of the last."""
        return [self.transitions, self.start, self.end]

    def log_likelihood(self, scores: Tensor, labels: Tensor, lengths: Tensor) -> Tensor:
        """(B,) log probability of the labels.

        Args:
            scores: (B, T, K) of each word for itself.
            labels: (B, T) numbers of labels; behind the end of a sentence any will do.
            lengths: (B,) words of each sentence, at least 1.
        """
        return self.score(scores, labels, lengths) - self.log_partition(scores, lengths)

    def score(self, scores: Tensor, labels: Tensor, lengths: Tensor) -> Tensor:
        """(B,) the score of the labels; minus infinity if they break a rule."""
        import torch

        pairs, first = self._rules()
        words = scores.gather(2, labels[..., None])[..., 0]  # (B, T)
        steps = pairs[labels[:, :-1], labels[:, 1:]]  # (B, T - 1)
        there = torch.arange(scores.shape[1]) < lengths[:, None]  # (B, T)
        last = labels.gather(1, lengths[:, None] - 1)[:, 0]
        zero = torch.zeros((), dtype=scores.dtype)
        total = words.where(there, zero).sum(1) + steps.where(there[:, 1:], zero).sum(1)
        result: Tensor = total + first[labels[:, 0]] + self.end[last]
        return result

    def log_partition(self, scores: Tensor, lengths: Tensor) -> Tensor:
        """(B,) log of the sum of the exponentials of the scores of all sequences: the forward algorithm."""
        pairs, first = self._rules()
        reached = first + scores[:, 0]  # (B, K): all ways to here that end with this label
        for at in range(1, scores.shape[1]):
            step = (reached[:, :, None] + pairs).logsumexp(1) + scores[:, at]
            reached = step.where((at < lengths)[:, None], reached)
        return (reached + self.end).logsumexp(1)

    def best(self, scores: Tensor, lengths: Tensor) -> Tensor:
        """(B, T) the labels with the highest score: Viterbi's algorithm. Behind the end of a sentence stands 0."""
        import torch

        with torch.no_grad():
            pairs, first = self._rules()
            reached, back = first + scores[:, 0], []
            for at in range(1, scores.shape[1]):
                step, before = (reached[:, :, None] + pairs).max(1)  # (B, K) each
                there = (at < lengths)[:, None]
                back.append(before.where(there, torch.arange(before.shape[1])))  # behind the end nothing moves
                reached = (step + scores[:, at]).where(there, reached)
            found = [(reached + self.end).argmax(1)]
            for before in reversed(back):
                found.append(before.gather(1, found[-1][:, None])[:, 0])
            labels = torch.stack(found[::-1], dim=1)
            return labels.where(torch.arange(scores.shape[1]) < lengths[:, None], 0)

    def _rules(self) -> tuple[Tensor, Tensor]:
        """(K, K) transitions and (K,) starts, minus infinity where a rule bars them."""
        return self.transitions.masked_fill(self._barred, NEVER), self.start.masked_fill(self._late, NEVER)
