"""ELMo's parts: character numbers, the recurrence and its derivatives, rows of sentences, the mix of layers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from embedlab.base import BadInput
from embedlab.models.elmo import network as elmo_network
from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.examples import Lexicon, SentenceRows, packed
from embedlab.models.elmo.network import TokenNetwork
from embedlab.models.elmo.recurrence import Clips, Recurrence, Weights, run


def test_characters_are_bytes_between_marks_all_plus_one() -> None:
    rows = elmo_network.numbers(["né", "", "a" * 60, "日" * 17, "\ud800b"])
    assert rows.shape == (5, 50)
    assert rows[0].tolist() == [259, ord("n") + 1, 0xC3 + 1, 0xA9 + 1, 260] + [261] * 45
    assert rows[1].tolist() == [259, 260] + [261] * 48
    assert rows[2].tolist() == [259] + [98] * 48 + [260]
    assert rows[3].tolist() == [259, *[byte + 1 for byte in "日".encode() * 16], 260]
    assert rows[4, :3].tolist() == [259, 99, 260]
    assert elmo_network.ends_of_sentence()[:, :4].tolist() == [[259, 257, 260, 261], [259, 258, 260, 261]]
    assert elmo_network.numbers([]).shape == (0, 50)


def test_a_words_vector_does_not_depend_on_the_words_beside_it() -> None:
    torch.manual_seed(0)
    network = TokenNetwork(ElmoConfig(dim=6, char_dim=3, filters="1x4 7x5", highway=1))
    words = ["a", "bank", "of" * 24, "of" * 30, "of" * 22, *[f"word{i}" for i in range(600)]]
    together = network(torch.from_numpy(elmo_network.numbers(words)))
    alone = torch.cat([network(torch.from_numpy(elmo_network.numbers([word]))) for word in words[:6]])
    torch.testing.assert_close(together[:6], alone, atol=1e-6, rtol=1e-5)


def weights(draw: torch.Generator, given: int, hidden: int, size: int) -> Weights:
    shapes = ((given, 4 * size), (hidden, 4 * size), (4 * size,), (size, hidden))
    made = [torch.randn(*shape, dtype=torch.double, generator=draw).requires_grad_() for shape in shapes]
    return Weights(*made)


@pytest.mark.parametrize("clips", [Clips(0, 0), Clips(0.4, 0.7)])
@pytest.mark.parametrize("forgetting", [False, True])
def test_derivatives_are_right(clips: Clips, forgetting: bool) -> None:
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(5, 3, 4, dtype=torch.double, generator=draw).requires_grad_()
    fresh = torch.rand(5, 3, generator=draw) < 0.3 if forgetting else None
    w = weights(draw, 4, 3, 6)
    outputs = Recurrence.apply(x, fresh, clips, *w)
    assert bool((outputs.abs() == clips.projection).any()) == bool(clips.projection)
    assert torch.autograd.gradcheck(lambda x, *w: Recurrence.apply(x, fresh, clips, *w), (x, *w))


def test_without_clips_it_is_torchs_own_projected_lstm() -> None:
    torch.manual_seed(0)
    own = torch.nn.LSTM(4, 7, proj_size=3)
    i, f, j, o = range(4)  # torch's order; ours is j, i, f, o

    def reordered(values: torch.Tensor) -> torch.Tensor:
        gates = values.chunk(4)
        return torch.cat([gates[k] for k in (j, i, f, o)])

    w = Weights(
        reordered(own.weight_ih_l0).T, reordered(own.weight_hh_l0).T,
        reordered(own.bias_ih_l0 + own.bias_hh_l0), own.weight_hr_l0.T,
    )  # fmt: skip
    x = torch.randn(9, 2, 4)
    with torch.no_grad():
        torch.testing.assert_close(run(x, w, Clips(0, 0)), own(x)[0])


def test_long_sequences_go_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = torch.Generator().manual_seed(1)
    x, w = torch.randn(23, 2, 4, dtype=torch.double, generator=draw), weights(draw, 4, 3, 6)
    fresh = torch.rand(23, 2, generator=draw) < 0.2
    with torch.no_grad():
        whole = run(x, w, Clips(1, 1), fresh)
        monkeypatch.setattr("embedlab.models.elmo.recurrence.CHUNK", 5 * 2 * 24)
        torch.testing.assert_close(run(x, w, Clips(1, 1), fresh), whole)


def test_a_fresh_start_forgets_everything() -> None:
    draw = torch.Generator().manual_seed(2)
    x, w = torch.randn(8, 2, 4, dtype=torch.double, generator=draw), weights(draw, 4, 3, 6)
    fresh = torch.zeros(8, 2, dtype=torch.bool)
    fresh[3, 1] = fresh[5, 0] = True
    with torch.no_grad():
        found = run(x, w, Clips(0, 0), fresh)
        torch.testing.assert_close(found[3:, 1:], run(x[3:, 1:], w, Clips(0, 0)))
        torch.testing.assert_close(found[5:, :1], run(x[5:, :1], w, Clips(0, 0)))
        torch.testing.assert_close(found[:5, :1], run(x[:5, :1], w, Clips(0, 0)))


BOUNDARY = 13  # twelve words, number 12 for a forgotten one
LEXICON = Lexicon.of([f"w{i}" for i in range(12)], 5, 50)


def decoded(rows: SentenceRows, direction: int) -> list[tuple[list[str], list[int]]]:
    """What is read and what is to be predicted, sentence by sentence, of all rows in one direction."""
    characters, inputs, fresh, targets, _ = rows.__getitems__(range(len(rows)))
    spelled = [
        "".join(chr(c - 1) if c < 257 else {257: "<", 258: ">"}.get(c, "") for c in row) for row in characters.tolist()
    ]
    found: list[tuple[list[str], list[int]]] = []
    for column in range(len(rows)):
        for t in range(rows.tokens):
            if targets[direction, t, column] < 0:
                continue
            if fresh[direction, t, column]:
                found.append(([], []))
            found[-1][0].append(spelled[inputs[direction, t, column]])
            found[-1][1].append(int(targets[direction, t, column]))
    return found


def test_every_sentence_is_read_once_in_each_direction() -> None:
    text = np.array([13, 0, 7, 2, 13, 4, 13, 12, 1, 13, 3, 13], np.int32)
    rows = SentenceRows(text, LEXICON, 5)
    forward = [
        (["<", "w0", "w7", "w2"], [0, 5, 2, 6]), (["<", "w4"], [4, 6]), (["<", "<unk>", "w1"], [5, 1, 6]),
        (["<", "w3"], [3, 6]),
    ]  # fmt: skip
    backward = [
        ([">", "w2", "w7", "w0"], [2, 5, 0, 6]), ([">", "w4"], [4, 6]), ([">", "w1", "<unk>"], [1, 5, 6]),
        ([">", "w3"], [3, 6]),
    ]  # fmt: skip
    assert sorted(decoded(rows, 0)) == sorted(forward)
    assert sorted(decoded(rows, 1)) == sorted(backward)


def test_a_long_sentence_is_cut_and_loses_nothing() -> None:
    text = np.array([13, 0, 1, 2, 3, 4, 13], np.int32)
    rows = SentenceRows(text, LEXICON, 4)
    assert sorted(decoded(rows, 0)) == [(["<", "w0", "w1", "w2"], [0, 1, 2, 3]), (["w3", "w4"], [4, 6])]
    assert sorted(decoded(rows, 1)) == [([">", "w4"], [4, 3]), (["w3", "w2", "w1", "w0"], [2, 1, 0, 6])]
    with pytest.raises(BadInput):
        SentenceRows(text[:1], LEXICON, 4)


def test_rows_are_full() -> None:
    sizes = np.clip(np.random.default_rng(0).lognormal(2.9, 0.6, 5000).astype(np.int64), 1, 48)
    order, bounds = packed(sizes, 48)
    assert sorted(order.tolist()) == list(range(5000))
    filled = np.add.reduceat(sizes[order], bounds[:-1])
    assert filled.max() <= 48
    assert filled.mean() > 0.97 * 48
