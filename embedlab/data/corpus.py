"""A corpus: text from files, memory or other corpora, as a stream of sentences that can be read any number of times.

Sources of a corpus: each gives paragraphs, and sentences of words, and starts anew each time it is read.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from embedlab.base import BadInput, OnProgress, given
from embedlab.base.limits import Limits
from embedlab.data.readers import read, sentence_lines
from embedlab.data.readers.archives import entries
from embedlab.data.readers.encoding import Choice, Decoded, Notes, inhabited
from embedlab.data.tokenizer import TextOptions, Tokenizer
from embedlab.data.vocab import EncodedCorpus, encode


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
        notes: how its files were decoded.
    """

    path: Path
    choice: Choice
    max_bytes: int | None
    limits: Limits
    notes: Notes = field(default_factory=Notes, compare=False, repr=False)

    def texts(self) -> Iterator[str]:
        """Paragraphs, without empty ones.

        Raises:
            BadInput: the file, or a part of it, cannot be read.
        """
        left = self.max_bytes
        for found in entries(self.path, self.limits):
            piece = dataclasses.replace(found, told=self.notes)
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


@dataclass(frozen=True)
class LineSource(FileSource):
    """Files that hold a sentence a line, its words between spaces or tabs: nothing else is a border.

    ``max_bytes`` has no effect.
    """

    def texts(self) -> Iterator[str]:
        """The lines, empty ones too.

        Raises:
            BadInput: a file, or a part of it, cannot be read.
        """
        for found in entries(self.path, self.limits):
            with contextlib.closing(sentence_lines(dataclasses.replace(found, told=self.notes), self.choice)) as lines:
                yield from lines

    def sentences(self, options: TextOptions) -> Iterator[list[str]]:
        """The words of each line; the options do not apply."""
        for line in self.texts():
            yield [word for word in line.replace("\t", " ").split(" ") if word]


BYTES_A_WORD = 6.1
_UNPACKS = {".gz": 2.6, ".zip": 2.6, ".bz2": 3.4, ".xz": 3.4, ".parquet": 1.8, ".docx": 2.0, ".pdf": 0.1}


@dataclass(frozen=True)
class TextSource:
    """Texts in memory, or any iterable of texts."""

    given: Iterable[str]

    def texts(self) -> Iterator[str]:
        """The texts, cut into paragraphs at line ends."""
        for text in self.given:
            for line in given.text(text).splitlines():
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
            yield " ".join(given.words(words, "Each sentence"))

    def sentences(self, options: TextOptions) -> Iterator[list[str]]:
        """The sentences; the options do not apply."""
        for words in self.given:
            yield list(given.words(words, "Each sentence"))

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


@dataclass(frozen=True)
class Corpus:
    """A text. Iteration gives its sentences as lists of words; only the current part is in memory.

    Make one with ``from_file``, ``from_texts``, ``from_sentences`` or ``chain``; change its description with
    ``with_licence`` or ``dataclasses.replace``.

    Attributes:
        source: where the text comes from.
        name: short name.
        description: what the text is; goes into the cards of models.
        licence: its licence; goes into the cards of models.
        attribution: who has to be named.
        options: how running text becomes words.
    """

    source: Source
    name: str
    description: str = ""
    licence: str = ""
    attribution: str = ""
    options: TextOptions = field(default_factory=TextOptions)

    @classmethod
    def from_file(
        cls,
        path: str | Path,
        *,
        column: str | None = None,
        field: str | None = None,
        encoding: str | None = None,
        options: TextOptions | None = None,
        max_bytes: int | None = None,
        limits: Limits | None = None,
        tokenized: bool = False,
    ) -> Self:
        """Open a file, an archive, or a folder with every readable file in it, in the order of their names.

        Only the beginning is read now, so that errors show at once; the rest is read when it is needed.

        Args:
            path: txt, md, csv, tsv, jsonl, json, parquet, pdf or docx, also packed as gz, bz2, xz or zip.
            column: column of a table; ``None`` for the one with the most text.
            field: the same for json and jsonl; ``a.b`` is field b inside a.
            encoding: encoding of text files; ``None`` to detect it.
            options: how text becomes words.
            max_bytes: stop after this many bytes of text, counted as UTF-8.
            limits: the limits; ``None`` for those of the environment.
            tokenized: every line is a sentence, an empty one too, and its words stand between spaces or tabs.

        Raises:
            BadInput: it does not exist, is empty, not text, damaged, too large or has no such column.
        """
        if column is not None and field is not None:
            raise BadInput("Give a column (of a table) or a field (of json), not both.")
        path = Path(path)
        choice = Choice(column if field is None else field, encoding)
        kind = LineSource if tokenized else FileSource
        source = kind(path, choice, max_bytes, limits or Limits.from_environment())
        if not any(not text.isspace() for text in source.texts() if text):
            raise BadInput(f"{path.name} holds no text.")
        return cls(source, path.name, path.name, options=options or TextOptions())

    @classmethod
    def from_texts(
        cls, texts: Iterable[str], *, name: str = "text", options: TextOptions | None = None, licence: str = ""
    ) -> Self:
        """Make a corpus of texts; each may hold many lines. An iterator is read into memory, other iterables are not.

        Raises:
            BadInput: one text is given instead of several, or something else; of a lazy iterable when it is read.
        """
        kept = tuple(texts) if isinstance(texts, (Iterator, list)) else texts
        return cls(TextSource(given.texts(kept)), name, name, licence, options=options or TextOptions())

    @classmethod
    def from_sentences(cls, sentences: Iterable[Sequence[str]], *, name: str = "sentences") -> Self:
        """Make a corpus of sentences that are lists of words already; an iterator is read into memory.

        Raises:
            BadInput: a sentence is a text, or something else is given; of a lazy iterable when it is read.
        """
        kept = tuple(sentences) if isinstance(sentences, Iterator) else sentences
        return cls(WordSource(given.sentences(kept)), name, name)

    @classmethod
    def chain(cls, corpora: Iterable[Corpus]) -> Self:
        """Join several corpora, one after the other, each with its own options.

        Raises:
            BadInput: there are none, or something else is given.
        """
        parts = list(corpora)
        if not all(isinstance(part, Corpus) for part in parts):
            raise BadInput("Give several corpora to chain, such as [first, second].")
        if not parts:
            raise BadInput("There is no corpus to chain.")
        return cls(
            ChainSource(tuple((part.source, part.options) for part in parts)),
            " + ".join(part.name for part in parts),
            _joined(part.description for part in parts),
            _joined(part.licence for part in parts),
            _joined(part.attribution for part in parts),
            parts[0].options,
        )

    def __iter__(self) -> Iterator[list[str]]:
        return self.source.sentences(self.options)

    @property
    def decoded(self) -> tuple[Decoded, ...]:
        """How the text files were decoded that have been read so far."""
        return tuple(_decoded(self.source))

    def texts(self) -> Iterator[str]:
        """Paragraphs as they were written, before they are split into sentences and words."""
        return self.source.texts()

    def encode(
        self,
        min_count: int = 1,
        max_words: int | None = None,
        on_progress: OnProgress | None = None,
        *,
        unknown: bool = False,
    ) -> EncodedCorpus:
        """Count and number the words in one pass (see ``vocab.encode``).

        Raises:
            BadInput: too little is left, or the text cannot be read to its end.
        """
        return encode(self, min_count, max_words, unknown=unknown, on_progress=on_progress, total=self.source.size())

    def with_licence(self, licence: str, attribution: str = "") -> Self:
        """The same text with a licence and an attribution."""
        return dataclasses.replace(self, licence=licence, attribution=attribution)


def _decoded(source: Source) -> Iterator[Decoded]:
    if isinstance(source, FileSource):
        yield from source.notes.all
    elif isinstance(source, ChainSource):
        for part, _ in source.parts:
            yield from _decoded(part)


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))
