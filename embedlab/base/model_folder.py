"""Read and write model folders: config.json, model.safetensors, vocab.json and card.json.

Writing is atomic; what is read is checked. Only a model folder of this lab is ever replaced, and only on request.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from embedlab.base import files as base_files
from embedlab.base import tensors, typed_json
from embedlab.base.card import Card
from embedlab.base.errors import BadInput, BadModel
from embedlab.base.files import atomic_folder
from embedlab.base.limits import LONGEST_WORD
from embedlab.base.models import Counts

FORMAT = 1
CONFIG, TENSORS, VOCABULARY, CARD = "config.json", "model.safetensors", "vocab.json", "card.json"
TOKENIZER, MAP = "tokenizer.json", "map.safetensors"
FILES = (CONFIG, TENSORS, VOCABULARY, CARD, TOKENIZER, MAP)
"""Names of all files that a model folder can hold."""
MOST_JSON = 10_000_000
"""Most bytes of a config.json or card.json."""
FEW = 10_000
"""Most words of a vocabulary without rows among the tensors (one-hot vectors)."""
A_WORD = 4
"""Most JSON values for a word of the vocabulary: the word, its count, and room for commas within words."""
A_LETTER = 10
"""Bytes of memory for a byte of a list of words or pieces as JSON."""
T = TypeVar("T")


@dataclass(frozen=True)
class StoredModel:
    """The content of a model folder.

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


def stamp(folder: Path) -> int:
    """A number that changes when a file of a model's folder is written again; 0 without a folder.

    It is made of the files' names, sizes, times and inode numbers, so that no copy can have the stamp of another.
    """
    if not folder.is_dir():
        return 0
    seen = [(file.name, *_identity(file)) for file in sorted(folder.iterdir())]
    return int.from_bytes(hashlib.sha256(repr(seen).encode()).digest()[:7])


def _identity(file: Path) -> tuple[int, ...]:
    found = file.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def memory(folder: Path) -> int:
    """Bytes that the model in a folder is likely to take in memory, by its files; also one in Hugging Face's layout."""
    found = 0
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.suffix == ".safetensors" and file.name != MAP:
            found += _unpacked(file)
        elif file.suffix == ".bin":
            found += file.stat().st_size
        elif file.name in (VOCABULARY, TOKENIZER):
            found += A_LETTER * file.stat().st_size
    return found


def _unpacked(file: Path) -> int:
    """Bytes of a file's tensors in memory: float16 becomes float32, and vectors of words are kept normalized, too."""
    try:
        entries = tensors.entries(file)
    except BadModel:  # of another type of numbers; or damaged, as will be said when it is read
        return 2 * file.stat().st_size
    wide = {name: one.count * max(one.dtype.itemsize, 4 * (one.dtype == np.float16)) for name, one in entries.items()}
    return sum(wide.values()) + wide.get("matrix", 0)


def digest(folder: Path) -> str:
    """SHA-256 of a model's settings, vocabulary and weights as they are on disk, as 64 hexadecimal digits."""
    found = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.name != CARD:
            found.update(f"{file.name} {file.stat().st_size}\n".encode())
            with file.open("rb") as content:
                while block := content.read(1 << 20):
                    found.update(block)
    return found.hexdigest()


def is_model(folder: Path) -> bool:
    """Whether a folder is a model folder of this lab and holds nothing else that would be lost with it."""
    if not (base_files.holds_only(folder, FILES) and (folder / TENSORS).is_file()):
        return False
    try:
        return bool(read_kind(folder))
    except BadModel:
        return False


def check_target(folder: Path, *, overwrite: bool = False) -> None:
    """Check, before long work, that a model folder can be written.

    Args:
        folder: the folder to write later.
        overwrite: whether an existing model may be replaced; nothing else ever is.

    Raises:
        BadInput: a file or folder of this name exists and may not be replaced.
        BadModel: nothing can be written there.
    """
    with base_files.writing(folder):
        folder = base_files.real(Path(folder))
        if is_model(folder) and not overwrite:
            raise BadInput(f"There is a model in {folder} already. Give another place, or {base_files.FORCE}.")
        base_files.check_target_folder(folder, is_model)
    base_files.check_writable(folder)


def write(folder: Path, model: StoredModel, *, half: bool = False, overwrite: bool = False) -> None:
    """Write a model folder, atomically.

    Args:
        folder: the folder to make.
        model: the model.
        half: store float32 tensors as float16.
        overwrite: whether an existing model may be replaced; nothing else ever is.

    Raises:
        BadInput: a file or folder of this name exists and may not be replaced.
        BadModel: the folder cannot be written.
    """
    from safetensors.numpy import save_file

    folder = Path(folder)
    check_target(folder, overwrite=overwrite)
    arrays = {name: _packed(array, half) for name, array in model.tensors.items()}
    with atomic_folder(folder, is_model if overwrite else base_files.never) as made:
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
    card = checked(folder, lambda: typed_json.made(Card, {name: values[name] for name in known & values.keys()}))
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
    """Read words and counts, after a check of their number: a list takes ten times the memory of its JSON.

    Raises:
        BadModel: they are damaged, or far more than the tensors have rows.
    """
    path = folder / VOCABULARY
    rows = max((size for array in arrays.values() for size in array.shape), default=0)
    if _items(path) > A_WORD * max(rows, FEW):
        raise BadModel(f"{path} lists far more words than the model has vectors. It is refused.")
    values = _read_json(path)
    return checked(folder, lambda: (checked_words(values["words"]), _counts(values["counts"], len(values["words"]))))


def _items(path: Path) -> int:
    """Upper bound of the number of values in a JSON file, from its commas, without reading it into memory."""
    try:
        with path.open("rb") as file:
            return sum(block.count(b",") for block in iter(lambda: file.read(1 << 20), b"")) + 2
    except OSError:
        return 0  # the caller reads the file and reports the error


def checked_words(values: Any) -> list[str]:
    """Check that a value is a list of words for a vocabulary.

    Raises:
        ValueError: it is no list of different texts, or one is too long.
    """
    if not isinstance(values, list) or not all(isinstance(word, str) for word in values):
        raise ValueError("a word is no text")
    if max(map(len, values), default=0) > LONGEST_WORD:
        raise ValueError(f"a word has more than {LONGEST_WORD:,} letters")
    if len(set(values)) < len(values):
        raise ValueError("the vocabulary holds a word twice")
    for word in values:
        word.encode()  # fails for lone surrogates, which cannot be shown or written
    return values


def _counts(values: Any, words: int) -> Counts:
    if not isinstance(values, list) or len(values) != words or not all(type(count) is int for count in values):
        raise ValueError(f"{words:,} words need a list of as many whole numbers that say how often each was seen")
    if min(values, default=0) < 0 or max(values, default=0) >= typed_json.LARGEST:
        raise ValueError("a word was seen less than never, or more often than can be counted")
    return np.array(values, np.int64)


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Arrays of a safetensors file; float16 ones come back as float32.

    Raises:
        BadModel: the file is missing or damaged.
    """
    return tensors.read(path)


def checked(folder: Path, make: Callable[[], T]) -> T:
    """Run ``make`` on the content of a model folder; any error in it becomes a ``BadModel``."""
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


def is_published(folder: Path) -> bool:
    """Whether a folder is in Hugging Face's layout instead of this lab's."""
    try:
        values = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(values, dict) and "model_type" in values and "format" not in values
