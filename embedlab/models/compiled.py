"""Numba's compiler, with its results kept on disk where there is a place for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(*, fastmath: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Decorator: compile a function that runs without the GIL; anew each time where no folder can be written to."""

    def wrap(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(cache=True, nogil=True, fastmath=fastmath)(function)
        except RuntimeError:  # "no locator available": neither the package's folder nor the home can be written to
            return numba.njit(nogil=True, fastmath=fastmath)(function)

    return wrap
