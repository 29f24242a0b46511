"""Steps of the output layer: the multiply-adds counted, only the needed rows moved, and moved by the true gradient."""

import numpy as np
import pytest
import torch

from embedlab.analysis.softmax import losses, steps
from embedlab.analysis.softmax.steps import METHODS, RATE, Shape, mean_path, memory, multiply_adds, prepare, zipf

SHAPE = Shape(words=200, hidden=5, batch=6, noise=3, samples=7)


def test_multiply_adds_are_those_of_scores_and_both_gradients() -> None:
    # 1000 words, H = 100: 1000 scores of 100 multiply-adds forward, as many for each of the two gradients
    shape = Shape(1000, 100, 64, 10, 500)
    counted = {method: multiply_adds(method, shape) for method in METHODS}
    assert counted == {
        "full": 300_000, "sampled": 3 * 501 * 100, "hierarchical": 300 * mean_path(1000), "negative": 3300,
        "ranking": 600,
    }  # fmt: skip


def test_the_mean_path_of_zipfs_words_lies_within_a_bit_of_their_entropy() -> None:
    for words in (2, 100, 10_000):
        p = zipf(words)
        entropy = float(-(p * np.log2(p)).sum())
        assert entropy <= mean_path(words) < entropy + 1
    assert mean_path(2) == 1


def test_only_the_full_softmax_needs_memory_that_grows_with_batch_times_words() -> None:
    small, large = Shape(100_000, 100, 1, 10, 500), Shape(100_000, 100, 101, 10, 500)
    grown = {method: memory(method, large) - memory(method, small) for method in METHODS}
    assert grown["full"] == 100 * 100_000 * 3 * 4
    assert max(value for method, value in grown.items() if method != "full") < grown["full"]
    assert memory("ranking", small) == memory("ranking", Shape(10, 100, 1, 10, 500))


@pytest.mark.parametrize("method", METHODS)
def test_steps_make_the_loss_smaller(method: str) -> None:
    step = prepare(method, SHAPE)  # type: ignore[arg-type]
    seen = [step().item() for _ in range(2000)]
    assert np.isfinite(seen).all()
    assert np.mean(seen[-200:]) < np.mean(seen[:200])


@pytest.mark.parametrize("method", ["sampled", "hierarchical", "negative"])
def test_a_step_moves_the_rows_that_it_needs_by_their_gradient_and_no_others(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, torch.Tensor] = {}
    gathered, moved = steps._gathered, steps._moved

    def gather(weight: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        seen["before"], seen["words"] = weight.clone(), words
        return gathered(weight, words)

    def move(weight: torch.Tensor, words: torch.Tensor, gradient: torch.Tensor) -> None:
        moved(weight, words, gradient)
        seen["after"] = weight.clone()

    monkeypatch.setattr(steps, "_gathered", gather)
    monkeypatch.setattr(steps, "_moved", move)
    given: list[tuple[torch.Tensor, ...]] = []
    name = {"sampled": "sampled_softmax", "hierarchical": "hierarchical_softmax", "negative": "negative_sampling"}[
        method
    ]
    loss = getattr(losses, name)
    monkeypatch.setattr(losses, name, lambda *values: given.append(values) or loss(*values))
    prepare(method, SHAPE)()  # type: ignore[arg-type]

    words, before = seen["words"], seen["before"]
    dense = before.clone().requires_grad_()  # the naive form: differentiate with respect to the whole matrix
    rows, b = dense[words], SHAPE.batch
    if method == "hierarchical":
        values = (rows, *given[0][2:])
    else:
        values = (rows[:b], rows[b:].view_as(given[0][2]), *given[0][3:])
    (gradient,) = torch.autograd.grad(loss(given[0][0], *values), dense)
    assert torch.allclose(seen["after"], before - RATE * gradient, atol=1e-6)
    untouched = np.setdiff1d(np.arange(SHAPE.words), words.numpy())
    assert len(untouched) > SHAPE.words / 2
    assert torch.equal(seen["after"][untouched], before[untouched])


def test_words_are_drawn_as_often_as_they_should() -> None:
    p = zipf(20)
    drawn = steps._Drawing(p, torch.Generator().manual_seed(0))(100_000)
    assert np.bincount(drawn.numpy(), minlength=20) / 100_000 == pytest.approx(p, abs=0.005)
