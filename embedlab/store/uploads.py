"""Uploaded files with tagged words, kept for their visitor under a name made of their content.

Whoever has the name may read the file: whoever has the link of a result can compute it again.

Quotas: how much disk a visitor may use and how many runs may wait. More is refused; nothing of others is deleted.

A visitor is known by a cookie, and cookies can be made up, so all visitors of one network address share quotas, too.
The owner has none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from embedlab.base import BadInput, files, paths
from embedlab.base.limits import Limits, met
from embedlab.base.limits import size as units
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
        text = (
            f"Your texts and runs would take {units(own)}; {units(most)} are possible here. Delete some of your runs."
        )
        raise BadInput(met("visitor_runs_bytes", text))
    if sum(one.visitor == visitor for one in found) >= MOST:
        raise BadInput(f"You have {MOST} texts and runs, as many as are possible here. Delete some of your runs.")
    near = [one.size for one in found if address and one.address == address]
    everybody, most = more + sum(one.size for one in found), limits.runs_bytes
    if everybody > most or (address and more + sum(near) > most * SHARE) or len(near) >= MOST * CROWD:
        text = (
            f"There is no room: the texts and runs of all visitors may take {units(most)} together, and half of that "
            "if they come from one address. Nothing of others is deleted for yours. Try again later."
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


KEPT = 30
"""Most files of each visitor; older ones are deleted."""
_NAME = 24


def lay_down(
    content: bytes, check: Callable[[Path], object] | None = None, visitor: str = paths.OWNER, address: str = ""
) -> str:
    """Store a file and return its name for ``laid_down``. The visitor's own oldest files beyond ``KEPT`` are deleted.

    Args:
        content: its bytes.
        check: reads the file before it is kept, and raises ``BadInput`` if it cannot be used.
        visitor: name of the visitor who owns it.
        address: digest of the visitor's network address.

    Raises:
        BadInput: it cannot be used or not be written, or the visitor would use too much disk; then it is not kept.
    """
    check_room(visitor, address, len(content))
    name = hashlib.sha256(content).hexdigest()[:_NAME]
    path = tagged(visitor, address) / f"{name}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.atomic_file(path) as scratch:
            scratch.write_bytes(content)
            if check:
                with unnamed(scratch):
                    check(scratch)
        files.only_newest(path.parent, "*.txt", KEPT)
    except OSError as error:
        raise BadInput(f"The file could not be kept: {error.strerror}. Is the disk full?") from error
    return name


def laid_down(name: str) -> Path | None:
    """The path of a stored file; ``None`` if it does not exist (any more)."""
    if not re.fullmatch(f"[0-9a-f]{{{_NAME}}}", name):
        return None
    found = sorted(tagged().rglob(f"{name}.txt"))
    for path in found:
        files.touch(path)
    return found[0] if found else None


@contextlib.contextmanager
def unnamed(path: Path) -> Iterator[None]:
    """Call a stored file "the file" in what is wrong with it: its visitor knows it by another name."""
    try:
        yield
    except BadInput as error:
        raise BadInput(str(error).replace(path.name, "the file")) from None
