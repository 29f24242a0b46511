"""Encode text with a trained character LSTM: many texts side by side, states only where they are wanted.

On a processor: what a character adds to the gates of the first layer is a row of a table that is made once (embedding,
input weights and biases multiplied out), so that a step costs one matrix product with the hidden states. Texts are
sorted by length, longest first; where one ends, the product becomes smaller, so nothing is padded. Only the wanted
states are kept, so that a long text needs no more memory than a short one. Both directions run on two cores where there
are two. On a GPU, where single steps are slow, torch's own LSTM layers are used.

Where a word's vector stands, by Akbik et al. 2018, section 2.3: the forward model's state after the word's last
character, the backward model's state before its first one. As in the flair library, words are joined by single spaces,
a delimiter stands before the text and a space after it; the backward model reads the characters reversed, between the
same two marks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from embedlab.base import BadInput, Floats, Ids, Readouts
from embedlab.base.read_only import read_only
from embedlab.models.char_lstm import CharLstm
from embedlab.models.common.layers import device_of
from embedlab.models.common.recurrent import LstmNetwork, State, padded
from embedlab.models.flair.kernel import step


@dataclass(frozen=True)
class Reading:
    """A text, and the positions at which the states are wanted.

    Attributes:
        ids: (N,) numbers of its characters, in reading order.
        positions: (T,) indices of the characters after which the state is wanted.
    """

    ids: Ids
    positions: Ids

    @property
    def end(self) -> int:
        """Number of characters that have to be read."""
        return int(self.positions.max(initial=-1)) + 1


class Layer:
    """One LSTM layer: its input (the hidden state of the layer below, if there is one), then its own hidden state.

    Args:
        weight: (4H, K).
        table: (V, 4H) what is added to the gates: by the character in the first layer, the biases in the others.
    """

    def __init__(self, weight: Tensor, table: Tensor) -> None:
        self.table = read_only(table.contiguous().numpy())
        self.width, self.inputs = weight.shape[0] // 4, weight.shape[1]
        self.packed = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        if self.packed:
            self.weight = torch.ops.mkldnn._reorder_linear_weight(weight, 64)
        else:
            self.weight = weight.T.contiguous()  # (K, 4H)

    def product(self, states: States, rows: int) -> Floats:
        """(rows, 4H)."""
        hidden = states.hidden[:rows]
        if self.packed:
            found: Tensor = torch.ops.mkldnn._linear_pointwise(hidden, self.weight, None, "none", [], "")
            return found.numpy()
        return torch.mm(hidden, self.weight).numpy()

    def step(self, states: States, ids: Ids) -> None:
        """One character further for the first ``len(ids)`` texts."""
        step(self.product(states, len(ids)), self.table, ids, states.hidden_array, states.cell)


class States:
    """The states of one layer for B texts; arrays and tensors of one name share their memory."""

    def __init__(self, layer: Layer, texts: int) -> None:
        self.hidden_array: Floats = np.zeros((texts, layer.inputs), np.float32)
        self.hidden = torch.from_numpy(self.hidden_array)
        self.cell: Floats = np.zeros((texts, layer.width), np.float32)
        self.width = layer.width

    @property
    def output(self) -> Floats:
        """The hidden states, (B, H)."""
        return self.hidden_array[:, -self.width :]

    def take(self, below: States, rows: int) -> None:
        """Copy the output of the layer below to the input of this one."""
        self.hidden_array[:rows, : below.width] = below.output[:rows]


class StateReader:
    """Reads texts with one direction's network, whose weights it copies."""

    def __init__(self, network: LstmNetwork) -> None:
        self.layers: list[Layer] = []
        with torch.no_grad():
            for i, lstm in enumerate(network.lstm):
                inward, across, b, d = (
                    lstm.get_parameter(f"{name}_l0") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                )
                weight = across if i == 0 else torch.cat([inward, across], dim=1)
                table = network.embedding.weight @ inward.T + (b + d) if i == 0 else (b + d)[None]
                self.layers.append(Layer(weight.detach().clone(), table.detach()))
        self.projection = network.projection

    def read(self, texts: Sequence[Reading], layers: Sequence[int]) -> list[Floats]:
        """(L, T, H) states of each text at its positions, for the layers asked for.

        With a projection the only layer is the projected top one, (1, T, P).
        """
        with torch.inference_mode():
            if self.projection is None:
                return self._states(texts, layers)
            found = self._states(texts, [len(self.layers) - 1])
            return [self.projection(torch.from_numpy(one)).numpy() for one in found]

    def _states(self, texts: Sequence[Reading], layers: Sequence[int]) -> list[Floats]:
        order = sorted(range(len(texts)), key=lambda i: -texts[i].end)
        ends = np.array([texts[i].end for i in order])
        ids = np.zeros((ends.max(initial=0), len(texts)), np.int64)
        for row, i in enumerate(order):
            ids[: ends[row], row] = texts[i].ids[: ends[row]]
        reading = np.searchsorted(-ends, -np.arange(len(ids)))  # (N,): how many texts go so far
        result: list[Floats] = [
            np.zeros((len(layers), len(text.positions), self.layers[-1].width), np.float32) for text in texts
        ]
        wanted = _wanted([texts[i].positions for i in order], len(ids))
        states = [States(layer, len(texts)) for layer in self.layers]
        for at, rows in enumerate(reading):
            for k, layer in enumerate(self.layers):
                if k:
                    states[k].take(states[k - 1], rows)
                layer.step(states[k], ids[at, :rows] if k == 0 else np.zeros(rows, np.int64))
            for row, word in wanted[at]:
                for slot, k in enumerate(layers):
                    result[order[row]][slot, word] = states[k].output[row]
        return result


def _wanted(positions: Sequence[Ids], steps: int) -> list[list[tuple[int, int]]]:
    """For every step the wanted states, as pairs of row and word."""
    wanted: list[list[tuple[int, int]]] = [[] for _ in range(steps)]
    for row, ends in enumerate(positions):
        for word, position in enumerate(ends.tolist()):
            wanted[position].append((row, word))
    return wanted


STEPS = 512
"""Characters that pass the layers in one call; the state is carried to the next, so that memory stays bounded."""


class PackedReader:
    """Read texts with torch's LSTM, on the device of the network; see ``StateReader.read``."""

    def __init__(self, network: LstmNetwork) -> None:
        self.network = network

    @torch.inference_mode()
    def read(self, texts: Sequence[Reading], layers: Sequence[int]) -> list[Floats]:
        """(L, T, H) states of each text at its positions, for the layers asked for."""
        network, device = self.network, device_of(self.network)
        ids = padded([text.ids[: text.end].tolist() for text in texts])[0]  # (B, N)
        wanted = [1 + layer for layer in layers] if network.projection is None else [-1]
        result: list[Floats] = []
        state: State = ()
        for first in range(0, ids.shape[1], STEPS):
            outputs, state = network(ids[:, first : first + STEPS].to(device), state)
            states = torch.stack([outputs[k] for k in wanted])  # (L, B, n, H)
            result = result or [
                np.zeros((len(wanted), len(text.positions), states.shape[3]), np.float32) for text in texts
            ]
            _keep(texts, states, first, result)
        return result


def _keep(texts: Sequence[Reading], states: Tensor, first: int, result: list[Floats]) -> None:
    """Copy the wanted states out of (L, B, n, H) states of the steps from ``first`` on."""
    for row, text in enumerate(texts):
        here = np.flatnonzero((text.positions >= first) & (text.positions < first + states.shape[2]))
        if len(here):
            at = torch.from_numpy(text.positions[here] - first).to(states.device)
            result[row][:, here] = states[:, row, at].cpu().numpy()


Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Results of ``work(item)``, each in its own thread with a share of the caller's torch threads.

    Threads that need not wait for each other at every product are faster than one product on all cores, above all on a
    busy machine. With one torch thread the items are done in turn, in this thread.
    """
    threads = torch.get_num_threads()
    if threads < len(items):
        return [work(item) for item in items]

    def begin() -> None:
        torch.set_num_threads(threads // len(items))

    try:
        with ThreadPoolExecutor(len(items), thread_name_prefix="embedlab", initializer=begin) as pool:
            return list(pool.map(work, items))
    finally:
        torch.set_num_threads(threads)  # the value for threads that begin later


MARKER = " "
"""The character after the last one of a text."""


def reading(model: CharLstm, words: Sequence[str], *, with_whitespace: bool = True) -> Reading:
    """Prepare a sentence for one direction's model.

    Args:
        model: gives the direction, the delimiter and the characters' numbers.
        words: at least one.
        with_whitespace: take the state at the space that is read after the word, not at the word's last character.
    """
    text = " ".join(words)
    lengths = np.array([len(word) for word in words], np.int64)
    first = np.cumsum(lengths + 1) - lengths - 1  # (T,): where each word begins in the text
    positions = first + lengths if model.direction == "forward" else len(text) - first
    positions = positions + (len(model.config.delimiter) - (not with_whitespace))
    return Reading(np.array([*model.numbers(text), *model.number_of(MARKER)], np.int64), positions)


def readouts(forward: CharLstm, backward: CharLstm, words: Sequence[str], *, with_whitespace: bool = True) -> Readouts:
    """Positions in the text at which a pair of models' states are taken.

    Raises:
        BadInput: there are no words.
    """
    if not words:
        raise BadInput("Write a sentence of at least one word.")
    text, after = " ".join(words), len(forward.config.delimiter)
    ways = [reading(half, words, with_whitespace=with_whitespace).positions - after for half in (forward, backward)]
    begins = np.cumsum([0, *(len(word) + 1 for word in words[:-1])])
    positions = (begins, ways[0], len(text) - 1 - ways[1])
    return Readouts(text, tuple(words), *(tuple(map(int, one)) for one in positions))
