import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness as reference

from embedlab.analysis.projection import _neighbors, _Teller, project
from embedlab.base import BadInput, BadSetting, Cancelled, Progress


@pytest.fixture(scope="module")
def groups():
    """Three bundles of 40 directions each in 20 dimensions."""
    rng = np.random.default_rng(0)
    centres = np.repeat(np.eye(20, dtype=np.float32)[:3], 40, axis=0)
    return centres + rng.normal(0, 0.1, (120, 20)).astype(np.float32)


def unit(matrix):
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def apart(points):
    """Whether every point's group is the group of its nearest centre."""
    labels = np.repeat(np.arange(3), 40)
    centres = np.stack([points[labels == i].mean(axis=0) for i in range(3)])
    return (np.linalg.norm(points[:, None] - centres, axis=2).argmin(axis=1) == labels).all()


@pytest.mark.parametrize("dims", [2, 3])
def test_pca_is_scikit_learns_on_unit_rows(groups, dims):
    result = project(groups, "pca", dims)
    fitted = PCA(dims, svd_solver="full").fit(unit(groups))
    expected = fitted.transform(unit(groups))
    signs = np.sign((result.points * expected).sum(axis=0))
    np.testing.assert_allclose(result.points * signs, expected, atol=1e-4)
    np.testing.assert_allclose(result.explained, fitted.explained_variance_ratio_, atol=1e-4)
    assert result.points.dtype == np.float32


@pytest.mark.parametrize(("method", "dims"), [("umap", 2), ("umap", 3), ("tsne", 2), ("tsne", 3)])
def test_groups_stay_groups_and_trustworthiness_is_scikit_learns(groups, method, dims):
    result = project(groups, method, dims, seed=1)
    assert result.points.shape == (120, dims)
    assert apart(result.points)
    assert result.trustworthiness == pytest.approx(reference(groups, result.points, n_neighbors=10, metric="cosine"))
    assert (result.trusted_on, result.neighborhood, result.method) == (120, 10, method)


@pytest.mark.parametrize("method", ["umap", "tsne", "pca"])
def test_a_seed_gives_the_same_picture_again(groups, method):
    np.testing.assert_array_equal(project(groups, method, seed=3).points, project(groups, method, seed=3).points)


@pytest.mark.parametrize("method", ["umap", "tsne", "pca"])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("dims", [2, 3])
def test_a_handful_of_points_is_drawn(method, n, dims):
    matrix = np.random.default_rng(n).normal(size=(n, 6))
    result = project(matrix, method, dims, seed=1)
    assert result.points.shape == (n, dims)
    assert np.isfinite(result.points).all()
    assert np.isnan(result.trustworthiness) == (n < 3)


@pytest.mark.parametrize("method", ["umap", "tsne", "pca"])
def test_zero_and_repeated_rows_are_drawn(groups, method):
    odd = np.concatenate([groups, np.zeros((3, 20)), groups[:5]])
    assert np.isfinite(project(odd, method, seed=1).points).all()
    assert np.isfinite(project(np.ones((12, 4)), method, seed=1).points).all()


def test_the_neighbors_given_to_umap_are_the_exact_ones(groups):
    found, distances = _neighbors(unit(groups), 5, _Teller(None))
    cosine = 1 - unit(groups) @ unit(groups).T
    np.testing.assert_array_equal(found, np.argsort(cosine, axis=1)[:, :5])
    np.testing.assert_allclose(distances[:, 1:], np.sort(cosine, axis=1)[:, 1:5], atol=1e-5)


def test_umap_says_how_far_it_is_and_can_be_stopped(groups):
    events: list[Progress] = []
    project(groups, "umap", seed=1, on_progress=events.append)
    assert list(dict.fromkeys(event.phase for event in events)) == ["neighbors", "layout", "trustworthiness"]
    layout = [event.step for event in events if event.phase == "layout"]
    assert layout == sorted(layout) and layout[-1] == 500

    def stop(progress: Progress) -> None:
        if progress.phase == "layout":
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        project(groups, "umap", seed=1, on_progress=stop)
    another = ThreadPoolExecutor(1).submit(project, groups, "umap", seed=1)  # a stopped one must not block the next
    np.testing.assert_array_equal(another.result(120).points, project(groups, "umap", seed=1).points)


@pytest.mark.parametrize("dims", [2, 3])
def test_tsne_says_how_far_it_is_and_can_be_stopped_at_every_round(groups, dims):
    events: list[Progress] = []

    def stop(progress: Progress) -> None:
        events.append(progress)
        if (progress.phase, progress.step) == ("layout", 7):
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        project(groups, "tsne", dims, seed=1, on_progress=stop)
    layout = [(event.step, event.total) for event in events if event.phase == "layout"]
    assert layout == [(done, 1000) for done in range(8)]


def test_a_map_leaves_the_networks_of_the_tests_their_number_of_threads(groups):
    project(groups, "umap", seed=1)
    assert torch.get_num_threads() == int(os.environ["OMP_NUM_THREADS"])


def test_bad_questions_are_refused(groups):
    with pytest.raises(BadSetting, match="2 or 3 dimensions"):
        project(groups, "pca", 4)
    with pytest.raises(BadSetting, match="umap, pca or tsne"):
        project(groups, "mds")
    with pytest.raises(BadInput, match="at least one vector"):
        project(np.zeros((0, 5)))
    with pytest.raises(BadInput, match="finite"):
        project(np.full((4, 5), np.nan))
