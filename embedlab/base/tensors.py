"""Check the header of a safetensors file before any tensor is read."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base.errors import BadModel

TYPES: dict[str, type[np.generic]] = {
    "F16": np.float16, "F32": np.float32, "F64": np.float64, "BOOL": np.bool_, "I8": np.int8, "I16": np.int16,
    "I32": np.int32, "I64": np.int64, "U8": np.uint8, "U16": np.uint16, "U32": np.uint32, "U64": np.uint64,
}  # fmt: skip
"""The number types that can be read, by their names in safetensors."""
MOST_HEADER = 10_000_000
MOST_TENSORS = 20_000
ALIGNMENT = 64
"""Bytes. torch's memory begins at multiples of it; elsewhere its kernels round differently."""
LARGEST = 1e18
"""Largest number: the square of a larger one is infinite in float32, and so are lengths and products."""


@dataclass(frozen=True)
class Entry:
    """A tensor as the header describes it.

    Attributes:
        dtype: type of its numbers.
        shape: sizes.
        start: where its numbers begin in the file.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


def entries(path: Path) -> dict[str, Entry]:
    """The tensors of a file as its header describes them; no tensor is read.

    Raises:
        BadModel: the file is missing, damaged, or holds numbers of a type that is not read.
    """
    from safetensors import SafetensorError, safe_open

    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = struct.unpack("<Q", file.read(8).ljust(8, b"\xff"))[0]
            if length > min(MOST_HEADER, size):
                raise ValueError("its header is not whole")
            header = json.loads(file.read(length))
        with safe_open(path, framework="numpy"):  # the library's own checks: nothing overlaps, nothing is left over
            pass
        header.pop("__metadata__", None)
        if len(header) > MOST_TENSORS:
            raise ValueError(f"it holds {len(header):,} tensors")
        return {name: _entry(name, about, 8 + length, size) for name, about in header.items()}
    except (
        OSError,
        SafetensorError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        raise BadModel(f"{path} cannot be read: {error}. Copy or train the model again.") from error


def _entry(name: str, about: dict[str, Any], begin: int, size: int) -> Entry:
    if about["dtype"] not in TYPES:
        raise ValueError(f"the numbers of {name[:60]!a} are of type {about['dtype']!a}, which no model here has")
    result = Entry(
        np.dtype(TYPES[about["dtype"]]), tuple(map(int, about["shape"])), begin + int(about["data_offsets"][0])
    )
    inside = begin <= result.start and result.start + result.count * result.dtype.itemsize <= size
    if min(result.shape, default=0) < 0 or len(result.shape) > 8 or not inside:
        raise ValueError(f"{name[:60]!a} does not lie within the file")
    return result


def read(path: Path) -> dict[str, NDArray[Any]]:
    """Read the arrays of a file; float16 becomes float32. No array is in memory twice.

    Raises:
        BadModel: see ``entries``.
    """
    found = entries(path)
    try:
        with path.open("rb") as file:
            return {name: _array(file, entry) for name, entry in found.items()}
    except (OSError, ValueError) as error:
        raise BadModel(f"{path} cannot be read: {error}. Copy or train the model again.") from error


def _array(file: BufferedReader, entry: Entry) -> NDArray[Any]:
    array = aligned(entry.shape, entry.dtype)
    file.seek(entry.start)
    if file.readinto(array.reshape(-1).view(np.uint8).data) != array.nbytes:
        raise ValueError("it was cut off meanwhile")
    if entry.dtype != np.float16:
        return array
    wider = aligned(entry.shape, np.dtype(np.float32))
    wider[...] = array
    return wider


def aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """An empty array, aligned like torch's memory, so that a network computes the same bits with it."""
    size = math.prod(shape) * dtype.itemsize
    room = np.empty(size + ALIGNMENT, np.uint8)
    skip = -room.ctypes.data % ALIGNMENT
    return room[skip : skip + size].view(dtype).reshape(shape)


def check_finite(arrays: dict[str, NDArray[Any]]) -> None:
    """Check, without copies, that all numbers of arrays are finite and not too large.

    Raises:
        BadModel: a number is not finite, or beyond ``LARGEST``.
    """
    for name, array in arrays.items():
        if array.dtype.kind == "f" and array.size and not max(-array.min(), array.max()) <= LARGEST:
            raise BadModel(f"'{name[:60]}' holds values that are not finite numbers, or too large to compute with.")
