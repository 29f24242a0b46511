"""Word LSTM: a recurrent language model.

Sundermeyer et al. 2012, LSTM Neural Networks for Language Modeling, https://doi.org/10.21437/Interspeech.2012-65;
the cell: Hochreiter & Schmidhuber 1997; dropout between layers: Zaremba et al. 2014, https://arxiv.org/abs/1409.2329;
tied weights: Press & Wolf 2017, https://arxiv.org/abs/1608.05859.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import torch

from embedlab.base import Card, ContextualModel, Counts, Floats, OnProgress, setting
from embedlab.base.settings import NeuralConfig
from embedlab.models.common.examples import Stream, WordNumbers, mark, split
from embedlab.models.common.layers import device_of, placed
from embedlab.models.common.network_model import Lesson, NetworkLanguageModel
from embedlab.models.common.recurrent import LstmNetwork, RecurrentLearner, after, log_probabilities, padded
from embedlab.training import loop

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus


@dataclass(frozen=True)
class LstmConfig(NeuralConfig):
    """Settings of the word LSTM."""

    dim: int = setting(200, "Width of the word vectors and of every LSTM layer.", low=2, high=4096)
    layers: int = setting(2, "LSTM layers, one above the other.", low=1, high=8)
    dropout: float = setting(
        0.1, "Share of the values dropped between layers while learning: more for a small text.", low=0.0, high=0.9
    )
    tied: bool = setting(True, "Use the word vectors as weights of the softmax, too (tied weights).")
    samples: int = setting(
        0, "Sampled softmax: let the true word compete with so many random ones; 0 with the whole vocabulary.",
        low=0, high=1_000_000,
    )  # fmt: skip
    stretch: int = setting(35, "Words that gradients flow back through (truncated BPTT).", low=2, high=1000)


class Lstm(NetworkLanguageModel, ContextualModel):
    """A trained word LSTM; its layers are ``embedding``, ``lstm1`` and so on, all ``dim`` wide."""

    kind = "lstm"
    config_class = LstmConfig
    unit = "word"
    config: LstmConfig
    network: LstmNetwork

    def __init__(
        self, network: LstmNetwork, words: Sequence[str], counts: Counts, config: LstmConfig, card: Card | None = None
    ) -> None:
        super().__init__(network, words, counts, config, card)
        self.numbers = WordNumbers(words)
        self.vocabulary = self.numbers.vocabulary
        self.layers = ["embedding", *(f"lstm{i + 1}" for i in range(config.layers))]
        self.dim = config.dim

    @classmethod
    def train(
        cls,
        corpus: Corpus,
        config: LstmConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
    ) -> Self:
        """Train on a text; sentences follow each other, the state is carried along (see ``training.loop.fit``).

        Raises:
            BadInput: too little text.
        """
        config = config or LstmConfig()
        encoded = corpus.encode(config.min_count, config.max_words, on_progress, unknown=True)
        text = split(encoded, config.seed)
        network = cls.seeded(config, len(text.counts), text.counts)
        unseen = Stream(text.held_out, 8, config.stretch) if len(text.held_out) > 1 else None
        task = loop.Task(
            RecurrentLearner(network),
            Stream(text.training, config.batch_size, config.stretch),
            unseen,
            units_per_word=1.0,
            mark=mark(cls.kind, config, encoded),
        )
        lesson = Lesson(task, encoded.vocabulary, corpus, encoded.tokens, "Word LSTM")
        return cls.taught(lesson, network, config, on_progress, checkpoints)

    @classmethod
    def built(cls, config: LstmConfig, size: int, counts: Counts | None = None) -> LstmNetwork:
        """The network with new weights (see ``NetworkModel``)."""
        dim, layers, dropout = config.dim, config.layers, config.dropout
        return LstmNetwork(size, dim, dim, layers, dropout, tied=config.tied, samples=config.samples, counts=counts)

    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the next word after each beginning."""
        return after(self.network, [[self.numbers.boundary, *self.numbers(context)] for context in contexts])

    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of a sentence's words."""
        return log_probabilities(self.network, [self.numbers.boundary, *self.numbers(tokens)])

    @cached_property
    def _placed(self) -> LstmNetwork:
        return placed(self.network)

    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Floats]:
        """What layers say after reading each word (see ``ContextualModel``).

        A word that the vocabulary only has in small letters is read as that.
        """
        numbers = self.numbers
        ids, _ = padded([[numbers.boundary, *numbers(numbers.forms(sentence))] for sentence in sentences])
        with torch.inference_mode():
            outputs = self._placed(ids.to(device_of(self._placed)))[0]
            stacked = torch.stack([outputs[i] for i in layers], dim=1).cpu().numpy()  # (B, L, 1 + T, D)
        return [one[:, 1 : 1 + len(sentence)].copy() for one, sentence in zip(stacked, sentences, strict=True)]
