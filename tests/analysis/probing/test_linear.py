"""Linear probes at their best: the optimiser, its losses and slopes, and scikit-learn's optimum."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from embedlab.analysis.probes import ProbeSettings, layer_probe
from embedlab.analysis.probing import layer_mix, lbfgs
from embedlab.analysis.probing.layer_mix import Mixing, Mixture, combined
from embedlab.analysis.probing.readout import Readout, directions, split
from tests.analysis.probing.probe_toys import Words, tagged

L2 = 0.01


def drawn(words: int = 1500, dim: int = 24, labels: int = 4, layers: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    """(L, N, D) standardised values that hang together, and (2, N) labels; the first is in the middle layer."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(layers, words, dim)) @ rng.normal(size=(layers, dim, dim))
    noise = 2 * rng.gumbel(size=(words, labels))
    scores = x[layers // 2] @ rng.normal(size=(dim, labels)) / dim**0.5
    wanted = np.stack([(scores + noise).argmax(1), rng.integers(labels, size=words)])
    x = (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
    return torch.from_numpy(x.astype(np.float32)), torch.from_numpy(wanted)


class Bowls:
    """x' A x / 2 - b' x for several A and b, divided by nothing."""

    def __init__(self, matrices: torch.Tensor, sides: torch.Tensor) -> None:
        self.matrices, self.sides, self.asked = matrices, sides, torch.zeros(len(sides))

    def __call__(self, x, which):
        self.asked[which] += 1
        bent = torch.einsum("pij,pj->pi", self.matrices[which], x)
        return (x * (bent / 2 - self.sides[which])).sum(1).double(), bent - self.sides[which]

    def look(self, x, which):
        pass

    def scaled(self, gradients, which):
        return gradients


def test_bowls_side_by_side_come_to_their_lowest_places() -> None:
    draw = torch.Generator().manual_seed(1)
    roots = torch.randn(3, 30, 30, generator=draw) / 5
    matrices = roots @ roots.transpose(1, 2) + torch.tensor([0.1, 1.0, 100.0])[:, None, None] * torch.eye(30)
    bowls = Bowls(matrices, torch.randn(3, 30, generator=draw))
    found = lbfgs.minimise(bowls, torch.zeros(3, 30), tolerance=1e-4)
    wanted = torch.linalg.solve(matrices, bowls.sides)
    assert torch.allclose(found.x, wanted, atol=2e-3)
    assert found.steps[2] < found.steps[1] < found.steps[0]
    assert bowls.asked[2] < bowls.asked[0]  # what is done is not asked any more


def test_a_start_at_the_lowest_place_takes_no_step_and_one_may_stop_the_others() -> None:
    bowls = Bowls(torch.eye(4).repeat(2, 1, 1) * torch.tensor([1.0, 9.0])[:, None, None], torch.ones(2, 4))
    best = bowls.sides / torch.tensor([[1.0], [9.0]])
    assert lbfgs.minimise(bowls, best, tolerance=1e-4).steps.tolist() == [0, 0]

    def stop(step: int, loss: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lbfgs.minimise(bowls, torch.zeros(2, 4), tolerance=1e-4, told=stop)


@pytest.mark.parametrize("joined", [False, True])
def test_the_slopes_of_a_readout_are_autograds(joined: bool) -> None:
    x, wanted = drawn()
    blocks = list(x) if joined else [x[1]]
    readout = Readout(blocks, wanted, 4, L2)
    place = (0.1 * torch.randn(readout.start().shape, generator=torch.Generator().manual_seed(2))).requires_grad_()
    weights, biases = split(place, 4)
    scores = weights @ torch.cat(blocks, dim=1).T + biases
    losses = torch.nn.functional.cross_entropy(scores, wanted, reduction="none").mean(1)
    losses = losses + L2 / 2 * weights.square().sum((1, 2))
    losses.sum().backward()
    found, slopes = readout(place.detach(), torch.arange(2))
    assert torch.allclose(found.float(), losses.detach(), atol=1e-5)
    assert torch.allclose(slopes, place.grad, atol=1e-5)
    one, slope = readout(place.detach()[1:], torch.tensor([1]))
    assert torch.allclose(one, found[1:]) and torch.allclose(slope, slopes[1:], atol=1e-6)


@pytest.mark.parametrize("joined", [False, True])
def test_a_readout_comes_to_scikit_learns_optimum(joined: bool) -> None:
    x, wanted = drawn()
    blocks = list(x) if joined else [x[1]]
    readout = Readout(blocks, wanted, 4, L2)
    found = lbfgs.minimise(readout, readout.start(), tolerance=1e-5)
    assert found.steps.max() < 60
    rows = torch.cat(blocks, dim=1).double().numpy()
    for row, tags in enumerate(wanted.numpy()):
        model = LogisticRegression(C=1 / (L2 * len(rows)), tol=1e-8, max_iter=5000).fit(rows, tags)
        loss = -model.predict_log_proba(rows)[np.arange(len(rows)), tags].mean() + L2 / 2 * (model.coef_**2).sum()
        assert found.losses[row] == pytest.approx(loss, abs=1e-6)
        weights, biases = split(found.x[row : row + 1], 4)
        np.testing.assert_allclose(weights[0].numpy(), model.coef_, atol=2e-3)
        said = (rows @ weights[0].numpy().T + biases[0, :, 0].numpy()).argmax(1)
        assert (said == model.predict(rows)).mean() > 0.998


def test_the_slopes_of_a_mixture_are_autograds() -> None:
    x, wanted = drawn()
    outside = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, float("-inf")]])
    draw = torch.Generator().manual_seed(3)
    beside, hidden = torch.randn(1500, 5, generator=draw), torch.rand(4, 1500, generator=draw) < 0.2
    hidden[wanted, torch.arange(1500)] = False
    ways = [Mixing((0, 1, 2), l2=0.3), Mixing((0, 1), l2=0.02)]
    mixture = Mixture(x, wanted, ways, 4, L2, beside=beside, hidden=hidden)
    place = (0.1 * torch.randn(2, 3 + 4 * 30, generator=draw)).requires_grad_()
    shares = (place[:, :3] + outside).softmax(1)
    mixed = torch.einsum("pl,lnd->pnd", shares, x)
    mixed = mixed / mixed.square().mean((1, 2), keepdim=True).sqrt()  # gamma gives it variance 1
    read = torch.cat([mixed, beside.expand(2, -1, -1)], dim=2)
    weights, biases = split(place[:, 3:], 4)
    scores = (weights @ read.mT + biases).masked_fill(hidden, float("-inf"))
    losses = torch.nn.functional.cross_entropy(scores, wanted, reduction="none").mean(1)
    losses = losses + L2 / 2 * weights.square().sum((1, 2))
    losses = losses + torch.tensor([0.3, 0.02]) * place[:, :3].square().sum(1)
    losses.sum().backward()
    found, slopes = mixture(place.detach(), torch.arange(2))
    assert torch.allclose(found.float(), losses.detach(), atol=1e-5)
    assert torch.allclose(slopes, place.grad, atol=1e-5)


def test_a_mixture_finds_the_layer_and_ends_where_no_slope_is_left() -> None:
    x, wanted = drawn(6000)  # enough words for a sample of them to lead the way
    found = layer_mix.learn(x, wanted, [Mixing((0, 1, 2), 1e-5), Mixing((0, 1), 1e-5)], 4, L2, 1e-4)
    assert found[0].weights[1] > 0.9 and found[1].weights[2] == 0
    for mix in found:
        assert mix.weights.sum() == pytest.approx(1)
        assert mix.blocks(x)[0].square().mean() == pytest.approx(1, abs=1e-3)


def test_a_mix_of_given_weights_has_scikit_learns_readout() -> None:
    x, wanted = drawn()
    (mix,) = layer_mix.learn(x, wanted[:1], [Mixing(weights=(0.2, 0.5, 0.3))], 4, L2, 1e-5)
    rows = mix.blocks(x)[0].double().numpy()
    assert np.square(rows).mean() == pytest.approx(1, abs=1e-3)
    model = LogisticRegression(C=1 / (L2 * len(rows)), tol=1e-8, max_iter=5000).fit(rows, wanted[0].numpy())
    np.testing.assert_allclose(split(mix.readout, 4)[0][0].numpy(), model.coef_, atol=2e-3)


def test_other_weights_of_layers_would_be_worse() -> None:
    rng = np.random.default_rng(8)
    names = rng.integers(3, size=6000)
    layers = rng.normal(size=(3, 6000, 12))
    layers[1, np.arange(6000), names] += 1.5
    layers[2, np.arange(6000), names] += 1.0
    x = torch.from_numpy(((layers - layers.mean(1, keepdims=True)) / layers.std(1, keepdims=True)).astype(np.float32))
    wanted = torch.from_numpy(names)[None]

    def lowest(logits: torch.Tensor) -> float:
        shares = logits.softmax(1)
        gamma = torch.einsum("pl,lnd->pnd", shares, x).square().mean() ** -0.5
        readout = Readout([combined(gamma * shares, x)[0]], wanted, 3, L2)
        return lbfgs.minimise(readout, readout.start(), tolerance=1e-5).losses.item()

    (mix,) = layer_mix.learn(x, wanted, [Mixing((0, 1, 2), l2=0.0)], 3, L2, 1e-5)
    best = mix.weights.log()[None]
    assert 0.02 < best.exp()[0, 2] < best.exp()[0, 1]
    for turn in 0.5 * torch.cat([torch.eye(3), -torch.eye(3)]):
        assert lowest(best + turn) > lowest(best) + 1e-6


@pytest.mark.parametrize(("words", "dim"), [(300, 40), (50, 80), (300, 1500)])
def test_directions_stand_at_right_angles_and_hold_what_varies_most(words: int, dim: int) -> None:
    rng = np.random.default_rng(4)
    spread = 10 * np.arange(1, 6) @ np.eye(5, dim)  # five values vary much, the others little
    x = torch.from_numpy((rng.normal(size=(words, dim)) * np.maximum(spread, 0.1)).astype(np.float32))
    found = directions(x)
    assert torch.allclose(found.T @ found, torch.eye(found.shape[1]), atol=1e-3)
    assert torch.allclose((found[:5] ** 2).sum(1), torch.ones(5), atol=1e-2)


def test_a_few_words_again_and_again_have_directions_too() -> None:
    rng = np.random.default_rng(7)
    words = rng.normal(size=(4, 47)).astype(np.float32)[rng.integers(4, size=128)]
    x = torch.from_numpy((words - words.mean(0)) / words.std(0))
    found = directions(x)
    assert torch.allclose(found.T @ found, torch.eye(47), atol=1e-4)
    wanted = torch.from_numpy(rng.integers(3, size=(1, 128)))
    best = lbfgs.minimise(readout := Readout([x], wanted, 3, L2), readout.start(), tolerance=1e-5)
    model = LogisticRegression(C=1 / (L2 * 128), tol=1e-8, max_iter=5000).fit(x.double().numpy(), wanted[0].numpy())
    assert split(best.x, 3)[0][0].numpy() == pytest.approx(model.coef_, abs=1e-3)


@pytest.mark.parametrize("strategy", ["layer 1", "sum of all", "mix of all", "concatenation of all"])
def test_a_probe_of_every_kind_says_what_scikit_learn_says(strategy: str) -> None:
    rng = np.random.default_rng(5)
    tags = rng.choice(["O", "B-PER", "B-LOC"], size=4000, p=[0.6, 0.2, 0.2])
    names = np.searchsorted(["B-LOC", "B-PER", "O"], tags)
    layers = rng.normal(size=(3, 4000, 16))
    layers[1:, np.arange(4000), names] += 2
    data = tagged(tags.tolist())
    settings = ProbeSettings(resamples=20, l2=L2, depth=False)
    row = layer_probe(Words(layers), data, [strategy], settings).rows[0]
    known = sum(len(one.words) for one in data.train)
    test = known + sum(len(one.words) for one in data.dev)
    scaled = (layers - layers[:, :known].mean(1, keepdims=True)) / layers[:, :known].std(1, keepdims=True)
    read = {
        "layer 1": scaled[1], "sum of all": scaled.sum(0) / scaled.sum(0)[:known].std(0),
        "mix of all": row.gamma * np.tensordot(row.weights or (0, 0, 0), scaled, 1),
        "concatenation of all": np.concatenate(scaled, axis=1),
    }[strategy]  # fmt: skip
    model = LogisticRegression(C=1 / (L2 * known), tol=1e-7, max_iter=5000).fit(read[:known], tags[:known])
    said = np.array(data.labels)[row.tags]
    assert (said == model.predict(read[test:])).mean() > 0.995
    assert 0 < row.epoch < 200


def test_passes_and_rates_say_nothing_to_a_linear_probe() -> None:
    rng = np.random.default_rng(6)
    tags = rng.choice(["O", "B-PER"], size=900)
    model, data = Words(rng.normal(size=(2, 900, 8)) + 2 * (tags == "O")[:, None]), tagged(tags.tolist())
    usual = ProbeSettings(resamples=20, depth=False)
    other = dataclasses.replace(usual, epochs=1, patience=1, learning_rate=0.5, batch_size=16)
    one, two = (layer_probe(model, data, ["last", "mix of all"], settings) for settings in (usual, other))
    assert [row.tags.tolist() for row in one.rows] == [row.tags.tolist() for row in two.rows]
