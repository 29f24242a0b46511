"""Which neighbors stay: identical, unrelated and hand-made trainings, whose agreement is known."""

import math

import numpy as np
import pytest

from embedlab.analysis import neighbor_lists
from embedlab.analysis.neighbor_lists import NeighborLists, spread
from embedlab.analysis.stability import compare, stability
from embedlab.base import BadInput
from tests.conftest import TinyModel

WORDS = [f"w{i}" for i in range(400)]


def random_model(seed: int, counts: bool = True) -> TinyModel:
    matrix = np.random.default_rng(seed).normal(size=(len(WORDS), 16))
    return TinyModel(WORDS, matrix, np.arange(len(WORDS), 0, -1) if counts else None)


def given(*near: str, k: int = 10, counts: tuple[int, ...] = (5,)) -> NeighborLists:
    """Lists of the words "a", "b", …: of each its neighbors, as letters."""
    words = tuple("abcdefgh"[: len(near)])
    return NeighborLists(k, 101, words, counts, tuple(tuple(row.split()) for row in near))


def test_the_same_model_agrees_with_itself_wholly() -> None:
    found = stability([random_model(1)] * 3, WORDS[:50])
    assert (found.mean, found.low, found.high) == (1, 1, 1)
    assert found.overlap.tolist() == [1] * 50 and found.by_rank.tolist() == [1] * 10
    assert found.pairs.tolist() == [1, 1, 1]
    assert math.isnan(found.rho)
    assert all(near.share == 1 for near in found.of("w3"))
    assert [near.rank for near in found.of("w3")] == list(range(1, 11))


def test_a_turned_space_has_the_same_neighbors() -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(16, 16)))
    first = random_model(1)
    found = stability([first, TinyModel(WORDS, first.matrix @ turn, first.counts)], WORDS)
    assert found.mean == pytest.approx(1, abs=1e-3)


def test_random_vectors_share_what_chance_gives() -> None:
    found = stability([random_model(seed) for seed in range(6)], WORDS)
    assert found.chance == pytest.approx(10 / 399)
    assert found.mean == pytest.approx(found.chance, abs=0.004)
    assert abs(found.rho) < 0.15


def test_one_shared_neighbor_of_ten_is_a_tenth() -> None:
    found = compare([given("x b c d e f g h i j"), given("k l m n o p q r s x")])
    assert found.mean == pytest.approx(0.1)
    first = found.of("a")[0]
    assert (first.word, first.share, first.rank) == ("x", 1, 5.5)
    assert len(found.of("a")) == 19 and {near.share for near in found.of("a")[1:]} == {0.5}
    assert found.by_rank.tolist() == [0.5, *[0] * 8, 0.5]  # the first of the one is the tenth of the other
    assert found.chance == pytest.approx(0.1)


def test_pairs_words_and_bands() -> None:
    trainings = [
        given("p q", "p q", k=2, counts=(90, 10)),
        given("p r", "p q", k=2, counts=(110, 10)),
        given("s t", "p q", k=2, counts=(100, 10)),
    ]
    found = compare(trainings)
    assert found.overlap.tolist() == pytest.approx([1 / 6, 1])  # of "a": a half, nothing, nothing
    assert found.pairs.tolist() == pytest.approx([0.75, 0.5, 0.5])
    assert found.counts.tolist() == [100, 10]
    assert found.rho == pytest.approx(-1)
    assert [(band.low, band.high, band.words, band.mean) for band in found.bands] == [
        (10, 10, 1, 1), (100, 100, 1, pytest.approx(1 / 6)),
    ]  # fmt: skip
    shares = [(near.word, round(near.share, 2)) for near in found.of("a")]
    assert shares == [("p", 0.67), ("s", 0.33), ("q", 0.33), ("r", 0.33), ("t", 0.33)]


def test_words_that_one_training_lacks_are_left_out() -> None:
    longer = TinyModel([*WORDS, "new"], np.vstack([random_model(1).matrix, np.ones(16)]))
    found = stability([longer, random_model(1, counts=False)], ["new", "w0", "nowhere", "w0"])
    assert found.words == ("w0",)
    assert found.bands == ()
    with pytest.raises(BadInput, match="not among the 1 words"):
        found.of("new")
    with pytest.raises(BadInput, match="no word that all"):
        stability([longer, random_model(1)], ["new"])


def test_too_little_to_compare_is_said() -> None:
    with pytest.raises(BadInput, match="Two trainings"):
        stability([random_model(1)], WORDS)
    with pytest.raises(BadInput, match="Two trainings"):
        compare([given("x"), given("x", k=5)])
    with pytest.raises(BadInput, match="1 or more"):
        stability([random_model(1), random_model(2)], WORDS, k=0)


def test_a_vector_of_zeros_has_no_neighbors() -> None:
    matrix = np.array(random_model(1).matrix)
    matrix[0] = 0
    assert stability([TinyModel(WORDS, matrix)] * 2, WORDS[:3]).words == ("w1", "w2")


def test_lists_survive_being_written() -> None:
    lists = (given("x y", "y z", counts=(3, 2)), given("z x", "x a", counts=(4, 1)))
    again = neighbor_lists.from_dict(neighbor_lists.to_dict(lists))
    assert [vars(one) for one in again] == [vars(one) for one in lists]


def test_words_that_stand_for_all() -> None:
    some = spread(random_model(1), 10)
    assert some[:6] == WORDS[:6] and some[6] == "w6" and some[-1] == "w399" and len(set(some)) == 10
    assert spread(random_model(1), 400) == WORDS
