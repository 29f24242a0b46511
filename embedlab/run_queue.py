"""Whose turn it is: runs that wait, in the order in which they were asked for, one at a time for each visitor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Lane = Literal["work", "quick", "fetch"]
QUICK = frozenset({"map", "analogies", "import"})
"""Kinds of work that take seconds and that somebody waits for: a queue of their own, or they would wait for hours."""
ALONE = frozenset({"import"})
"""Quick kinds that get a new process all the same: what they read may break it."""
FETCH = frozenset({"fetch"})
"""Kinds that wait for another machine most of the time: a slow download must not take a trainer's slot."""
LANES: tuple[Lane, ...] = ("quick", "fetch", "work")
UNKNOWN = 60.0
"""Seconds that a run is taken to need when nothing is known of its kind."""


@dataclass(frozen=True)
class Entry:
    """A run in the queue, or one that works.

    Attributes:
        id: of the run.
        visitor: who asked for it; runs without a visitor never wait for each other.
        kind: of the work.
        created: when it was asked for, seconds since 1970.
        left: seconds that it still needs, ``None`` if unknown.
        address: where its visitor's connection came from, empty if unknown.
    """

    id: str
    visitor: str
    kind: str
    created: float
    left: float | None = None
    address: str = ""

    @property
    def lane(self) -> Lane:
        """In which of the queues it stands; they know nothing of each other."""
        return "quick" if self.kind in QUICK else "fetch" if self.kind in FETCH else "work"


@dataclass(frozen=True)
class Place:
    """Where a run stands in the queue.

    Attributes:
        position: 1 for the next one.
        seconds: until it begins, about.
    """

    position: int
    seconds: float


def next_up(waiting: Sequence[Entry], running: Sequence[Entry], slots: int) -> list[Entry]:
    """The runs that can begin now: the oldest first, none whose visitor has one that works.

    Of several addresses the one with the fewest runs at work comes first, so that many made-up visitors of one address
    do not keep the others waiting.
    """
    busy, free = {entry.visitor for entry in running} - {""}, slots - len(running)
    at_work = Counter(entry.address for entry in running)
    left, chosen = list(waiting), list[Entry]()
    while len(chosen) < free and (ready := [entry for entry in left if entry.visitor not in busy]):
        first = min(ready, key=lambda entry: (at_work[entry.address], entry.created, entry.id))
        left.remove(first)
        chosen.append(first)
        busy |= {first.visitor} - {""}
        at_work[first.address] += 1
    return chosen


def places(
    waiting: Sequence[Entry], running: Sequence[Entry], slots: int, typical: Mapping[str, float]
) -> dict[str, Place]:
    """When each waiting run will begin, played through with the times that are expected.

    Args:
        waiting: in any order.
        running: with the seconds that they still need, where these are known.
        slots: runs that work at once.
        typical: seconds that a run of each kind takes.
    """

    def needs(entry: Entry) -> float:
        return entry.left if entry.left is not None else typical.get(entry.kind, UNKNOWN)

    now, left = 0.0, list(waiting)
    ends = [(needs(entry), entry) for entry in running]
    found: dict[str, Place] = {}
    while left:
        for entry in next_up(left, [entry for _, entry in ends], max(slots, 1)):
            left.remove(entry)
            ends.append((now + needs(entry), entry))
            found[entry.id] = Place(len(found) + 1, now)
        now = min(end for end, _ in ends)
        ends = [(end, entry) for end, entry in ends if end > now]
    return found
