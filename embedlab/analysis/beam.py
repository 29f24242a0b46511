"""Beam search: keep the likeliest few beginnings of a sentence at each step; the whole tree is kept for drawing.

Lowerre 1976, The Harpy Speech Recognition System; in language generation: Sutskever et al. 2014, Sequence to Sequence
Learning with Neural Networks, https://arxiv.org/abs/1409.3215, section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.generation import check_forward, stops
from embedlab.analysis.ranking import checked_count, top
from embedlab.base import UNKNOWN, BadInput, LanguageModel, given

State = Literal["kept", "pruned", "finished"]


@dataclass(frozen=True)
class Node:
    """A token in the tree; the way from the root to it is the beginning of a sentence.

    Attributes:
        token: the token; the empty string at the root.
        log_probability: of the token after what stands before it, natural logarithm.
        total: sum of the log-probabilities from the root.
        parent: index of the node before it in ``Beam.nodes``; -1 at the root.
        depth: tokens from the root.
        state: "kept" if it was among the best of its depth, "pruned" if not, "finished" if it ends the text.
    """

    token: str
    log_probability: float
    total: float
    parent: int
    depth: int
    state: State


@dataclass(frozen=True)
class Beam:
    """What a beam search looked at.

    Attributes:
        context: the beginning it was given.
        nodes: the root, all that were kept or finished, and of the pruned the best of every depth.
        best: indices in ``nodes`` of the ends of the best texts, the best first: finished ones, and those that came
            to the greatest length.
        width: how many beginnings were kept.
        exact: whether the first of them is certainly the likeliest of all texts up to the greatest length. It is if
            no beginning that was pruned was likelier than it: a text only gets less likely as it grows.
    """

    context: tuple[str, ...]
    nodes: tuple[Node, ...]
    best: tuple[int, ...]
    width: int
    exact: bool

    def path(self, index: int) -> tuple[int, ...]:
        """Places of the nodes from below the root to a node."""
        found: list[int] = []
        while self.nodes[index].parent >= 0:
            found.append(index)
            index = self.nodes[index].parent
        return tuple(reversed(found))

    def tokens(self, index: int) -> tuple[str, ...]:
        """The tokens from below the root to a node, the one that ends the text included."""
        return tuple(self.nodes[i].token for i in self.path(index))


class _Search:
    """The tree while it grows."""

    def __init__(self, model: LanguageModel, context: Sequence[str], width: int, shown: int, unknown: bool) -> None:
        self.model, self.context, self.width, self.shown = model, list(context), width, shown
        self.ends = stops(model)
        self.struck = [] if unknown else [i for i, token in enumerate(model.vocabulary) if token == UNKNOWN]
        self.nodes = [Node("", 0.0, 0.0, -1, 0, "kept")]
        self.open, self.finished = [0], list[int]()
        self.best_pruned = -np.inf

    def grow(self) -> None:
        """One token more for every open beginning."""
        logs = self._log_probabilities()  # (B, V)
        totals = logs + np.array([self.nodes[i].total for i in self.open])[:, None]
        size = logs.shape[1]
        # So many hold the best of both sorts: at most one ending a beginning and kind of end, and the open ones.
        candidates = top(totals.ravel(), self.width + self.shown + len(self.open) * len(self.ends) + 1)
        parents, self.open, pruned = self.open, [], 0
        for rank, candidate in enumerate(candidates.tolist()):
            row, token = divmod(candidate, size)
            node = Node(
                self.model.vocabulary[token],
                float(logs[row, token]),
                float(totals[row, token]),
                parents[row],
                self.nodes[parents[row]].depth + 1,
                "kept",
            )
            if token in self.ends and rank < self.width:
                self.finished.append(self._add(node, "finished"))
            elif token not in self.ends and len(self.open) < self.width:
                self.open.append(self._add(node, "kept"))
            else:
                self.best_pruned = max(self.best_pruned, node.total)
                if pruned < self.shown:
                    self._add(node, "pruned")
                    pruned += 1

    def _log_probabilities(self) -> NDArray[np.float64]:
        contexts = [[*self.context, *self._tokens(index)] for index in self.open]
        with np.errstate(divide="ignore"):
            logs: NDArray[np.float64] = np.log(self.model.next_many(contexts).astype(np.float64))
        logs[:, self.struck] = -np.inf
        return logs

    def _tokens(self, index: int) -> list[str]:
        found: list[str] = []
        while index > 0:
            found.append(self.nodes[index].token)
            index = self.nodes[index].parent
        return found[::-1]

    def _add(self, node: Node, state: State) -> int:
        self.nodes.append(replace(node, state=state))
        return len(self.nodes) - 1

    @property
    def settled(self) -> bool:
        """Whether nothing that is open can be among the best any more: what grows only gets less likely."""
        totals = sorted((self.nodes[i].total for i in self.finished), reverse=True)
        return len(totals) >= self.width and totals[self.width - 1] >= self.nodes[self.open[0]].total


def beam_search(
    model: LanguageModel,
    context: Sequence[str],
    width: int = 4,
    length: int = 10,
    *,
    shown: int = 3,
    unknown: bool = False,
) -> Beam:
    """Look for the likeliest texts after a beginning.

    At every depth all beginnings grow by every token; the ``width`` likeliest that are not ended go on. One that ends
    is put aside if it is among the ``width`` likeliest of its depth. Width 1 is the greedy way. The search is over
    when ``width`` ended texts are likelier than anything open, or at the greatest length.

    Args:
        model: any language model that reads forward.
        context: tokens of the beginning; may be empty.
        width: how many beginnings go on at a time.
        length: tokens at most, the one that ends the text included.
        shown: pruned nodes that are kept for drawing at every depth.
        unknown: whether the unknown word may be chosen.

    Raises:
        BadInput: the model reads backward, a number is below 1, or the model holds every word for impossible.
    """
    check_forward(model)
    context = context if model.unit == "char" else given.words(context, "The beginning")
    width, length = checked_count(width), checked_count(length)
    search = _Search(model, context, width, max(0, shown), unknown)
    for _ in range(length):
        search.grow()
        if not search.open or search.settled:
            break
    nodes = tuple(search.nodes)
    best = sorted([*search.finished, *search.open], key=lambda i: -nodes[i].total)[:width]
    if not best:
        raise BadInput(f"{model.title} has never seen this beginning and holds every word for impossible.")
    exact = nodes[best[0]].total >= search.best_pruned
    return Beam(tuple(context), nodes, tuple(best), width, exact)
