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
"""In the names of all temporary folders and files, before eight random letters; no person's own bears it."""
LONGEST = 40
"""Letters of the name of what is written that are repeated, so that no temporary name is too long."""
LEFT_SECONDS = 86_400.0
"""What nobody has written to for so long was left by a process that is gone."""
BELOW = (
    "", "downloads", "encodings", "maps", "models/*", "models/*/*", "pieces/*", "places/*", "places/*/models/*",
    "places/*/models/*/*", "places/*/results", "probes/results", "results", "results/*", "runs/*", "runs/*/*", "shares",
    "tagged",
)  # fmt: skip
"""Folders of a home in which something is written."""


def temporary_prefix(path: Path) -> str:
    """How the temporary name begins of what is to lie at ``path``."""
    return f".{path.name[:LONGEST]}{MARK}"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A temporary folder for as long as a block lasts; what killed processes left there goes."""
    clear(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=temporary_prefix(Path("scratch"))) as name:
        yield Path(name)


def clear(parent: Path, name: str = "", now: float | None = None, seconds: float | None = None) -> None:
    """Remove what killed processes left in a folder; what cannot be removed stays.

    Args:
        parent: the folder.
        name: of what was to be written; empty for anything.
        now: seconds since 1970, the clock's if ``None``.
        seconds: how long nobody has written to it, ``LEFT_SECONDS`` if ``None``.
    """
    now, seconds = time.time() if now is None else now, LEFT_SECONDS if seconds is None else seconds
    with contextlib.suppress(OSError):
        for left in parent.glob(f".{glob.escape(name[:LONGEST]) or '*'}{MARK}????????"):
            if now - written(left) > seconds:
                remove(left)


def clear_home(home: Path, now: float | None = None) -> None:
    """Remove what killed processes left in a home folder, and among the system's temporary folders."""
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
