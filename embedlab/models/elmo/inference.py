"""Encode sentences with a trained ELMo: each different word passes the character network once, then the LSTMs read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from embedlab.base import Floats
from embedlab.models.common.layers import device_of
from embedlab.models.common.recurrent import padded
from embedlab.models.elmo import network as elmo_network
from embedlab.models.elmo.network import ElmoNetwork
from embedlab.models.elmo.recurrence import State

BEGIN, END = 0, 1
"""Numbers of the tokens before and after a sentence."""
States = list[list[State]]
"""States that are carried from sentence to sentence, for each direction and layer."""


def token_vectors(
    network: ElmoNetwork, width: int, sentences: Sequence[Sequence[str]]
) -> tuple[Tensor, list[list[int]]]:
    """(2 + U, P) vectors of the two boundary tokens and the U different words, and the sentences as rows of them."""
    numbers: dict[str, int] = {}
    ids = [[numbers.setdefault(word, len(numbers)) + 2 for word in sentence] for sentence in sentences]
    characters = [elmo_network.ends_of_sentence(width), elmo_network.numbers(list(numbers), width)]
    return network.tokens(torch.from_numpy(np.concatenate(characters)).to(device_of(network))), ids


@torch.inference_mode()
def encoded(
    network: ElmoNetwork,
    width: int,
    sentences: Sequence[Sequence[str]],
    layers: Sequence[int],
    states: States | None = None,
) -> tuple[list[Floats], States]:
    """Encode B sentences, none of them empty: a (len(layers), T, 2 P) array each, and the states afterwards.

    Args:
        network: the weights.
        width: characters of a word.
        sentences: the B sentences.
        layers: 0 for the words' own vectors, then those of the LSTM.
        states: initial states of B rows; ``None`` for empty states, and none are returned.
    """
    vectors, ids = token_vectors(network, width, sentences)
    made = [np.empty((len(layers), len(one), 2 * vectors.shape[1]), np.float32) for one in sentences]
    after: States = []
    for d, direction in enumerate(network.ways):
        first, last = (END, [BEGIN]) if d else (BEGIN, [END])
        lines = [[first, *(one[::-1] if d else one), *(last if states else [])] for one in ids]
        numbers, lengths = padded(lines)
        x = vectors[numbers.T.to(vectors.device)]  # (T, B, P)
        if states is None:
            output = direction(x, most=max(layers)) if max(layers, default=0) else []
        else:
            output, left = direction.resumed(x, states[d], lengths)
            after.append(left)
        for k, layer in enumerate(layers):
            found = (output[layer - 1] if layer else x).cpu().numpy()
            for row, one in enumerate(made):
                read = found[1 : 1 + one.shape[1], row]  # without the sentence's end
                one[k, :, d * x.shape[2] : (d + 1) * x.shape[2]] = read[::-1] if d else read
    return made, after


def told(network: ElmoNetwork, width: int, lines: Sequence[Sequence[str]], boundary: str, d: int) -> Tensor:
    """(T, B, P) outputs of direction ``d`` for lines in its reading order; the state is reset at each boundary."""
    vectors, ids = token_vectors(network, width, lines)
    starts = [[word == boundary for word in line] for line in lines]
    ids = [
        [(BEGIN, END)[d] if start else number for number, start in zip(*pair, strict=True)]
        for pair in zip(ids, starts, strict=True)
    ]
    fresh = padded(starts)[0].T.bool()
    top: Tensor = network.ways[d](vectors[padded(ids)[0].T], fresh)[-1]
    return top
