"""Numba's compiler, with its results cached on disk where a folder for them can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(*, fastmath: bool = False, error_model: str = "python") -> Callable[[Callable[..., Any]], Any]:
    """Decorator: compile a function that runs without the GIL; the result is cached if a folder can be written.

    With the error model "numpy" a division by zero gives infinity instead of an exception, and loops that divide
    can be turned into vector instructions.
    """

    def wrap(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(cache=True, nogil=True, fastmath=fastmath, error_model=error_model)(function)
        except RuntimeError:  # "no locator available": neither the package's folder nor the home folder is writable
            return numba.njit(nogil=True, fastmath=fastmath, error_model=error_model)(function)

    return wrap
