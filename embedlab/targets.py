"""Places that a person names for what is written: looked at before the work, so that nothing of theirs is lost."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from embedlab import disk, scratch
from embedlab.errors import BadInput

Replaces = Callable[[Path], bool]
"""Whether the folder that lies at a place may be replaced."""
LONGEST = 255
"""Bytes that a file's name may have on every common disk."""
FORCE = "replace it (--force, in Python overwrite=True)"


def never(folder: Path) -> bool:
    """Nothing may be replaced."""
    return False


def holds_only(folder: Path, names: Collection[str]) -> bool:
    """Whether a folder holds files of these names and nothing else; what a killed process left there does not count."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return all(one.is_file() and (one.name in names or scratch.MARK in one.name) for one in folder.iterdir())


def real(folder: Path) -> Path:
    """The place itself, for a link or a path that ends in dots."""
    return folder.resolve() if folder.name in ("", "..") or folder.is_symlink() else folder


def check_folder(folder: Path, replaces: Replaces = never) -> None:
    """See whether a folder can take a place: there is nothing, an empty folder, or one that may be replaced.

    Raises:
        BadInput: something else lies there.
    """
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise BadInput(f"{folder} is a file, and a folder is to be written. Give another place.")
    if Path.cwd().is_relative_to(folder.resolve()) or os.path.ismount(folder):
        raise BadInput(f"{folder} is the folder you stand in, or a disk of its own. Give a folder inside of it.")
    if any(folder.iterdir()) and not replaces(folder):
        names = sorted(one.name for one in folder.iterdir())
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        raise BadInput(
            f"{folder} holds {', '.join(names[:3])}{more}, which would be lost: it is left as it is. "
            "Give another place, such as a new folder inside of it."
        )


def check_files(folder: Path) -> None:
    """See whether files can be written into a folder, which need not be there yet.

    Raises:
        BadInput: it is a file.
        BadModel: nothing can be written there.
    """
    check_writable(folder)
    if os.path.lexists(folder) and not folder.is_dir():
        raise BadInput(f"{folder} is a file, and a folder is needed. Give another place.")
    check_writable(folder / "file")


def check_file(path: Path, *, overwrite: bool = False) -> None:
    """See whether a file can be written.

    Raises:
        BadInput: it is a folder, or a file that is there and may not be replaced.
        BadModel: nothing can be written there.
    """
    check_writable(path)
    if path.is_dir() or not path.name:
        raise BadInput(f"{path} is a folder, and a file is to be written. Give the name of a file inside of it.")
    if os.path.lexists(path) and not overwrite:
        raise BadInput(f"There is a file {path} already. Give another name, or {FORCE}.")


def check_writable(path: Path) -> None:
    """See whether something can be written at a place, by making a temporary folder as near to it as there are folders.

    Raises:
        BadModel: it cannot.
    """
    with disk.writing(path):
        if any(len(os.fsencode(part)) > LONGEST for part in path.parts):
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        near = next(one for one in path.absolute().parents if os.path.lexists(one))
        Path(tempfile.mkdtemp(prefix=scratch.prefix(path), dir=near)).rmdir()
