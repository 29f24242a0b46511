"""Quotas: how much disk a visitor may use and how many runs may wait. More is refused; nothing of others is deleted.

A visitor is known by a cookie, and cookies can be made up, so all visitors of one network address share quotas, too.
The owner has none.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from embedlab.base import BadInput, paths
from embedlab.base.limits import Limits, met
from embedlab.base.limits import size as said
from embedlab.store import library

MOST, CROWD = 300, 10
"""Most texts and runs of one visitor, of any size, and how many times as many the visitors of one address may have."""
SHARE = 0.5
"""Share of the disk space for all visitors that the visitors of one address may use together."""


@dataclass(frozen=True)
class Taken:
    """Disk space that a run, text or file uses.

    Attributes:
        visitor: name of the visitor who owns it.
        address: digest of the visitor's network address, see ``Run.address``.
        size: bytes.
    """

    visitor: str
    address: str
    size: int


def check_room(visitor: str, address: str = "", more: int = 0) -> None:
    """Check that a visitor may upload a text or start a run.

    Args:
        visitor: name of the visitor.
        address: digest of the visitor's network address; empty if unknown.
        more: bytes that will be added now.

    Raises:
        BadInput: the visitor, the visitors of the address or all visitors together would use too much.
    """
    if not paths.workspace_of(visitor):
        return
    limits, found = Limits.from_environment(), [one for one in taken() if paths.workspace_of(one.visitor)]
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
    """The disk space of each run, text and tagged file of all visitors."""
    home = paths.home()
    for folder in (home / "runs").iterdir() if (home / "runs").is_dir() else ():
        if folder.is_dir():
            yield Taken(*_asker(folder), library.size(folder))
    for folder in tagged().iterdir() if tagged().is_dir() else ():
        if folder.is_dir():
            visitor, _, address = folder.name.partition("-")
            yield Taken(visitor, address, library.size(folder))


def _asker(run: Path) -> tuple[str, str]:
    """Visitor and address of a run, from its settings; empty if they cannot be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        values = json.loads((run / "settings.json").read_text(encoding="utf-8"))
        if isinstance(values, dict):
            return str(values.get("visitor") or ""), str(values.get("address") or "")
    return "", ""


def tagged(visitor: str = "", address: str = "") -> Path:
    """The folder of a visitor's tagged files, by name and address; without a visitor, the folder of all."""
    folder = paths.home() / "tagged"
    return folder / f"{visitor}-{address}" if visitor else folder
