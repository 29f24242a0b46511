"""Ten nearest of 400,000 words of 300 dimensions, beside one pass over the matrix (``unit_matrix @ q``).

Run by hand: ``PYTHONPATH=. python tests/benchmarks/bench_neighbors.py [words dims]``. All works are measured in turn
in the same run, after a first call. Medians are printed, and the best of all rounds, which a busy machine disturbs
least; the aim is a ratio to one pass of at most 1.2.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from embedlab.analysis.neighbors import nearest, nearest_many, suggest
from embedlab.analysis.ranking import top
from embedlab.base import StaticConfig, StaticModel

ROUNDS = 31


class Plain(StaticModel):
    kind = "plain"
    config_class = StaticConfig


def in_turn(*works: Callable[[], object]) -> list[tuple[float, float]]:
    """Best and median milliseconds of each work, measured one after the other in every round."""
    times: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(ROUNDS):
        for work, taken in zip(works, times, strict=True):
            start = perf_counter()
            work()
            taken.append(1000 * (perf_counter() - start))
    return [(min(taken), median(taken)) for taken in times]


def main() -> None:
    words, dims = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (400_000, 300)
    rng = np.random.default_rng(0)
    model = Plain([f"word{i}" for i in range(words)], rng.standard_normal((words, dims), np.float32))
    q, eight = model.unit_matrix[1000], [f"word{i}" for i in range(1000, 1008)]
    scores = model.unit_matrix @ q
    works: dict[str, Callable[[], object]] = {
        "one pass, unit_matrix @ q": lambda: model.unit_matrix @ q,
        "nearest(model, word, 10)": lambda: nearest(model, "word1000"),
        "one pass and np.argpartition": lambda: np.argpartition(-(model.unit_matrix @ q), 11)[:11],
        "selection alone, top(scores, 10)": lambda: top(scores, 10),
        "nearest_many of 8 words": lambda: nearest_many(model, eight),
        "suggest for a misspelt word": lambda: suggest(model, "wrod1000"),
    }
    times = in_turn(*works.values())
    print(f"{words:,} x {dims} float32, {ROUNDS} rounds in turn; milliseconds, and ratio to one pass")
    print(f"{'':36}{'best':>10}{'ratio':>8}{'median':>10}{'ratio':>8}")
    for name, (best, middle) in zip(works, times, strict=True):
        print(f"{name:36}{best:10.2f}{best / times[0][0]:8.3f}{middle:10.2f}{middle / times[0][1]:8.3f}")


if __name__ == "__main__":
    main()
