"""Load published word vectors from a file, a folder, an address or gensim's catalogue, and write them."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import IO

from embedlab.base import BadInput, BadModel, Card, Model, OnProgress, StaticModel, limits, paths
from embedlab.base import files as base_temporary
from embedlab.base.card import versions
from embedlab.data.readers.archives import DAMAGE, Meter, files_inside
from embedlab.models import vectors
from embedlab.models.vectors import VectorsConfig, WordVectors
from embedlab.store import library
from embedlab.workflows import downloads

FORMATS = {
    "word2vec-text": "text with a first line of two counts (word2vec, .vec)",
    "word2vec-binary": "word2vec's binary format",
    "glove": "text without such a line (GloVe)",
    "fasttext-bin": "fastText's .bin",
}
"""Formats of vectors, and what they are for people."""
SUFFIXES = {".txt", ".vec", ".bin", ".gz", ".zip", ".w2v"}
export = vectors.write


def load(
    source: str | Path,
    *,
    layout: str = "",
    max_words: int | None = None,
    member: str = "",
    title: str = "",
    licence: str = "",
    on_progress: OnProgress | None = None,
    allow_local: bool = False,
    files: bool = True,
) -> StaticModel:
    """Load published word vectors.

    Args:
        source: a file (plain, .gz or .zip), a folder with one such file, an https address, or a name that
            ``gensim.downloader`` knows ("glove-wiki-gigaword-100").
        layout: one of ``FORMATS``; by default it is detected.
        max_words: keep only the first words, which are the commonest.
        member: which file of a .zip, if it holds several.
        title: name for people; by default the file's.
        licence: of the vectors, for the card.
        on_progress: called with bytes while downloading, with bytes or rows while reading.
        allow_local: let addresses lead to this machine (for tests).
        files: whether the source may be a file or folder of this machine.

    Returns:
        ``WordVectors``, or a ``FastText`` that composes unknown words from a fastText .bin.

    Raises:
        BadInput: there is no such file, name or format, or the address is not allowed.
        BadModel: the file is damaged.
        Unreachable: it cannot be downloaded.
    """
    if layout and layout not in FORMATS:
        raise BadInput(f"{layout!r} is no format of word vectors; known are {', '.join(FORMATS)}.")
    if max_words is not None and max_words < 1:
        raise BadInput("At least one word must be read.")
    text = str(source)
    with base_temporary.temporary_folder() as temporary:
        try:
            path, card = (_file(text) if files else None) or _fetched(text, temporary, on_progress, allow_local)
            with _plain(path, member) as plain:
                model = _read(plain, layout, max_words, text, on_progress)
        except OSError as error:
            raise BadInput(f"{text} cannot be read: {error.strerror or error}.") from error
    model.card = replace(card, title=title or stem(text), licence=licence or card.licence, note=model.card.note)
    return model


def keep(model: Model, name: str = "", *, overwrite: bool = False) -> Path:
    """Save a model among the published ones, where ``load_model("published/<name>")`` finds it.

    Args:
        model: a model from ``load``.
        name: its new name, by default its title (see ``library.folder_name``).
        overwrite: whether a model of that name may be replaced.

    Returns:
        The model folder.

    Raises:
        BadInput: the name cannot be used, or is taken.
        BadModel: the folder cannot be written.
    """
    folder = library.check(name or model.title[: library.LONGEST], replace=overwrite, source="published")
    model.save(folder, overwrite=overwrite)
    return folder


def sniff(path: Path) -> str:
    """Detect which of ``FORMATS`` a file has, by its content.

    Raises:
        BadModel: it has none of them.
    """
    from embedlab.models.fasttext import binary

    with path.open("rb") as file:
        start = file.read(100)
    return "fasttext-bin" if binary.looks_like(start) else vectors.detect(path)


def _read(path: Path, layout: str, most: int | None, source: str, on_progress: OnProgress | None) -> StaticModel:
    if path.stat().st_size == 0:
        raise BadModel(f"{path.name} is empty.")
    layout = layout or sniff(path)
    read_as = f"Read as {FORMATS[layout]}."
    if layout == "fasttext-bin":
        from embedlab.models.fasttext import binary

        return binary.read(path, most, Card(note=read_as))
    if layout == "word2vec-binary":
        found = vectors.read_binary(path, most, on_progress)
    else:
        found = vectors.read_text(path, layout == "word2vec-text", most, on_progress)
    named = source.lower()
    family = "fasttext" if "fasttext" in named or ".vec" in named else "word2vec"
    family = "glove" if layout == "glove" or "glove" in named else family
    card = Card(note=" ".join((read_as, *found.notes)))
    return WordVectors(found.words, found.matrix, None, VectorsConfig(family=family, format=layout), card)


def _card(text: str) -> Card:
    return Card(text=text, source="published", created=date.today().isoformat(), versions=versions())


def _file(source: str) -> tuple[Path, Card] | None:
    """A file of this machine, with a card of what is known of it; ``None`` if the source is no path."""
    if "://" in source:
        return None
    path = paths.on_this_machine(source)
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
        if len(files) != 1:
            names = ", ".join(file.name for file in files) or "none"
            raise BadInput(f"{path} should hold one file of word vectors and holds {names}. Give the file itself.")
        return files[0], _card(files[0].name)
    if path.is_file():
        return path, _card(path.name)
    if path.exists() or not _is_name(source):
        raise BadInput(f"There is no file {source}.")
    return None


def _is_name(source: str) -> bool:
    """Whether a text can be a name in gensim's catalogue."""
    return bool(re.fullmatch(r"[\w-]+(\.[\w-]+)*", source)) and Path(source).suffix.lower() not in SUFFIXES


def _fetched(source: str, folder: Path, on_progress: OnProgress | None, allow_local: bool) -> tuple[Path, Card]:
    """Download a file; return it with a card of what is known of it."""
    if "://" in source:
        name = re.sub(r"[^\w.-]+", "-", source.split("?")[0].rstrip("/").rsplit("/", 1)[-1]).strip(".") or "vectors"
        path = downloads.fetch(source, folder / name[-100:], on_progress=on_progress, allow_local=allow_local)
        return path, _card(source)
    if not _is_name(source):
        raise BadInput(f"'{source}' is no address and no name. Files of this machine are not read here: upload them.")
    entry = downloads.catalogue(allow_local=allow_local).get(source)
    if entry is None:
        raise BadInput(f"There is no file {source}, and gensim's catalogue has no vectors of that name.")
    card = replace(_card(entry.description or source), licence=entry.licence)
    return downloads.fetch_entry(entry, folder / f"{source}.gz", on_progress=on_progress), card


@contextmanager
def _plain(path: Path, member: str) -> Iterator[Path]:
    """Give the file itself, or the content of a .gz or .zip, unpacked in a temporary folder."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] != b"\x1f\x8b" and start != b"PK\x03\x04":
        yield path
        return
    with base_temporary.temporary_folder() as temporary:
        try:
            if start[:2] == b"\x1f\x8b":
                target = temporary / (path.stem or "vectors")
                with gzip.open(path) as packed:
                    _unpack(packed, target, path.stat().st_size)
            else:
                with zipfile.ZipFile(path) as archive:
                    inside = _member(archive, member, path.name)
                    target = temporary / (Path(inside).name[-100:] or "vectors")
                    with archive.open(inside) as packed:
                        _unpack(packed, target, min(archive.getinfo(inside).compress_size, path.stat().st_size))
        except DAMAGE as error:
            raise BadModel(f"{path.name} cannot be unpacked: {error}.") from error
        yield target


def _member(archive: zipfile.ZipFile, member: str, name: str) -> str:
    files = [info.filename for info in files_inside(archive)]
    files = [file for file in files if not file.startswith("__MACOSX/") and not Path(file).name.startswith(".")]
    if member in files:
        return member
    if len(files) != 1 or member:
        raise BadInput(f"{name} holds {', '.join(files[:20]) or 'no file'}; say which one to read.")
    return files[0]


def _unpack(packed: IO[bytes] | gzip.GzipFile, target: Path, size: int) -> None:
    """Unpack a file, and stop if it becomes far larger than its ``size`` packed bytes (a zip bomb)."""
    bounds = limits.Limits.from_environment()
    most = limits.size(bounds.download_bytes)
    meter = Meter(target.name, size, bounds)
    with target.open("wb") as file:
        while block := packed.read(1 << 20):
            meter.unpacked += len(block)
            if meter.unpacked > bounds.download_bytes:
                said = f"{target.name} unpacks to more than {most}, the most that is taken."
                raise BadModel(limits.met("download_bytes", said))
            meter.check_ratio()
            file.write(block)


def stem(source: str) -> str:
    """Default name of vectors: that of their file."""
    name = Path(source.split("?")[0].rstrip("/")).name
    while Path(name).suffix.lower() in SUFFIXES:
        name = Path(name).stem
    return name or "vectors"
