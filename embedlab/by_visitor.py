"""Files that runs leave for everybody who asks the same, each in the folder of the visitor whose run made it.

So each visitor's oldest make room for that visitor's own new ones, and never for another's.
"""

from __future__ import annotations

from pathlib import Path

from embedlab import places, storage


def home(folder: Path, visitor: str) -> Path:
    """Where a visitor's files of a folder lie; what whoever runs the lab makes lies in the folder itself.

    Args:
        folder: of all files of that kind.
        visitor: whose run makes them.
    """
    place = places.named(visitor)
    return folder / place if place else folder


def find(folder: Path, name: str) -> Path | None:
    """A file of that name, whoever made it; noted as asked for."""
    own = folder / name
    found = own if own.is_file() else next(iter(sorted(folder.glob(f"*/{name}"))), None)
    if found:
        storage.touch(found)
    return found
