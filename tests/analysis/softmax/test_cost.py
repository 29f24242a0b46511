"""The measurement: what comes back, that it stops when asked, that it keeps to its limits. No timings are asserted."""

import math
import threading
from itertools import pairwise

import pytest
import torch

from embedlab.analysis.softmax import cost
from embedlab.analysis.softmax.cost import Costs, CostSettings, Point, Stop, measure
from embedlab.analysis.softmax.steps import METHODS, multiply_adds
from embedlab.base import BadSetting, Cancelled, Progress

TINY = {"hidden": 4, "batch": 2, "noise": 2, "samples": 3, "repetitions": 2}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "SHORTEST", 0.001)


def point(method: str, words: int, seconds: float, count: float = 1.0) -> Point:
    return Point(method, words, seconds, seconds, seconds, count)  # type: ignore[arg-type]


def test_every_loss_is_measured_at_every_size() -> None:
    threads = torch.get_num_threads()
    settings = CostSettings(largest=3000, **TINY)
    heard: list[Progress] = []
    costs = measure(settings, heard.append)
    assert [(p.words, p.method) for p in costs.points] == [(v, m) for v in (1000, 3000) for m in METHODS]
    assert all(0 < p.low <= p.seconds <= p.high for p in costs.points)
    assert all(p.multiply_adds == multiply_adds(p.method, settings.shape(p.words)) for p in costs.points)
    assert costs.stops == ()
    steps = [event.step for event in heard]
    assert steps == sorted(steps) and set(steps) == set(range(11)) and heard[-1].fraction == 1
    assert torch.get_num_threads() == threads


def test_sizes_are_1_and_3_by_powers_of_10() -> None:
    assert CostSettings().sizes() == [1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000]
    assert CostSettings(largest=29_999).sizes() == [1000, 3000, 10_000]
    with pytest.raises(BadSetting, match="largest"):
        CostSettings(largest=10)


def test_what_the_callback_raises_ends_it_even_in_the_middle_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, finished = threading.Event(), threading.Event()

    def step() -> torch.Tensor:
        go_on.wait(60)
        finished.set()
        return torch.zeros(())

    monkeypatch.setattr(cost, "prepare", lambda *_: step)
    calls = 0

    def stop(_: Progress) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:  # the first step has begun
            raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        measure(CostSettings(largest=1000, **TINY), stop)
    assert not finished.is_set()  # it is still under way, and was not waited for
    go_on.set()


def test_a_point_that_needs_too_much_memory_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    # full: 2 matrices and 3 x the scores are 4 MB at 10,000 words; no other loss needs more than 2
    costs = measure(CostSettings(largest=10_000, **TINY | {"hidden": 20, "batch": 20}, memory_limit=2))
    left_out = {stop.method: stop for stop in costs.stops}
    assert list(left_out) == ["full"]
    assert left_out["full"].words == 10_000 and "about 4 MB of memory, and 2 MB" in left_out["full"].reason
    assert max(p.words for p in costs.of("full")) == 3000
    assert len(costs.of("ranking")) == 3  # needs no matrix over the vocabulary
    monkeypatch.setattr(cost, "_free_mb", lambda: 0.0)
    nothing = measure(CostSettings(largest=1000, **TINY))
    assert nothing.points == () and {stop.method for stop in nothing.stops} == set(METHODS)


def test_a_point_that_would_take_too_long_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "_timed", lambda step, count: 0.5)
    costs = measure(CostSettings(largest=10_000, **TINY, time_limit=4))
    # full: 0.5 s a step at 1000, so 1.5 s at 3000 (three steps are 4.5 s); the others stay at 0.5 s
    assert [(stop.method, stop.words) for stop in costs.stops] == [("full", 3000)]
    assert "4 s are allowed" in costs.stops[0].reason
    assert len(costs.of("full")) == 1 and len(costs.of("negative")) == 3


def test_slopes_and_pairs_are_those_of_the_points() -> None:
    points = [point("full", v, 2e-9 * v, 3.0 * v) for v in (1000, 10_000, 100_000, 1_000_000)]
    points += [point("negative", v, 5e-6) for v in (1000, 10_000, 30_000)]
    costs = Costs(CostSettings(), tuple(points), (Stop("negative", 100_000, "enough"),))
    assert costs.slope("full") == pytest.approx(1) and costs.expected_slope("full") == pytest.approx(1)
    assert costs.slope("negative") == pytest.approx(0, abs=1e-9)
    assert math.isnan(costs.slope("ranking"))
    both = costs.pair("full", "negative")
    assert both is not None and both[0].words == both[1].words == 10_000
    assert both[0].seconds / both[1].seconds == pytest.approx(4)
    assert costs.pair("full", "ranking") is None


def test_multiply_adds_grow_as_taught() -> None:
    settings = CostSettings()
    grown = {
        method: [multiply_adds(method, settings.shape(words)) for words in (1000, 10_000, 100_000)]
        for method in METHODS
    }
    assert grown["full"] == [3e5, 3e6, 3e7]
    assert all(len(set(grown[method])) == 1 for method in ("sampled", "negative", "ranking"))
    steps = [b - a for a, b in pairwise(grown["hierarchical"])]
    assert steps[0] == pytest.approx(steps[1], rel=0.1)  # the same for every tenfold: a logarithm
