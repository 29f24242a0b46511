"""What a click costs the server, in seconds of one core: every page opened, words, analogies, sentences for Polysemy.

One visitor, one click at a time (``tests/load/session.py``); what the server's process used of the processor is read
before and after. Other work on the machine hardly changes that, so versions can be compared where waits cannot.

Run: PYTHONPATH=. python tests/benchmarks/bench_clicks.py [--rounds 5] [--pages polysemy neighbors]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path

from tests.load import session as protocol
from tests.load.server import Server, started
from tests.load.session import Session, opened
from tests.load.visits import ADJECTIVES, PAGES, QUESTIONS, SENSES, TIMES, WORDS

QUIET = 3.0
"""Seconds after which what goes on beside the pages (imports, tidying) has ended."""


@dataclass
class Costs:
    """Seconds of processor, seconds waited and kilobytes of each kind of click."""

    server: Server
    found: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)

    async def of(self, kind: str, action: Awaitable[object]) -> None:
        """Click, and note what it cost."""
        before, began = self.server.cpu(), time.monotonic()
        done = await action
        took = time.monotonic() - began
        await asyncio.sleep(0.05)  # what the server tidies after a run
        self.found.setdefault(kind, []).append((self.server.cpu() - before, took, done.size / 1000))


async def pages(session: Session, costs: Costs, names: tuple[str, ...], rounds: int) -> None:
    for _ in range(rounds):
        for page in names:
            await costs.of(f"open {page}", session.turn_to(page))


async def words(session: Session, costs: Costs, rounds: int) -> None:
    await session.turn_to("neighbors")
    for word in WORDS[-2 * rounds :]:
        await costs.of("a word, three models", session.fill("word", word))


async def analogies(session: Session, costs: Costs, rounds: int) -> None:
    await session.turn_to("analogies")
    for question in QUESTIONS[: max(2, rounds)]:
        for name, word in zip("abc", question, strict=True):
            await costs.of("an analogy", session.fill(name, word))


async def sentences(session: Session, costs: Costs, rounds: int) -> None:
    for number in range(rounds):
        await session.turn_to("polysemy")
        await costs.of("polysemy: my own", session.choose("from", "My own"))
        word = list(SENSES)[number % len(SENSES)]
        await costs.of("polysemy: another word", session.fill("own_word", word))
        adjective, hour = ADJECTIVES[number % len(ADJECTIVES)], TIMES[number % len(TIMES)]
        text = "\n".join(line.format(adjective=adjective, time=hour) for line in SENSES[word])
        await costs.of("six sentences typed", session.fill("own", text))


async def measured(server: Server, names: tuple[str, ...], rounds: int) -> Costs:
    costs = Costs(server)
    async with opened(server.address) as session:
        await session.begin()
        await pages(session, Costs(server), PAGES, 1)
        await asyncio.sleep(QUIET)
        await pages(session, Costs(server), PAGES, 1)
        await pages(session, costs, names, rounds)
        await words(session, costs, rounds)
        await analogies(session, costs, rounds)
        await sentences(session, costs, rounds)
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", nargs="*", default=PAGES)
    asked = parser.parse_args()
    protocol.PATIENCE = 600.0  # libraries and models are loaded at first, beside whatever else the machine does
    with tempfile.TemporaryDirectory() as home, started(Path(home)) as server:
        costs = asyncio.run(measured(server, tuple(asked.pages), asked.rounds))
    print(f"{'click':28} {'number':>6} {'core s':>7} {'waited':>7} {'kB':>7}")
    for kind, all_of_them in costs.found.items():
        cpu, took, size = (statistics.median(values) for values in zip(*all_of_them, strict=True))
        print(f"{kind:28} {len(all_of_them):6} {cpu:7.3f} {took:7.2f} {size:7,.0f}")
    opened_once = sum(
        statistics.median(cost for cost, _, _ in values) for kind, values in costs.found.items() if "open" in kind
    )
    print(f"all pages opened once: {opened_once:.2f} s")


if __name__ == "__main__":
    main()
