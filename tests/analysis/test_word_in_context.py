"""Words in context: thresholds by hand, constructed vectors, tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab.analysis.word_in_context import best_threshold, word_in_context
from embedlab.base import BadInput
from embedlab.data.benchmarks import WordPair, read_word_pairs
from embedlab.models.word2vec import Word2Vec
from tests.contextual_toys import Made


class BySide(Made):
    """A word's vector is made of the number that its sentence begins with at the upper layer, always the same below."""

    def __init__(self) -> None:
        super().__init__(["word", "sense"], 4)

    def read(self, sentence: Sequence[str]) -> Any:
        sense = np.zeros((len(sentence), 4))
        sense[:, int(sentence[0])] = 1
        return np.stack([np.ones_like(sense), sense])


def pairs(count: int, seed: int) -> list[WordPair]:
    draw = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        a, b = draw.integers(0, 4, 2)
        b = a if draw.random() < 0.4 else b
        made.append(WordPair("bank", (str(a), "bank"), (str(b), "the", "bank"), (1, 2), bool(a == b)))
    return made


def test_a_layer_that_knows_the_sense_is_always_right_and_one_that_does_not_is_at_chance() -> None:
    found = word_in_context(BySide(), pairs(200, 1), pairs(300, 2))
    assert found.layers == ["word", "sense"]
    assert found.accuracy[1] == found.low[1] == found.high[1] == 1
    assert found.accuracy[0] == pytest.approx(found.chance, abs=1e-9) or found.accuracy[0] == 1 - found.chance
    assert found.low[0] < found.accuracy[0] < found.high[0]
    assert found.pairs == 300


def test_a_static_model_can_only_tell_forms() -> None:
    model = Word2Vec(["bank", "banks"], np.eye(2, dtype=np.float32))
    known = [WordPair("bank", ("bank",), ("bank",), (0, 0), bool(i % 3)) for i in range(9)]
    found = word_in_context(model, known, known)
    assert found.accuracy[0] == pytest.approx(6 / 9)


@pytest.mark.parametrize(
    ("similarity", "same", "expected"),
    [
        ([0.9, 0.8, 0.3, 0.1], [True, True, False, False], 0.8),
        ([0.9, 0.8, 0.3, 0.1], [True, False, True, False], 0.9),
        ([0.5, 0.5, 0.5], [True, True, False], 0.5),
        ([0.9, 0.1], [False, False], np.inf),
        ([0.2, 0.7, 0.7, 0.1], [True, True, False, False], 0.2),
    ],
)
def test_thresholds_by_hand(similarity: list[float], same: list[bool], expected: float) -> None:
    assert best_threshold(np.array(similarity), np.array(same)) == expected


def test_a_table_of_pairs_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(
        'word\tpos\tindex1\tindex2\tlabel\tsentence1\tsentence2\nrun\tV\t1\t0\tF\tshe ran "home\tRuns smoothly\n',
        encoding="utf-8",
    )
    assert read_word_pairs(path) == [WordPair("run", ("she", "ran", '"home'), ("Runs", "smoothly"), (1, 0), False)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no pairs"),
        ("word\tlabel\nrun\tT\n", "no column 'index1'"),
        (
            "word\tindex1\tindex2\tlabel\tsentence1\tsentence2\nrun\t1\t3\tT\ta b\tc d\n",
            "Row 2 of p.tsv: index2 is '3'",
        ),
        ("word\tindex1\tindex2\tlabel\tsentence1\tsentence2\nrun\t1\t0\tX\ta b\tc d\n", "label 'X'"),
        ("word\tindex1\tindex2\tlabel\tsentence1\tsentence2\nrun\t1\n", "label ''"),
    ],
)
def test_a_table_that_is_none_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "p.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        read_word_pairs(path)


def test_without_pairs_there_is_nothing_to_measure() -> None:
    with pytest.raises(BadInput, match="at least one"):
        word_in_context(BySide(), [], pairs(3, 1))
