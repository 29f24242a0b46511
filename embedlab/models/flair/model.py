"""Flair: word vectors from a forward and a backward character LSTM, read at the ends of each word.

Akbik, Blythe & Vollgraf 2018, Contextual String Embeddings for Sequence Labeling, COLING,
https://aclanthology.org/C18-1139/.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from embedlab.base import (
    BadInput,
    Card,
    ContextualModel,
    Counts,
    Floats,
    LanguageModel,
    OnProgress,
    Settings,
    StaticModel,
    given,
)
from embedlab.base.capabilities import Readouts
from embedlab.base.folding import spelled
from embedlab.base.model_folder import checked_words
from embedlab.data import characters
from embedlab.models.char_lstm import CharLstm
from embedlab.models.common import cards
from embedlab.models.common.layers import digest, fastest, placed, seeded
from embedlab.models.common.recurrent import LstmNetwork, NoSoftmax
from embedlab.models.flair import published, training
from embedlab.models.flair.config import SHAPE, WAYS, FlairConfig, shared
from embedlab.models.flair.inference import PackedReader, StateReader, reading, readouts, side_by_side

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus

WORDS = "backward/words"
"""Tensor with the backward model's characters as JSON, where they are not the forward model's."""

__all__ = ["Flair", "FlairConfig"]


class Flair(ContextualModel, LanguageModel):
    """A Flair model: the states of two character LSTMs, forward then backward, are a word's vector.

    Any string has a vector. Its layers are those of the LSTMs, ``lstm1`` and so on (Flair's own vectors are the last
    one's); where a published model projects the top layer, ``projection`` is the only one. As a language model it
    answers as its forward half.

    Args:
        forward: reads from the left.
        backward: reads from the right; as wide and as deep.
        config: settings; those of the forward half without it.
        card: where it comes from.

    Attributes:
        forward: see above.
        backward: see above.
        dim: D, twice the hidden width.

    Raises:
        BadInput: the two do not make a pair.
    """

    kind = "flair"
    config_class = FlairConfig
    resumes = True
    unit = "char"
    batch_size = 128
    batch_length = 65_536
    config: FlairConfig

    def __init__(
        self,
        forward: CharLstm,
        backward: CharLstm,
        config: FlairConfig | None = None,
        card: Card | None = None,
    ) -> None:
        _check_pair(forward, backward)
        self.forward, self.backward = forward, backward
        self.config, self.card = config or FlairConfig(**shared(forward.config)), card or Card()
        self.words, self.counts, self.vocabulary = forward.words, forward.counts, forward.vocabulary
        shape = forward.config
        self.layers = ["projection"] if shape.projection else [f"lstm{i + 1}" for i in range(shape.layers)]
        self.dim = 2 * (shape.projection or shape.hidden)

    @classmethod
    def of(cls, forward: CharLstm, backward: CharLstm, *, with_whitespace: bool = True) -> Self:
        """Make the model of two trained character LSTMs.

        Raises:
            BadInput: they do not make a pair.
        """
        config = FlairConfig(**shared(forward.config), with_whitespace=with_whitespace)
        return cls(forward, backward, config, replace(forward.card, title="Flair"))

    @classmethod
    def from_published(
        cls, forward_path: str | Path, backward_path: str | Path, *, with_whitespace: bool = True
    ) -> Self:
        """Load two ``.pt`` checkpoints of the Flair project; nothing in them is run.

        Raises:
            BadModel: a file cannot be read, is not allowed or is given for the wrong direction.
            BadInput: the two do not make a pair.
        """
        forward = published.load(forward_path, "forward")
        model = cls.of(forward, published.load(backward_path, "backward"), with_whitespace=with_whitespace)
        model.card = replace(model.card, note=f"Read from {Path(forward_path).name} and {Path(backward_path).name}.")
        return model

    @classmethod
    def train(
        cls,
        corpus: Corpus,
        config: FlairConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
        company: StaticModel | None = None,
    ) -> Self:
        """Train both directions side by side on a text as it was written (see ``training.loop.fit``).

        With ``company``, a static model such as CBOW, losses on each word and the words before it are added at the ends
        of words (see ``word_losses``).

        Raises:
            BadInput: too little text, or vectors that know none of its words.
        """
        config = config or FlairConfig()
        encoded = characters.encode(corpus.texts(), config.min_count, config.max_words, on_progress)
        with seeded(config.seed):
            networks = [CharLstm.built(config.half(way), len(encoded.characters) + 1) for way in WAYS]
        outcome = training.fit(networks, encoded, config, on_progress, checkpoints, company=company)
        card = cards.made(corpus, encoded.words, outcome.seconds, outcome.measured, ("numpy", "torch"))
        return cls._made(networks, encoded.characters, encoded.counts, config, replace(card, title="Flair"))

    def continue_pretraining(
        self,
        corpus: Corpus,
        config: FlairConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
        company: StaticModel | None = None,
    ) -> Self:
        """Continue pretraining on another text, with the same characters; return the new Flair, this one stays.

        Args:
            corpus: the other text.
            config: settings of the training; the networks' shape and the characters stay this model's own.
            on_progress: called about once a second.
            checkpoints: see ``training.loop.fit``.
            company: see ``train``.

        Raises:
            BadInput: too little text, vectors that know none of its words, or a model that predicts no characters or
                other ones in each direction.
        """
        networks = [copy.deepcopy(half.network) for half in (self.forward, self.backward)]
        if any(isinstance(one.softmax, NoSoftmax) for one in networks) or self.backward.words != self.forward.words:
            raise BadInput(
                "This Flair has no output layers, or two alphabets, and cannot learn on. Take one made here."
            )
        config = replace(config or self.config, **{name: getattr(self.config, name) for name in SHAPE})
        encoded = characters.encode(corpus.texts(), on_progress=on_progress, known=self.words)
        beginning = "".join(digest(one) for one in networks)
        outcome = training.fit(networks, encoded, config, on_progress, checkpoints, beginning, company)
        card = cards.made(corpus, encoded.words, outcome.seconds, outcome.measured, ("numpy", "torch"))
        return self._made(networks, self.words, self.counts + encoded.counts, config, cards.after(self.card, card))

    @classmethod
    def _made(
        cls, networks: Sequence[LstmNetwork], words: Sequence[str], counts: Counts, config: FlairConfig, card: Card
    ) -> Self:
        halves = [
            CharLstm(network, words, counts, config.half(way), replace(card, title=f"{card.title}, {way}"))
            for way, network in zip(WAYS, networks, strict=True)
        ]
        return cls(halves[0], halves[1], config, card)

    def as_read(self, sentences: Sequence[Sequence[str]]) -> list[Sequence[str]]:
        """See ``ContextualModel``; its own text was not tidied, so only what it lacks is."""
        if self.card.source == "published":
            return super().as_read(sentences)
        given.sentences(sentences)
        known = frozenset(self.forward.words)
        return [
            [word if word.isascii() else spelled(word, known).strip(" ") or word for word in sentence]
            for sentence in sentences
        ]

    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Floats]:
        """States at the ends of each word, forward then backward (see ``ContextualModel``)."""

        def states(way: int) -> list[Floats]:
            half = (self.forward, self.backward)[way]
            texts = [reading(half, one, with_whitespace=self.config.with_whitespace) for one in sentences]
            return self._readers[way].read(texts, layers)

        forward, backward = side_by_side(states, (0, 1))
        return [np.concatenate(pair, axis=2) for pair in zip(forward, backward, strict=True)]

    def readouts(self, sentence: Sequence[str]) -> Readouts:
        """Positions in the text at which the states of its words are taken.

        Raises:
            BadInput: the sentence has no words.
        """
        return readouts(self.forward, self.backward, sentence, with_whitespace=self.config.with_whitespace)

    def length(self, sentence: Sequence[str]) -> int:
        """Number of characters of a sentence, with those added around it."""
        return sum(map(len, sentence)) + len(sentence) + len(self.config.delimiter)

    def next(self, context: Sequence[str]) -> Floats:
        """(V,) probabilities of the next character, by the forward half."""
        return self.forward.next(context)

    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the next character of each text, by the forward half."""
        return self.forward.next_many(contexts)

    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of a text's characters, by the forward half."""
        return self.forward.score(tokens)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The weights of both halves."""
        halves = (("forward", self.forward), ("backward", self.backward))
        result = {f"{way}/{name}": array for way, half in halves for name, array in half.tensors().items()}
        if self.backward.words != self.forward.words:
            result[WORDS] = np.frombuffer(json.dumps(self.backward.words).encode(), np.uint8)
        return result

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """The inverse of ``tensors``."""
        config = cast("FlairConfig", config)
        others = words
        if WORDS in tensors:
            tensors = dict(tensors)
            others = checked_words(json.loads(tensors.pop(WORDS).tobytes()))
        zeros = np.zeros(len(others), np.int64)
        made = [
            CharLstm.from_tensors(
                own,
                seen,
                {name.removeprefix(f"{way}/"): array for name, array in tensors.items() if name.startswith(f"{way}/")},
                config.half(way),
                replace(card, title=f"{card.title or 'Flair'}, {way}"),
            )
            for way, own, seen in (
                ("forward", words, counts),
                ("backward", others, counts if others == words else zeros),
            )
        ]
        return cls(made[0], made[1], config, card)

    @cached_property
    def _readers(self) -> list[StateReader | PackedReader]:
        return [_reader(half.network) for half in (self.forward, self.backward)]


def _reader(network: LstmNetwork) -> StateReader | PackedReader:
    """What reads fastest here."""
    return StateReader(network) if fastest().type == "cpu" else PackedReader(placed(network))


def _check_pair(forward: CharLstm, backward: CharLstm) -> None:
    if (forward.direction, backward.direction) != ("forward", "backward"):
        raise BadInput(f"Flair takes a forward and a backward model, not {forward.direction}, {backward.direction}.")
    for name in ("dim", "hidden", "layers", "projection", "delimiter"):
        left, right = getattr(forward.config, name), getattr(backward.config, name)
        if left != right:
            raise BadInput(f"The two models are no pair: {name} is {left!r} forward and {right!r} backward.")
