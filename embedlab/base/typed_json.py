"""Objects to plain values that JSON can hold, and back with every type checked: what lies on disk may be damaged."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from embedlab.base.errors import BadInput, EmbedLabError

T = TypeVar("T")
_HALF = re.compile("[\ud800-\udfff]")
"""Lone surrogates, which JSON can hold but no screen can show."""
LARGEST = 2**63
"""Bound of whole numbers: arrays cannot hold larger ones."""

DAMAGED = (
    OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, EmbedLabError,
)  # fmt: skip
"""What may be raised where an object is made of a file that holds something else."""


def plain(found: Any) -> Any:
    """Plain values of a dataclass, with lists for tuples and arrays; ``made`` is the way back."""
    if dataclasses.is_dataclass(found):
        return {item.name: plain(getattr(found, item.name)) for item in dataclasses.fields(found)}
    if isinstance(found, Mapping):
        return {name: plain(value) for name, value in found.items()}
    if isinstance(found, tuple | list):
        return [plain(value) for value in found]
    return found.tolist() if isinstance(found, np.ndarray) else found


def settings(kind: type[T], values: Any, what: str = "this run") -> T:
    """The settings of a run, see ``made``.

    Raises:
        BadInput: they are damaged.
    """
    try:
        return made(kind, values)
    except TypeError as error:
        raise BadInput(f"The settings of {what} cannot be read: {error}.") from error


def made(kind: type[T], values: Any) -> T:
    """Build an object of a dataclass or named tuple from parsed JSON; lists become tuples where the fields are tuples.

    Args:
        kind: its class; fields may be texts, numbers, literals, unions, tuples, arrays, mappings and such objects.
        values: a mapping by the fields' names; for a named tuple also a list.

    Raises:
        TypeError: a value is missing, unknown or of another type; the message names it.
    """
    which: Any = kind
    hints = _hints(which)
    if isinstance(values, list) and issubclass(kind, tuple):
        values = dict(zip(hints, values, strict=False)) if len(values) <= len(hints) else None
    if not isinstance(values, dict):
        raise TypeError(f"{kind.__name__} is no object")
    return kind(
        **{name: _value(hints[name], value, name) if name in hints else value for name, value in values.items()}
    )


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Field names and their types, in order."""
    names = kind._fields if issubclass(kind, tuple) else [item.name for item in dataclasses.fields(kind)]
    hints = get_type_hints(kind)
    return {name: hints[name] for name in names}


def _value(hint: Any, value: Any, name: str) -> Any:
    if hint is str and isinstance(value, str) and not _HALF.search(value):
        return value
    if hint in (bool, float, NoneType) and type(value) is hint:
        return value
    if hint in (int, float) and type(value) is int and abs(value) < LARGEST:
        return hint(value)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        for one in inner:
            try:
                return _value(one, value, name)
            except TypeError:
                continue
    elif origin is tuple and isinstance(value, list):
        each = [inner[0]] * len(value) if inner[1:] == (...,) else inner
        if len(each) == len(value):
            return tuple(_value(one, item, name) for one, item in zip(each, value, strict=True))
    elif origin is np.ndarray and isinstance(value, list):
        try:
            return np.array(value, get_args(inner[1])[0])
        except (ValueError, OverflowError) as error:
            raise TypeError(f"{name} is no array") from error
    elif (origin is Literal and isinstance(value, str) and value in inner) or (
        origin in (dict, Mapping) and isinstance(value, dict)
    ):
        return value
    elif isinstance(hint, type) and (dataclasses.is_dataclass(hint) or hasattr(hint, "_fields")):
        return made(hint, value)
    raise TypeError(f"{name} is {str(value)[:60]!a}")
