"""A language model over characters: the LSTM that Flair is made of, forward or backward.

Graves 2013, Generating Sequences With Recurrent Neural Networks, https://arxiv.org/abs/1308.0850; as half of a Flair
model: Akbik et al. 2018, Contextual String Embeddings for Sequence Labeling, https://aclanthology.org/C18-1139/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

from embedlab.base import END, UNKNOWN, BadSetting, Card, Counts, Floats, OnProgress, setting
from embedlab.base.settings import NeuralConfig, Settings
from embedlab.data import characters
from embedlab.data.vocab import Vocabulary
from embedlab.models.common.examples import Stream, fingerprint
from embedlab.models.common.layers import fitted
from embedlab.models.common.network_model import Lesson, NetworkLanguageModel
from embedlab.models.common.recurrent import LstmNetwork, NoSoftmax, RecurrentLearner, after, log_probabilities
from embedlab.training import loop

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus

DELIMITER = "\n"
"""The character before the first and after the last one of a text, unless a published model has another one."""
LONGEST_DELIMITER = 100


@dataclass(frozen=True)
class CharacterConfig(NeuralConfig):
    """Settings of networks that read characters."""

    units_per_word: ClassVar[float] = 6.0

    dim: int = setting(100, "Width of a character's vector.", low=1, high=4096)
    hidden: int = setting(256, "Width of the LSTM: what the network can remember.", low=2, high=8192)
    layers: int = setting(1, "LSTM layers, one above the other.", low=1, high=8)
    dropout: float = setting(
        0.1, "Share of the values dropped between layers while learning: more for a small text.", low=0.0, high=0.9
    )
    min_count: int = setting(3, "Characters seen less often than this count as unknown.", low=1, high=1_000_000)
    max_words: int = setting(
        300, "Keep at most this many different characters; the others count as unknown.", low=2, high=100_000
    )
    stretch: int = setting(120, "Characters that gradients flow back through (truncated BPTT).", low=2, high=2000)
    projection: int = setting(
        0, "Width that what the top layer says is projected to; 0 for none.", low=0, high=8192, shown=False
    )
    delimiter: str = setting(DELIMITER, "What stands before the first character of a text.", shown=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.delimiter) <= LONGEST_DELIMITER:
            raise BadSetting(f"delimiter must have 1 to {LONGEST_DELIMITER} characters, not {len(self.delimiter):,}.")


@dataclass(frozen=True)
class CharLstmConfig(CharacterConfig):
    """Settings of the character LSTM."""

    direction: str = setting(
        "forward",
        "forward: guess the next letter from those before. backward: guess the letter before from those after.",
        choices=("forward", "backward"),
    )


class CharLstm(NetworkLanguageModel):
    """A trained character LSTM. ``words`` are its characters; END stands for a line end.

    A backward model reads from the right: ``next`` gives what stands before a text, ``score`` each character given
    those after it.
    """

    kind = "char_lstm"
    config_class = CharLstmConfig
    beside = 1
    unit = "char"
    config: CharLstmConfig
    network: LstmNetwork

    def __init__(
        self,
        network: LstmNetwork,
        words: Sequence[str],
        counts: Counts,
        config: CharLstmConfig,
        card: Card | None = None,
    ) -> None:
        super().__init__(network, words, counts, config, card)
        self.direction = "forward" if config.direction == "forward" else "backward"
        self.vocabulary = [*words, UNKNOWN]
        self._numbers = {character: i for i, character in enumerate(words)}
        self._numbers[END] = self._numbers.get(DELIMITER, len(words))

    @classmethod
    def train(
        cls,
        corpus: Corpus,
        config: CharLstmConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
    ) -> Self:
        """Train on a text as it was written, capitals and spaces included (see ``training.loop.fit``).

        Raises:
            BadInput: too little text.
        """
        config = config or CharLstmConfig()
        encoded = characters.encode(corpus.texts(), config.min_count, config.max_words, on_progress)
        text, unseen = (_directed(part, config) for part in characters.split(encoded))
        network = cls.seeded(config, len(encoded.characters) + 1)
        task = loop.Task(
            RecurrentLearner(network),
            Stream(text, config.batch_size, config.stretch),
            Stream(unseen, 16, config.stretch) if len(unseen) > 1 else None,
            unit="characters",
            units_per_word=len(encoded.ids) / max(encoded.words, 1),
            mark=fingerprint(cls.kind, config, encoded.characters, len(encoded.ids)),
        )
        title = "Character LSTM" + (", backward" if config.direction == "backward" else "")
        lesson = Lesson(task, Vocabulary(encoded.characters, encoded.counts), corpus, encoded.words, title)
        return cls.taught(lesson, network, config, on_progress, checkpoints)

    @classmethod
    def built(cls, config: CharLstmConfig, size: int, counts: Counts | None = None) -> LstmNetwork:
        """The network with new weights (see ``NetworkModel``)."""
        return LstmNetwork(size, config.dim, config.hidden, config.layers, config.dropout, projection=config.projection)

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """The inverse of ``tensors``; without the softmax's weights the model predicts nothing."""
        shape = cast("CharLstmConfig", config)

        def built() -> LstmNetwork:
            network = cls.built(shape, len(words) + cls.beside)
            if "softmax.weight" not in tensors:
                network.softmax = NoSoftmax()
            return network

        return cls(fitted(built, tensors), words, counts, shape, card)

    def numbers(self, text: Sequence[str]) -> list[int]:
        """Numbers of characters, in the model's direction, after the delimiter it begins with."""
        found = self.number_of(text)
        if self.config.direction == "backward":
            found.reverse()
        return [*self.number_of(self.config.delimiter), *found]

    def number_of(self, text: Sequence[str]) -> list[int]:
        """Numbers of characters, as they stand there."""
        number, unknown = self._numbers.get, len(self.words)
        return [number(character, unknown) for character in text]

    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the next character of each text."""
        return after(self.network, [self.numbers(context) for context in contexts])

    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of a text's characters, each given those read before it."""
        found = log_probabilities(self.network, self.numbers(tokens))[len(self.config.delimiter) - 1 :]
        return found if self.config.direction == "forward" else found[::-1].copy()


def _directed(ids: NDArray[np.int32], config: CharLstmConfig) -> NDArray[np.int32]:
    return ids if config.direction == "forward" else np.ascontiguousarray(ids[::-1])
