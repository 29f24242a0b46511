"""Clouds of constructed vectors: pictures that turned away are turned back, groups and what their sentences share."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import fisher_exact
from sklearn.decomposition import PCA

from embedlab.analysis.clouds import Cloud, cloud, laid_over, pictures, plane, scaled
from embedlab.analysis.shared_words import shared
from embedlab.base import BadInput, BadModel, BadSetting
from embedlab.data.datasets import Occurrence
from tests.contextual_toys import Toy


def turned(points: np.ndarray, angle: float, mirrored: bool) -> np.ndarray:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (points @ turn) * ([1, -1] if mirrored else [1, 1])


def occurrences(*sentences: str) -> list[Occurrence]:
    made = []
    for sentence in sentences:
        words = tuple(sentence.split())
        made.append(Occurrence("bank", "", "", "", words, words.index("bank"), sentence))
    return made


BANKS = occurrences(
    *(f"the muddy bank of the river {i}" for i in range(6)),
    *(f"he opened an account at the bank {i} x" for i in range(5)),
)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("angle", [0.0, 0.7, 2.5, np.pi])
def test_turning_mirroring_moving_and_growing_are_undone_exactly(angle: float, mirrored: bool) -> None:
    points = np.random.default_rng(1).normal(size=(20, 2))
    moved = 3.7 * turned(points, angle, mirrored) + [4, -2]
    np.testing.assert_allclose(laid_over(moved, points), scaled(points), atol=1e-9)
    assert np.sqrt((scaled(moved) ** 2).sum(axis=1).mean()) == pytest.approx(1)


@pytest.mark.parametrize("size", [12, 40])  # fewer and more vectors than dimensions
def test_the_plane_is_that_of_the_principal_components(size: int) -> None:
    rows = np.random.default_rng(7).normal(size=(size, 20)) * np.linspace(3, 1, 20)
    expected = PCA(2, svd_solver="full").fit_transform(rows)
    found = plane(rows.astype(np.float32))
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-4)
    assert plane(np.float32([[1], [3]])).tolist() in ([[-1, 0], [1, 0]], [[1, 0], [-1, 0]])


def test_points_in_one_place_stay_there() -> None:
    one = np.full((5, 2), 3.0)
    np.testing.assert_array_equal(scaled(one), np.zeros((5, 2)))
    np.testing.assert_array_equal(laid_over(one, np.random.default_rng(2).normal(size=(5, 2))), np.zeros((5, 2)))
    np.testing.assert_allclose(laid_over(np.eye(5)[:, :2], one), scaled(np.eye(5)[:, :2]))


def test_layers_that_differ_by_a_rotation_of_space_have_the_same_picture() -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(30, 6)) * [4, 2, 1, 1, 0.5, 0.5]
    rotation, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    found = pictures(np.float32([rows, rows @ rotation, rows @ -rotation]))
    np.testing.assert_allclose(found[1], found[0], atol=1e-4)
    np.testing.assert_allclose(found[2], found[0], atol=1e-4)


def test_two_senses_become_two_groups_where_the_model_knows_them() -> None:
    told = []
    found = cloud(Toy(), BANKS, on_progress=told.append)
    assert found.layers == ("0", "1", "2")
    assert found.groups[0].tolist() == [0] * 11
    assert found.groups[2].tolist() == [0] * 6 + [1] * 5
    assert np.ptp(found.points[0]) == 0
    across = found.points[2]
    assert np.linalg.norm(across[:6].mean(axis=0) - across[6:].mean(axis=0)) > 10 * across[:6].std(axis=0).max()
    assert set(found.typical(2, 1, 3)) <= set(range(6, 11))
    assert (found.word, found.found, found.sentences) == ("bank", 11, 11)
    assert told[-1].phase == "drawing" and told[0].phase == "encoding"


def test_typical_sentences_are_those_nearest_to_the_centre() -> None:
    central = np.float32([[0.1, 0.9, 0.5, 0.7]])
    made = Cloud(
        "bank", ("x",), tuple(BANKS[:4]), np.zeros((1, 4, 2), np.float32), np.int32([[0, 0, 1, 0]]), central, 4, 4
    )
    assert made.typical(0, 0, 2) == [1, 3]
    assert made.typical(0, 1) == [2]
    assert made.typical(0, 5) == []


def test_a_cloud_is_kept_and_found_again(tmp_path) -> None:
    made = cloud(Toy(), BANKS, sorter="hdbscan", found=500, sentences=9000)
    made.save(tmp_path / "cloud")
    again = Cloud.load(tmp_path / "cloud")
    assert (again.occurrences, again.layers, again.found, again.sentences) == (tuple(BANKS), made.layers, 500, 9000)
    for name in ("points", "groups", "central"):
        np.testing.assert_array_equal(getattr(again, name), getattr(made, name))
    (tmp_path / "cloud" / "cloud.json").write_text('{"word": 1}')
    with pytest.raises(BadModel, match="Compute it again"):
        Cloud.load(tmp_path / "cloud")
    with pytest.raises(BadModel):
        Cloud.load(tmp_path / "nothing")


def test_a_cloud_by_something_else_is_refused(tmp_path) -> None:
    with pytest.raises(BadSetting, match="pca or umap"):
        cloud(Toy(), BANKS, method="tsne")
    with pytest.raises(BadInput):
        cloud(Toy(), [])


@pytest.mark.slow
def test_aligned_umap_keeps_the_senses_apart_and_the_layers_together() -> None:
    rng = np.random.default_rng(4)
    rows = np.repeat(5 * np.eye(8)[:2], 30, axis=0) + rng.normal(size=(60, 8)) * 0.5
    found = pictures(np.float32([rows, rows[:, ::-1]]), "umap")
    for points in found:
        one, two = points[:30], points[30:]
        assert np.linalg.norm(one.mean(axis=0) - two.mean(axis=0)) > 3 * max(one.std(), two.std())
    assert np.abs(found[0] - found[1]).mean() < 0.3  # the picture has a mean square distance of 1


# ---------------------------------------------------------------- what sentences share


def planted(inside: int = 40, outside: int = 60) -> list[Occurrence]:
    """Random words everywhere, "loan" in most of the first sentences and in few of the others."""
    rng = np.random.default_rng(5)
    made = []
    for i in range(inside + outside):
        words = [f"w{n}" for n in rng.integers(40, size=8)]
        if rng.random() < (0.7 if i < inside else 0.1):
            words.append("Loan")
        made.append(" ".join([*words, "bank", "the", ","]))
    return occurrences(*made)


def test_the_planted_word_is_found_and_no_other() -> None:
    found = shared(planted(), range(40))
    assert found.words[0].word == "loan"
    assert found.certain == 1
    assert (found.chosen, found.others) == (40, 60)
    assert found.words[0].inside > found.words[0].outside
    names = [item.word for item in found.words]
    assert "bank" not in names and "," not in names and "the" not in names[:1]
    rest = found.words[1:]
    assert all(one.z >= two.z for one, two in itertools.pairwise(rest))
    table = [[found.words[0].inside, found.words[0].outside]]
    table.append([40 - table[0][0], 60 - table[0][1]])
    assert found.words[0].p == pytest.approx(fisher_exact(table, alternative="greater").pvalue)
    assert found.words[0].p < found.limit == pytest.approx(0.05 / found.tested)


def test_a_random_choice_shares_nothing_that_chance_does_not_explain() -> None:
    sentences = planted()
    rng = np.random.default_rng(6)
    certain = [shared(sentences, rng.permutation(100)[:40].tolist()).certain for _ in range(40)]
    assert sum(count > 0 for count in certain) <= 6  # 2 expected at the level of 5 %


def test_the_z_is_the_paper_s() -> None:
    sentences = occurrences("bank red", "bank red", "bank blue red", "bank blue", "bank blue")
    found = shared(sentences, [0, 1])
    (red,) = [item for item in found.words if item.word == "red"]
    prior, a = 0.1 * 6, 0.1 * 3  # 6 words in all, 3 of them red
    odds = np.log((2 + a) / (2 + prior - 2 - a)) - np.log((1 + a) / (4 + prior - 1 - a))
    assert red.z == pytest.approx(odds / np.sqrt(1 / (2 + a) + 1 / (1 + a)))
    assert (red.inside, red.outside, found.tested) == (2, 1, 2)


def test_a_choice_of_none_or_all_is_refused() -> None:
    for chosen in ([], range(11), [99]):
        with pytest.raises(BadInput, match="not all"):
            shared(BANKS, chosen)
