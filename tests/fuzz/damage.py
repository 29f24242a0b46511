"""Seeded damage to files: bytes are flipped, cut, inserted, doubled and spliced, and what has a structure is also
changed inside it and packed again, so that checksums and lengths are right and the reader gets to see the change."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any

MOST = 2_000_000
"""Bytes of a damaged file: doubling must not make files that are slow only because they are large."""
SPECIAL = (
    b"", b"\0", b"\xff" * 4, b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b'"', b"'", b"\\", b"\\u", b"{", b"}", b"[", b"]",
    b"[" * 3000, b"<", b"&#0;", b"%", b"%s", b"../", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xa8",
    b"nan", b"-inf", b"1e999", b"-1", b"0", b"9" * 30, b"9" * 5000, b"null", b"true", b"PK\x03\x04", b"\x1f\x8b",
    struct.pack("<q", -1), struct.pack("<q", 2**62), struct.pack("<i", 2**31 - 1), struct.pack("<i", -(2**31)),
    struct.pack("<f", float("nan")),
)  # fmt: skip
NUMBERS = (b"0", b"-1", b"1", b"2", b"255", b"65536", b"2147483648", b"9223372036854775808", b"1" + b"0" * 40, b"0.5")
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 3, 255, 2**31, 2**63, 10**30, 10**400, 0.5, -0.0, 1e308, float("nan"), float("inf"),
    "", "x", "\ud800", "\0", "../x", "nan", "1", "a b", [], [1], ["x"], [[]], [None], {}, {"a": 1}, [1, "a", None],
)  # fmt: skip
Damage = Callable[[bytes, random.Random], bytes]


def damaged(name: str, content: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """A file with one to three changes.

    Args:
        name: its ending says what structure it has.
        content: the whole file.
        others: files to splice it with.
        rng: where chance comes from.
    """
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        inside = INSIDE.get(PurePosixPath(name).suffix)
        if inside and rng.random() < 0.6:
            try:
                content = inside(content, rng)
                continue
            except Exception:  # what was damaged before has no structure any more
                pass
        content = _bytes(content, others, rng)
    return content[:MOST]


def _bytes(content: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    size = len(content)
    start = rng.randrange(size + 1)
    if rng.random() < 0.3:
        start = min(start, rng.randrange(200))  # headers are at the beginning
    end = min(size, start + int(2 ** rng.uniform(0, 12)))
    way = rng.randrange(7)
    if way == 0:
        changed = bytearray(content)
        for _ in range(rng.choice((1, 1, 2, 8))):
            if size:
                changed[rng.randrange(size)] ^= 1 << rng.randrange(8)
        return bytes(changed)
    if way == 1:
        return content[:start] if rng.random() < 0.5 else content[:start] + content[end:]
    if way == 2:
        return content[:start] + rng.choice(SPECIAL) + content[start:]
    if way == 3:
        return content[:end] + content[start:end] * rng.choice((1, 1, 2, 50)) + content[end:]
    if way == 4 and others:
        other = rng.choice(others)
        return content[:start] + other[rng.randrange(len(other) + 1) :]
    if way == 5:
        changed = bytearray(content)
        if found := [*re.finditer(rb"-?\d+(\.\d+)?", content[:100_000])]:
            match = rng.choice(found)
            changed[match.start() : match.end()] = rng.choice(NUMBERS)
        return bytes(changed)
    special = rng.choice(SPECIAL)
    return content[:start] + special + content[start + len(special) :]


def _json(content: bytes, rng: random.Random) -> bytes:
    value = json.loads(content)
    return json.dumps(changed_value(value, rng)).encode("utf-8", "surrogatepass")


def changed_value(value: Any, rng: random.Random) -> Any:
    """Plain values with one of them, somewhere inside, replaced, dropped, doubled or renamed."""
    if not isinstance(value, (dict, list)) or not value or rng.random() < 0.05:
        return rng.choice(VALUES)
    value = value.copy()
    key: Any = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
    way = rng.randrange(8)
    if way == 0:
        del value[key]
    elif way == 1 and isinstance(value, dict):
        value[rng.choice(("x", "", "__class__", "\ud800", *map(str, value)))] = value.pop(key)
    elif way == 1:
        value.insert(key, value[key])
    elif way == 2:
        value[key] = rng.choice(VALUES)
    else:
        value[key] = changed_value(value[key], rng)
    return value


def _json_lines(content: bytes, rng: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    number = rng.randrange(len(lines))
    lines[number] = _json(lines[number], rng) + b"\n"
    return b"".join(lines)


def _lines(content: bytes, rng: random.Random) -> bytes:
    """A line dropped, doubled, moved, joined with the next, or one of its fields changed."""
    lines = content.splitlines(keepends=True)
    number = rng.randrange(len(lines))
    way = rng.randrange(5)
    if way == 0:
        del lines[number]
    elif way == 1:
        lines.insert(number, lines[rng.randrange(len(lines))])
    elif way == 2:
        lines[number] = lines[number].rstrip(b"\r\n")
    else:
        fields = re.split(rb"([\t ,:=|]+)", lines[number])
        fields[rng.randrange(len(fields))] = rng.choice((*SPECIAL, *NUMBERS, *fields))
        lines[number] = b"".join(fields)
    return b"".join(lines)


def _zip(content: bytes, rng: random.Random) -> bytes:
    """One entry changed, dropped, renamed or doubled; the checksums fit again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [(info.filename, info.compress_type, archive.read(info)) for info in archive.infolist()]
    number = rng.randrange(len(entries))
    name, method, data = entries[number]
    way = rng.randrange(8)
    if way == 0:
        del entries[number]
    elif way == 1:
        odd = ("", "/", "../" + name, "/etc/x", "a" * 3000, name.upper(), "x/" + name, name + "/", "C:" + name, "\x00")
        entries[number] = (rng.choice(odd), method, data)
    elif way == 2:
        entries.append(entries[number])
    else:
        ending = ".pickle" if name.endswith("data.pkl") else name
        entries[number] = (name, method, damaged(ending, data, [one for _, _, one in entries], rng))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, method, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = method if rng.random() < 0.95 else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def _gzip(content: bytes, rng: random.Random) -> bytes:
    return gzip.compress(_bytes(gzip.decompress(content), (), rng), 1)


def _safetensors(content: bytes, rng: random.Random) -> bytes:
    """A tensor dropped, renamed, of another shape or type, or with other values; or the header changed as JSON."""
    size = struct.unpack("<Q", content[:8])[0]
    if rng.random() < 0.3:
        header = _json(content[8 : 8 + size], rng)
        return struct.pack("<Q", len(header)) + header + content[8 + size :]
    import numpy as np
    from safetensors.numpy import load, save

    tensors = load(content)
    name = rng.choice(sorted(tensors))
    array, way = tensors[name], rng.randrange(8)
    if way == 0:
        del tensors[name]
    elif way == 1:
        tensors[rng.choice(("x", *tensors))] = tensors.pop(name)
    elif way == 2:
        tensors[name] = array.reshape(rng.choice(((-1,), (1, *array.shape), (*array.shape, 1), array.shape[::-1])))
    elif way == 3:
        tensors[name] = array[: rng.randrange(len(array) + 1)] if array.ndim else array[None]
    elif way == 4:
        kinds = (np.float64, np.float16, np.int64, np.uint8, np.int8, np.bool_, np.int32, np.float32)
        with np.errstate(all="ignore"):
            tensors[name] = array.astype(rng.choice(kinds))
    elif way == 5:
        tensors[name] = np.concatenate([array, array]) if array.ndim else array
    else:
        changed, values = array.copy(), (0, 1, 127, 255, -1, 2**31 - 1, float("nan"), float("inf"), 1e30)
        with np.errstate(all="ignore"):
            if changed.size:
                changed.flat[rng.randrange(changed.size)] = np.array(rng.choice(values)).astype(changed.dtype)
            if rng.random() < 0.2:
                changed = np.full_like(changed, np.array(rng.choice(values)).astype(changed.dtype))
        tensors[name] = changed
    return save({name: np.ascontiguousarray(array) for name, array in tensors.items()})


def _hdf5(content: bytes, rng: random.Random) -> bytes:
    """A data set dropped, or of another shape, type or values."""
    import h5py
    import numpy as np

    stream = io.BytesIO(content)
    with h5py.File(stream, "r+") as file:
        names: list[str] = []
        file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        name = rng.choice(names)
        array = file[name][()]
        del file[name]
        odd = (
            array[:-1], array.reshape(-1), array.astype(np.float64), array.astype(np.int32), array * np.nan,
            np.array(b"text"), array.astype(np.float16), array.astype(complex), np.zeros((0, 3), np.float32),
        )  # fmt: skip
        if rng.random() < 0.8:
            file[name] = odd[rng.randrange(len(odd))]
    return stream.getvalue()


INSIDE: dict[str, Damage] = {
    ".json": _json, ".jsonl": _json_lines, ".ndjson": _json_lines, ".txt": _lines, ".vec": _lines, ".csv": _lines,
    ".tsv": _lines, ".conll": _lines, ".conllu": _lines, ".toml": _lines, ".md": _lines, ".zip": _zip, ".docx": _zip,
    ".pt": _zip, ".gz": _gzip, ".safetensors": _safetensors, ".hdf5": _hdf5,
}  # fmt: skip
"""How to change what a file holds, by its ending."""
