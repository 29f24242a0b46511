"""Interfaces of what only some models can do, beside the interfaces in ``models``.

``MaskedModel`` (BERT): guess a hidden word from both sides, show attention and the guesses of each layer.
``CharacterReader`` (Flair): read letters in both directions; a word's vector is taken from both readings.
``Level`` and ``Followers`` are results of n-gram models: what they count and predict at each order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from embedlab.base.models import Floats, LanguageModel


@dataclass(frozen=True)
class Pieces:
    """A sentence as wordpieces and special tokens: the rows and columns of its attention.

    Attributes:
        pieces: T wordpieces; the first and the last are special tokens.
        words: index of the word that each piece belongs to, ``None`` for a special token.
    """

    pieces: tuple[str, ...]
    words: tuple[int | None, ...]


@runtime_checkable
class MaskedModel(Protocol):
    """An encoder of the BERT family: fills gaps, judges next sentences, shows attention.

    Attributes:
        title: name for messages.
        layers: L names, from the input to the top.
        vocabulary: the V wordpieces.
        mask: the special token in the place of a hidden word.
        has_masked_head: whether it can ``fill``.
        has_next_sentence_head: whether it can ``next_sentence``.
    """

    layers: list[str]
    vocabulary: list[str]
    has_masked_head: bool
    has_next_sentence_head: bool

    @property
    def title(self) -> str:
        """Name for messages."""

    @property
    def mask(self) -> str:
        """The special token in the place of a hidden word."""

    def pieces(self, sentence: Sequence[str]) -> Pieces:
        """Split a sentence into wordpieces with special tokens: the rows and columns of ``attention``."""

    def fill(self, sentence: Sequence[str], position: int) -> Floats:
        """(V,) probabilities of the wordpiece at a position of a sentence of words or pieces, given both sides.

        Raises:
            BadInput: no such position, or the network has no head for hidden words.
        """

    def fill_by_layer(self, sentence: Sequence[str], position: int) -> Floats:
        """(L, V) probabilities as ``fill``, with the output head applied to each layer; the last row equals ``fill``.

        Raises:
            BadInput: as ``fill``.
        """

    def next_sentence(self, first: Sequence[str], second: Sequence[str]) -> float:
        """Probability that the second sentence follows the first.

        Raises:
            BadInput: a sentence is empty, or the network has no head for next sentences.
        """

    def attention(self, sentence: Sequence[str]) -> Floats:
        """(B, H, T, T) attention of B blocks with H heads: the weight that each piece (row) gives to each (column).

        Rows sum to 1.

        Raises:
            BadInput: the sentence has more pieces than the network reads at once.
        """


@dataclass(frozen=True)
class Readouts:
    """Positions in a text at which the states for each word's vector are taken.

    Attributes:
        text: N characters, as the models read them.
        words: T words.
        begins: for each word, the index of its first character.
        forward: for each word, the character after which the forward model's state is taken; N is the space that is
            read after the text.
        backward: for each word, the character after which the backward model's state is taken, coming from the right;
            -1 is the space that it reads before the text.
    """

    text: str
    words: tuple[str, ...]
    begins: tuple[int, ...]
    forward: tuple[int, ...]
    backward: tuple[int, ...]

    def read(self, word: int) -> tuple[str, str]:
        """What the forward and the backward model have read when a word's states are taken; outer spaces left out."""
        return self.text[: self.forward[word] + 1], self.text[max(0, self.backward[word]) :]


@runtime_checkable
class CharacterReader(Protocol):
    """A pair of character models whose states together make word vectors.

    Attributes:
        forward: reads from the left.
        backward: reads from the right.
    """

    forward: LanguageModel
    backward: LanguageModel

    def readouts(self, sentence: Sequence[str]) -> Readouts:
        """Positions at which the states of a sentence's words are taken.

        Raises:
            BadInput: the sentence has no words.
        """


@dataclass(frozen=True)
class Level:
    """What one order n of an n-gram model says of one word after one context.

    ``probability = share + lower_weight * lower``, and ``share = (adjusted - discount) / total`` for an n-gram that
    was seen (Kneser-Ney). Counts are those of the training text; what pruning dropped counts 0 in ``count`` and
    ``adjusted`` and is missing from ``followers``, but is part of ``context_count`` and ``total``.

    Attributes:
        order: n.
        context: the n - 1 tokens before the word; the boundary stands for a sentence's beginning.
        word: the word, ``<unk>`` if the model does not know it.
        count: c(context word), how often it stands in the text.
        context_count: c(context), how often anything follows the context.
        adjusted: the count that smoothing uses: of a shorter order, before how many different tokens it stands.
        total: the adjusted counts of everything that follows the context.
        followers: how many different words follow the context.
        discount: what is taken off ``adjusted``; 0 if that is 0.
        share: the part of the probability that comes from this order.
        lower_weight: the weight of the order below; 1 if the context was not seen.
        lower: the probability at the order below; for n = 1, of any token at random.
        probability: at this order.
        likelihood: the maximum-likelihood estimate c(context word) / c(context), ``None`` after an unseen context.
    """

    order: int
    context: tuple[str, ...]
    word: str
    count: int
    context_count: int
    adjusted: int
    total: int
    followers: int
    discount: float
    share: float
    lower_weight: float
    lower: float
    probability: float
    likelihood: float | None


@dataclass(frozen=True)
class Followers:
    """The commonest words after a context.

    Attributes:
        order: length of the context and one more.
        context: the tokens.
        words: what follows, commonest first.
        counts: how often each does.
        different: how many different words follow in all.
    """

    order: int
    context: tuple[str, ...]
    words: tuple[str, ...]
    counts: tuple[int, ...]
    different: int
