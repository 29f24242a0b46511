"""Export a model folder as a zip file, and import one safely.

Only the known files of a model folder are unpacked. An imported model is loaded and asked what the pages ask before it
is listed; one that cannot answer is refused.
"""

from __future__ import annotations

import io
import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
from numpy.typing import NDArray

from embedlab import registry
from embedlab.base import (
    BadInput,
    BadModel,
    ContextualModel,
    LanguageModel,
    MaskedModel,
    Model,
    StaticModel,
    files,
    model_folder,
)
from embedlab.base.limits import Limits, met, size
from embedlab.base.model_folder import CARD, CONFIG, MAP, TENSORS, TOKENIZER, VOCABULARY
from embedlab.data.readers.archives import DAMAGE, files_inside
from embedlab.store import library

ODD = ("the", "cat", "Naïve", "北京", "𝕏", "e\u0301", "\u0301", "\u200d", "don't", "3.5%", "ﷺ", "`", "''", "a" * 300)
"""Unusual words that have made tokenizers fail."""
MANY = 100
"""How often they are tokenized; it must be fast."""
SHORT = ("the", "cat", "sleeps")


def ask(model: Model) -> None:
    """Test a loaded model: ask it for vectors, next tokens, scores and gaps, as far as its kind has them.

    Raises:
        BadModel: an answer has the wrong form.
        Exception: any error of a model whose parts do not fit together.
    """
    if isinstance(model, StaticModel):
        if not model.words:
            raise BadModel("The model has no words.")
        _check(model.vector(model.words[0]), (model.dim,))
    if isinstance(model, ContextualModel):
        model.length([*ODD] * MANY)
        for sentence, found in zip((ODD, SHORT), model.encode([ODD, SHORT]), strict=True):
            _check(found, (len(model.layers), len(sentence), model.dim))
    if isinstance(model, LanguageModel):
        _ask_for_words(model)


def _ask_for_words(model: LanguageModel) -> None:
    words = list(SHORT) if model.unit != "char" else list("the cat")
    try:
        if not isinstance(model, MaskedModel):
            _check(model.next([]), (len(model.vocabulary),))
        _check(model.next(words), (len(model.vocabulary),))
        if np.isnan(model.score(words)).any():  # minus infinity is allowed: an impossible token
            raise BadModel("The model gives what is no probability.")
    except BadInput:  # published without its output layer
        return


def _check(vectors: NDArray[np.floating], shape: tuple[int, ...]) -> None:
    if vectors.shape != shape:
        raise BadModel(f"The model answers with numbers of shape {vectors.shape} instead of {shape}.")
    if not np.isfinite(vectors).all():
        raise BadModel("The model answers with what is no finite number.")


REQUIRED = (CONFIG, TENSORS, VOCABULARY, CARD)
OPTIONAL = (MAP, TOKENIZER)
MOST_RATIO = 200
SMALL = 20_000_000
"""Unpacked bytes up to which the ratio of compression is not checked."""
MOST_HEADER = 1_000_000
MOST_TOKENIZER = 100_000_000
SPARE = 1_000_000_000
"""Bytes of address space that libraries and threads may use beside the model."""
GROWTH = 3
"""Bytes of memory allowed for each byte of a model's folder: float16 becomes float32, words become objects."""
Within = Callable[[int], AbstractContextManager[None]]


def pack(folder: Path) -> bytes:
    """Pack a model folder as a zip file that holds a folder of the model's name.

    A published model in another layout is packed as a model folder of this lab.

    Raises:
        BadModel: it is not a model folder.
    """
    if model_folder.is_published(folder):
        with files.temporary_folder() as temporary:
            own = temporary / folder.name
            registry.load_model(folder).save(own)
            return pack(own)
    model_folder.read_kind(folder)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name in (*REQUIRED, *OPTIONAL):
            if (folder / name).is_file():
                archive.write(folder / name, f"{folder.name}/{name}")
    return out.getvalue()


def unpack(file: IO[bytes], folder: Path, *, overwrite: bool = False) -> None:
    """Check a zip file that should hold a model, and unpack it to ``folder``.

    Names, sizes and kinds of all entries are checked before anything is written, the written bytes are counted, and the
    model is loaded and tested before its folder is moved to ``folder``.

    Args:
        file: the zip file.
        folder: the model folder to write.
        overwrite: whether an existing model may be replaced; nothing else ever is.

    Raises:
        BadInput: ``folder`` exists and may not be replaced; or the file is no zip file, damaged, encrypted, a zip
            bomb, or holds something other than a model.
        BadModel: the model itself is damaged or of a kind that this version does not know.
    """
    model_folder.check_target(folder, overwrite=overwrite)
    with files.atomic_folder(folder, model_folder.is_model if overwrite else files.never) as made:
        _extract_all(file, made)
        check(made)


def take(
    file: IO[bytes],
    name: str = "",
    *,
    replace: bool = False,
    workspace: str = "",
    within: Within = lambda _: nullcontext(),
) -> str:
    """Import the model of a zip file into the person's own models.

    Args:
        file: the zip file.
        name: the model's new title; empty keeps the title on its card.
        replace: whether a model of that name may be replaced.
        workspace: the visitor's workspace; empty for the owner.
        within: context manager that limits this process to a number of additional bytes; for a separate process.

    Returns:
        The model's key.

    Raises:
        BadInput: the zip file or the name cannot be used, or the workspace has no room for the unpacked model.
        BadModel: the file holds no model.
        MemoryError: it needs more memory than ``within`` gives.
    """
    if name.strip():
        library.check(name, replace=replace, workspace=workspace)
    with files.temporary_folder() as temporary:
        folder = temporary / "model"
        folder.mkdir()
        try:
            title = _tried(file, folder, library.room(workspace, replace=replace) if workspace else None, within)
        except (BadInput, BadModel) as error:  # the message must not show the temporary folder
            message = str(error).replace(f"{folder}/", "").replace(str(folder), "The model")
            raise type(error)(message) from error
        if not (title := name.strip() or title[: library.LONGEST]):
            raise BadInput("The model has no name on its card. Give it one.")
        return library.keep(folder, title, replace=replace, workspace=workspace)


def _tried(file: IO[bytes], folder: Path, room: int | None, within: Within) -> str:
    """Unpack a model, load and test it; return the title on its card."""
    with within(SPARE):
        _extract_all(file, folder, room)
        kind, title = model_folder.read_kind(folder), model_folder.read_card(folder).title
    registry.model_class(kind)  # imported before the limit, so that its libraries do not count
    with within(SPARE + GROWTH * library.size(folder)):
        check(folder)
    return title


def check(folder: Path) -> None:
    """Load a model folder once and test the model with what the pages ask.

    Raises:
        BadModel: it is damaged, of a kind that this version does not know, or cannot answer.
    """
    model = registry.model_class(model_folder.read_kind(folder)).load(folder)
    model_folder.checked(folder, lambda: ask(model))


def _extract_all(file: IO[bytes], folder: Path, room: int | None = None) -> None:
    """Copy the files of a model out of a zip file, if they fit into ``room`` bytes."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = _entries(archive)
            _check_sizes(list(entries.values()), room)
            for name, entry in entries.items():
                _extract(archive, entry, folder / name)
    except RecursionError as error:
        raise BadModel("A file of the model is nested deeper than any model's is. It is refused.") from error
    except DAMAGE as error:
        raise BadInput(f"This is not a whole, readable zip file: {error}.") from error


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The entries of a model's files by name; any other entry is refused."""
    result: dict[str, zipfile.ZipInfo] = {}
    parents = set()
    infos = files_inside(archive)
    if len(infos) > len(REQUIRED) + len(OPTIONAL):
        raise BadInput(f"The zip file holds {len(infos)} files. A model has {', '.join(REQUIRED)} and nothing more.")
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in info.filename:
            raise BadInput(f"The zip file holds the path '{info.filename}', which leads out of it. It is refused.")
        if info.flag_bits & 1:
            raise BadInput("The zip file is encrypted. Pack the model again without a password.")
        mode = info.external_attr >> 16
        if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
            raise BadInput(f"'{info.filename}' in the zip file is a link or a device, not a file. It is refused.")
        if path.name not in (*REQUIRED, *OPTIONAL) or path.name in result or len(path.parts) > 2:
            raise BadInput(f"The zip file holds '{info.filename}', which no model has. It is refused.")
        result[path.name] = info
        parents.add(path.parent)
    if missing := [name for name in REQUIRED if name not in result]:
        raise BadInput(f"The zip file is not a model: {', '.join(missing)} is missing.")
    if len(parents) > 1:
        raise BadInput("The files of the model lie in different folders of the zip file. It is refused.")
    return result


def _check_sizes(infos: list[zipfile.ZipInfo], room: int | None) -> None:
    unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    most = Limits.from_environment().model_bytes
    if unpacked > most:
        raise BadInput(met("model_bytes", f"The zip file would unpack to {size(unpacked)}; {size(most)} are possible."))
    if unpacked > SMALL and unpacked > MOST_RATIO * max(packed, 1):
        raise BadInput("The zip file unpacks to more than 200 times its size, as no model does. It is refused.")
    if room is not None and unpacked > room:
        message = f"The model takes {size(unpacked)} unpacked, and you have room for {size(max(room, 0))}."
        raise BadInput(met("place_bytes", f"{message} Delete a model first."))


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Copy one entry; zipfile checks its length and checksum, and stops at the length that was declared."""
    with archive.open(info) as source, target.open("wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)
    if target.stat().st_size != info.file_size:
        raise BadInput(f"'{info.filename}' in the zip file is not as long as it says. It is refused.")
    if target.name in (CONFIG, CARD, TOKENIZER):
        _check_json(target, MOST_TOKENIZER if target.name == TOKENIZER else MOST_HEADER)


def _check_json(path: Path, most: int) -> None:
    if path.stat().st_size > most:
        raise BadInput(f"{path.name} in the zip file is far too large. It is refused.")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadModel(f"{path.name} in the zip file is damaged.") from error
    if not isinstance(value, dict):
        raise BadModel(f"{path.name} in the zip file does not hold what a model should.")
