"""Words as wordpieces: what stands between sentences of words and a network of the BERT family.

Wu et al. 2016, Google's Neural Machine Translation System, section 4.1, https://arxiv.org/abs/1609.08144.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embedlab.base import END, UNKNOWN, BadModel
from embedlab.models.bert_tokenizer import guarded, rebuilt

INSIDE = ("##", "Ġ", "▁")
"""How a piece begins that is no word as people write it: inside a word in WordPiece, after a space in others."""


@dataclass(frozen=True)
class Marks:
    """The pieces with a meaning of their own.

    Attributes:
        begin: before every text, ``[CLS]``.
        end: after every segment, ``[SEP]``.
        mask: in the place of a hidden piece, ``[MASK]``.
        pad: fills up a batch, ``[PAD]``.
        unknown: for what the vocabulary cannot spell, ``[UNK]``.
    """

    begin: str = "[CLS]"
    end: str = "[SEP]"
    mask: str = "[MASK]"
    pad: str = "[PAD]"
    unknown: str = "[UNK]"


@dataclass(frozen=True)
class Spelled:
    """A sentence of T words as n pieces.

    Attributes:
        ids: (n,) numbers of the pieces, without marks.
        words: (n,) number of the word that each belongs to; every word has at least one, in order.
    """

    ids: NDArray[np.int64]
    words: NDArray[np.int64]


class Speller:
    """Spells words in pieces.

    Args:
        tokenizer: a fast tokenizer; its cutting and filling up are switched off.
        marks: its pieces with a meaning of their own.
        size: V, the pieces that the network knows, at least as many as the tokenizer has.

    Raises:
        BadModel: the tokenizer lacks a mark, or has pieces that the network does not know.
    """

    def __init__(self, tokenizer: Tokenizer, marks: Marks, size: int = 0) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.tokenizer, self.marks = tokenizer, marks
        numbers: dict[str, int] = tokenizer.get_vocab(with_added_tokens=True)
        if missing := [mark for mark in asdict(marks).values() if mark not in numbers]:
            raise BadModel(f"The tokenizer has no piece {missing[0]!r}, which a model of the BERT family needs.")
        most = max(numbers.values()) + 1
        if size and most > size:
            raise BadModel(f"The tokenizer has {most:,} pieces and the network knows only {size:,}.")
        self.numbers = numbers
        self.vocabulary = [f"[{i}]" for i in range(size or most)]
        for piece, number in numbers.items():
            self.vocabulary[number] = piece
        self.begin, self.end, self.mask = (numbers[mark] for mark in (marks.begin, marks.end, marks.mask))
        self.pad, self.unknown = numbers[marks.pad], numbers[marks.unknown]

    def __call__(self, sentences: Sequence[Sequence[str]]) -> list[Spelled]:
        """Each sentence as pieces; a word that the tokenizer drops, such as a control character, is ``unknown``."""
        clean = [[_clean(word) for word in sentence] for sentence in sentences]
        with guarded("The tokenizer cannot cut these words into pieces"):
            found = self.tokenizer.encode_batch(clean, is_pretokenized=True, add_special_tokens=False)
        return [
            _with_dropped(np.array(one.ids, np.int64), np.array(one.word_ids, np.int64), len(words), self.unknown)
            for one, words in zip(found, clean, strict=True)
        ]

    def tokens(self, tokens: Sequence[str]) -> Spelled:
        """Words or pieces as pieces: "##ing" stays the piece it is, END and UNKNOWN become marks."""
        known = {END: self.end, UNKNOWN: self.unknown}
        known |= {token: self.numbers[token] for token in tokens if token.startswith(INSIDE) and token in self.numbers}
        ids: list[NDArray[np.int64]] = []
        for token, spelled in zip(tokens, self([[token] for token in tokens]), strict=True):
            ids.append(np.array([known[token]]) if token in known else spelled.ids)
        lengths = [len(one) for one in ids]
        flat = np.concatenate(ids) if ids else np.zeros(0, np.int64)
        return Spelled(flat, np.repeat(np.arange(len(tokens)), lengths))

    @cached_property
    def text(self) -> str:
        """The tokenizer as JSON, for a model folder: what ``bert_tokenizer.from_json`` makes the same one of."""
        return json.dumps(rebuilt(json.loads(self.tokenizer.to_str())), ensure_ascii=False)


def _clean(word: str) -> str:
    """A word without halves of surrogate pairs, which no tokenizer takes."""
    return word if word.isascii() else word.encode("utf-8", "replace").decode("utf-8")


def _with_dropped(ids: NDArray[np.int64], words: NDArray[np.int64], count: int, unknown: int) -> Spelled:
    dropped = np.setdiff1d(np.arange(count), words)
    if not len(dropped):
        return Spelled(ids, words)
    at = np.searchsorted(words, dropped)
    return Spelled(np.insert(ids, at, unknown), np.insert(words, at, dropped))
