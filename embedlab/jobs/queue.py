"""The queue: which waiting run is next, in order of arrival and one at a time for each visitor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from embedlab.base import BadInput, paths
from embedlab.base.limits import Limits, met

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
class QueuePosition:
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


def positions(
    waiting: Sequence[Entry], running: Sequence[Entry], slots: int, typical: Mapping[str, float]
) -> dict[str, QueuePosition]:
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
    found: dict[str, QueuePosition] = {}
    while left:
        for entry in next_up(left, [entry for _, entry in ends], max(slots, 1)):
            left.remove(entry)
            ends.append((now + needs(entry), entry))
            found[entry.id] = QueuePosition(len(found) + 1, now)
        now = min(end for end, _ in ends)
        ends = [(end, entry) for end, entry in ends if end > now]
    return found


WAITING = 3
"""Runs that a visitor may have waiting in each queue."""


def check_turn(asked: Entry, waiting: Sequence[Entry], running: Sequence[Entry]) -> None:
    """See that a run may join its queue.

    Args:
        asked: the run.
        waiting: all runs that wait.
        running: all that work.

    Raises:
        BadInput: the visitor has enough of them waiting, or the visitors of that address have enough runs.
    """
    if asked.visitor and sum((one.visitor, one.lane) == (asked.visitor, asked.lane) for one in waiting) >= WAITING:
        raise BadInput(f"{WAITING} of your runs are waiting already. Cancel one, or wait until one has begun.")
    if not asked.address:
        return
    limits = Limits.from_environment()
    near = [one for one in (*waiting, *running) if (one.address, one.lane) == (asked.address, asked.lane)]
    if len(near) >= (most := limits.address_runs):
        text = f"Visitors from your network address have {len(near)} runs waiting or at work; {most} are possible here."
        raise BadInput(met("address_runs", f"{text} Try again when some have ended."))
    new = sum(not keeps_models(one.visitor) for one in near)
    if new >= (most := limits.new_runs) and not keeps_models(asked.visitor):
        text = f"Visitors from your network address who keep no model yet have {new} runs; {most} are possible here."
        raise BadInput(met("new_runs", f"{text} Try again when some have ended."))


def keeps_models(visitor: str) -> bool:
    """Whether a visitor has kept a model, so that more is behind the name than a cookie."""
    place = paths.workspace_of(visitor)
    folder = paths.workspace(place) / "models" / "yours"
    return bool(place) and folder.is_dir() and any(folder.iterdir())
