"""Encode sentences with a BERT network: word vectors at chosen layers, and predictions for a gap.

Sentences that are longer than the network's input are split into overlapping windows; each word is taken from the
window in which it has the most context.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embedlab.base import Floats, Ids
from embedlab.models.bert.network import hidden_states, masked_scores, masked_scores_below, reads_alone
from embedlab.models.bert.tokenizer import Spelled, Speller
from embedlab.models.common.layers import device_of


def starts(length: int, size: int) -> NDArray[np.int64]:
    """(W,) begins of windows of ``size`` that cover ``length`` pieces; neighbors overlap by half or more."""
    if length <= size:
        return np.zeros(1, np.int64)
    return np.append(np.arange(0, length - size, max(1, size // 2)), length - size)


def best_window(words: NDArray[np.int64], first: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """(n,) the window that each piece is taken from: where it has the most context on both sides.

    The pieces of a word come from one window, unless the word is longer than any.

    Args:
        words: (n,) the word of every piece, in order.
        first: (W,) what ``starts`` gave.
        size: of a window.
    """
    centres = first + (size - 1) / 2
    nearest = np.searchsorted((centres[1:] + centres[:-1]) / 2, np.arange(len(words)))  # (n,)
    begin = np.searchsorted(words, words, "left")  # (n,) first piece of the same word
    end = np.searchsorted(words, words, "right") - 1
    common = nearest[(begin + end) // 2]
    whole = (first[common] <= begin) & (end < first[common] + size)
    return np.where(whole, common, nearest)


def window_around(position: int, length: int, size: int) -> slice:
    """The window of at most ``size`` pieces around a position."""
    begin = max(0, min(position - size // 2, length - size))
    return slice(begin, begin + size)


def pooled(vectors: NDArray[np.float32], words: NDArray[np.int64], pooling: str) -> NDArray[np.float32]:
    """Pool (L, n, D) vectors of pieces to (L, T, D) vectors of words: the mean of a word's pieces, or its first.

    Args:
        vectors: of the pieces.
        words: (n,) the word of every piece, in order; none is left out.
        pooling: "mean" or "first".
    """
    begins = np.flatnonzero(np.diff(words, prepend=-1))  # (T,)
    if pooling == "first" or len(begins) == len(words):
        return np.ascontiguousarray(vectors[:, begins])
    sums = np.add.reduceat(vectors, begins, axis=1)
    counts = np.diff(begins, append=len(words)).astype(np.float32)
    means: NDArray[np.float32] = (sums / counts[:, None]).astype(np.float32, copy=False)
    return means


PLACES = 4_096
"""Pieces that are read at once, at most."""


@torch.inference_mode()
def vectors(
    network: nn.Module, speller: Speller, limit: int, sentences: Sequence[Spelled], layers: Sequence[int], pooling: str
) -> list[Floats]:
    """Encode sentences: one (len(layers), T, D) array for each sentence of T words.

    Args:
        network: an encoder.
        speller: its tokenizer, for the special tokens.
        limit: longest input of the network, special tokens included; longer sentences are read in windows.
        sentences: none of them empty.
        layers: the wanted ones, 0 for the embeddings.
        pooling: see ``pooled``.
    """
    firsts = [starts(len(one.ids), limit - 2) for one in sentences]
    cut = [one.ids[at : at + limit - 2] for one, first in zip(sentences, firsts, strict=True) for at in first]
    read = (found for texts in _batches(cut, reads_alone(network)) for found in _read(network, speller, texts, layers))
    result = []
    for one, first in zip(sentences, firsts, strict=True):
        found = _joined([next(read) for _ in first], one.words, first, limit - 2)  # (L, n, D)
        result.append(pooled(found, one.words, pooling))
    return result


def _read(network: nn.Module, speller: Speller, texts: list[Ids], layers: Sequence[int]) -> Iterator[Floats]:
    """(L, n, D) vectors of the pieces of every text, without the special tokens."""
    ids, mask = padded([_marked(speller, text) for text in texts], speller.pad)
    device = device_of(network)
    mask = mask if mask is None else mask.to(device)
    states = [one.cpu().numpy() for one in hidden_states(network, ids.to(device), mask, layers)]  # L times (B, T, D)
    for i, text in enumerate(texts):
        yield np.stack([state[i, 1 : 1 + len(text)] for state in states])


def _joined(windows: list[Floats], words: Ids, first: Ids, size: int) -> Floats:
    """Join the windows of a sentence, each piece from its best window."""
    if len(windows) == 1:
        return windows[0]
    best = best_window(words, first, size)
    whole: Floats = np.empty((windows[0].shape[0], len(words), windows[0].shape[2]), np.float32)
    for i, (one, start) in enumerate(zip(windows, first.tolist(), strict=True)):
        mine = np.flatnonzero(best == i)
        whole[:, mine] = one[:, mine - start]
    return whole


@torch.inference_mode()
def in_gaps(network: nn.Module, speller: Speller, limit: int, texts: Sequence[Ids], positions: Sequence[int]) -> Floats:
    """(B, V) natural log-probabilities of the piece at one position of each text, given all its other pieces.

    Args:
        network: a network with a head for hidden words, prepared by ``network.ready``.
        speller: its tokenizer, for the special tokens.
        limit: as in ``vectors``; of a longer text the window around the position is read.
        texts: pieces without special tokens; the piece at the position is ignored.
        positions: one position in each text.
    """
    marked, at = [], []
    for text, position in zip(texts, positions, strict=True):
        shown, gap = _with_gap(speller, limit, text, position)
        marked.append(shown)
        at.append(gap)
    found, done = [], 0
    for batch in _batches(marked, reads_alone(network)):
        ids, mask = padded(batch, speller.pad)
        scores = masked_scores(network, ids, mask, torch.tensor(at[done : done + len(batch)]))  # (B, V)
        found.append(torch.log_softmax(scores.float(), dim=-1).numpy())
        done += len(batch)
    result: Floats = np.concatenate(found)[:, : len(speller.vocabulary)]
    return result


@torch.inference_mode()
def in_gap_below(network: nn.Module, speller: Speller, limit: int, text: Ids, position: int) -> Floats:
    """(L - 1, V): ``in_gaps`` of one text, from each layer below the top one; 0 is the embeddings."""
    shown, gap = _with_gap(speller, limit, text, position)
    scores = masked_scores_below(network, torch.from_numpy(shown)[None], gap)
    result: Floats = torch.log_softmax(scores.float(), dim=-1).numpy()[:, : len(speller.vocabulary)]
    return result


def _with_gap(speller: Speller, limit: int, text: Ids, position: int) -> tuple[Ids, int]:
    """The network's input for a text with a hidden position, with special tokens, and the position of the gap in it."""
    around = window_around(position, len(text), limit - 2)
    shown = text[around].copy()
    shown[position - around.start] = speller.mask
    return _marked(speller, shown), 1 + position - around.start


@torch.inference_mode()
def follows(network: nn.Module, speller: Speller, limit: int, first: Spelled, second: Spelled) -> float:
    """Probability that the second text follows the first; of long texts the parts next to each other are read."""
    room = limit - 3
    half = room // 2
    a = first.ids[-max(half, room - len(second.ids)) :]
    b = second.ids[: room - len(a)]
    ids = np.concatenate([_marked(speller, a), b, [speller.end]])
    segments = (np.arange(len(ids)) > len(a) + 1).astype(np.int64)
    output = network(input_ids=torch.from_numpy(ids)[None], token_type_ids=torch.from_numpy(segments)[None])
    return float(torch.softmax(output.seq_relationship_logits[0], dim=-1)[0])


def padded(texts: Sequence[Ids], pad: int) -> tuple[Tensor, Tensor | None]:
    """Pad texts to (B, T) numbers with a mask of what counts; no mask if all texts have the same length."""
    lengths = np.array([len(text) for text in texts])
    ids = np.full((len(texts), lengths.max()), pad, np.int64)
    for row, text in zip(ids, texts, strict=True):
        row[: len(text)] = text
    if (lengths == lengths[0]).all():
        return torch.from_numpy(ids), None
    return torch.from_numpy(ids), torch.from_numpy((np.arange(ids.shape[1]) < lengths[:, None]).astype(np.int64))


def _marked(speller: Speller, text: Ids) -> Ids:
    return np.concatenate([[speller.begin], text, [speller.end]])


def _batches(texts: Sequence[Ids], mixed: bool) -> Iterator[list[Ids]]:
    """Group consecutive texts into batches of at most ``PLACES`` pieces; of one length unless lengths may be mixed."""
    batch: list[Ids] = []
    longest = 0
    for text in texts:
        longest = max(longest, len(text))
        if batch and ((len(batch) + 1) * longest > PLACES or not (mixed or len(batch[0]) == len(text))):
            yield batch
            batch, longest = [], len(text)
        batch.append(text)
    if batch:
        yield batch
