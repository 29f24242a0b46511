"""A disk that is full or read-only: known from any library's error, and said in a sentence."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from embedlab.errors import BadModel

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
