"""Temporary files and folders whose names mark them, so that old ones of killed processes can be deleted.

New files are written under such a name next to their target, then renamed in one step.
"""

from __future__ import annotations

import contextlib
import glob
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = ".embedlab-"
"""Part of the names of all temporary folders and files, followed by eight random letters; no other file has it."""
LONGEST = 40
"""Most letters of the target's name that are repeated in a temporary name, so that it is not too long."""
LEFT_SECONDS = 86_400.0
"""Seconds without a write after which a temporary file counts as left by a killed process."""
BELOW = (
    "", "downloads", "encodings", "maps", "models/*", "models/*/*", "pieces/*", "places/*", "places/*/models/*",
    "places/*/models/*/*", "places/*/results", "probes/results", "results", "results/*", "runs/*", "runs/*/*", "shares",
    "tagged",
)  # fmt: skip
"""Folders of the home folder in which temporary files can be."""


def temporary_prefix(path: Path) -> str:
    """The beginning of the temporary name of what will become ``path``."""
    return f".{path.name[:LONGEST]}{MARK}"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a temporary folder for the block; delete old ones of killed processes."""
    clear(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=temporary_prefix(Path("scratch"))) as name:
        yield Path(name)


def clear(parent: Path, name: str = "", now: float | None = None, seconds: float | None = None) -> None:
    """Delete old temporary files of killed processes in a folder; skip what cannot be deleted.

    Args:
        parent: the folder.
        name: the target's name; empty for any.
        now: the time in seconds since 1970; ``None`` for the clock's.
        seconds: least time without a write; ``None`` for ``LEFT_SECONDS``.
    """
    now, seconds = time.time() if now is None else now, LEFT_SECONDS if seconds is None else seconds
    with contextlib.suppress(OSError):
        for left in parent.glob(f".{glob.escape(name[:LONGEST]) or '*'}{MARK}????????"):
            if now - written(left) > seconds:
                remove(left)


def clear_home(home: Path, now: float | None = None) -> None:
    """Delete old temporary files of killed processes in a home folder and in the system's temporary folder."""
    for pattern in BELOW:
        for parent in home.glob(pattern) if pattern else [home]:
            clear(parent, now=now)
    clear(Path(tempfile.gettempdir()), now=now)


def remove(path: Path) -> None:
    """Remove a file or a folder, as far as that can be done."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def written(path: Path) -> float:
    """When a file, or something in a folder, was last written, seconds since 1970."""
    return max(one.lstat().st_mtime for one in (path, *path.rglob("*")))
