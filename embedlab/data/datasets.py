"""Texts and data sets that are there without an upload: gensim's samples, the generated kingdom, test sentences.

Sentences with ambiguous words, each marked with the sense that is meant.
"""

from __future__ import annotations

import bz2
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from embedlab.base import BadInput, paths
from embedlab.base.folding import tidy
from embedlab.data.corpus import Corpus
from embedlab.data.kingdom import Kingdom
from embedlab.data.tagged import load_ner, read_conll
from embedlab.data.tokenizer import TextOptions, Tokenizer

AS_WRITTEN = TextOptions(lowercase=False, punctuation=True)
"""How sentences become words here: capitals and punctuation are kept; models that want neither drop them."""

_TEXTS = ("word", "sense", "gloss", "pos", "sentence")


@dataclass(frozen=True)
class Occurrence:
    """A word in a sentence, and the sense in which it stands there.

    Attributes:
        word: the ambiguous word, such as "bank"; occurrences of one word are compared with each other.
        sense: short name of the sense, such as "river"; unique within a word.
        gloss: what the sense means.
        pos: part of speech of the sense: "noun", "verb" or "adjective".
        words: the sentence's T words, punctuation included.
        position: which of them is meant, from 0.
        sentence: the sentence as it was written.
    """

    word: str
    sense: str
    gloss: str
    pos: str
    words: tuple[str, ...]
    position: int
    sentence: str

    @property
    def form(self) -> str:
        """The word as it stands in the sentence, such as "banks" or "Bank"."""
        return self.words[self.position]


def load_senses(path: Path | str | None = None) -> list[Occurrence]:
    """Read occurrences with their senses, in the file's order.

    Args:
        path: a file with a JSON object a line, with ``word``, ``sense``, ``gloss``, ``pos``, ``sentence`` and the
            characters ``start`` to ``end`` (exclusive) of the word in it. The sentences of this project if ``None``.

    Raises:
        BadInput: the file cannot be read, is empty, or a line is not of this form; the message names the line.
    """
    path = Path(path) if path is not None else paths.assets() / "sentences" / "senses.jsonl"
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(file)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The sense sentences in {path} cannot be read: {error}.") from None
    tokenizer, result = Tokenizer(AS_WRITTEN), []
    for number, line in enumerate(lines, start=1):
        try:
            result.append(_occurrence(json.loads(line), tokenizer))
        except (ValueError, RecursionError) as error:
            raise BadInput(
                f"Line {number} of {path.name} is not a sentence with a sense: {error}. A line is a JSON object with "
                f"the texts {', '.join(_TEXTS)} and the numbers start and end."
            ) from None
    if not result:
        raise BadInput(f"{path.name} holds no sentences.")
    return result


def _occurrence(row: Any, tokenizer: Tokenizer) -> Occurrence:
    if not isinstance(row, dict):
        raise ValueError("it is not an object")
    for name in _TEXTS:
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise ValueError(f"'{name}' is missing, empty or not a text")
    start, end = row.get("start"), row.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(row["sentence"]):
        raise ValueError("'start' and 'end' are not two positions in the sentence")
    words = tuple(tokenizer.words(row["sentence"]))
    position = _position(row["sentence"], start, end, words)
    return Occurrence(row["word"], row["sense"], row["gloss"], row["pos"], words, position, row["sentence"])


def _position(sentence: str, start: int, end: int, words: tuple[str, ...]) -> int:
    """Which word stands at characters start to end."""
    text, wanted, form = tidy(sentence), len(tidy(sentence[:start])), tidy(sentence[start:end])
    at = 0
    for position, word in enumerate(words):
        at = text.index(word, at)
        if (at, word) == (wanted, form):
            return position
        at += len(word)
    raise ValueError(f"characters {start} to {end}, {sentence[start:end]!r}, are not one word of the sentence")


__all__ = ["Sample", "load_ner", "load_sample", "load_senses", "read_conll", "samples"]

_LIST_MARK = re.compile(r"^[*#:;]+\s*")
_QUOTES = re.compile(r"'{2,}")


@dataclass(frozen=True)
class Sample:
    """A sample text.

    Attributes:
        key: its name for ``load_sample``.
        title: the name shown to people.
        text: what it is, in a sentence or two.
        licence: its licence.
        attribution: who has to be named.
        words: running words, rounded.
        build: gives its texts for a seed, which only a generated text uses.
    """

    key: str
    title: str
    text: str
    licence: str
    attribution: str
    words: int
    build: Callable[[int], Iterable[str]]


@dataclass(frozen=True)
class _WikipediaArticles:
    """Running text of the articles in gensim's test data, without headings, tables and lists of links."""

    def __iter__(self) -> Iterator[str]:
        from gensim.corpora.wikicorpus import extract_pages, filter_wiki

        name = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
        with bz2.open(_gensim_file(name)) as file:
            for _, markup, _ in extract_pages(file, filter_namespaces=("0",)):
                if not markup.lstrip()[:9].upper().startswith("#REDIRECT"):
                    yield "\n".join(filter(None, map(_running_text, filter_wiki(markup).split("\n"))))


def _running_text(line: str) -> str:
    text = _QUOTES.sub("", _LIST_MARK.sub("", line)).strip()
    return text if len(text) > 80 and text.endswith((".", "!", "?", '"', ")")) else ""


@dataclass(frozen=True)
class _LeeNews:
    """The 300 news items of the Lee background corpus, one a line."""

    def __iter__(self) -> Iterator[str]:
        with _gensim_file("lee_background.cor").open(encoding="utf-8") as file:
            yield from file


def _gensim_file(name: str) -> Path:
    from gensim.test.utils import datapath

    path = Path(datapath(name))
    if not path.is_file():
        raise BadInput(f"This installation of gensim comes without {name}. Install gensim again from its wheel.")
    return path


def samples() -> list[Sample]:
    """The samples that are always available, the quickest to train on first."""
    return [
        Sample(
            "kingdom",
            "Kingdom",
            "Generated by a small grammar of this project: kings and queens, capitals, animals, tenses, comparatives, "
            "words of two senses. Every phenomenon of the course shows within seconds; it is not real English.",
            "MIT",
            "",
            200_000,
            lambda seed: Kingdom(seed=seed),
        ),
        Sample(
            "wikipedia",
            "106 Wikipedia articles",
            "The running text of 106 articles of the English Wikipedia that come with gensim, from Anarchism on.",
            "CC BY-SA 3.0",
            "Wikipedia contributors",
            426_000,
            lambda seed: _WikipediaArticles(),
        ),
        Sample(
            "lee",
            "Lee news corpus",
            "300 short news items of the Australian Broadcasting Corporation from 2000 and 2001 that come with gensim.",
            "not stated; collected for research by Lee, Pincombe and Welsh (2005)",
            "M. D. Lee, B. M. Pincombe and M. B. Welsh",
            60_000,
            lambda seed: _LeeNews(),
        ),
    ]


def load_sample(key: str, options: TextOptions | None = None, seed: int = 1) -> Corpus:
    """Open a sample as a corpus.

    Args:
        key: the sample's key, see ``samples``.
        options: how text becomes words.
        seed: seed of a generated text.

    Raises:
        BadInput: there is no such sample.
    """
    for sample in samples():
        if sample.key == key:
            corpus = Corpus.from_texts(sample.build(seed), name=key, options=options, licence=sample.licence)
            return replace(corpus, description=f"{sample.title}: {sample.text}", attribution=sample.attribution)
    raise BadInput(f"There is no sample '{key}'; there are {', '.join(sample.key for sample in samples())}.")
