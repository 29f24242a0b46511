"""Files with tagged words that were given to the lab, each kept under a name made of what it holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from embedlab import storage
from embedlab.base import BadInput

KEPT = 30
"""Files that are kept; older ones go."""
_NAME = 24


def lay_down(content: bytes, check: Callable[[Path], object] | None = None) -> str:
    """Keep a file; gives its name for ``laid_down``.

    Args:
        content: its bytes.
        check: reads the file before it is kept, and raises ``BadInput`` if it cannot be used.

    Raises:
        BadInput: it cannot be used or not be written; nothing is kept then.
    """
    name = hashlib.sha256(content).hexdigest()[:_NAME]
    path = _path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with storage.atomic_file(path) as scratch:
            scratch.write_bytes(content)
            if check:
                _checked(scratch, check)
        storage.only_newest(path.parent, "*.txt", KEPT)
    except OSError as error:
        raise BadInput(f"The file could not be kept: {error.strerror}. Is the disk full?") from error
    return name


def laid_down(name: str) -> Path | None:
    """Where a file lies, if it (still) does."""
    path = _path(name)
    if not re.fullmatch(f"[0-9a-f]{{{_NAME}}}", name) or not path.is_file():
        return None
    storage.touch(path)
    return path


def _checked(scratch: Path, check: Callable[[Path], object]) -> None:
    try:
        check(scratch)
    except BadInput as error:
        raise BadInput(str(error).replace(scratch.name, "the file")) from None


def _path(name: str) -> Path:
    return storage.home() / "tagged" / f"{name}.txt"
