"""Uploaded files with tagged words, kept for their visitor under a name made of their content.

Whoever has the name may read the file: whoever has the link of a result can compute it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from embedlab.base import BadInput, files, paths
from embedlab.store import quotas

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
    quotas.check_room(visitor, address, len(content))
    name = hashlib.sha256(content).hexdigest()[:_NAME]
    path = quotas.tagged(visitor, address) / f"{name}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.atomic_file(path) as scratch:
            scratch.write_bytes(content)
            if check:
                _checked(scratch, check)
        files.only_newest(path.parent, "*.txt", KEPT)
    except OSError as error:
        raise BadInput(f"The file could not be kept: {error.strerror}. Is the disk full?") from error
    return name


def laid_down(name: str) -> Path | None:
    """The path of a stored file; ``None`` if it does not exist (any more)."""
    if not re.fullmatch(f"[0-9a-f]{{{_NAME}}}", name):
        return None
    found = sorted(quotas.tagged().rglob(f"{name}.txt"))
    for path in found:
        files.touch(path)
    return found[0] if found else None


def _checked(scratch: Path, check: Callable[[Path], object]) -> None:
    try:
        check(scratch)
    except BadInput as error:
        raise BadInput(str(error).replace(scratch.name, "the file")) from None
