"""The text that a training run reads: a sample, or a file in the run's folder."""

from __future__ import annotations

import dataclasses
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from embedlab.base import BadInput, files
from embedlab.data import datasets
from embedlab.data.corpus import Corpus
from embedlab.data.tokenizer import TextOptions

FOLDER = "text"
"""Name of the folder of the uploaded text inside the run's folder."""
PASTED = "pasted.txt"


@dataclass(frozen=True)
class TextChoice:
    """The text of a run.

    Attributes:
        sample: key of a sample, or empty for a file.
        file: name of the file in the run's text folder.
        column: column of a table or field of JSON, or empty for the one with the most text.
        options: how the text becomes words.
        encoding: encoding of the file, or empty to detect it.
    """

    sample: str = ""
    file: str = ""
    column: str = ""
    options: TextOptions = field(default_factory=TextOptions)
    encoding: str = ""

    @property
    def title(self) -> str:
        """Short name for people."""
        if not self.sample:
            return "pasted text" if self.file == PASTED else self.file
        return next((item.title for item in datasets.samples() if item.key == self.sample), self.sample)

    @property
    def arguments(self) -> str:
        """Column and encoding as they stand in a call, after the name of the file."""
        given = {"column": self.column, "encoding": self.encoding}
        return "".join(f", {name}={value!r}" for name, value in given.items() if value)

    def open(self, folder: Path | None = None) -> Corpus:
        """Open the text as a corpus.

        Args:
            folder: the run's folder; not needed for a sample.

        Raises:
            BadInput: the text does not exist any more or cannot be read.
        """
        if self.sample:
            return datasets.load_sample(self.sample, self.options)
        if folder is None or not self.file:
            raise BadInput("Choose a text first.")
        corpus = Corpus.from_file(
            text_file(folder, self.file), column=self.column or None, encoding=self.encoding or None,
            options=self.options,
        )  # fmt: skip
        return dataclasses.replace(corpus, name=self.title, description=self.title)


def text_file(folder: Path, name: str) -> Path:
    """The path of a run's uploaded text."""
    return folder / FOLDER / safe_name(name)


def lay_down(folder: Path, name: str, content: BinaryIO | bytes) -> str:
    """Write a text into a run's folder.

    Args:
        folder: the run's folder.
        name: the visitor's name of the file.
        content: its bytes, or an open file.

    Returns:
        Its name in the run's folder.

    Raises:
        BadModel: the disk is full or read-only; then nothing is left there.
    """
    path = text_file(folder, name)
    with files.writing(path):
        path.parent.mkdir(exist_ok=True)
        with files.atomic_file(path) as scratch:
            with scratch.open("wb") as file:
                if isinstance(content, bytes):
                    file.write(content)
                else:
                    shutil.copyfileobj(content, file, 1 << 20)
            scratch.chmod(0o644)
    return path.name


def copy(source: Path, target: Path) -> None:
    """Copy a run's text into another run's folder."""
    if (source / FOLDER).is_dir():
        with files.writing(target):
            shutil.copytree(source / FOLDER, target / FOLDER, dirs_exist_ok=True)


def clear(folder: Path) -> None:
    """Delete the text in a run's folder."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def laid_down(folder: Path) -> str:
    """Name of the text in a run's folder; empty if there is none."""
    return next((file.name for file in files_of(folder)), "")


def files_of(folder: Path) -> list[Path]:
    """The files that were laid down in a run's folder, by name; hidden ones are still being written."""
    found = sorted((folder / FOLDER).iterdir()) if (folder / FOLDER).is_dir() else []
    return [file for file in found if not file.name.startswith(".")]


def safe_name(name: str) -> str:
    """A file name without folders, leading dots or unusual characters; its endings are kept."""
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[^\w.() -]", "_", last).lstrip(". ")[-120:] or "text.txt"
