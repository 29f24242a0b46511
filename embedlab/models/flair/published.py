"""Load checkpoints of the Flair project (``.pt``, one for each direction) as character LSTMs, without running code.

A file holds a dict of weights and facts and a pickled ``flair.data.Dictionary``. It is read by torch's weights-only
unpickler, with a stand-in for that one class; the flair library is not needed. That unpickler knows pickle protocol 2,
but flair writes protocol 4, so the instructions of the newer pickle are first translated to protocol 2, one for one.
The translation runs nothing; torch's unpickler alone decides what the pickle may ask for, and an instruction that
protocol 2 does not have is refused.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from embedlab.base import BadModel, Card, EmbedLabError
from embedlab.models.char_lstm import DELIMITER, CharLstm, CharLstmConfig
from embedlab.models.common.layers import check_whole

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


NEEDED = ("state_dict", "dictionary", "is_forward_lm", "hidden_size", "nlayers", "embedding_size")
Direction = Literal["forward", "backward"]


class Dictionary:
    """Stands in for ``flair.data.Dictionary``: only holds what the file says."""

    item2idx: dict[bytes | str, int]


def _plain_dict(*_: object) -> dict[Any, Any]:
    """Stands in for ``collections.defaultdict``, which newer dictionaries carry beside ``item2idx``."""
    return {}


ALLOWED: list[Any] = [
    (Dictionary, "flair.data.Dictionary"),
    (_plain_dict, "collections.defaultdict"),
    (int, "builtins.int"),
    (int, "__builtin__.int"),
]


def load(path: str | Path, direction: Direction | None = None) -> CharLstm:
    """The character LSTM in a checkpoint.

    Args:
        path: of the checkpoint.
        direction: the one that it should read in; ``None`` for any.

    Raises:
        BadModel: the file is missing, truncated, asks for other names than the few allowed, lacks a part, its parts
            do not fit together, or it reads in the other direction.
    """
    path = Path(path)
    state = _state(path)
    if missing := [name for name in NEEDED if name not in state]:
        raise BadModel(f"{path} lacks {', '.join(missing)}; a Flair checkpoint has {', '.join(NEEDED)}.")
    found: Direction = "forward" if state["is_forward_lm"] else "backward"
    if direction is not None and found != direction:
        raise BadModel(f"{path} holds the {found} model of a pair, but was given as the {direction} one. Swap the two.")
    if str(state.get("recurrent_type", "lstm")).lower() != "lstm":
        raise BadModel(f"{path} is not an LSTM but '{state['recurrent_type']}', which this lab cannot read.")
    try:
        words, order = _characters(state["dictionary"])
        check_whole(state["state_dict"], path.stat().st_size)
        tensors = _tensors(state["state_dict"], order, int(state["nlayers"]))
        config = _config(state, found, tensors)
        card = Card(title=f"Flair, {found}", source="published", note=f"Read from {path.name}.")
        return CharLstm.from_tensors(words, np.zeros(len(words), np.int64), tensors, config, card)
    except (EmbedLabError, KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError) as error:
        reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise BadModel(f"{path} is no Flair checkpoint that can be read: {reason}.") from error


def _state(path: Path) -> Mapping[str, Any]:
    try:
        source = readable(str(path), path.read_bytes())
    except OSError as error:
        raise BadModel(f"{path} cannot be read: {error.strerror}.") from error
    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals(ALLOWED):
            warnings.simplefilter("ignore")
            state = torch.load(source, map_location="cpu", weights_only=True, encoding="bytes")
    except pickle.UnpicklingError as error:
        raise BadModel(
            f"{path} was not loaded, because it asks for more than a Flair model needs: {_reason(error)}"
        ) from error
    except Exception as error:
        raise BadModel(f"{path} is truncated or no torch checkpoint: {type(error).__name__}.") from error
    if not isinstance(state, dict):
        raise BadModel(f"{path} holds a {type(state).__name__}, not the dict of a Flair checkpoint.")
    return state


def _reason(error: Exception) -> str:
    """What torch's unpickler says, without its advice to allow it."""
    text = str(error)
    if name := re.search(r"GLOBAL (\S+)", text):
        return f"the name {name[1]}."
    return (text.partition("WeightsUnpickler error:")[2] or text).strip().splitlines()[0]


def _characters(dictionary: Any) -> tuple[list[str], NDArray[np.int64]]:
    """The V characters without ``<unk>``, and (V + 1,) the rows of their weights, the unknown one's last."""
    if not isinstance(dictionary, Dictionary):
        raise ValueError(f"its dictionary is a {type(dictionary).__name__}, not a flair.data.Dictionary")
    items = {item.encode() if isinstance(item, str) else bytes(item): int(i) for item, i in dictionary.item2idx.items()}
    if sorted(items.values()) != list(range(len(items))):
        raise ValueError("the numbers of its dictionary are not 0, 1, 2 and so on")
    if items.get(b"<unk>") != 0:
        raise ValueError("<unk> is not number 0 of its dictionary")
    kept = [item for item in sorted(items, key=items.__getitem__) if items[item]]
    return [item.decode("utf-8", "backslashreplace") for item in kept], np.array([*range(1, len(items)), 0])


def _tensors(state: Mapping[str, Any], order: NDArray[np.int64], layers: int) -> dict[str, NDArray[Any]]:
    """Weights by the names of ``LstmNetwork``."""
    weights = {str(name): value.float().numpy() for name, value in state.items()}
    found = {"embedding.weight": weights["encoder.weight"][order]}
    for k in range(layers):
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            found[f"lstm.{k}.{name}_l0"] = weights[f"rnn.{name}_l{k}"]
    if "proj.weight" in weights:
        found |= {f"projection.{name}": weights[f"proj.{name}"] for name in ("weight", "bias")}
    if "decoder.weight" in weights:
        found |= {f"softmax.{name}": weights[f"decoder.{name}"][order] for name in ("weight", "bias")}
    if len(found) != len(weights):
        raise ValueError(f"it has {len(weights)} weights where {len(found)} are expected")
    if len(weights["encoder.weight"]) != len(order):
        raise ValueError(f"{len(weights['encoder.weight'])} rows of weights for {len(order)} characters")
    return found


def _config(state: Mapping[str, Any], direction: Direction, tensors: Mapping[str, NDArray[Any]]) -> CharLstmConfig:
    delimiter = str(state.get("document_delimiter", DELIMITER))
    if not delimiter:
        raise ValueError("it begins texts with nothing, so that the first character would have no context")
    return CharLstmConfig(
        dim=int(state["embedding_size"]),
        hidden=int(state["hidden_size"]),
        layers=int(state["nlayers"]),
        dropout=min(max(float(state.get("dropout", 0.0)), 0.0), 0.9),
        projection=len(tensors["projection.weight"]) if "projection.weight" in tensors else 0,
        delimiter=delimiter,
        direction=direction,
    )
