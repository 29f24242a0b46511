"""Sources of a corpus: each gives paragraphs, and sentences of words, and starts anew each time it is read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from embedlab.base import BadInput
from embedlab.base.limits import Limits
from embedlab.data.readers import read
from embedlab.data.readers.archives import entries
from embedlab.data.readers.encoding import Choice, inhabited
from embedlab.data.tokenizer import TextOptions, Tokenizer


class Source(Protocol):
    """Something that a corpus can be read from, any number of times."""

    def texts(self) -> Iterator[str]:
        """Paragraphs as they were written."""

    def sentences(self, options: TextOptions) -> Iterator[list[str]]:
        """Sentences as words."""

    def size(self) -> int:
        """Number of running words, estimated without reading; 0 if unknown."""


@dataclass(frozen=True)
class FileSource:
    """A file, an archive or a folder.

    Attributes:
        path: its path.
        choice: column, field and encoding.
        max_bytes: stop after this many bytes of text (UTF-8), ``None`` for all of it.
        limits: limits of reading.
    """

    path: Path
    choice: Choice
    max_bytes: int | None
    limits: Limits

    def texts(self) -> Iterator[str]:
        """Paragraphs, without empty ones.

        Raises:
            BadInput: the file, or a part of it, cannot be read.
        """
        left = self.max_bytes
        for piece in entries(self.path, self.limits):
            with contextlib.closing(read(piece, self.choice)) as texts:
                for text in inhabited(texts, piece.name, self.limits.blank):
                    if left is not None:
                        left -= len(text.encode(errors="replace")) + 1
                        if left < 0:
                            return
                    if text and not text.isspace():
                        yield text

    def sentences(self, options: TextOptions) -> Iterator[list[str]]:
        """Sentences as words."""
        return _tokenized(self.texts(), options)

    def size(self) -> int:
        """Running words, estimated from the size on disk (English, usual packing)."""
        path = self.path
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        text = sum(file.stat().st_size * _UNPACKS.get(file.suffix.lower(), 1.0) for file in files)
        return int(min(text, self.max_bytes or text) / BYTES_A_WORD)


BYTES_A_WORD = 6.1
_UNPACKS = {".gz": 2.6, ".zip": 2.6, ".bz2": 3.4, ".xz": 3.4, ".parquet": 1.8, ".docx": 2.0, ".pdf": 0.1}


@dataclass(frozen=True)
class TextSource:
    """Texts in memory, or any iterable of texts."""

    given: Iterable[str]

    def texts(self) -> Iterator[str]:
        """The texts, cut into paragraphs at line ends."""
        for text in self.given:
            if not isinstance(text, str):
                raise BadInput(f"A text must be a string, not {type(text).__name__}.")
            for line in text.splitlines():
                if line and not line.isspace():
                    yield line

    def sentences(self, options: TextOptions) -> Iterator[list[str]]:
        """Sentences as words."""
        return _tokenized(self.texts(), options)

    def size(self) -> int:
        """Running words of texts in memory, estimated."""
        return int(sum(map(len, self.given)) / BYTES_A_WORD) if isinstance(self.given, tuple) else 0


@dataclass(frozen=True)
class WordSource:
    """Sentences that are lists of words already."""

    given: Iterable[Sequence[str]]

    def texts(self) -> Iterator[str]:
        """Each sentence with spaces between its words."""
        for words in self.given:
            yield " ".join(words)

    def sentences(self, options: TextOptions) -> Iterator[list[str]]:
        """The sentences; the options do not apply."""
        for words in self.given:
            yield list(words)

    def size(self) -> int:
        """Running words of sentences in memory."""
        return sum(map(len, self.given)) if isinstance(self.given, (list, tuple)) else 0


@dataclass(frozen=True)
class ChainSource:
    """Several sources one after the other, each with its own options.

    Attributes:
        parts: pairs of a source and its options.
    """

    parts: tuple[tuple[Source, TextOptions], ...]

    def texts(self) -> Iterator[str]:
        """The paragraphs of all."""
        for source, _ in self.parts:
            yield from source.texts()

    def sentences(self, options: TextOptions) -> Iterator[list[str]]:
        """The sentences of all, each by its own options."""
        for source, own in self.parts:
            yield from source.sentences(own)

    def size(self) -> int:
        """Running words; 0 if one part does not know."""
        sizes = [source.size() for source, _ in self.parts]
        return sum(sizes) if all(sizes) else 0


def _tokenized(texts: Iterable[str], options: TextOptions) -> Iterator[list[str]]:
    tokenizer = Tokenizer(options)
    for text in texts:
        yield from tokenizer.sentences(text)
