import tomllib
from itertools import pairwise

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from embedlab.base import Cancelled, Progress, paths
from embedlab.data.corpus import Corpus
from embedlab.models.glove.cooccurrence import Weighting
from embedlab.models.lsa import counts as lsa_counts
from embedlab.models.lsa import model as model_of_lsa
from embedlab.models.lsa import svd
from embedlab.models.lsa.model import Lsa, LsaConfig

RNG = np.random.default_rng(0)
TEXT = [[f"w{i}" for i in np.minimum(RNG.zipf(1.4, RNG.integers(2, 15)), 30)] for _ in range(300)]
CORPUS = Corpus.from_sentences(TEXT)


def counted(encoded, weights, contexts):
    """Pairs counted one by one."""
    table = np.zeros((len(encoded.vocabulary), contexts))
    for sentence in encoded.id_sentences():
        for i, word in enumerate(sentence):
            for j, context in enumerate(sentence):
                if i != j and abs(i - j) <= len(weights) and context < contexts:
                    table[word, context] += weights[abs(i - j) - 1]
    return table


def dense_ppmi(counts, smoothing, shift):
    joint = counts / counts.sum()
    words, contexts = joint.sum(axis=1, keepdims=True), counts.sum(axis=0) ** smoothing
    with np.errstate(divide="ignore"):
        information = np.log(joint / (words * contexts / contexts.sum())) - np.log(shift)
    return np.maximum(information, 0)


def all_but_signs(vectors):
    return vectors * np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])])


@pytest.mark.parametrize(("near", "weights"), [(Weighting(3, distance=False), [1, 1, 1]), (Weighting(2), [1, 0.5])])
@pytest.mark.parametrize("contexts", [7, 30])
def test_windowed_counts_are_those_of_counting_one_by_one(monkeypatch, near, weights, contexts):
    encoded = CORPUS.encode(1, 100)
    contexts = min(contexts, len(encoded.vocabulary))
    monkeypatch.setattr(lsa_counts, "ROWS", 4)
    result = lsa_counts.count(encoded, near, contexts)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result.toarray(), counted(encoded, weights, contexts), rtol=1e-5)


def test_ppmi_by_hand():
    # P(w,c) of 8 pairs; smoothing 1: PMI(0,0) = log(4/8 / (5/8 * 5/8)), PMI(0,1) = log(1/8 / (5/8 * 3/8)) < 0.
    result = lsa_counts.ppmi(csr_matrix(np.array([[4, 1], [1, 2]], np.float32)), smoothing=1.0)
    expected = [[np.log(32 / 25), 0], [0, np.log(2 / 8 * 64 / 9)]]
    np.testing.assert_allclose(result.toarray(), expected, rtol=1e-6)
    shifted = lsa_counts.ppmi(csr_matrix(np.array([[4, 1], [1, 2]], np.float32)), smoothing=1.0, shift=1.5)
    np.testing.assert_allclose(shifted.toarray(), [[0, 0], [0, np.log(16 / 9 / 1.5)]], rtol=1e-6)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_ppmi_vectors_are_those_of_a_dense_decomposition(power):
    config = LsaConfig(
        dim=6, min_count=1, window=3, contexts=12, smoothing=0.75, shift=1.2, eigenvalue_power=power, iterations=30
    )
    model = Lsa.train(CORPUS, config)
    table = dense_ppmi(counted(CORPUS.encode(1, 100), [1, 1, 1], 12), 0.75, 1.2)
    u, s, _ = np.linalg.svd(table, full_matrices=False)
    np.testing.assert_allclose(
        all_but_signs(model.matrix), all_but_signs(u[:, :6] * s[:6] ** power), atol=2e-3 * s[0] ** power
    )
    assert model.card.loss == pytest.approx(1 - (s[:6] ** 2).sum() / (s**2).sum(), abs=1e-4)


def test_tfidf_vectors_are_those_of_scikit_learns_table():
    model = Lsa.train(CORPUS, LsaConfig(dim=4, min_count=1, weighting="tfidf", document_sentences=7, iterations=40))
    blocks = [[word for sentence in TEXT[i : i + 7] for word in sentence] for i in range(0, len(TEXT), 7)]
    reader = TfidfVectorizer(analyzer=lambda block: block, sublinear_tf=True)
    table = reader.fit_transform(blocks).toarray()[:, [reader.vocabulary_[word] for word in model.words]]
    _, s, vt = np.linalg.svd(table, full_matrices=False)
    np.testing.assert_allclose(
        all_but_signs(model.matrix), all_but_signs(vt[:4].T * s[:4] ** model.config.eigenvalue_power), atol=5e-3
    )


def test_the_decomposition_in_slices_is_that_of_numpy(monkeypatch):
    monkeypatch.setattr(svd, "SLICE_VALUES", 50)
    table = RNG.normal(size=(60, 40)) * (RNG.random((60, 40)) < 0.3)
    seen = []
    *_, best = svd.steps(csr_matrix(table.astype(np.float32)), 5, 25, 1, lambda *at: seen.append(at))
    u, s, vt = np.linalg.svd(table)
    np.testing.assert_allclose(best.values, s[:5], rtol=1e-4)
    np.testing.assert_allclose(np.abs(np.sum(best.left * u[:, :5], axis=0)), 1, atol=1e-3)
    np.testing.assert_allclose(np.abs(np.sum(best.right * vt[:5], axis=1)), 1, atol=1e-3)
    assert seen == [(i + 1, seen[-1][1]) for i in range(len(seen))]
    assert len(seen) == seen[-1][1]


def nearest(vectors):
    """Each row's ten nearest others by cosine."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similar = unit @ unit.T
    np.fill_diagonal(similar, -2)
    return [set(row) for row in np.argsort(-similar, axis=1)[:, :10].tolist()]


FLAT = csr_matrix(np.maximum(np.random.default_rng(3).normal(size=(300, 300)) - 1, 0).astype(np.float32))
"""Like a text's table, many directions of nearly the same strength."""


def test_a_small_table_is_decomposed_exactly_where_rounds_would_leave_neighbors_to_chance():
    u, s, _ = np.linalg.svd(FLAT.toarray().astype(np.float64))
    wanted = nearest(u[:, :50] * s[:50] ** 0.25)
    found, rounds = (
        list(model_of_lsa._factors(FLAT, LsaConfig(dim=50, iterations=number), lambda *_: None))[-1]
        for number in (0, svd.ROUNDS)
    )
    np.testing.assert_allclose(found.values, s[:50], rtol=1e-5)
    shares = [
        np.mean([len(a & b) / 10 for a, b in zip(wanted, nearest(one.left * one.values**0.25), strict=True)])
        for one in (found, rounds)
    ]
    assert shares[0] == 1 and shares[1] < 0.8
    assert found.share == pytest.approx((s[:50] ** 2).sum() / (s**2).sum(), rel=1e-5)


def test_a_large_table_gets_rounds_unless_told_otherwise(monkeypatch):
    monkeypatch.setattr(svd, "EXACT_VALUES", FLAT.nnz - 1)
    made = [list(model_of_lsa._factors(FLAT, LsaConfig(dim=5, iterations=n), lambda *_: None)) for n in (0, 3)]
    assert list(map(len, made)) == [svd.ROUNDS, 3]


def test_a_table_of_zeros_is_decomposed_as_well():
    *_, found = model_of_lsa._factors(csr_matrix((30, 30), dtype=np.float32), LsaConfig(dim=3), lambda *_: None)
    assert found.values.tolist() == [0, 0, 0] and np.isfinite(found.left).all()


@pytest.mark.parametrize("dim", [2, 6, 11])
def test_the_exact_decomposition_of_any_shape_and_width_is_that_of_numpy(dim):
    seen: list[tuple[int, int]] = []
    for table in (RNG.normal(size=(40, 12)), RNG.normal(size=(12, 40))):
        found = svd.exact(csr_matrix(table.astype(np.float32)), dim, 1, lambda *at: seen.append(at))
        u, s, vt = np.linalg.svd(table)
        np.testing.assert_allclose(found.values, s[:dim], rtol=1e-5)
        np.testing.assert_allclose(np.abs(np.sum(found.left * u[:, :dim], axis=0)), 1, atol=1e-4)
        np.testing.assert_allclose(np.abs(np.sum(found.right * vt[:dim], axis=1)), 1, atol=1e-4)
    assert seen and all(0 < done <= total for done, total in seen)


def test_the_recipe_of_the_starter_keeps_the_rounds_that_it_was_made_with():
    shipped = Lsa.load(paths.assets() / "starters" / "lsa").config
    recipe = tomllib.loads((paths.assets() / "recipes" / "lsa.toml").read_text(encoding="utf-8"))["settings"]
    assert shipped.iterations == recipe["iterations"] == 5


def test_the_same_seed_gives_the_same_vectors_and_they_survive_a_save(tmp_path):
    config = LsaConfig(dim=8, min_count=1, seed=5)
    first, second = Lsa.train(CORPUS, config), Lsa.train(CORPUS, config)
    np.testing.assert_array_equal(first.matrix, second.matrix)
    first.save(tmp_path / "lsa")
    again = Lsa.load(tmp_path / "lsa")
    np.testing.assert_array_equal(again.matrix, first.matrix)
    assert (again.words, again.config) == (first.words, first.config)


def test_progress_names_its_phases_and_its_loss_falls():
    events: list[Progress] = []
    model = Lsa.train(CORPUS, LsaConfig(dim=5, min_count=1, iterations=4), events.append)
    phases = list(dict.fromkeys(event.phase for event in events))
    assert [phase for phase in phases if phase != "reading"] == ["counting", "factorising"]
    rounds = [event for event in events if event.peek]
    assert [event.epoch for event in rounds] == [1, 2, 3, 4]
    assert all(b.loss <= a.loss + 1e-5 for a, b in pairwise(rounds))
    np.testing.assert_array_equal(rounds[-1].peek().matrix, model.matrix)


@pytest.mark.parametrize("phase", ["counting", "factorising"])
def test_it_can_be_stopped(phase):
    def stop(progress: Progress) -> None:
        if progress.phase == phase:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        Lsa.train(CORPUS, LsaConfig(min_count=1), stop)


def test_a_small_vocabulary_gives_fewer_dimensions_and_says_so():
    model = Lsa.train(Corpus.from_sentences([["a", "b", "c"]] * 9), LsaConfig(dim=100, min_count=1))
    assert model.dim == model.config.dim == 3
