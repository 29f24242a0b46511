"""Write files safely: atomic writes, a clear message when the disk is full, nothing of the user's overwritten.

A full or read-only disk is recognised in the errors of any library. A path that a person names for output is checked
before the work begins.

Temporary files and folders whose names mark them, so that old ones of killed processes can be deleted.

New files are written under such a name next to their target, then renamed in one step.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import glob
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base.errors import BadInput, BadModel

MARK = ".embedlab-"
"""Part of the names of all temporary folders and files, followed by eight random letters; no other file has it."""
LONGEST_NAME = 40
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
    return f".{path.name[:LONGEST_NAME]}{MARK}"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a temporary folder for the block; one that a killed process leaves is cleared by ``jobs.cleanup``."""
    with tempfile.TemporaryDirectory(prefix=temporary_prefix(Path("scratch"))) as name:
        yield Path(name)


def clear(parent: Path, name: str = "", seconds: float | None = None) -> None:
    """Delete old temporary files of killed processes in a folder; skip what cannot be deleted.

    Args:
        parent: the folder.
        name: the target's name; empty for any.
        seconds: least time without a write; ``None`` for ``LEFT_SECONDS``.
    """
    now, seconds = time.time(), LEFT_SECONDS if seconds is None else seconds
    with contextlib.suppress(OSError):
        for left in parent.glob(f".{glob.escape(name[:LONGEST_NAME]) or '*'}{MARK}????????"):
            if now - written(left) > seconds:
                remove(left)


def temporary_files(home: Path) -> Iterator[Path]:
    """All temporary files and folders in a home folder and in the system's temporary folder, old or in use."""
    parents = [parent for pattern in BELOW for parent in (home.glob(pattern) if pattern else [home])]
    for parent in [*parents, Path(tempfile.gettempdir())]:
        yield from parent.glob(f".*{MARK}????????")


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


CODES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


def refusal(error: BaseException | None) -> int:
    """The error number (errno) of a full or read-only disk, from an error or its causes; 0 if it is another error."""
    while error is not None:
        number = error.errno if isinstance(error, OSError) else None
        if isinstance(error, OSError) and number is None and " requested and " in str(error):  # NumPy
            number = errno.ENOSPC
        if type(error).__name__ == "SafetensorError" and (code := re.search(r"\(os error (\d+)\)", str(error))):
            number = int(code[1])
        if number in CODES:
            return int(number or 0)
        error = error.__cause__
    return 0


def sentence(path: Path | str, error: Exception) -> str:
    """The message for a person about an error during writing."""
    number = refusal(error)
    reason = os.strerror(number) if number else getattr(error, "strerror", None) or error
    return f"Cannot write {path}: {reason}. Is the disk full or read-only?"


def append(file: IO[bytes], array: NDArray[Any]) -> None:
    """Append an array's bytes to a file that is open without a buffer.

    ``ndarray.tofile`` is not used: it reports no error when a full disk drops the last bytes.

    Raises:
        OSError: the disk is full.
    """
    left = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    while left:
        left = left[file.write(left) :]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the system's errors of writing in the block into a ``BadModel`` with a message for people.

    Raises:
        BadModel: the disk is full, read-only or cannot be written for another reason.
    """
    try:
        yield
    except OSError as error:
        raise BadModel(sentence(path, error)) from error
    except Exception as error:
        if refusal(error):
            raise BadModel(sentence(path, error)) from error
        raise


Replaces = Callable[[Path], bool]
"""Function that says whether an existing folder may be replaced."""
LONGEST = 255
"""Longest file name, in bytes, on all common file systems."""
FORCE = "replace it (--force, in Python overwrite=True)"


def never(folder: Path) -> bool:
    """Say of every folder that it may not be replaced."""
    return False


def holds_only(folder: Path, names: Collection[str]) -> bool:
    """Whether a folder holds only files of these names; temporary files of killed processes do not count."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return all(one.is_file() and (one.name in names or MARK in one.name) for one in folder.iterdir())


def real(folder: Path) -> Path:
    """The real path of a link, or of a path that ends in dots."""
    return folder.resolve() if folder.name in ("", "..") or folder.is_symlink() else folder


def check_target_folder(folder: Path, replaces: Replaces = never) -> None:
    """Check that a folder can be written: there is nothing yet, an empty folder, or one that may be replaced.

    Raises:
        BadInput: something else exists there.
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


def check_target_files(folder: Path) -> None:
    """Check that files can be written into a folder, which need not exist yet.

    Raises:
        BadInput: it is a file, not a folder.
        BadModel: nothing can be written there.
    """
    check_writable(folder)
    if os.path.lexists(folder) and not folder.is_dir():
        raise BadInput(f"{folder} is a file, and a folder is needed. Give another place.")
    check_writable(folder / "file")


def check_target_file(path: Path, *, overwrite: bool = False) -> None:
    """Check that a file can be written.

    Raises:
        BadInput: it is a folder, or an existing file that may not be replaced.
        BadModel: nothing can be written there.
    """
    check_writable(path)
    if path.is_dir() or not path.name:
        raise BadInput(f"{path} is a folder, and a file is to be written. Give the name of a file inside of it.")
    if os.path.lexists(path) and not overwrite:
        raise BadInput(f"There is a file {path} already. Give another name, or {FORCE}.")


def check_writable(path: Path) -> None:
    """Check that a path can be written, by making a temporary folder in its nearest existing parent.

    Raises:
        BadModel: it cannot be written.
    """
    with writing(path):
        if any(len(os.fsencode(part)) > LONGEST for part in path.parts):
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        near = next(one for one in path.absolute().parents if os.path.lexists(one))
        Path(tempfile.mkdtemp(prefix=temporary_prefix(path), dir=near)).rmdir()


@contextmanager
def atomic_folder(folder: Path, replaces: Replaces = never) -> Iterator[Path]:
    """Give a temporary folder that becomes ``folder`` in one rename if the block succeeds.

    Args:
        folder: the folder to make.
        replaces: whether an existing folder may be replaced; an empty one always may.

    Raises:
        BadInput: something exists there that may not be replaced.
        BadModel: the disk is full, read-only or cannot be written for another reason; nothing is left behind.
    """
    made: Path | None = None
    try:
        with writing(folder):
            folder = real(folder)
            check_target_folder(folder, replaces)
            folder.parent.mkdir(parents=True, exist_ok=True)
            clear(folder.parent, folder.name)
            made = Path(tempfile.mkdtemp(prefix=temporary_prefix(folder), dir=folder.parent))
            made.chmod(0o755)
            yield made
            check_target_folder(folder, replaces)
            _replace_folder(made, folder)
    finally:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)


def _replace_folder(new: Path, folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        new.rename(folder)
        return
    if _swap(new, folder):
        shutil.rmtree(new, ignore_errors=True)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.old.", dir=folder.parent))  # never cleared away unasked
    folder.rename(old / folder.name)
    try:
        new.rename(folder)
    except OSError:
        (old / folder.name).rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _swap(one: Path, other: Path) -> bool:
    """Exchange the names of two folders in one step, where the system can (Linux), so that a kill loses neither."""
    if sys.platform != "linux":
        return False
    swap = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of renameat2(2)
    return swap is not None and swap(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give a temporary file that becomes ``path`` in one rename if the block succeeds; else it is removed.

    Raises:
        OSError: the disk is full or read-only, or the folder does not exist.
    """
    clear(path.parent, path.name)
    handle, name = tempfile.mkstemp(prefix=temporary_prefix(path), dir=path.parent)
    os.close(handle)
    made = Path(name)
    try:
        yield made
        made.replace(path)
    except Exception as error:
        if not isinstance(error, OSError) and (number := refusal(error)):
            raise OSError(number, os.strerror(number), str(path)) from error
        raise
    finally:
        made.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a small text file by atomic rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as made:
        made.write_text(text, encoding="utf-8")


def touch(path: Path) -> None:
    """Set a kept file's time to now, if the disk can be written: files that are not used for long are deleted."""
    with contextlib.suppress(OSError):
        os.utime(path)


def only_newest(folder: Path, pattern: str, most: int) -> None:
    """Delete the oldest files that match a pattern, so that at most ``most`` stay."""
    files = sorted(folder.glob(pattern), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for old in files[most:]:
        old.unlink(missing_ok=True)
