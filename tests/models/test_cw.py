"""Collobert & Weston's model: the network as in the paper, exact gradients, true words above random ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.func import functional_call

from embedlab.base import END, BadInput, BadSetting
from embedlab.data.datasets import load_sample
from embedlab.models.cw import Cw, CwConfig, CwLearner, CwNetwork

WORDS = ["the", "cat", "dog", "sleeps", "barks"]


def untrained() -> Cw:
    config = CwConfig(dim=3, hidden=4, window=5)
    torch.manual_seed(2)
    return Cw(CwNetwork(len(WORDS) + 2, config), WORDS, np.array([9, 5, 4, 2, 1]), config)


def by_hand(weights: dict[str, np.ndarray], ids: list[int]) -> float:
    """f(window) as in Collobert et al. 2011: lookup table, concatenation, linear, HardTanh, linear."""
    middle = len(ids) // 2
    before, after = np.split(weights["around.weight"], 2, axis=1)
    M = np.concatenate([before, weights["middle.weight"], after], axis=1)  # (H, window * D)
    x = np.concatenate([weights["embedding.weight"][i] for i in ids])
    assert M.shape[1] == len(x)
    assert before.shape[1] == middle * 3
    hidden = np.clip(M @ x + weights["around.bias"], -1, 1)
    return float(weights["output.weight"][0] @ hidden + weights["output.bias"][0])


def test_every_word_in_the_gap_is_scored_by_the_papers_network() -> None:
    model = untrained()
    for weight in model.network.parameters():
        torch.nn.init.normal_(weight)  # so that HardTanh is reached at both ends
    unknown, end = 5, 6
    found = model.rank([END, "the", "cat", "zebra", "barks"])
    expected = [by_hand(model.tensors(), [end, 0, i, unknown, 4]) for i in range(5)]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(found, model.rank([END, "the", "anything", "zebra", "barks"]))


def test_the_loss_is_the_ranking_criterion() -> None:
    config = CwConfig(dim=3, hidden=4, window=5)
    torch.manual_seed(1)
    network = CwNetwork(7, config)
    torch.nn.init.normal_(network.output.weight)
    around, true = torch.randint(0, 7, (20, 4)), torch.randint(0, 5, (20,))
    only = np.array([0.0, 0, 0, 1, 0])  # word 3 is the only one that is drawn
    weights = {name: weight.detach().numpy() for name, weight in network.named_parameters()}
    expected = 0.0
    for sides, word in zip(around.tolist(), true.tolist(), strict=True):
        f = [by_hand(weights, [*sides[:2], middle, *sides[2:]]) for middle in (word, 3)]
        expected += max(0.0, 1 - f[0] + f[1]) / 20
    assert 0 < expected != 1
    for negatives in (1, 4):
        loss = CwLearner(network, negatives, only)(around, true).detach()
        assert float(loss) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("negatives", [1, 3])
def test_the_gradient_of_the_loss_agrees_with_finite_differences(negatives: int) -> None:
    torch.manual_seed(0)
    learner = CwLearner(CwNetwork(7, CwConfig(dim=2, hidden=3, window=3)), negatives, np.ones(5)).double()
    around, true = torch.randint(0, 7, (6, 2)), torch.randint(0, 5, (6,))
    names = [name for name, _ in learner.named_parameters()]
    weights = tuple(torch.randn_like(weight).requires_grad_() for _, weight in learner.named_parameters())

    def loss(*values: torch.Tensor) -> Any:
        torch.manual_seed(7)  # the same words are drawn
        return functional_call(learner, dict(zip(names, values, strict=True)), (around, true))

    assert loss(*weights) > 0
    assert torch.autograd.gradcheck(loss, weights)


def test_wrong_words_are_drawn_as_often_as_asked_and_alike_when_measuring() -> None:
    drawn: list[torch.Tensor] = []

    class Watched(CwNetwork):
        def forward(self, around: torch.Tensor, middle: torch.Tensor) -> torch.Tensor:
            drawn.append(middle[:, 1:])
            return super().forward(around, middle)

    learner = CwLearner(Watched(7, CwConfig(dim=2, hidden=3, window=3)), 4, np.array([5, 3, 1, 1, 0]))
    around, true = torch.zeros(2500, 2, dtype=torch.int64), torch.zeros(2500, dtype=torch.int64)
    torch.manual_seed(0)
    learner(around, true)
    shares = torch.bincount(drawn[0].flatten(), minlength=7) / 10_000
    np.testing.assert_allclose(shares, [0.5, 0.3, 0.1, 0.1, 0, 0, 0], atol=0.02)
    learner.eval()
    learner(around, true)
    learner(around, true)
    assert not torch.equal(drawn[0], drawn[1])
    assert torch.equal(drawn[1], drawn[2])


def test_a_window_of_another_length_is_refused() -> None:
    with pytest.raises(BadInput, match="windows of 5 words, not 3"):
        untrained().rank(["the", "cat", "sleeps"])
    with pytest.raises(BadSetting, match="odd"):
        CwConfig(window=4)


def test_a_saved_model_ranks_the_same(tmp_path: Path) -> None:
    model = untrained()
    model.save(tmp_path / "m")
    back = Cw.load(tmp_path / "m")
    window = [END, "the", "cat", "sleeps", END]
    np.testing.assert_array_equal(back.rank(window), model.rank(window))
    np.testing.assert_array_equal(back.matrix, model.matrix)
    assert np.shares_memory(back.matrix, back.network.embedding.weight.detach().numpy())


@pytest.mark.parametrize("drawn", ["uniform", "frequency"])
def test_on_the_kingdom_the_true_word_stands_above_most_others(drawn: str) -> None:
    config = CwConfig(dim=20, hidden=30, window=7, epochs=2, learning_rate=0.01, drawn=drawn, negatives=3)
    model = Cw.train(load_sample("kingdom"), config)
    unseen = load_sample("kingdom", seed=77)
    above = []
    for sentence in list(unseen)[:150]:
        line = [END] * 3 + sentence + [END] * 3
        for i, word in enumerate(sentence):
            if word in model:
                scores = model.rank(line[i : i + 7])
                above.append(float((scores < scores[model.positions[word]]).mean()))
    assert np.mean(above) > 0.9  # 0.5 by chance
