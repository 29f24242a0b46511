"""A look at a text or a tagged file before it is used: as much of it as a page shows, bounded by what it holds."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab.base import typed_json
from embedlab.data import readers
from embedlab.data import tagged as tagged_files
from embedlab.data.readers.encoding import Choice, Decoded, recoded
from embedlab.data.readers.fields import Columns
from embedlab.data.tag_columns import Wanted
from embedlab.data.tag_reading import HowRead
from embedlab.data.tagged import TaggedSentence, TaggedSet
from embedlab.jobs.kinds import layer_weights as layer_runs
from embedlab.jobs.kinds.layer_weights import MixSettings
from embedlab.workflows import probe_data
from embedlab.workflows.probe_data import TaggedFile
from embedlab.workflows.text_choice import TextChoice, text_file

PARQUET = b"PAR1"
"""How a parquet file begins."""
CHARS = 6_000_000
"""Characters of words that are held; a word of a hostile text has thousands of them."""
PATIENCE = 8.0
"""Processor seconds (of this thread alone) after which a look shows what it has."""
PARAGRAPHS, PARAGRAPH_CHARS = 300, 500_000
"""Paragraphs that are shown as they were written, and their characters."""


@dataclass(frozen=True)
class Beginning:
    """The beginning of a text, cut into words.

    Attributes:
        name: of the text.
        sentences: its first ones.
        tokens: running words in them.
        whole: running words of the whole text: counted if that was short, estimated otherwise.
        complete: whether the beginning is the whole text.
        decoded: how the files were decoded that were read.
    """

    name: str
    sentences: list[list[str]]
    tokens: int
    whole: int
    complete: bool
    decoded: tuple[Decoded, ...] = ()


@dataclass(frozen=True)
class TaskSizes:
    """How much of a tagged file there is to learn from, to stop on and to measure on, its first labels."""

    train: int
    dev: int
    test: int
    labels: int
    first: list[str]
    how: HowRead


def usable(text: TextChoice, folder: Path | None) -> None:
    """See that a text can be read.

    Raises:
        BadInput: it cannot.
    """
    text.open(folder)


def columns(text: TextChoice, folder: Path) -> Columns | None:
    """The columns or fields of a table to choose from; ``None`` for running text.

    Raises:
        BadInput: it cannot be read.
    """
    choice = Choice(text.column or None, text.encoding or None)
    return readers.columns(text_file(folder, text.file), choice=choice)


def decoded(text: TextChoice, folder: Path | None) -> tuple[Decoded, ...]:
    """How the first file of a text is decoded; empty for kinds of files that say it themselves.

    Raises:
        BadInput: it cannot be read.
    """
    return text.open(folder).decoded


def decoded_tags(file: str) -> tuple[Decoded, ...]:
    """How a tagged file is decoded; empty for a parquet file, which is no text.

    Raises:
        BadInput: it cannot be read.
    """
    content = Path(file).read_bytes()
    return () if content.startswith(PARQUET) else (recoded(content, "the file")[1],)


def beginning(text: TextChoice, folder: Path | None, words: int, sentences: int = 0) -> Beginning:
    """The first sentences of a text.

    Args:
        text: which.
        folder: where it lies; ``None`` for a sample.
        words: to stop after.
        sentences: to stop after, too; 0 for as many as there are.

    Raises:
        BadInput: it cannot be read.
    """
    corpus = text.open(folder)
    found: list[list[str]] = []
    same: dict[str, str] = {}
    tokens, room, until = 0, CHARS, time.thread_time() + PATIENCE
    complete = True
    for sentence in corpus:
        if tokens >= words or room < 0 or (sentences and len(found) >= sentences) or time.thread_time() > until:
            complete = False
            break
        found.append([same.setdefault(word, word) for word in sentence])
        tokens += len(sentence)
        room -= sum(map(len, sentence))
    whole = tokens if complete else max(corpus.source.size(), tokens)
    return Beginning(corpus.name, found, tokens, whole, complete, corpus.decoded)


def paragraphs(text: TextChoice, folder: Path | None) -> list[str]:
    """The first paragraphs of a text as they were written.

    Raises:
        BadInput: it cannot be read.
    """
    return list(_held(text.open(folder).texts()))


def _held(texts: Iterable[str]) -> Iterator[str]:
    room = PARAGRAPH_CHARS
    for number, one in enumerate(texts):
        if number >= PARAGRAPHS or room <= 0:
            break
        yield one
        room -= len(one)


def entities(file: Path, seed: int, wanted: Wanted | None = None) -> TaggedFile:
    """The sentences of a file with entity tags, see ``probe_data.parts``.

    Raises:
        BadInput: it cannot be used.
    """
    return probe_data.parts(file, seed, wanted, "the file")


def tags(file: str, column: int, word_column: int = 0) -> TaskSizes:
    """What a file with tags of any sort holds, see ``layer_weights.task``.

    Raises:
        BadInput: it cannot be read, or holds nothing to learn.
    """
    task, how = layer_runs.file_task(MixSettings(file=file, column=column, word_column=word_column))
    train, dev, test = (len(part.labels) for part in (task.train, task.dev, task.test))
    return TaskSizes(train, dev, test, len(task.labels), [label[:100] for label in task.labels[:12]], how)


def tag_columns(file: Path, entities: bool) -> HowRead:
    """The columns of a tagged file, see ``data.tagged.columns``.

    Raises:
        BadInput: it cannot be read.
    """
    return tagged_files.columns(file, entities=entities)


# ---------------------------------------------------------------- the same, asked of another process


def answer(call: str, values: dict[str, Any]) -> Any:
    """What a look found, as plain values that JSON can hold.

    Args:
        call: "usable", "columns", "decoded", "beginning", "paragraphs", "entities", "tags", "tag_columns" or "tagged".
        values: what it is asked, as plain values.

    Raises:
        BadInput: as the look does.
    """
    if call == "entities":
        found = entities(Path(values["file"]), values["seed"], Wanted(values.get("word", ""), values.get("tag", "")))
        parts = (found.sentences.train, found.sentences.dev, found.sentences.test)
        listed = [[dataclasses.astuple(one) for one in part] for part in parts]
        return {"parts": listed, "how": typed_json.plain(found.how)}
    if call == "tagged":
        return typed_json.plain(decoded_tags(**values))
    if call == "tags":
        return typed_json.plain(tags(**values))
    if call == "tag_columns":
        return typed_json.plain(tag_columns(Path(values["file"]), values["entities"]))
    text = typed_json.settings(TextChoice, values.pop("text"), "this text")
    folder = Path(values.pop("folder")) if values.get("folder") else values.pop("folder", None)
    if call == "usable":
        return usable(text, folder)
    if call == "columns":
        return typed_json.plain(columns(text, folder))
    if call == "decoded":
        return typed_json.plain(decoded(text, folder))
    if call == "paragraphs":
        return paragraphs(text, folder)
    return typed_json.plain(beginning(text, folder, **values))


def begun(values: dict[str, Any]) -> Beginning:
    """The beginning of an answer to "beginning"."""
    return Beginning(**values | {"decoded": how(values["decoded"])})


def how(values: list[dict[str, Any]]) -> tuple[Decoded, ...]:
    """How files were decoded, of an answer to "decoded"."""
    return tuple(typed_json.made(Decoded, one) for one in values)


def tagged(answer: dict[str, Any]) -> TaggedFile:
    """The sentences of an answer to "entities"."""
    parts = [tuple(TaggedSentence(tuple(one[0]), tuple(one[1]), *one[2:]) for one in part) for part in answer["parts"]]
    return TaggedFile(TaggedSet(*parts), how_read(answer["how"]))


def task_sizes(answer: dict[str, Any]) -> TaskSizes:
    """An answer to "tags"."""
    return TaskSizes(**(answer | {"how": how_read(answer["how"])}))


def how_read(answer: dict[str, Any]) -> HowRead:
    """An answer to "tag_columns"."""
    return typed_json.made(HowRead, answer)
