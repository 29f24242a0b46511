"""Windows around the words of a text: they stop where the sentence does."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from embedlab.base import BadInput
from embedlab.models.common.examples import Windows

E = 9  # the boundary
TEXT = np.array([E, 1, 2, 3, E, 4, E, 5, 6, 7, 8, E], np.int32)


def test_contexts_of_a_language_model_begin_anew_with_every_sentence() -> None:
    contexts, targets = Windows(TEXT, E, before=3, after=0).__getitems__(range(11))
    assert list(zip(contexts.tolist(), targets.tolist(), strict=True)) == [
        ([E, E, E], 1),
        ([E, E, 1], 2),
        ([E, 1, 2], 3),
        ([1, 2, 3], E),
        ([E, E, E], 4),
        ([E, E, 4], E),
        ([E, E, E], 5),
        ([E, E, 5], 6),
        ([E, 5, 6], 7),
        ([5, 6, 7], 8),
        ([6, 7, 8], E),
    ]


def test_windows_to_both_sides_stop_at_both_ends() -> None:
    windows = Windows(TEXT, E, before=2, after=2, positions=np.flatnonzero(TEXT < E))
    around, middle = windows.__getitems__([0, 2, 3, 5, 7])
    assert len(windows) == 8
    assert middle.tolist() == [1, 3, 4, 6, 8]
    assert around.tolist() == [[E, E, 2, 3], [1, 2, E, E], [E, E, E, E], [E, 5, 7, 8], [6, 7, E, E]]
    assert around.dtype == middle.dtype == torch.int64


def test_a_sentence_that_is_not_closed_yet_still_has_contexts() -> None:
    contexts, targets = Windows(TEXT[:4], E, before=2, after=0).__getitems__([0, 1, 2])
    assert contexts.tolist() == [[E, E], [E, 1], [1, 2]]
    assert targets.tolist() == [1, 2, 3]


def test_windows_agree_with_a_plain_loop_on_a_random_text() -> None:
    draw = np.random.default_rng(3)
    text = np.concatenate([[E], draw.choice(10, 400, p=[0.08] * 9 + [0.28]), [E]]).astype(np.int32)
    windows = Windows(text, E, before=4, after=3, positions=np.flatnonzero(text < E))
    rows = draw.permutation(len(windows))
    around, middle = windows.__getitems__(rows)
    lines, start = [], 0
    for end in np.flatnonzero(text == E):
        lines.append([E] * 4 + text[start:end].tolist() + [E] * 3)
        start = end + 1
    expected = [(line[i - 4 : i] + line[i + 1 : i + 4], line[i]) for line in lines for i in range(4, len(line) - 3)]
    assert list(zip(around.tolist(), middle.tolist(), strict=True)) == [expected[row] for row in rows]


def test_a_text_without_a_word_is_refused() -> None:
    with pytest.raises(BadInput, match="too little text"):
        Windows(np.array([E], np.int32), E, 2, 0)
