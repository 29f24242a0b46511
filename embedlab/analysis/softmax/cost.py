"""Time of a training step of the output layer on this machine, as the vocabulary grows.

The time of one step (see ``steps``: scores, loss, gradients of hidden vectors and weights, update) is divided by the
tokens in it; the result is the median of several repetitions after a warm-up. The network below the output layer is not
measured: it costs the same whatever the loss.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TypeVar

import numpy as np

from embedlab.analysis.softmax.steps import METHODS, TITLES, Method, Shape, Step, memory, multiply_adds, prepare
from embedlab.base import OnProgress, Progress, Settings, setting

T = TypeVar("T")

SMALLEST = 1_000
SHORTEST = 0.05
"""Seconds that a repetition lasts at least: quick steps are taken many at a time."""
FREE = 0.8
"""Share of the free memory that may be used."""
POLL = 0.2
"""Seconds between two looks whether to stop."""


@dataclass(frozen=True)
class CostSettings(Settings):
    """What is measured, and within which limits."""

    largest: int = setting(1_000_000, "The vocabulary grows from 1,000 up to this.", low=SMALLEST, high=10_000_000)
    hidden: int = setting(100, "Width H of the hidden vectors and of a row of output weights.", low=1, high=4096)
    batch: int = setting(64, "Tokens in a training step.", low=1, high=4096)
    noise: int = setting(10, "Noise words K that negative sampling draws for every token.", low=1, high=1000)
    samples: int = setting(
        500, "Words that the sampled softmax draws for every batch, shared by its tokens.", low=1, high=20_000
    )
    repetitions: int = setting(5, "Each point is the median of so many repetitions.", low=1, high=100)
    threads: int = setting(
        1, "Processor threads. With one, times follow the multiply-adds best: several speed up large steps only.",
        low=1, high=256,
    )  # fmt: skip
    memory_limit: int = setting(
        4000, "No point is begun that needs more megabytes than this, or than are free.", low=1, high=1_000_000
    )
    time_limit: int = setting(
        60, "No point is begun that would take more seconds than this, to judge by the one before.", low=1, high=3600
    )

    def sizes(self) -> list[int]:
        """Vocabularies to measure: 1,000, 3,000, 10,000 and so on."""
        steps = [factor * SMALLEST * 10**power for power in range(5) for factor in (1, 3)]
        return [size for size in steps if size <= self.largest]

    def shape(self, words: int) -> Shape:
        """The output layer for a vocabulary of so many words."""
        return Shape(words, self.hidden, self.batch, self.noise, self.samples)


@dataclass(frozen=True)
class Point:
    """One loss at one size of the vocabulary.

    Attributes:
        method: which loss.
        words: V.
        seconds: a token, the median of the repetitions.
        low: lower quartile.
        high: upper quartile.
        multiply_adds: a token, expected.
    """

    method: Method
    words: int
    seconds: float
    low: float
    high: float
    multiply_adds: float


@dataclass(frozen=True)
class Stop:
    """From which size on a loss was not measured.

    Attributes:
        method: which loss.
        words: V of the first point left out.
        reason: why, in a sentence.
    """

    method: Method
    words: int
    reason: str


@dataclass(frozen=True)
class Costs:
    """Everything measured.

    Attributes:
        settings: of the measurement.
        points: in the order of V.
        stops: losses that were not followed to the largest vocabulary.
    """

    settings: CostSettings
    points: tuple[Point, ...] = ()
    stops: tuple[Stop, ...] = ()

    @classmethod
    def of_all(cls, settings: CostSettings, points: Iterable[Point | Stop]) -> Costs:
        """What ``points`` gave, in one."""
        rows = list(points)
        measured = tuple(row for row in rows if isinstance(row, Point))
        return cls(settings, measured, tuple(row for row in rows if isinstance(row, Stop)))

    def of(self, method: Method) -> list[Point]:
        """One loss's points, in the order of V."""
        return [point for point in self.points if point.method == method]

    def slope(self, method: Method, start: int = 10_000) -> float:
        """The exponent b of seconds ~ V^b, by least squares from V = ``start`` on; nan with fewer than two points."""
        return _slope([(point.words, point.seconds) for point in self.of(method) if point.words >= start])

    def expected_slope(self, method: Method, start: int = 10_000) -> float:
        """The same of the multiply-adds, at the same points."""
        return _slope([(point.words, point.multiply_adds) for point in self.of(method) if point.words >= start])

    def pair(self, first: Method, second: Method, words: int = 100_000) -> tuple[Point, Point] | None:
        """Both losses at ``words``, or at the largest smaller vocabulary at which both were measured."""
        there = {point.words: point for point in self.of(second) if point.words <= words}
        both = [(point, there[point.words]) for point in self.of(first) if point.words in there]
        return max(both, key=lambda two: two[0].words, default=None)


def _slope(pairs: Sequence[tuple[float, float]]) -> float:
    if len(pairs) < 2:
        return float("nan")
    x, y = np.log(np.array(pairs, float)).T
    return float(np.polyfit(x, y, 1)[0])


def measure(settings: CostSettings | None = None, on_progress: OnProgress = lambda progress: None) -> Costs:
    """Measure all losses at all sizes of the vocabulary.

    Args:
        settings: what to measure, and the limits.
        on_progress: called at every point and while it lasts; what it raises ends the measurement at once.
    """
    how = settings or CostSettings()
    return Costs.of_all(how, points(how, on_progress))


def points(settings: CostSettings, on_progress: OnProgress = lambda progress: None) -> Iterator[Point | Stop]:
    """The same point by point, as they are measured; a loss that meets a limit gives a ``Stop`` and no more points."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(settings.threads)
    try:
        yield from _points(settings, on_progress)
    finally:
        torch.set_num_threads(threads)


def _points(settings: CostSettings, on_progress: OnProgress) -> Iterator[Point | Stop]:
    sizes = settings.sizes()
    going: list[Method] = list(METHODS)
    before: dict[Method, Point] = {}
    for row, words in enumerate(sizes):
        shape = settings.shape(words)
        for column, method in enumerate(METHODS):
            done = row * len(METHODS) + column
            event = Progress(done, len(sizes) * len(METHODS), phase=f"{TITLES[method]}, {words:,} words", unit="points")
            on_progress(event)
            if method not in going:
                continue
            if reason := _too_much(method, settings, shape, before.get(method)):
                going.remove(method)
                yield Stop(method, words, reason)
                continue
            before[method] = point = _measured(method, settings, shape, partial(on_progress, event))
            on_progress(dataclasses.replace(event, step=done + 1))
            yield point


def _too_much(method: Method, settings: CostSettings, shape: Shape, before: Point | None) -> str:
    """Why a point is not to be begun, in a sentence; empty if it is within the limits."""
    needed, allowed = memory(method, shape) / 1e6, min(settings.memory_limit, FREE * _free_mb())
    if needed > allowed:
        return f"It needs about {needed:,.0f} MB of memory, and {allowed:,.0f} MB are allowed and free."
    if before is not None:
        growth = multiply_adds(method, shape) / before.multiply_adds
        step = before.seconds * shape.batch * growth
        needed = step + settings.repetitions * max(step, SHORTEST)
        if needed > settings.time_limit:
            return f"It would take about {needed:,.0f} s, and {settings.time_limit:,} s are allowed a point."
    return ""


def _measured(method: Method, settings: CostSettings, shape: Shape, look: Callable[[], None]) -> Point:
    """One point. The work is done in a thread, so that ``look`` can stop it while a long step still runs."""
    worker = ThreadPoolExecutor(1, thread_name_prefix="softmax")
    try:
        step = _waited(worker, look, lambda: prepare(method, shape))
        _waited(worker, look, step)  # memory is touched for the first time
        count = max(1, int(SHORTEST / max(_waited(worker, look, lambda: _timed(step, 1)), 1e-9)))
        taken = [_waited(worker, look, lambda: _timed(step, count)) for _ in range(settings.repetitions)]
    finally:
        worker.shutdown(wait=False, cancel_futures=True)
    low, median, high = (float(value) / shape.batch for value in np.quantile(taken, (0.25, 0.5, 0.75)))
    return Point(method, shape.words, median, low, high, multiply_adds(method, shape))


def _timed(step: Step, count: int) -> float:
    """Seconds that a step takes, of so many."""
    start = perf_counter()
    for _ in range(count):
        step()
    return (perf_counter() - start) / count


def _waited(worker: ThreadPoolExecutor, look: Callable[[], None], work: Callable[[], T]) -> T:
    """What the work gives; ``look`` is called before it, and every now and then until it is done."""
    look()
    future = worker.submit(work)
    while not wait([future], POLL).done:
        look()
    return future.result()


def _free_mb() -> float:
    import psutil

    return float(psutil.virtual_memory().available) / 1e6
