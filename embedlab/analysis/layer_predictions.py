"""Guesses of a masked model for hidden words at every layer: how a guess forms from layer to layer.

Reading every layer with the output head that was trained on the top one: nostalgebraist 2020, interpreting GPT: the
logit lens; for BERT: Geva et al. 2022, Transformer Feed-Forward Layers Build Predictions by Promoting Concepts in the
Vocabulary Space, https://aclanthology.org/2022.emnlp-main.3/.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.ranking import checked_count, top
from embedlab.base import BadInput, Floats, MaskedModel, given


@dataclass(frozen=True, eq=False)
class LayerPredictions:
    """The k likeliest pieces for one hidden word, by every layer.

    Attributes:
        sentence: the words as the model was shown them, hidden ones as its mask.
        position: of the hidden word.
        word: what stood there.
        piece: the piece of the vocabulary that it is; "" if it is made of several, which one gap cannot hold.
        layers: L names, from the input to the top.
        tokens: for each layer its k likeliest pieces, likeliest first.
        probabilities: (L, k) theirs.
        answer: the top layer's likeliest piece.
        answer_probabilities: (L,) of that piece at each layer.
        answer_ranks: (L,) its rank at each layer, 1 for the likeliest.
        word_probabilities: (L,) of ``piece``, if it is one.
        word_ranks: (L,) its rank, if it is one.
        entropies: (L,) of each layer's whole distribution, in bits: 0 if it is sure, log2 V if all are equally likely.
        told: bits that the shown words tell about the gap: how far the top layer's guess diverges (Kullback-Leibler)
            from what the model guesses if all other words are hidden, too. Near 0 it does not use the context.
        size: V, pieces that could stand there.
    """

    sentence: tuple[str, ...]
    position: int
    word: str
    piece: str
    layers: tuple[str, ...]
    tokens: tuple[tuple[str, ...], ...]
    probabilities: Floats
    answer: str
    answer_probabilities: Floats
    answer_ranks: NDArray[np.int64]
    word_probabilities: Floats | None
    word_ranks: NDArray[np.int64] | None
    entropies: NDArray[np.float64]
    told: float
    size: int

    @property
    def settled(self) -> int:
        """The lowest layer from which on the answer is every layer's likeliest, as its number."""
        others = np.flatnonzero(self.answer_ranks != 1)
        return int(others[-1]) + 1 if len(others) else 0


def layer_predictions(
    model: MaskedModel, sentence: Sequence[str], position: int, k: int = 5, hidden: Collection[int] = ()
) -> LayerPredictions:
    """Hide words of a sentence and ask every layer what stood at one of them.

    Args:
        model: a model that fills gaps.
        sentence: words.
        position: the one to guess.
        k: how many guesses.
        hidden: further positions that the model must not see.

    Raises:
        BadInput: no such position, k is below 1, or the model has no head for hidden words.
    """
    k = checked_count(k)
    given.words(sentence)
    if not 0 <= position < len(sentence):
        raise BadInput(f"The sentence has {len(sentence)} words; there is no position {position}.")
    shown = [model.mask if i == position or i in hidden else word for i, word in enumerate(sentence)]
    found = model.fill_by_layer(shown, position)  # (L, V)
    best = [top(row, k) for row in found]
    answer, own = int(best[-1][0]), _piece(model, sentence[position])
    own_id = model.vocabulary.index(own) if own else -1
    return LayerPredictions(
        sentence=tuple(shown),
        position=position,
        word=sentence[position],
        piece=own,
        layers=tuple(model.layers),
        tokens=tuple(tuple(model.vocabulary[i] for i in rows) for rows in best),
        probabilities=np.stack([row[rows] for row, rows in zip(found, best, strict=True)]),
        answer=model.vocabulary[answer],
        answer_probabilities=found[:, answer].copy(),
        answer_ranks=_ranks(found, answer),
        word_probabilities=found[:, own_id].copy() if own else None,
        word_ranks=_ranks(found, own_id) if own else None,
        entropies=np.array([_entropy(row) for row in found]),
        told=_divergence(found[-1], model.fill([model.mask] * len(sentence), position)),
        size=found.shape[1],
    )


def _piece(model: MaskedModel, word: str) -> str:
    """The one piece that a word is, or "" if there are several or it is not known."""
    inner = model.pieces([word]).pieces[1:-1]
    return inner[0] if len(inner) == 1 and inner[0] in model.vocabulary else ""


def _ranks(probabilities: Floats, token: int) -> NDArray[np.int64]:
    ranks: NDArray[np.int64] = 1 + (probabilities > probabilities[:, token : token + 1]).sum(axis=1)
    return ranks


def _entropy(row: Floats) -> float:
    some = row[row > 0].astype(np.float64)
    return max(0.0, float(-(some * np.log2(some)).sum()))


def _divergence(guess: Floats, bare: Floats) -> float:
    """Of one distribution from another, in bits."""
    some = guess > 0
    p, q = guess[some].astype(np.float64), np.maximum(bare[some].astype(np.float64), np.finfo(np.float32).tiny)
    return max(0.0, float((p * np.log2(p / q)).sum()))
