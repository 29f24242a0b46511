"""Sentences whose words carry tags of any sort, such as parts of speech: columns as in CoNLL, and CoNLL-U."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from embedlab.base import BadInput
from embedlab.data.conll import SPLITS, TaggedSentence, TaggedSet
from embedlab.data.tables import text_lines
from embedlab.data.tags import bio, is_tag, once, spans

FEWEST = 10
"""Sentences that a file must have."""
_SPLIT = re.compile(r"#\s*split\s+=\s+(\w+)\s*")
_CONLL_U = 10
"""Columns of CoNLL-U: number, form, lemma, universal part of speech, and so on."""


def read_tags(path: str | Path, column: int | None = None) -> tuple[TaggedSentence, ...]:
    """Read sentences with any tags: a word a line in columns, blank lines between sentences.

    Columns stand apart by tabs, or else by spaces. Of CoNLL-U (ten columns, the first a number) the word is the second
    and the tag the fourth (UPOS); else the word is the first and the tag the last. If all tags are of one of the BIO
    schemes they come out as BIO, as in ``conll.read_conll``; others stay as they are. Lines ``-DOCSTART-`` and notes
    (``#`` and no tab) are left out, except ``# split = train`` (dev, test), which holds for what follows.

    Args:
        path: the file.
        column: of the tag, from 1, where it is not the usual one.

    Raises:
        BadInput: it cannot be read, is not text, holds no sentence, or a line lacks the column; the message names it.
    """
    with text_lines(Path(path)) as lines:
        found = tuple(_sentences(lines, column))
    if not found:
        raise BadInput("The file holds no sentence. Give lines with a word and its tag.")
    if all(is_tag(tag) for sentence in found for tag in sentence.tags):
        return tuple(replace(one, tags=bio(spans(one.tags), len(one.tags))) for one in found)
    return found


def dealt(sentences: Sequence[TaggedSentence], seed: int = 1, *, dev: float = 0.15, test: float = 0.15) -> TaggedSet:
    """Sentences to learn from, to stop on and to measure on.

    As the file says, if it says so of every sentence; otherwise by lot.

    Args:
        sentences: all of them.
        seed: of the lot.
        dev: share to stop on.
        test: share to measure on; the rest is to learn from.

    Raises:
        BadInput: there are too few, or the file leaves a part empty.
    """
    if len(sentences) < FEWEST:
        raise BadInput(f"{len(sentences)} sentences are too few to learn from and to measure on; give {FEWEST}.")
    if all(one.split in SPLITS for one in sentences):
        return TaggedSet.of(sentences)
    order = np.random.default_rng(seed).permutation(len(sentences)).tolist()
    measured, stopped = (max(1, round(share * len(sentences))) for share in (test, dev))
    names = ["test"] * measured + ["dev"] * stopped + ["train"] * (len(sentences) - measured - stopped)
    return TaggedSet.of(replace(sentences[row], split=name) for row, name in zip(order, names, strict=True))


def _sentences(lines: Iterable[str], column: int | None) -> Iterator[TaggedSentence]:
    words: list[str] = []
    tags: list[str] = []
    seen: dict[str, str] = {}
    split = ""
    for number, line in enumerate(lines, start=1):
        note = line.startswith("#") and "\t" not in line  # with a tab it is a word, "#"
        if line.strip() and not note and not line.startswith("-DOCSTART-"):
            if pair := _word_and_tag(line.rstrip("\r\n"), column, f"Line {number:,}"):
                words.append(once(pair[0], seen))
                tags.append(once(pair[1], seen))
            continue
        said = _SPLIT.fullmatch(line.strip())
        if words and (said or not note):
            yield TaggedSentence(tuple(words), tuple(tags), split)
            words, tags = [], []
        split = said[1] if said else split
    if words:
        yield TaggedSentence(tuple(words), tuple(tags), split)


def _word_and_tag(line: str, column: int | None, where: str) -> tuple[str, str] | None:
    """``None`` for the lines of CoNLL-U that are no words: "3-4" spans two, "5.1" was left out by the writer."""
    columns = [cell.strip() for cell in line.split("\t" if "\t" in line.strip() else None)]
    word, usual = 0, len(columns)
    if len(columns) == _CONLL_U and re.fullmatch(r"\d+([-.]\d+)?", columns[0]):
        if not columns[0].isdigit():
            return None
        word, usual = 1, 4
    at = (usual if column is None else column) - 1
    if not word < at < len(columns) or not columns[word] or not columns[at]:
        raise BadInput(f"{where} has no word with a tag in column {at + 1}: {line.strip()[:60]!r}.")
    return columns[word], columns[at]
