"""Bengio's neural language model: the last n - 1 words, as vectors, predict the next one.

Bengio, Ducharme, Vincent & Jauvin 2003, A Neural Probabilistic Language Model, JMLR 3, equation 1,
https://www.jmlr.org/papers/v3/bengio03a.html:

    y = b + W x + U tanh(d + H x),    x = (C(w[t-1]), ..., C(w[t-n+1])),    P(w[t] = i) = exp(y[i]) / sum_j exp(y[j])

The file shows the parts that every neural model here has: a config (the settings), a network (the weights and the
formula), a learner (batch in, loss out) and the model itself, which is trained, stored and asked for probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from torch import Tensor, nn

from embedlab.base import UNKNOWN, Card, Counts, Floats, OnProgress, StaticModel, given, setting
from embedlab.base.settings import NeuralConfig
from embedlab.models.common.examples import Windows, WordNumbers, mark, split
from embedlab.models.common.layers import Softmax
from embedlab.models.common.network_model import Lesson, NetworkLanguageModel
from embedlab.training import loop

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus

BATCH = 256
"""Contexts in a batch of ``next_many`` and ``score``; the scores of all words for all of them are in memory."""


@dataclass(frozen=True)
class NnlmConfig(NeuralConfig):
    """Settings of the neural language model."""

    dim: int = setting(60, "m: width of a word vector.", low=1, high=2000)
    hidden: int = setting(100, "h: width of the tanh layer.", low=1, high=10_000)
    n: int = setting(5, "Order: predict a word from the n - 1 words before it.", low=2, high=50)
    direct: bool = setting(False, "Connect the word vectors to the softmax directly, too (W); slower, learns sooner.")
    samples: int = setting(
        0, "Sampled softmax: let the true word compete with so many random ones; 0 with the whole vocabulary.",
        low=0, high=1_000_000,
    )  # fmt: skip
    batch_size: int = setting(
        256, "Examples that are learned from at once, before the weights move.", low=1, high=65_536
    )


class NnlmNetwork(nn.Module):
    """The network of equation 1; W and U are one matrix, because the softmax reads x and tanh(d + H x) side by side.

    Args:
        size: |V|, the vocabulary with the unknown word and the boundary.
        config: m, h, n, whether there is W, and how the softmax is computed.
        counts: (V,) how often each word occurs, for the sampled softmax.
    """

    def __init__(self, size: int, config: NnlmConfig, counts: Counts | None = None) -> None:
        super().__init__()
        m, h, n = config.dim, config.hidden, config.n
        self.direct = config.direct
        self.C = nn.Embedding(size, m)
        nn.init.normal_(self.C.weight, std=m**-0.5)
        self.H = nn.Linear((n - 1) * m, h)  # with the bias d
        self.softmax = Softmax((n - 1) * m * self.direct + h, size, config.samples, counts)  # W and U, with the bias b

    def forward(self, contexts: Tensor) -> Tensor:
        """From (B, n - 1) word numbers, the oldest first, to the input of the softmax, (B, h) or (B, (n - 1) m + h)."""
        x = self.C(contexts).flatten(1)  # (B, (n - 1) m)
        hidden = torch.tanh(self.H(x))  # (B, h)
        return torch.cat([x, hidden], dim=1) if self.direct else hidden


class NnlmLearner(loop.Learner):
    """The loss to minimise: how badly the network predicts each word from the n - 1 words before it."""

    def __init__(self, network: NnlmNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, contexts: Tensor, targets: Tensor) -> Tensor:
        """Mean negative log-probability of the targets (B,) after the contexts (B, n - 1), in nats."""
        loss: Tensor = self.network.softmax(self.network(contexts), targets)
        return loss


class Nnlm(NetworkLanguageModel, StaticModel):
    """A trained neural language model; its word vectors are the rows of C.

    Args:
        network: the weights, with rows for the vocabulary, the unknown word and the boundary.
        words: the vocabulary, commonest first.
        counts: (V,) how often each word was seen.
        config: its settings.
        card: where it comes from.

    Attributes:
        matrix: (V, m) the rows of C that belong to words, without the unknown word and the boundary.
    """

    kind = "nnlm"
    config_class = NnlmConfig
    unit = "word"
    config: NnlmConfig
    network: NnlmNetwork

    def __init__(
        self, network: NnlmNetwork, words: Sequence[str], counts: Counts, config: NnlmConfig, card: Card | None = None
    ) -> None:
        self.network = network.cpu().eval()
        StaticModel.__init__(self, words, network.C.weight.detach().numpy()[: len(words)], counts, config, card)
        self.numbers = WordNumbers(words)
        self.vocabulary = self.numbers.vocabulary

    @classmethod
    def train(
        cls,
        corpus: Corpus,
        config: NnlmConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
    ) -> Self:
        """Train on a text; contexts do not cross sentences (see ``training.loop.fit``).

        Raises:
            BadInput: too little text.
        """
        config = config or NnlmConfig()
        encoded = corpus.encode(config.min_count, config.max_words, on_progress, unknown=True)
        text, vocabulary = split(encoded, config.seed), encoded.vocabulary
        network = cls.seeded(config, len(text.counts), text.counts)
        boundary = len(vocabulary) + 1
        task = loop.Task(
            NnlmLearner(network),
            Windows(text.training, boundary, config.n - 1, 0),
            Windows(text.held_out, boundary, config.n - 1, 0) if len(text.held_out) > 1 else None,
            units_per_word=1.0,
            peek=lambda: cls(deepcopy(network), vocabulary.words, vocabulary.counts, config),
            mark=mark(cls.kind, config, encoded),
        )
        lesson = Lesson(task, vocabulary, corpus, encoded.tokens, "Neural language model")
        return cls.taught(lesson, network, config, on_progress, checkpoints)

    @classmethod
    def built(cls, config: NnlmConfig, size: int, counts: Counts | None = None) -> NnlmNetwork:
        """Build the network with random weights (see ``NetworkModel``)."""
        return NnlmNetwork(size, config, counts)

    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the next word after each of B beginnings."""
        # UNKNOWN: the word to be predicted
        windows = [self._windows([*given.words(context), UNKNOWN]) for context in contexts]
        last = torch.cat([one.__getitems__([len(one) - 1])[0] for one in windows])  # (B, n - 1)
        with torch.inference_mode():
            found = [torch.softmax(self._scores(part), dim=1) for part in torch.split(last, BATCH)]
        return torch.cat(found).numpy()

    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of a sentence's words."""
        if not tokens:
            return np.zeros(0, np.float32)
        contexts, targets = self._windows(tokens).__getitems__(range(len(tokens)))
        with torch.inference_mode():
            found = [
                torch.log_softmax(self._scores(part), dim=1).gather(1, target[:, None])[:, 0]
                for part, target in zip(torch.split(contexts, BATCH), torch.split(targets, BATCH), strict=True)
            ]
        return torch.cat(found).numpy()

    def _windows(self, tokens: Sequence[str]) -> Windows:
        boundary = self.numbers.boundary
        return Windows(np.array([boundary, *self.numbers(tokens)], np.int32), boundary, self.config.n - 1, 0)

    def _scores(self, contexts: Tensor) -> Tensor:
        """From contexts (B, n - 1) to y of equation 1, (B, V)."""
        return self.network.softmax.scores(self.network(contexts))
