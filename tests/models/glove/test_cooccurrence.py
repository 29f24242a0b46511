"""Counting near words, against a count by hand and a plain loop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedlab.base import Cancelled, Progress
from embedlab.data.vocab import EncodedCorpus, encode
from embedlab.models.glove import cooccurrence, order
from embedlab.models.glove.cooccurrence import Cooccurrences, Weighting, count


def text(tokens: int = 6000, words: int = 60, seed: int = 0) -> EncodedCorpus:
    """Sentences of 1 to 30 words, common ones far more often than rare ones."""
    draw = np.random.default_rng(seed)
    sentences, made = [], 0
    while made < tokens:
        sentences.append([f"w{i}" for i in draw.zipf(1.3, draw.integers(1, 31)) % words])
        made += len(sentences[-1])
    return encode(sentences, min_count=3)


def plain(encoded: EncodedCorpus, weighting: Weighting) -> np.ndarray:
    """(V, V) table by the definition."""
    table = np.zeros((len(encoded.vocabulary),) * 2)
    for sentence in encoded.id_sentences():
        for right in range(len(sentence)):
            for left in range(max(0, right - weighting.window), right):
                weight = 1 / (right - left) if weighting.distance else 1.0
                table[sentence[left], sentence[right]] += weight
                if weighting.symmetric:
                    table[sentence[right], sentence[left]] += weight
    return table


def dense(counts: Cooccurrences) -> np.ndarray:
    """(V, V) table of what is held, the lower triangle mirrored."""
    table = np.zeros((counts.size, counts.size))
    pointers, pairs = counts.rows(0, counts.size)
    for row in range(counts.size):
        part = pairs[pointers[row] : pointers[row + 1]]
        table[row, part["column"]] = part["sum"]
    return np.maximum(table, table.T) if counts.triangle else table


def test_a_sentence_counted_by_hand(tmp_path: Path) -> None:
    encoded = encode([["a", "b", "a", "c"], ["a"]])  # numbers: a 0, b 1, c 2
    table = dense(count(encoded, Weighting(window=2), tmp_path))
    np.testing.assert_allclose(table, [[1.0, 2.0, 1.0], [2.0, 0.0, 0.5], [1.0, 0.5, 0.0]])  # a-a: both ways of 1/2


@pytest.mark.parametrize("weighting", [Weighting(), Weighting(3), Weighting(10, False), Weighting(4, distance=False)])
def test_counts_are_those_of_a_plain_loop(tmp_path: Path, weighting: Weighting) -> None:
    encoded = text()
    np.testing.assert_allclose(dense(count(encoded, weighting, tmp_path)), plain(encoded, weighting), rtol=1e-12)


def test_windows_do_not_cross_sentences(tmp_path: Path) -> None:
    table = dense(count(encode([["a", "b"], ["c", "d"]] * 3), Weighting(), tmp_path))
    assert table[0].nonzero()[0].tolist() == [1]
    assert table[2].nonzero()[0].tolist() == [3]


@pytest.mark.parametrize("symmetric", [True, False])
def test_spilling_in_many_stretches_changes_nothing(tmp_path: Path, symmetric: bool) -> None:
    encoded, weighting = text(), Weighting(7, symmetric)
    spilled = count(encoded, weighting, tmp_path, memory_mb=1)
    assert len(spilled.runs) == len(list(tmp_path.iterdir())) >= 6
    np.testing.assert_allclose(dense(spilled), plain(encoded, weighting), rtol=1e-12)


def test_one_endless_sentence_is_cut_without_losing_a_pair(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    encoded = encode([[f"w{i}" for i in draw.integers(0, 30, 5000)]])
    spilled = count(encoded, Weighting(6), tmp_path, memory_mb=1)
    assert len(spilled.runs) > 1
    np.testing.assert_allclose(dense(spilled), plain(encoded, Weighting(6)), rtol=1e-12)


def test_small_bands_and_more_workers_give_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (one, three), encoded = (tmp_path / "1", tmp_path / "3"), text()
    one.mkdir(), three.mkdir()
    count(encoded, Weighting(), one)
    monkeypatch.setattr(cooccurrence, "BAND_POSITIONS", 100)
    count(encoded, Weighting(), three, workers=3)
    assert (one / "run-0.bin").read_bytes() == (three / "run-0.bin").read_bytes()


def test_shuffled_entries_are_the_table(tmp_path: Path) -> None:
    encoded = text()
    counts = count(encoded, Weighting(5), tmp_path, memory_mb=1)
    entries = order.shuffled(counts, tmp_path, workers=2)
    table = np.zeros((counts.size, counts.size), np.float32)
    table[entries["row"], entries["column"]] = entries["count"]
    np.testing.assert_array_equal(table, np.triu(plain(encoded, Weighting(5))).astype(np.float32))
    assert len(entries) == np.count_nonzero(table)


def test_blocks_stand_together_and_are_shuffled_by_the_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "BLOCK", 16)
    counts = count(text(), Weighting(), tmp_path)
    first, again, other = (
        order.shuffled(counts, tmp_path, seed=seed, workers=workers) for seed, workers in ((1, 1), (1, 3), (2, 1))
    )
    blocks = first["row"].astype(int) // 16 * 100 + first["column"] // 16
    assert (np.diff(blocks) >= 0).all()
    inside = np.diff(first["row"])[np.diff(blocks) == 0]
    assert 0.3 < (inside < 0).mean() < 0.6  # rows do not rise as they do before the shuffle
    assert first.tobytes() == again.tobytes() != other.tobytes()
    assert np.array_equal(np.sort(first, order=["row", "column"]), np.sort(other, order=["row", "column"]))


def test_entries_larger_than_the_memory_stay_on_disk(tmp_path: Path) -> None:
    counts = count(text(), Weighting(), tmp_path)
    mapped = order.shuffled(counts, tmp_path, memory_mb=0)
    assert isinstance(mapped, np.memmap)
    assert mapped.tobytes() == order.shuffled(counts, tmp_path).tobytes()


def test_progress_ends_complete_and_can_stop_the_work(tmp_path: Path) -> None:
    encoded, seen = text(), []
    counts = count(encoded, Weighting(), tmp_path, on_progress=seen.append)
    assert (seen[-1].phase, seen[-1].fraction, seen[-1].total) == ("counting", 1.0, len(encoded.ids))
    order.shuffled(counts, tmp_path, on_progress=seen.append)
    assert (seen[-1].phase, seen[-1].fraction) == ("shuffling", 1.0)

    def stop(progress: Progress) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        count(encoded, Weighting(), tmp_path, on_progress=stop)
    with pytest.raises(Cancelled):
        order.shuffled(counts, tmp_path, on_progress=stop)
