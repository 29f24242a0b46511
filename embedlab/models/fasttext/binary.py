"""Read fastText's own .bin files, old and new, with every length checked.

Layout as in Facebook's fasttext.cc, args.cc and dictionary.cc. gensim's reader is the reference (the tests
compare), but it never ends on a file that is cut off within its vocabulary.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.base import BadModel, Card
from embedlab.base.limits import LONGEST_WORD
from embedlab.models.fasttext.model import FastText, FastTextConfig

MAGIC = 793712314
NEW = ("dim", "ws", "epoch", "min_count", "neg", "word_ngrams", "loss", "model", "bucket", "minn", "maxn", "rate")
CLASSIFIER = 3
"""The number of supervised learning among fastText's models; its vectors of words are those of a text's labels."""


class _Reader:
    """Takes values from bytes, and says so when there are too few."""

    def __init__(self, data: mmap.mmap, name: str) -> None:
        self.data, self.name, self.at = data, name, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize("<" + layout)
        self.need(size)
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += size
        return values

    def need(self, size: int) -> None:
        if size < 0 or self.at + size > len(self.data):
            raise BadModel(f"{self.name} is cut off or no fastText .bin file.")

    def word(self) -> str:
        end = self.data.find(b"\0", self.at, self.at + LONGEST_WORD + 1)
        if end < 0:
            raise BadModel(f"{self.name} is cut off within its vocabulary, or a word of it is far too long.")
        word, self.at = self.data[self.at : end], end + 1
        return word.decode("utf-8", errors="backslashreplace")


def looks_like(data: bytes) -> bool:
    """Whether these bytes begin a fastText .bin file: a new one by its mark, an old one by its settings."""
    if len(data) < 56:
        return False
    numbers = struct.unpack_from("<12i", data)
    if numbers[0] == MAGIC:
        return True
    dim, width, epochs, _, _, _, loss, model = numbers[:8]
    return 0 < dim < 10_000 and 0 < width < 1_000 and 0 < epochs < 100_000 and loss in (1, 2, 3) and model in (1, 2, 3)


def read(path: Path, max_words: int | None = None, card: Card | None = None) -> FastText:
    """The model in a fastText .bin file.

    Args:
        path: the file.
        max_words: keep only so many of the commonest words; the n-grams stay.
        card: where it comes from.

    Raises:
        BadModel: the file is damaged, or of a kind without usable word vectors (a classifier, a quantized model).
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        reader = _Reader(data, path.name)
        settings, new = _settings(reader)
        found = _vocabulary(reader, new)
        if new and reader.take("?")[0]:
            raise BadModel(f"{path.name} is a quantized fastText model; only full ones can be read.")
        counts = found.counts
        rows, dim = reader.take("2q")
        if dim != settings["dim"] or rows != len(counts) + settings["bucket"]:
            raise BadModel(f"{path.name} is damaged: {rows} vectors of width {dim} do not belong to its vocabulary.")
        reader.need(4 * rows * dim)
        matrix = np.frombuffer(data[reader.at : reader.at + 4 * rows * dim], "<f4").reshape(rows, dim)
    kept = list(counts)[: max_words or None]
    config = _config(settings, len(kept))
    own, ngrams = matrix[: len(kept)], matrix[len(counts) :]
    if found.labels:
        said = f"Labels in its vocabulary, which have no vectors, left out: {found.labels:,}."
        card = replace(card or Card(), note=f"{card.note} {said}".strip() if card else said)
    return FastText(kept, own, np.array([counts[word] for word in kept]), config, card, ngrams=ngrams)


def _settings(reader: _Reader) -> tuple[dict[str, int], bool]:
    first = reader.take("2i")
    new = first[0] == MAGIC
    values = reader.take("12i") if new else (*first, *reader.take("10i"))
    reader.take("d")
    settings = dict(zip(NEW, values, strict=True))
    if settings["model"] == CLASSIFIER:
        raise BadModel(f"{reader.name} is a fastText classifier; only models of words can be read.")
    if not 0 < settings["dim"] <= 10_000 or not 0 <= settings["bucket"] <= 50_000_000:
        raise BadModel(f"{reader.name} is no fastText .bin file, or it is damaged.")
    return settings, new


@dataclass(frozen=True)
class _Vocabulary:
    """Words and how often each was seen, in the order of their vectors; how many labels there are beside them."""

    counts: dict[str, int]
    labels: int


def _vocabulary(reader: _Reader, new: bool) -> _Vocabulary:
    """The words of a file. Labels stand behind them, if the text had any; a model of words has no vectors of labels."""
    size, known, _ = reader.take("3i")
    reader.take("q")
    pruned = reader.take("q")[0] if new else 0
    reader.need(10 * size)
    counts: dict[str, int] = {}
    labels = 0
    for _ in range(size):
        word = reader.word()
        count, kind = reader.take("qb")
        if kind:
            labels += 1
        else:
            counts[word] = count
    if len(counts) != known or len(counts) + labels != size:
        raise BadModel(f"{reader.name} is damaged: its vocabulary holds other words than it says.")
    if pruned > 0:
        raise BadModel(f"{reader.name} is a pruned fastText model; only full ones can be read.")
    return _Vocabulary(counts, labels)


def _config(settings: dict[str, int], words: int) -> FastTextConfig:
    """What of the settings still matters; the rest keeps its default."""
    return FastTextConfig(
        dim=min(settings["dim"], 2_000),
        algorithm="cbow" if settings["model"] == 1 else "skipgram",
        min_count=max(1, settings["min_count"]),
        max_words=max(2, words),
        min_n=min(max(settings["minn"], 0), 50),
        max_n=min(max(settings["maxn"], 0), 50),
        buckets=settings["bucket"],
    )
