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
"""Where an uploaded text lies inside the run's folder."""
PASTED = "pasted.txt"


@dataclass(frozen=True)
class TextChoice:
    """The text of a run.

    Attributes:
        sample: key of a sample, or empty for a file.
        file: name of the file in the run's text folder.
        column: column of a table or field of JSON, or empty for the one with the most text.
        options: how the text becomes words.
    """

    sample: str = ""
    file: str = ""
    column: str = ""
    options: TextOptions = field(default_factory=TextOptions)

    @property
    def title(self) -> str:
        """Short name for people."""
        if not self.sample:
            return "pasted text" if self.file == PASTED else self.file
        return next((item.title for item in datasets.samples() if item.key == self.sample), self.sample)

    def open(self, folder: Path | None = None) -> Corpus:
        """The text, read as a stream.

        Args:
            folder: the run's folder; not needed for a sample.

        Raises:
            BadInput: the text is gone or cannot be read.
        """
        if self.sample:
            return datasets.load_sample(self.sample, self.options)
        if folder is None or not self.file:
            raise BadInput("Choose a text first.")
        corpus = Corpus.from_file(text_file(folder, self.file), column=self.column or None, options=self.options)
        return dataclasses.replace(corpus, name=self.title, description=self.title)


def text_file(folder: Path, name: str) -> Path:
    """Where a run's uploaded text lies."""
    return folder / FOLDER / safe_name(name)


def lay_down(folder: Path, name: str, content: BinaryIO | bytes) -> str:
    """Put a text into a run's folder.

    Args:
        folder: the run's folder.
        name: the file's name as the visitor has it.
        content: its bytes, or something to read them from.

    Returns:
        The name under which it lies there.

    Raises:
        BadModel: the disk is full or read-only; nothing lies there then.
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
    """Lay a run's text down in another run's folder too."""
    if (source / FOLDER).is_dir():
        with files.writing(target):
            shutil.copytree(source / FOLDER, target / FOLDER, dirs_exist_ok=True)


def clear(folder: Path) -> None:
    """Remove the text from a run's folder."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def laid_down(folder: Path) -> str:
    """Name of the text in a run's folder; empty if there is none."""
    found = sorted((folder / FOLDER).iterdir()) if (folder / FOLDER).is_dir() else []
    return next((file.name for file in found if not file.name.startswith(".")), "")  # such is being written


def safe_name(name: str) -> str:
    """A file name without folders, leading dots or odd signs; its endings are kept."""
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[^\w.() -]", "_", last).lstrip(". ")[-120:] or "text.txt"
