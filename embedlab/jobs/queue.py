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
"""Kinds that take seconds and that somebody waits for. They have their own queue, or they would wait for hours."""
ALONE = frozenset({"import"})
"""Quick kinds that get a new process each, because the file that they read may crash it."""
FETCH = frozenset({"fetch"})
"""Kinds that mostly wait for the network: a slow download must not take a training's slot."""
LANES: tuple[Lane, ...] = ("quick", "fetch", "work")
UNKNOWN = 60.0
"""Expected duration, in seconds, of a run of a kind that has never run."""


@dataclass(frozen=True)
class Entry:
    """A run in the queue, or one that works.

    Attributes:
        id: of the run.
        visitor: name of the visitor who started it; runs without a visitor never wait for each other.
        kind: kind of run.
        created: when it was started, in seconds since 1970.
        left: seconds that it still needs, ``None`` if unknown.
        address: digest of the visitor's network address, empty if unknown.
    """

    id: str
    visitor: str
    kind: str
    created: float
    left: float | None = None
    address: str = ""

    @property
    def lane(self) -> Lane:
        """The queue that it is in; the queues are independent."""
        return "quick" if self.kind in QUICK else "fetch" if self.kind in FETCH else "work"


@dataclass(frozen=True)
class QueuePosition:
    """Position of a run in its queue.

    Attributes:
        position: 1 for the next one.
        seconds: expected seconds until it begins.
    """

    position: int
    seconds: float


def next_up(waiting: Sequence[Entry], running: Sequence[Entry], slots: int) -> list[Entry]:
    """Choose the runs that can begin now: the oldest first, and none whose visitor already has a run at work.

    The network address with the fewest runs at work comes first, so that many made-up visitors of one address do not
    keep the others waiting.
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
    """Simulate the queue with expected durations to tell when each waiting run will begin.

    Args:
        waiting: in any order.
        running: the runs at work, with the seconds that they still need, where known.
        slots: how many runs work at once.
        typical: typical duration by kind, in seconds.
    """

    def needs(entry: Entry) -> float:
        return entry.left if entry.left is not None else typical.get(entry.kind, UNKNOWN)

    now, left = 0.0, list(waiting)
    ends = [(needs(entry), entry) for entry in running]
    result: dict[str, QueuePosition] = {}
    while left:
        for entry in next_up(left, [entry for _, entry in ends], max(slots, 1)):
            left.remove(entry)
            ends.append((now + needs(entry), entry))
            result[entry.id] = QueuePosition(len(result) + 1, now)
        now = min(end for end, _ in ends)
        ends = [(end, entry) for end, entry in ends if end > now]
    return result


WAITING = 3
"""Runs that a visitor may have waiting in each queue."""


def check_turn(new_run: Entry, waiting: Sequence[Entry], running: Sequence[Entry]) -> None:
    """Check that a run may join its queue.

    Args:
        new_run: the new run.
        waiting: all waiting runs.
        running: all runs at work.

    Raises:
        BadInput: the visitor has too many waiting runs, or the visitors of the address have too many runs.
    """
    if (
        new_run.visitor
        and sum((one.visitor, one.lane) == (new_run.visitor, new_run.lane) for one in waiting) >= WAITING
    ):
        raise BadInput(f"{WAITING} of your runs are waiting already. Cancel one, or wait until one has begun.")
    if not new_run.address:
        return
    limits = Limits.from_environment()
    near = [one for one in (*waiting, *running) if (one.address, one.lane) == (new_run.address, new_run.lane)]
    if len(near) >= (most := limits.address_runs):
        text = f"Visitors from your network address have {len(near)} runs waiting or at work; {most} are possible here."
        raise BadInput(met("address_runs", f"{text} Try again when some have ended."))
    new = sum(not keeps_models(one.visitor) for one in near)
    if new >= (most := limits.new_runs) and not keeps_models(new_run.visitor):
        text = f"Visitors from your network address who keep no model yet have {new} runs; {most} are possible here."
        raise BadInput(met("new_runs", f"{text} Try again when some have ended."))


def keeps_models(visitor: str) -> bool:
    """Whether a visitor has kept a model, which made-up visitors have not."""
    workspace = paths.workspace_of(visitor)
    folder = paths.workspace(workspace) / "models" / "yours"
    return bool(workspace) and folder.is_dir() and any(folder.iterdir())
