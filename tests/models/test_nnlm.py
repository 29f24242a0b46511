"""Bengio's model: the paper's equation, exact gradients, contexts at the beginning of sentences, learning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.func import functional_call

from embedlab.analysis.neighbors import nearest
from embedlab.base import END, UNKNOWN, Progress
from embedlab.data.datasets import load_sample
from embedlab.models.nnlm import Nnlm, NnlmConfig, NnlmLearner, NnlmNetwork

WORDS = ["the", "cat", "dog", "sleeps", "barks"]


def untrained(direct: bool, n: int = 4) -> Nnlm:
    config = NnlmConfig(dim=3, hidden=6, n=n, direct=direct)
    torch.manual_seed(2)
    network = NnlmNetwork(len(WORDS) + 2, config)
    torch.nn.init.normal_(network.softmax.bias)
    return Nnlm(network, WORDS, np.array([9, 5, 4, 2, 1]), config)


@pytest.mark.parametrize("direct", [False, True])
def test_it_computes_equation_1_of_the_paper(direct: bool) -> None:
    model = untrained(direct)
    weights = {name: value.astype(np.float64) for name, value in model.tensors().items()}
    C, H, d = weights["C.weight"], weights["H.weight"], weights["H.bias"]
    W, U, b = weights["softmax.weight"][:, :-6], weights["softmax.weight"][:, -6:], weights["softmax.bias"]
    assert W.shape == (7, 9 * direct)
    unknown, end = 5, 6
    for context, numbers in (
        (["the", "cat", "sleeps"], [0, 1, 3]),
        (["barks", "the", "zebra", "dog"], [0, unknown, 2]),
        (["the"], [end, end, 0]),
        ([], [end, end, end]),
        (["the", "cat", END, "dog"], [end, end, 2]),
    ):
        x = np.concatenate([C[i] for i in numbers])
        y = b + U @ np.tanh(d + H @ x)
        if direct:
            y += W @ x
        np.testing.assert_allclose(model.next(context), np.exp(y) / np.exp(y).sum(), rtol=1e-4)


@pytest.mark.parametrize(("direct", "samples"), [(False, 0), (True, 0), (False, 3), (True, 3)])
def test_the_gradient_of_the_loss_agrees_with_finite_differences(
    direct: bool, samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)  # the softmax asks for single precision
    torch.manual_seed(0)
    config = NnlmConfig(dim=2, hidden=3, n=3, direct=direct, samples=samples)
    learner = NnlmLearner(NnlmNetwork(6, config, np.array([6, 5, 4, 3, 2, 1]))).double()
    contexts, targets = torch.randint(0, 6, (5, 2)), torch.randint(0, 6, (5,))
    names = [name for name, _ in learner.named_parameters()]
    weights = tuple(weight.detach().clone().requires_grad_() for _, weight in learner.named_parameters())

    def loss(*values: torch.Tensor) -> Any:
        torch.manual_seed(7)  # the same words are drawn
        return functional_call(learner, dict(zip(names, values, strict=True)), (contexts, targets))

    assert loss(*weights).dtype == torch.float64
    assert torch.autograd.gradcheck(loss, weights)


def test_with_a_sampled_softmax_the_word_vectors_get_nearly_the_same_gradient() -> None:
    counts = np.arange(50, 0, -1)
    config = NnlmConfig(dim=5, hidden=8, n=3, direct=True, samples=30)
    torch.manual_seed(4)
    learner = NnlmLearner(NnlmNetwork(50, config, counts))
    torch.nn.init.normal_(learner.network.softmax.weight, std=0.5)
    contexts = torch.randint(0, 50, (128, 2))
    targets = torch.multinomial(torch.from_numpy(counts).float(), 128, replacement=True)

    def gradient(times: int) -> torch.Tensor:
        learner.zero_grad()
        for _ in range(times):
            (learner(contexts, targets) / times).backward()
        return learner.network.C.weight.grad.clone().flatten()

    sampled = gradient(600)
    learner.network.softmax.samples = 0
    whole = gradient(1)
    assert torch.cosine_similarity(sampled, whole, dim=0) > 0.99
    assert float(sampled.norm() / whole.norm()) == pytest.approx(1.0, abs=0.1)


def test_scores_agree_with_next_and_do_not_look_over_a_boundary() -> None:
    model = untrained(direct=True)
    tokens = ["the", "zebra", "sleeps", "barks", END, "dog", "barks", END]
    scores = model.score(tokens)
    for i, token in enumerate(tokens):
        row = model.next(tokens[:i])
        assert row.sum() == pytest.approx(1.0, abs=1e-6)
        place = model.vocabulary.index(token if token in model.vocabulary else UNKNOWN)
        assert scores[i] == pytest.approx(np.log(row[place]), abs=1e-5)
    np.testing.assert_allclose(scores[5:], model.score(tokens[5:]), rtol=1e-6)
    assert model.score([]).shape == (0,)


def test_long_lists_are_answered_in_parts() -> None:
    model = untrained(direct=False)
    tokens = list(np.random.default_rng(0).choice(WORDS, 600))
    scores = model.score(tokens)
    assert scores.shape == (600,)
    assert scores[550] == pytest.approx(model.score(tokens[500:])[50], abs=1e-5)
    contexts = [tokens[:i] for i in range(300)]
    many = model.next_many(contexts)
    assert many.shape == (300, 7)
    np.testing.assert_allclose(many[270], model.next(contexts[270]), rtol=1e-5)


def test_the_matrix_is_a_view_of_the_network_that_cannot_be_written() -> None:
    model = untrained(direct=False)
    assert model.vocabulary == [*WORDS, UNKNOWN, END]
    assert model.matrix.shape == (5, 3)
    assert np.shares_memory(model.matrix, model.network.C.weight.detach().numpy())
    assert not model.matrix.flags.writeable
    assert set(model.tensors()) == {"C.weight", "H.weight", "H.bias", "softmax.weight", "softmax.bias"}


@pytest.mark.parametrize("direct", [False, True])
def test_a_saved_model_predicts_the_same(direct: bool, tmp_path: Path) -> None:
    model = untrained(direct)
    model.save(tmp_path / "m")
    back = Nnlm.load(tmp_path / "m")
    np.testing.assert_array_equal(back.matrix, model.matrix)
    np.testing.assert_array_equal(back.next(["the", "dog"]), model.next(["the", "dog"]))


def test_on_the_kingdom_it_beats_word_frequencies_and_puts_people_together() -> None:
    config = NnlmConfig(dim=20, hidden=30, n=4, samples=40, epochs=3, learning_rate=0.01)
    events: list[Progress] = []
    model = Nnlm.train(load_sample("kingdom"), config, events.append)
    held_out = [event.held_out for event in events if event.held_out is not None]
    share = model.counts / model.counts.sum()
    entropy = float(-(share * np.log(share)).sum())
    assert len(held_out) == 3
    assert np.exp(held_out[-1]) < np.exp(entropy) / 5
    people = "queen prince princess man woman boy girl son daughter brother sister father mother husband wife actor"
    assert len(set(nearest(model, "king", 6).words) & set(people.split())) >= 3
