"""Wordpieces: learn them from a text, split words into them, and encode a text as their numbers on disk.

WordPiece as in Schuster & Nakajima 2012, Japanese and Korean Voice Search, learned by the library tokenizers; its use:
Wu et al. 2016, Google's Neural Machine Translation System, section 4.1, https://arxiv.org/abs/1609.08144.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from embedlab.base import END, UNKNOWN, BadModel, Counts, files, given
from embedlab.data.vocab import EncodedCorpus, Vocabulary
from embedlab.models.bert.tokenizer_json import guarded, rebuilt

INSIDE = ("##", "Ġ", "▁")
"""How a piece begins that is no word as people write it: inside a word in WordPiece, after a space in others."""


@dataclass(frozen=True)
class SpecialTokens:
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
        ids: (n,) numbers of the pieces, without special tokens.
        words: (n,) number of the word that each belongs to; every word has at least one, in order.
    """

    ids: NDArray[np.int64]
    words: NDArray[np.int64]


class Speller:
    """Spells words in pieces.

    Args:
        tokenizer: a fast tokenizer; its cutting and filling up are switched off.
        special: its pieces with a meaning of their own.
        size: V, the pieces that the network knows, at least as many as the tokenizer has.

    Raises:
        BadModel: the tokenizer lacks a mark, or has pieces that the network does not know.
    """

    def __init__(self, tokenizer: Tokenizer, special: SpecialTokens, size: int = 0) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.tokenizer, self.special = tokenizer, special
        numbers: dict[str, int] = tokenizer.get_vocab(with_added_tokens=True)
        if missing := [name for name in asdict(special).values() if name not in numbers]:
            raise BadModel(f"The tokenizer has no piece {missing[0]!r}, which a model of the BERT family needs.")
        most = max(numbers.values()) + 1
        if size and most > size:
            raise BadModel(f"The tokenizer has {most:,} pieces and the network knows only {size:,}.")
        self.numbers = numbers
        self.vocabulary = [f"[{i}]" for i in range(size or most)]
        for piece, number in numbers.items():
            self.vocabulary[number] = piece
        self.begin, self.end, self.mask = (numbers[name] for name in (special.begin, special.end, special.mask))
        self.pad, self.unknown = numbers[special.pad], numbers[special.unknown]

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
        """Words or pieces as pieces: "##ing" stays the piece it is, END and UNKNOWN become marks.

        Raises:
            BadInput: a text is given.
        """
        given.words(tokens)
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
        """The tokenizer as JSON, for a model folder: what ``tokenizer_json.from_json`` makes the same one of."""
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


MARKS = SpecialTokens()
SPECIAL = (MARKS.pad, MARKS.unknown, MARKS.begin, MARKS.end, MARKS.mask)
ALPHABET = 1_000
BATCH = 1_000_000
INNER = "##"


@dataclass(frozen=True)
class WordpieceText:
    """A text as pieces, memory-mapped.

    Attributes:
        ids: (M,) int32 numbers of the pieces.
        ends: (S,) where each sentence ends.
    """

    ids: NDArray[np.int32]
    ends: NDArray[np.int64]

    def part(self, sentences: NDArray[np.bool_]) -> WordpieceText:
        """Only some of the sentences."""
        lengths = np.diff(self.ends, prepend=0)
        return WordpieceText(np.asarray(self.ids)[np.repeat(sentences, lengths)], np.cumsum(lengths[sentences]))


def learn(vocabulary: Vocabulary, size: int, min_count: int, *, lowercase: bool) -> Tokenizer:
    """A WordPiece tokenizer of at most ``size`` pieces for words and their counts; always the same for the same words.

    The library's trainer numbers letters in the order of a hash table, and breaks ties by these numbers; so the
    letters are given to it in order.
    """
    tokenizer = _empty({}, lowercase=lowercase)
    first, inner = _letters(vocabulary, tokenizer, min(ALPHABET, max(1, size // 4)))
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, min_frequency=min_count, show_progress=False, continuing_subword_prefix=INNER,
        special_tokens=[*SPECIAL, *first, *inner], initial_alphabet=first, limit_alphabet=len(first),
    )  # fmt: skip
    tokenizer.train_from_iterator(_repeated(vocabulary), trainer)
    learned = tokenizer.get_vocab(with_added_tokens=True)
    plain = [piece for piece in sorted(learned, key=learned.__getitem__) if piece not in SPECIAL]
    return _empty({piece: i for i, piece in enumerate((*SPECIAL, *plain))}, lowercase=lowercase)


def by_frequency(tokenizer: Tokenizer, vocabulary: Vocabulary, *, lowercase: bool) -> tuple[Tokenizer, Counts]:
    """The same tokenizer with its pieces commonest first, after the special ones, and (V,) their counts in the text.

    Pieces that spell no word are dropped, but for single letters.
    """
    flat, lengths = _spelled(tokenizer, vocabulary)
    counts = np.zeros(tokenizer.get_vocab_size(), np.int64)
    np.add.at(counts, flat, np.repeat(vocabulary.counts, lengths))
    pieces = tokenizer.get_vocab()
    kept = [p for p, i in pieces.items() if p not in SPECIAL and (counts[i] or len(p.removeprefix(INNER)) == 1)]
    kept.sort(key=lambda piece: (-counts[pieces[piece]], piece))
    order = (*SPECIAL, *kept)
    found = np.array([counts[pieces[piece]] for piece in order], np.int64)
    return _empty({piece: i for i, piece in enumerate(order)}, lowercase=lowercase), found


def spell(encoded: EncodedCorpus, tokenizer: Tokenizer) -> WordpieceText:
    """The whole text in pieces; words that were forgotten while counting are unknown."""
    flat, lengths = _spelled(tokenizer, encoded.vocabulary)
    unknown = tokenizer.get_vocab()[MARKS.unknown]
    flat, lengths = np.append(flat, unknown).astype(np.int32), np.append(lengths, 1)
    begins = np.cumsum(lengths) - lengths  # (V + 1,)
    ends, done, size = np.asarray(encoded.ends), 0, 0
    piece_ends = np.zeros(len(ends), np.int64)
    with tempfile.TemporaryFile(buffering=0) as spool:
        for at in range(0, len(encoded.ids), BATCH):
            words = np.asarray(encoded.ids[at : at + BATCH])
            many = lengths[words]
            upto = np.cumsum(many)
            within = np.arange(int(upto[-1])) - np.repeat(upto - many, many)
            files.append(spool, flat[np.repeat(begins[words], many) + within])
            last = int(np.searchsorted(ends, at + len(words), "right"))
            piece_ends[done:last] = size + upto[ends[done:last] - at - 1]
            done, size = last, size + int(upto[-1])
        ids = np.memmap(spool, np.int32, "r", shape=(size,))  # lives on when the file is closed
    return WordpieceText(ids, piece_ends)


def _empty(vocabulary: dict[str, int], *, lowercase: bool) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(vocabulary or {MARKS.unknown: 0}, unk_token=MARKS.unknown))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    if vocabulary:
        tokenizer.add_special_tokens(list(asdict(MARKS).values()))
    return tokenizer


def _letters(vocabulary: Vocabulary, tokenizer: Tokenizer, most: int) -> tuple[list[str], list[str]]:
    """The commonest letters, and those of them that stand inside words, as pieces; in the alphabet's order."""
    seen: Counter[str] = Counter()
    inside: set[str] = set()
    normalize, cut = tokenizer.normalizer.normalize_str, tokenizer.pre_tokenizer.pre_tokenize_str
    for word, count in zip(vocabulary.words, vocabulary.counts.tolist(), strict=True):
        for part, _ in cut(normalize(_writable(word))):
            inside.update(part[1:])
            for letter in part:
                seen[letter] += count
    first = sorted(sorted(seen, key=lambda letter: (-seen[letter], letter))[:most])
    return first, [INNER + letter for letter in first if letter in inside]


def _repeated(vocabulary: Vocabulary) -> Iterator[str]:
    """Every word as often as it stands in the text, a thousand at a time."""
    for word, count in zip(vocabulary.words, vocabulary.counts.tolist(), strict=True):
        text = _writable(word)
        for at in range(0, count, 1000):
            yield " ".join([text] * min(1000, count - at))


def _spelled(tokenizer: Tokenizer, vocabulary: Vocabulary) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pieces of every word one after the other, and (V,) how many each has; at least one."""
    speller, words = Speller(tokenizer, MARKS), vocabulary.words
    found: list[NDArray[np.int64]] = []
    for at in range(0, len(words), 20_000):
        found += [one.ids for one in speller([[word] for word in words[at : at + 20_000]])]
    return np.concatenate(found), np.array([len(ids) for ids in found])


def _writable(word: str) -> str:
    return word.encode("utf-8", "replace").decode("utf-8")
