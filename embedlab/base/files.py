"""Write files safely: atomic writes, a clear message when the disk is full, nothing of the user's overwritten.

A full or read-only disk is recognised in the errors of any library. A path that a person names for output is checked
before the work begins.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base import temporary
from embedlab.base.errors import BadInput, BadModel

CODES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


def refusal(error: BaseException | None) -> int:
    """The system's number for why a disk took no more; 0 if an error, and what caused it, is about something else."""
    while error is not None:
        number = error.errno if isinstance(error, OSError) else None
        if isinstance(error, OSError) and number is None and " requested and " in str(error):  # NumPy
            number = errno.ENOSPC
        if type(error).__name__ == "SafetensorError" and (said := re.search(r"\(os error (\d+)\)", str(error))):
            number = int(said[1])
        if number in CODES:
            return int(number or 0)
        error = error.__cause__
    return 0


def sentence(path: Path | str, error: Exception) -> str:
    """What to tell a person of an error that came while something was written."""
    number = refusal(error)
    reason = os.strerror(number) if number else getattr(error, "strerror", None) or error
    return f"Cannot write {path}: {reason}. Is the disk full or read-only?"


def append(file: IO[bytes], array: NDArray[Any]) -> None:
    """Append an array's bytes to a file that is open without a buffer.

    Unlike ``ndarray.tofile``, which says nothing of the last bytes that a full disk does not take.

    Raises:
        OSError: the disk is full.
    """
    left = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    while left:
        left = left[file.write(left) :]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the system says when the block cannot write becomes a sentence.

    Raises:
        BadModel: the disk is full, read-only or otherwise unwilling.
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
    return all(one.is_file() and (one.name in names or temporary.MARK in one.name) for one in folder.iterdir())


def real(folder: Path) -> Path:
    """The place itself, for a link or a path that ends in dots."""
    return folder.resolve() if folder.name in ("", "..") or folder.is_symlink() else folder


def check_target_folder(folder: Path, replaces: Replaces = never) -> None:
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


def check_target_files(folder: Path) -> None:
    """See whether files can be written into a folder, which need not be there yet.

    Raises:
        BadInput: it is a file.
        BadModel: nothing can be written there.
    """
    check_writable(folder)
    if os.path.lexists(folder) and not folder.is_dir():
        raise BadInput(f"{folder} is a file, and a folder is needed. Give another place.")
    check_writable(folder / "file")


def check_target_file(path: Path, *, overwrite: bool = False) -> None:
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
    with writing(path):
        if any(len(os.fsencode(part)) > LONGEST for part in path.parts):
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        near = next(one for one in path.absolute().parents if os.path.lexists(one))
        Path(tempfile.mkdtemp(prefix=temporary.temporary_prefix(path), dir=near)).rmdir()


@contextmanager
def atomic_folder(folder: Path, replaces: Replaces = never) -> Iterator[Path]:
    """A scratch folder that takes the place of ``folder`` in one rename if the block succeeds.

    Args:
        folder: where it is to lie.
        replaces: whether the folder that lies there may be lost; an empty one always may.

    Raises:
        BadInput: something lies there that may not be lost.
        BadModel: the disk is full, read-only or otherwise unwilling; nothing is left behind.
    """
    made: Path | None = None
    try:
        with writing(folder):
            folder = real(folder)
            check_target_folder(folder, replaces)
            folder.parent.mkdir(parents=True, exist_ok=True)
            temporary.clear(folder.parent, folder.name)
            made = Path(tempfile.mkdtemp(prefix=temporary.temporary_prefix(folder), dir=folder.parent))
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
    """Let two folders change names in one step, where the system can (Linux): whoever is killed then loses none."""
    if sys.platform != "linux":
        return False
    swap = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of renameat2(2)
    return swap is not None and swap(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """A scratch file that takes the place of ``path`` in one rename if the block succeeds; nothing is left otherwise.

    Raises:
        OSError: the disk is full or read-only, or there is no such folder.
    """
    temporary.clear(path.parent, path.name)
    handle, name = tempfile.mkstemp(prefix=temporary.temporary_prefix(path), dir=path.parent)
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
    """Note that a kept file was asked for, where the disk can be written; what is not used for long goes."""
    with contextlib.suppress(OSError):
        os.utime(path)


def only_newest(folder: Path, pattern: str, most: int) -> None:
    """Remove the oldest files of a pattern, so that at most so many stay."""
    files = sorted(folder.glob(pattern), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for old in files[most:]:
        old.unlink(missing_ok=True)
