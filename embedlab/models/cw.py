"""Collobert & Weston's word vectors: tell real windows of text from corrupted ones, without a softmax.

Collobert & Weston 2008, A Unified Architecture for Natural Language Processing, ICML, section 5,
https://doi.org/10.1145/1390156.1390177; the network as in Collobert et al. 2011, Natural Language Processing (Almost)
from Scratch, JMLR 12, section 4, https://www.jmlr.org/papers/v12/collobert11a.html:

    loss = max(0, 1 - f(window) + f(window with its middle word replaced by a random one))
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from embedlab.base import END, BadInput, BadSetting, Card, Counts, Floats, OnProgress, StaticModel, setting
from embedlab.base.settings import NeuralConfig
from embedlab.models.common.examples import Windows, WordNumbers, mark, split
from embedlab.models.common.network_model import Lesson, NetworkModel
from embedlab.training import loop

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus


@dataclass(frozen=True)
class CwConfig(NeuralConfig):
    """Settings of Collobert & Weston's model; dimensions and window as in their papers."""

    dim: int = setting(50, "Width of a word vector.", low=1, high=2000)
    hidden: int = setting(100, "Width of the hidden layer.", low=1, high=10_000)
    window: int = setting(11, "Words in a window, the middle one counted; odd.", low=3, high=101)
    negatives: int = setting(
        1, "Wrong words that each window is compared with, one as in the papers; more learn more from a window.",
        low=1, high=1000,
    )  # fmt: skip
    drawn: str = setting(
        "uniform",
        "How wrong words are drawn: every word alike, or as often as it stands in the text.",
        choices=("uniform", "frequency"),
    )
    batch_size: int = setting(
        256, "Examples that are learned from at once, before the weights move.", low=1, high=65_536
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.window % 2 == 0:
            raise BadSetting(f"window must be odd, so that there is a middle word; {self.window} is not.")


class CwNetwork(nn.Module):
    """Embedding, linear, HardTanh, linear: one score for a window.

    The first linear layer is written in two parts, for the words around and for the one in the gap, because the
    first is then computed once for all the words that are tried in the gap.

    Args:
        size: V + 2, of the vocabulary with unknown word and boundary.
        config: widths and window.
    """

    def __init__(self, size: int, config: CwConfig) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, config.dim)
        nn.init.normal_(self.embedding.weight, std=config.dim**-0.5)
        self.around = nn.Linear((config.window - 1) * config.dim, config.hidden)
        self.middle = nn.Linear(config.dim, config.hidden, bias=False)
        self.output = nn.Linear(config.hidden, 1)

    def forward(self, around: Tensor, middle: Tensor) -> Tensor:
        """(B, K) scores of K words (B, K), or the same for all (1, K), in the middle of B windows (B, window - 1)."""
        sides = self.around(self.embedding(around).flatten(1))  # (B, H)
        hidden = functional.hardtanh(sides[:, None] + self.middle(self.embedding(middle)))  # (B, K, H)
        scores: Tensor = self.output(hidden)[..., 0]
        return scores


class CwLearner(loop.Learner):
    """The ranking loss: a real window shall score at least 1 more than the same window with another middle word.

    Args:
        network: what scores.
        negatives: K, wrong words for a window.
        drawn: (V,) how often each word is drawn as one of them.
    """

    drawn: Tensor

    def __init__(self, network: CwNetwork, negatives: int, drawn: NDArray[Any]) -> None:
        super().__init__()
        self.network, self.negatives = network, negatives
        self.register_buffer("drawn", torch.from_numpy(np.asarray(drawn, np.float32)), persistent=False)

    def forward(self, around: Tensor, true: Tensor) -> Tensor:
        """Mean ranking loss of ``true`` (B,) in ``around`` (B, window - 1); in measuring the same words are drawn."""
        generator = None if self.training else torch.Generator(true.device).manual_seed(1)
        shape = (len(true), self.negatives)
        false = torch.multinomial(self.drawn, shape[0] * shape[1], replacement=True, generator=generator).view(shape)
        scores = self.network(around, torch.cat([true[:, None], false], dim=1))  # (B, 1 + K)
        return functional.relu(1 - scores[:, :1] + scores[:, 1:]).mean()


class Cw(NetworkModel, StaticModel):
    """A trained model of Collobert & Weston; its word vectors are the rows of the embedding.

    Args:
        network: the weights; for the vocabulary, the unknown word and the boundary.
        words: the vocabulary, commonest first.
        counts: (V,) how often each word was seen.
        config: its settings.
        card: where it comes from.

    Attributes:
        matrix: (V, D) the words' rows of the embedding.
    """

    kind = "cw"
    config_class = CwConfig
    config: CwConfig
    network: CwNetwork

    def __init__(
        self, network: CwNetwork, words: Sequence[str], counts: Counts, config: CwConfig, card: Card | None = None
    ) -> None:
        self.network = network.cpu().eval()
        StaticModel.__init__(self, words, network.embedding.weight.detach().numpy()[: len(words)], counts, config, card)
        self.numbers = WordNumbers(words)

    @classmethod
    def train(
        cls,
        corpus: Corpus,
        config: CwConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
    ) -> Self:
        """Train on the windows around every known word of a text (see ``training.loop.fit``).

        Raises:
            BadInput: too little text.
        """
        config = config or CwConfig()
        encoded = corpus.encode(config.min_count, config.max_words, on_progress, unknown=True)
        text, vocabulary = split(encoded, config.seed), encoded.vocabulary
        network = cls.seeded(config, len(text.counts))

        def windows(ids: NDArray[np.int32]) -> Windows:
            side, known = config.window // 2, np.flatnonzero(ids < len(vocabulary))
            return Windows(ids, len(vocabulary) + 1, side, side, known)

        counts = text.counts[: len(vocabulary)]
        task = loop.Task(
            CwLearner(network, config.negatives, counts if config.drawn == "frequency" else np.ones(len(counts))),
            windows(text.training),
            windows(text.held_out) if (text.held_out < len(vocabulary)).any() else None,
            peek=lambda: cls(deepcopy(network), vocabulary.words, vocabulary.counts, config),
            mark=mark(cls.kind, config, encoded),
        )
        lesson = Lesson(task, vocabulary, corpus, encoded.tokens, "Collobert & Weston")
        return cls.taught(lesson, network, config, on_progress, checkpoints)

    @classmethod
    def built(cls, config: CwConfig, size: int, counts: Counts | None = None) -> CwNetwork:
        """The network with new weights (see ``NetworkModel``)."""
        return CwNetwork(size, config)

    def rank(self, window: Sequence[str]) -> Floats:
        """(V,) score of every word in the middle of a window; the higher, the better it fits.

        Args:
            window: as many words as ``config.window``; the one in the middle does not matter. ``END`` stands for
                the positions before and after the sentence.

        Raises:
            BadInput: another number of words.
        """
        if len(window) != self.config.window:
            raise BadInput(
                f"{self.title} scores windows of {self.config.window} words, not {len(window)}; fill the positions "
                f"outside the sentence with {END}."
            )
        ids, gap = self.numbers(window), self.config.window // 2
        with torch.inference_mode():
            around = torch.tensor([ids[:gap] + ids[gap + 1 :]])
            result: Floats = self.network(around, torch.arange(len(self.words))[None])[0].numpy()
        return result
