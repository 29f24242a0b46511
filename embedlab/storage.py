"""The model folder: config.json, model.safetensors, vocab.json and card.json; atomic to write, checked to read.

Nothing is replaced but a model folder of this lab, and that only where it is asked for.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import hashlib
import json
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from embedlab import disk, parsed, scratch, targets, tensors
from embedlab.base import BadInput, BadModel, Card, Counts
from embedlab.limits import LONGEST_WORD
from embedlab.targets import Replaces

FORMAT = 1
CONFIG, TENSORS, VOCABULARY, CARD = "config.json", "model.safetensors", "vocab.json", "card.json"
TOKENIZER, MAP = "tokenizer.json", "map.safetensors"
FILES = (CONFIG, TENSORS, VOCABULARY, CARD, TOKENIZER, MAP)
"""Everything that can lie in a model folder."""
MOST_JSON = 10_000_000
"""Bytes of a config.json or card.json."""
FEW = 10_000
"""Words of a vocabulary that need no vectors among the tensors: those of one-hot vectors."""
A_WORD = 4
"""Values in a vocabulary's JSON for a word: itself, its count, and room for commas in words."""
T = TypeVar("T")


@dataclass(frozen=True)
class StoredModel:
    """A model as it lies on disk.

    Attributes:
        kind: key of the model's class in the registry.
        config: its settings as plain values.
        tensors: arrays by name; float16 ones come back as float32.
        words: vocabulary, commonest first (empty for models that have none).
        counts: (V,) how often each word was seen.
        card: where it comes from.
        tokenizer: JSON of the library tokenizers, for models that spell words in pieces; else empty.
    """

    kind: str
    config: dict[str, Any]
    tensors: dict[str, NDArray[Any]]
    words: list[str]
    counts: Counts
    card: Card
    tokenizer: str = ""


def home() -> Path:
    """Folder for a person's own models and downloads: ``EMBEDLAB_HOME``, or ``~/.embedlab``."""
    return Path(os.environ.get("EMBEDLAB_HOME") or Path.home() / ".embedlab").expanduser()


_SHIPPED = Path(__file__).resolve().parent.parent / "assets"  # found once: pages ask for it dozens of times


def assets() -> Path:
    """Folder of the shipped starters, sentences and texts."""
    return Path(os.environ.get("EMBEDLAB_ASSETS") or _SHIPPED)


def on_this_machine(text: str | Path) -> Path:
    """The path that a text names; there need not be anything.

    Raises:
        BadInput: it cannot be a path.
    """
    try:
        path = Path(text).expanduser()
        path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        raise BadInput(f"'{str(text)[:60]}' cannot be a file on this machine: {error}.") from error
    return path


@contextmanager
def atomic_folder(folder: Path, replaces: Replaces = targets.never) -> Iterator[Path]:
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
        with disk.writing(folder):
            folder = targets.real(folder)
            targets.check_folder(folder, replaces)
            folder.parent.mkdir(parents=True, exist_ok=True)
            scratch.clear(folder.parent, folder.name)
            made = Path(tempfile.mkdtemp(prefix=scratch.prefix(folder), dir=folder.parent))
            made.chmod(0o755)
            yield made
            targets.check_folder(folder, replaces)
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
    scratch.clear(path.parent, path.name)
    handle, name = tempfile.mkstemp(prefix=scratch.prefix(path), dir=path.parent)
    os.close(handle)
    made = Path(name)
    try:
        yield made
        made.replace(path)
    except Exception as error:
        if not isinstance(error, OSError) and (number := disk.refusal(error)):
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


def stamp(folder: Path) -> int:
    """A number that changes when a file of a model's folder is written anew; 0 without a folder.

    It is made of the files' names, sizes, times and numbers on disk, so that nobody can give theirs that of another.
    """
    if not folder.is_dir():
        return 0
    seen = [(file.name, *_identity(file)) for file in sorted(folder.iterdir())]
    return int.from_bytes(hashlib.sha256(repr(seen).encode()).digest()[:7])


def _identity(file: Path) -> tuple[int, ...]:
    found = file.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def digest(folder: Path) -> str:
    """64 letters that change with a model's settings, vocabulary and weights, from the files of its folder."""
    found = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.name != CARD:
            found.update(f"{file.name} {file.stat().st_size}\n".encode())
            with file.open("rb") as content:
                while block := content.read(1 << 20):
                    found.update(block)
    return found.hexdigest()


def is_model(folder: Path) -> bool:
    """Whether a folder is a model folder of this lab and nothing else, so that nothing more is lost with it."""
    if not (targets.holds_only(folder, FILES) and (folder / TENSORS).is_file()):
        return False
    try:
        return bool(read_kind(folder))
    except BadModel:
        return False


def check_target(folder: Path, *, overwrite: bool = False) -> None:
    """See, before a long work, whether a model folder can be written at a place.

    Args:
        folder: the place.
        overwrite: whether a model that lies there may be replaced; nothing else ever is.

    Raises:
        BadInput: something lies there.
        BadModel: nothing can be written there.
    """
    with disk.writing(folder):
        folder = targets.real(Path(folder))
        if is_model(folder) and not overwrite:
            raise BadInput(f"There is a model in {folder} already. Give another place, or {targets.FORCE}.")
        targets.check_folder(folder, is_model)
    targets.check_writable(folder)


def write(folder: Path, model: StoredModel, *, half: bool = False, overwrite: bool = False) -> None:
    """Write a model folder, atomically.

    Args:
        folder: where it is to lie.
        model: the model.
        half: store float32 tensors as float16.
        overwrite: whether a model that lies there may be replaced; nothing else ever is.

    Raises:
        BadInput: something lies there.
        BadModel: the folder cannot be written.
    """
    from safetensors.numpy import save_file

    folder = Path(folder)
    check_target(folder, overwrite=overwrite)
    arrays = {name: _packed(array, half) for name, array in model.tensors.items()}
    with atomic_folder(folder, is_model if overwrite else targets.never) as made:
        save_file(arrays, made / TENSORS)
        (made / TENSORS).chmod(0o644)  # safetensors makes files that only their owner can read
        (made / CONFIG).write_text(_json({"format": FORMAT, "kind": model.kind, "config": model.config}))
        (made / VOCABULARY).write_text(
            json.dumps({"words": model.words, "counts": model.counts.tolist()}, ensure_ascii=False), encoding="utf-8"
        )
        (made / CARD).write_text(_json(dataclasses.asdict(model.card)), encoding="utf-8")
        if model.tokenizer:
            (made / TOKENIZER).write_text(model.tokenizer, encoding="utf-8")


def _packed(array: NDArray[Any], half: bool) -> NDArray[Any]:
    return np.ascontiguousarray(array.astype(np.float16) if half and array.dtype == np.float32 else array)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def read_kind(folder: Path) -> str:
    """Kind of the model in a folder.

    Raises:
        BadModel: no readable config.json.
    """
    return str(_read_config(Path(folder))["kind"])


def variant(folder: Path, default: str) -> str:
    """Which family a model belongs to: CBOW and skip-gram share a kind, published vectors of all families too."""
    config = _read_config(Path(folder))["config"]
    if not isinstance(config, dict):
        return default
    if default == "word2vec" and config.get("algorithm") == "cbow":
        return "cbow"
    return str(config.get("family") or default)


def read_card(folder: Path) -> Card:
    """Card of the model in a folder.

    Raises:
        BadModel: no readable card.json.
    """
    values = _read_json(Path(folder) / CARD)
    known = {item.name for item in dataclasses.fields(Card)}
    card = checked(folder, lambda: parsed.made(Card, {name: values[name] for name in known & values.keys()}))
    numbers = {"tokens": card.tokens, "seconds": card.seconds}
    for name, value in numbers.items():
        if not 0 <= value < math.inf:
            raise BadModel(f"The card in {folder} says {value} {name}. That cannot be.")
    if card.loss is not None and not math.isfinite(card.loss):
        raise BadModel(f"The card in {folder} says that the loss is {card.loss}. That cannot be.")
    return card


def read(folder: Path, kind: str | None = None) -> StoredModel:
    """Read and check a model folder.

    Args:
        folder: the model folder.
        kind: the kind that is expected, or ``None`` for any.

    Raises:
        BadModel: a file is missing or damaged, or the kind is another.
    """
    folder = Path(folder)
    config = _read_config(folder)
    if kind is not None and config["kind"] != kind:
        raise BadModel(f"{folder} holds a model of kind '{config['kind']}', not '{kind}'.")
    arrays = tensors.read(folder / TENSORS)
    tensors.check_finite(arrays)
    words, counts = _read_vocabulary(folder, arrays)
    return checked(
        folder,
        lambda: StoredModel(
            config["kind"],
            dict(config["config"]),
            arrays,
            words,
            counts,
            read_card(folder),
            (folder / TOKENIZER).read_text(encoding="utf-8") if (folder / TOKENIZER).is_file() else "",
        ),
    )


def read_words(folder: Path) -> list[str]:
    """The vocabulary alone, without the weights.

    Raises:
        BadModel: it is missing or damaged.
    """
    return checked(folder, lambda: checked_words(_read_json(folder / VOCABULARY)["words"]))


def _read_vocabulary(folder: Path, arrays: dict[str, NDArray[Any]]) -> tuple[list[str], Counts]:
    """Words and counts. A list takes ten times the memory of its JSON, so it is first measured against the tensors.

    Raises:
        BadModel: they are not what they should be, or far more than the tensors have rows.
    """
    path = folder / VOCABULARY
    rows = max((size for array in arrays.values() for size in array.shape), default=0)
    if _items(path) > A_WORD * max(rows, FEW):
        raise BadModel(f"{path} lists far more words than the model has vectors. It is refused.")
    values = _read_json(path)
    return checked(folder, lambda: (checked_words(values["words"]), _counts(values["counts"], len(values["words"]))))


def _items(path: Path) -> int:
    """How many values a JSON file can hold, at most, by its commas; nothing is read into memory."""
    try:
        with path.open("rb") as file:
            return sum(block.count(b",") for block in iter(lambda: file.read(1 << 20), b"")) + 2
    except OSError:
        return 0  # said by whoever reads it


def checked_words(found: Any) -> list[str]:
    """The words of a vocabulary, if they are such.

    Raises:
        ValueError: they are no list of different texts, or one is longer than any word.
    """
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise ValueError("a word is no text")
    if max(map(len, found), default=0) > LONGEST_WORD:
        raise ValueError(f"a word has more than {LONGEST_WORD:,} letters")
    if len(set(found)) < len(found):
        raise ValueError("the vocabulary holds a word twice")
    for word in found:
        word.encode()  # half characters cannot be shown or written
    return found


def _counts(found: Any, words: int) -> Counts:
    if not isinstance(found, list) or len(found) != words or not all(type(count) is int for count in found):
        raise ValueError(f"{words:,} words need a list of as many whole numbers that say how often each was seen")
    if min(found, default=0) < 0 or max(found, default=0) >= parsed.LARGEST:
        raise ValueError("a word was seen less than never, or more often than can be counted")
    return np.array(found, np.int64)


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Arrays of a safetensors file; float16 ones come back as float32.

    Raises:
        BadModel: the file is missing or damaged.
    """
    return tensors.read(path)


def checked(folder: Path, make: Callable[[], T]) -> T:
    """Run ``make`` on the contents of a model folder; whatever it trips over becomes a ``BadModel``."""
    try:
        return make()
    except (BadModel, MemoryError):
        raise
    except Exception as error:  # of many libraries
        raise BadModel(f"{folder} is damaged or was made by another version: {error}.") from error


def _read_config(folder: Path) -> dict[str, Any]:
    config = _read_json(folder / CONFIG)
    if config.get("format") != FORMAT or not isinstance(config.get("kind"), str) or "config" not in config:
        raise BadModel(f"{folder / CONFIG} does not describe a model of format {FORMAT}.")
    return config


def _read_json(path: Path) -> dict[str, Any]:
    try:
        if path.name != VOCABULARY and path.stat().st_size > MOST_JSON:
            raise BadModel(f"{path} is far too large. It is refused.")
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadModel(f"{path.parent} is not a model folder: {path.name} is missing.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{path} cannot be read: {error}.") from error
    if not isinstance(value, dict):
        raise BadModel(f"{path} does not hold what a model folder should.")
    return value
