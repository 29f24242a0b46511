"""Checkpoints as the flair library writes them, made readable for torch's weights-only unpickler.

That unpickler knows pickle protocol 2; flair writes protocol 4. Here the instructions of a newer pickle are written
down as those of protocol 2, one for one. Nothing of the pickle is carried out: what it may ask for is decided by
torch's unpickler alone, and an instruction that protocol 2 has no word for is refused.
"""

from __future__ import annotations

import io
import pickletools
import struct
import zipfile
from collections.abc import Callable
from typing import Any

from embedlab.base import BadModel

LEGACY_PICKLES = 5
"""A file from before torch 1.6 is so many pickles (its last one names the storages), then the numbers."""
SAME = {
    "NONE", "NEWFALSE", "NEWTRUE", "EMPTY_TUPLE", "EMPTY_LIST", "EMPTY_DICT", "EMPTY_SET", "BININT", "BININT1",
    "BININT2", "BINFLOAT", "LONG1", "SHORT_BINSTRING", "BINPERSID", "BINGET", "LONG_BINGET", "BINPUT",
    "LONG_BINPUT", "GLOBAL", "NEWOBJ", "REDUCE", "BUILD", "APPEND", "APPENDS", "SETITEM", "SETITEMS", "MARK",
    "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "STOP",
}  # fmt: skip
"""Instructions that torch's unpickler reads as they are."""
NEWER: dict[str, Callable[[Any], bytes]] = {
    "PROTO": lambda _: b"\x80\x02",
    "FRAME": lambda _: b"",
    "SHORT_BINBYTES": lambda data: b"U" + bytes([len(data)]) + data,
}
"""How newer instructions are said in protocol 2; texts, names and what is remembered are dealt with apart."""


def readable(path: str, data: bytes) -> io.BytesIO:
    """A checkpoint file with every pickle in it in protocol 2.

    Raises:
        BadModel: it is no torch checkpoint, or a pickle has an instruction that is not allowed.
    """
    try:
        if zipfile.is_zipfile(io.BytesIO(data)):
            return _zipped(path, data)
        return _legacy(path, data)
    except (ValueError, EOFError, zipfile.BadZipFile, struct.error, IndexError, KeyError, NotImplementedError) as error:
        raise BadModel(f"{path} is truncated or no torch checkpoint: {error}.") from error


def _zipped(path: str, data: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        if sum(item.file_size for item in old.infolist()) > len(data):
            raise BadModel(f"{path} says to hold more than its {len(data):,} bytes. It was not loaded.")
        for item in old.infolist():
            if item.compress_type != zipfile.ZIP_STORED:
                raise BadModel(f"{path} is a packed archive, not a torch checkpoint. Unpack it first.")
            content = old.read(item)
            if item.filename.endswith("/data.pkl"):
                content = _protocol_2(path, io.BytesIO(content))
            new.writestr(zipfile.ZipInfo(item.filename), content)
    out.seek(0)
    return out


def _legacy(path: str, data: bytes) -> io.BytesIO:
    source = io.BytesIO(data)
    pickles = b"".join(_protocol_2(path, source) for _ in range(LEGACY_PICKLES))
    return io.BytesIO(pickles + data[source.tell() :])


def _protocol_2(path: str, source: io.BytesIO) -> bytes:
    """The next pickle of the source; texts are written out wherever they are used, so none has to be remembered."""
    instructions: list[tuple[str, Any, Any]] = [(op.name, value, at) for op, value, at in pickletools.genops(source)]
    data, ends = source.getbuffer(), [at for _, _, at in instructions[1:]] + [source.tell()]
    out = bytearray()
    memo: dict[int, str | None] = {}  # the text with that number, None for anything else
    texts: list[tuple[int, str]] = []  # those pushed last, with their places in the result
    for (name, argument, at), end in zip(instructions, ends, strict=True):
        if name in ("MEMOIZE", "BINPUT", "LONG_BINPUT"):
            number = len(memo) if name == "MEMOIZE" else argument
            memo[number] = texts[-1][1] if texts else None
            out += b"" if texts else b"r" + struct.pack("<I", number)
            continue
        text = memo.get(argument) if name in ("BINGET", "LONG_BINGET") else argument if "UNICODE" in name else None
        if isinstance(text, str):
            texts.append((len(out), text))
            out += _unicode(text)
            continue
        if name == "STACK_GLOBAL":
            del out[texts[-2][0] :]
            out += _global(path, texts[-2][1], texts[-1][1])
        elif name in NEWER:
            out += NEWER[name](argument)
        elif name in SAME:
            out += data[at:end]
        else:
            raise BadModel(f"{path} holds the pickle instruction {name}, which is not allowed. It was not loaded.")
        texts.clear()
    return bytes(out)


def _global(path: str, module: str, name: str) -> bytes:
    if not f"{module}.{name}".replace(".", "_").isidentifier():
        raise BadModel(f"{path} asks for {module!r}, {name!r}, which is no name. It was not loaded.")
    return f"c{module}\n{name}\n".encode()


def _unicode(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data
