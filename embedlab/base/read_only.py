"""Make the arrays of a shared model read-only, so that no page can change what other visitors see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np

from embedlab.base.models import Model

A = TypeVar("A", bound="np.ndarray[Any, Any]")
PLAIN = (str, bytes, int, float, type(None))
"""Types that hold no arrays and occur in large numbers, so that they are skipped."""


def read_only(array: A) -> A:
    """Make an array read-only and return it; for arrays that a model computes when they are first needed."""
    array.setflags(write=False)
    return array


def make_read_only(model: Model) -> None:
    """Make every array of a model read-only, and switch its networks to evaluation without gradients.

    Arrays that a model computes later are made read-only by its class (``read_only``).
    """
    for part in _parts(model):
        if isinstance(part, np.ndarray):
            part.setflags(write=False)
        elif _network(part):
            part.eval()
            part.requires_grad_(False)


def writable(model: Model) -> list[str]:
    """The arrays of a model that can be changed, by shape and type; empty after ``make_read_only``."""
    arrays = (part for part in _parts(model) if isinstance(part, np.ndarray))
    return [f"{array.shape} {array.dtype}" for array in arrays if array.flags.writeable]


def learning(model: Model) -> bool:
    """Whether a network of the model is in training, or any of its weights could be trained."""
    networks = [part for part in _parts(model) if _network(part)]
    return any(one.training or any(weight.requires_grad for weight in one.parameters()) for one in networks)


def _parts(model: Model) -> Iterator[Any]:
    """Every array and network that can be reached from a model by attributes, lists and dictionaries."""
    seen: set[int] = set()
    waiting: list[object] = [model]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, np.ndarray) or _network(thing):
            yield thing
        waiting += _inside(thing)


def _inside(thing: object) -> list[object]:
    if isinstance(thing, dict):
        found = list(thing.values())
    elif isinstance(thing, list | tuple):
        found = list(thing)
    elif type(thing).__module__.startswith("embedlab."):
        slots = [getattr(thing, name, None) for name in getattr(type(thing), "__slots__", ())]
        found = [*getattr(thing, "__dict__", {}).values(), *slots]
    else:
        return []
    return [value for value in found if not isinstance(value, PLAIN)]


def _network(thing: object) -> bool:
    """Whether it is a torch module, without importing torch."""
    return callable(getattr(thing, "requires_grad_", None)) and hasattr(thing, "training")
