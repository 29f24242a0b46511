"""How much disk and how many turns a visitor may have: whoever asks for too much is refused, nothing of others goes.

A visitor is known by a cookie that anybody can make up, so what comes from one network address counts together, too.
Whoever runs the lab has no such bounds.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedlab import places, shelf, storage
from embedlab.base import BadInput
from embedlab.limits import Limits, met
from embedlab.limits import size as said
from embedlab.run_queue import Entry

WAITING = 3
"""Runs that a visitor may have waiting in each queue."""
MOST, CROWD = 300, 10
"""Texts and runs of one visitor, however small; those of one address may have so many times as many."""
SHARE = 0.5
"""Part of the room for all visitors that those of one address may take together."""


@dataclass(frozen=True)
class Taken:
    """What something on disk takes.

    Attributes:
        visitor: whose it is.
        address: where that visitor's connection came from, see ``Run.address``.
        size: bytes.
    """

    visitor: str
    address: str
    size: int


def check_room(visitor: str, address: str = "", more: int = 0) -> None:
    """See that a visitor may lay down a text or start a run.

    Args:
        visitor: who asks.
        address: where the visitor's connection comes from; empty if unknown.
        more: bytes that will be added at once.

    Raises:
        BadInput: the visitor, the visitors of that address or all of them together would take too much.
    """
    if not places.named(visitor):
        return
    limits, found = Limits.from_environment(), [one for one in taken() if places.named(one.visitor)]
    own = more + sum(one.size for one in found if one.visitor == visitor)
    if own > (most := limits.visitor_runs_bytes):
        text = f"Your texts and runs would take {said(own)}; {said(most)} are possible here. Delete some of your runs."
        raise BadInput(met("visitor_runs_bytes", text))
    if sum(one.visitor == visitor for one in found) >= MOST:
        raise BadInput(f"You have {MOST} texts and runs, as many as are possible here. Delete some of your runs.")
    near = [one.size for one in found if address and one.address == address]
    everybody, most = more + sum(one.size for one in found), limits.runs_bytes
    if everybody > most or (address and more + sum(near) > most * SHARE) or len(near) >= MOST * CROWD:
        text = (
            f"There is no room: the texts and runs of all visitors may take {said(most)} together, and half of that if "
            "they come from one address. Nothing of others is deleted for yours. Try again later."
        )
        raise BadInput(met("runs_bytes", text))


def taken() -> Iterator[Taken]:
    """What the runs, the texts and the tagged files of each visitor take now."""
    home = storage.home()
    for folder in (home / "runs").iterdir() if (home / "runs").is_dir() else ():
        if folder.is_dir():
            yield Taken(*_asker(folder), shelf.size(folder))
    for folder in tagged().iterdir() if tagged().is_dir() else ():
        if folder.is_dir():
            visitor, _, address = folder.name.partition("-")
            yield Taken(visitor, address, shelf.size(folder))


def _asker(run: Path) -> tuple[str, str]:
    """Visitor and address of a run, from its settings; empty if they cannot be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        values = json.loads((run / "settings.json").read_text(encoding="utf-8"))
        if isinstance(values, dict):
            return str(values.get("visitor") or ""), str(values.get("address") or "")
    return "", ""


def tagged(visitor: str = "", address: str = "") -> Path:
    """Where the tagged files of a visitor lie who comes from that address; without a visitor, those of all."""
    folder = storage.home() / "tagged"
    return folder / f"{visitor}-{address}" if visitor else folder


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
    place = places.named(visitor)
    folder = places.folder(place) / "models" / "yours"
    return bool(place) and folder.is_dir() and any(folder.iterdir())
