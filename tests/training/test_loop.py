"""The training loop on networks small enough to check by hand."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from embedlab.base import Progress
from embedlab.base.settings import NeuralConfig
from embedlab.training import loop


class Line(loop.Learner):
    """Fits y = w x + b, with dropout on x so that random numbers matter, and a carried count."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear = nn.Linear(1, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        self.carried = (self.carried[0] + 1,) if self.carried else (torch.ones(1),)
        return ((self.linear(self.dropout(x)) - y) ** 2).mean()


class Points:
    """Points of y = 3 x - 1."""

    tokens = 1

    def __init__(self, number: int = 200, lanes: int = 0, slope: float = 3.0) -> None:
        self.lanes = lanes
        self.x = torch.linspace(-1, 1, number)[:, None]
        self.y = slope * self.x - 1
        self.asked: list[list[int]] = []

    def __len__(self) -> int:
        return len(self.x)

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        self.asked.append(list(rows))
        at = torch.as_tensor(np.asarray(rows))
        return self.x[at], self.y[at]


def config(**changes: Any) -> NeuralConfig:
    return NeuralConfig(**{"epochs": 5, "batch_size": 20, "learning_rate": 0.1, "schedule": "constant"} | changes)


class Killed(Exception):
    pass


def test_a_line_is_found() -> None:
    learner = Line()
    outcome = loop.fit(loop.Task(learner, Points(), Points()), config(epochs=30, patience=0))
    assert learner.linear.weight.item() == pytest.approx(3.0, abs=1e-2)
    assert learner.linear.bias.item() == pytest.approx(-1.0, abs=1e-2)
    assert outcome.held_out is not None and outcome.held_out < 1e-3
    assert (outcome.tokens, outcome.epochs) == (30 * 200, 30)


def test_every_epoch_reads_every_example_once_in_a_new_order() -> None:
    points = Points()
    loop.fit(loop.Task(Line(), points), config(epochs=2))
    first, second = [*chain(*points.asked[:10])], [*chain(*points.asked[10:])]
    assert sorted(first) == sorted(second) == list(range(200))
    assert first != second != sorted(second)


def test_lanes_are_read_in_order_and_the_state_is_carried_through_an_epoch() -> None:
    points, learner = Points(lanes=8), Line()
    seen = []
    task = loop.Task(learner, points)
    loop.fit(task, config(epochs=2), lambda _: seen.append(learner.carried[0].item()))
    assert [*chain(*points.asked)] == list(range(200)) * 2
    assert all(len(batch) == 8 for batch in points.asked)
    assert seen == [25, 25]
    assert learner.carried == ()


def test_looking_at_held_out_text_leaves_the_carried_state_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LOOK_EVERY", 80)
    learner = Line()
    seen = []
    task = loop.Task(learner, Points(lanes=8), Points(40))
    loop.fit(task, config(epochs=1), lambda _: seen.append(learner.carried[0].item()))
    assert seen == [25]


def test_it_stops_when_held_out_text_gains_no_more_and_keeps_the_best_weights() -> None:
    events: list[Progress] = []
    learner = Line()
    weights: list[float] = []

    def look(event: Progress) -> None:
        events.append(event)
        weights.append(learner.linear.weight.item())

    against = Points(slope=1.0)  # the better the line fits, the worse the held-out loss, once past slope 1
    outcome = loop.fit(loop.Task(learner, Points(), against), config(epochs=50, patience=2), look)
    losses = [event.held_out for event in events if event.held_out is not None]
    best = int(np.argmin(losses))
    assert outcome.epochs == best + 3 < 50
    assert outcome.held_out == min(losses)
    assert learner.linear.weight.item() == weights[best]


def test_gradients_are_clipped() -> None:
    learner = Line()
    lengths = []
    learner.linear.weight.register_hook(lambda g: lengths.append(g.norm().item()))
    before = learner.linear.weight.item()
    loop.fit(loop.Task(learner, Points(slope=1e6)), config(epochs=1, clip=1e-9, weight_decay=0.0, learning_rate=1e-3))
    assert max(lengths) > 1e3
    assert abs(learner.linear.weight.item() - before) <= 10 * 1e-3  # AdamW moves by at most the rate a step


@pytest.mark.parametrize(
    ("schedule", "half", "end"), [("cosine", 0.5, 0.01), ("linear", 0.5, 0.01), ("constant", 1.0, 1.0)]
)
def test_the_learning_rate_rises_and_then_falls_by_its_schedule(schedule: str, half: float, end: float) -> None:
    settings = config(schedule=schedule, warmup=0.2, learning_rate=1.0)
    assert loop.rate(settings, 0.0) < 0.01
    assert loop.rate(settings, 0.1) == pytest.approx(0.5, abs=0.01)
    assert loop.rate(settings, 0.2) == pytest.approx(1.0)
    assert loop.rate(settings, 0.6) == pytest.approx(half)
    assert loop.rate(settings, 1.0) == pytest.approx(end)


def test_the_mean_loss_weighs_a_short_last_batch_by_its_examples() -> None:
    points, learner = Points(50), Line()
    with torch.no_grad():
        expected = float(((learner.linear(points.x) - points.y) ** 2).mean())
    assert loop.mean_losses(learner, points, 20) == pytest.approx([expected], rel=1e-5)


@pytest.mark.parametrize("lanes", [0, 8])
@pytest.mark.parametrize("after", [3, 13, 37])
def test_a_killed_training_goes_on_to_the_same_weights(tmp_path: Path, lanes: int, after: int) -> None:
    def run(folder: Path | None, die_after: int = 0) -> Line:
        learner, points = Line(dropout=0.5), Points(lanes=lanes)
        fetch, fetched = points.__getitems__, []

        def counted(rows: Sequence[int]) -> tuple[Tensor, Tensor]:
            fetched.append(rows)
            if die_after and len(fetched) > die_after:
                raise Killed
            return fetch(rows)

        points.__getitems__ = counted  # type: ignore[method-assign]
        task = loop.Task(learner, points, Points(30), mark="line")
        loop.fit(task, config(patience=0), None, folder, save_every=0)
        return learner

    unbroken = run(None)
    with pytest.raises(Killed):
        run(tmp_path / "c", die_after=after)
    assert (tmp_path / "c").is_dir()
    resumed = run(tmp_path / "c")
    assert torch.equal(resumed.linear.weight, unbroken.linear.weight)
    assert torch.equal(resumed.linear.bias, unbroken.linear.bias)
    assert not (tmp_path / "c").exists()


def test_a_checkpoint_of_another_training_is_not_resumed(tmp_path: Path) -> None:
    def stop(_: Progress) -> None:
        raise Killed

    with pytest.raises(Killed):
        loop.fit(loop.Task(Line(), Points(), mark="one"), config(), stop, tmp_path / "c", save_every=0)
    fresh, other = Line(), Line()
    loop.fit(loop.Task(fresh, Points(), mark="two"), config(), None, tmp_path / "c")
    loop.fit(loop.Task(other, Points(), mark="two"), config())
    assert torch.equal(fresh.linear.weight, other.linear.weight)


def test_the_callers_random_numbers_are_left_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    learner = Line()
    torch.manual_seed(7)
    loop.fit(loop.Task(learner, Points()), config(epochs=1))
    assert torch.equal(torch.rand(3), expected)


def test_progress_counts_tokens_and_estimates_the_rest() -> None:
    events: list[Progress] = []
    loop.fit(loop.Task(Line(), Points(), Points(20), unit="points"), config(epochs=2), events.append)
    ends = [event for event in events if event.held_out is not None]
    assert [event.epoch for event in ends] == [1, 2]
    assert [event.step for event in ends] == [200, 400]
    assert all(event.total == 400 and event.unit == "points" for event in events)
    assert ends[-1].eta == 0
    assert all(event.tokens_per_second and math.isfinite(event.tokens_per_second) for event in events)


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from embedlab.training import loop as training
from tests.training.test_loop import Line
from tests.training.test_loop import Points
from tests.training.test_loop import config
task = training.Task(Line(dropout=0.5), Points(20_000), Points(30), mark="line")
settings = config(epochs=3, patience=0)
training.fit(task, settings, lambda event: print(event.step, flush=True), Path({folder!r}), save_every=0)
"""


def test_a_process_that_is_killed_leaves_a_checkpoint_that_another_goes_on_from(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    code = SCRIPT.format(root=str(root), folder=str(tmp_path / "c"))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root)
    assert process.stdout is not None and int(process.stdout.readline()) > 0
    process.kill()
    process.wait()
    assert (tmp_path / "c" / "checkpoint.json").is_file()
    steps: list[int] = []
    resumed, unbroken = Line(dropout=0.5), Line(dropout=0.5)
    loop.fit(
        loop.Task(resumed, Points(20_000), Points(30), mark="line"),
        config(epochs=3, patience=0),
        lambda event: steps.append(event.step),
        tmp_path / "c",
    )
    loop.fit(loop.Task(unbroken, Points(20_000), Points(30)), config(epochs=3, patience=0))
    assert steps[-1] == 60_000
    assert torch.equal(resumed.linear.weight, unbroken.linear.weight)
    assert torch.equal(resumed.linear.bias, unbroken.linear.bias)


class TwoLosses(Line):
    """Two tasks at once: their losses stand apart."""

    parts = ("first", "second")

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        loss = super().forward(x, y)
        self.apart = torch.stack([loss, 2 * loss])
        return loss + 2 * loss


def test_losses_that_are_learned_together_are_told_apart() -> None:
    events: list[Progress] = []
    learner = TwoLosses()
    task = loop.Task(learner, Points(200), Points(50))
    loop.fit(task, config(epochs=2), events.append)
    told = [event for event in events if event.held_out is not None]
    assert told
    for event in told:
        assert [part.name for part in event.parts] == ["first", "second"]
        first, second = event.parts
        assert second.loss == pytest.approx(2 * first.loss)
        assert event.loss == pytest.approx(first.loss + second.loss, rel=1e-5)
        assert first.held_out is not None
        assert event.held_out == pytest.approx(3 * first.held_out, rel=1e-5)
