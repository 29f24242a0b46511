"""ELMo: language models in both directions over words made of characters; each layer gives vectors in context.

Peters et al. 2018, Deep contextualized word representations, https://aclanthology.org/N18-1202/. One direction can be
used as a language model of its own. A stateful ELMo carries its LSTM states from one call to the next, row i to row i.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from embedlab.base import (
    END,
    BadInput,
    BadModel,
    Card,
    ContextualModel,
    Counts,
    Floats,
    LanguageModel,
    OnProgress,
    Progress,
    StaticModel,
    given,
)
from embedlab.base.settings import Settings
from embedlab.data.vocab import Vocabulary
from embedlab.models.common import cards
from embedlab.models.common.examples import WordNumbers
from embedlab.models.common.layers import Softmax, digest, fitted, placed
from embedlab.models.common.network_model import NetworkLanguageModel
from embedlab.models.elmo import inference, initialization, published
from embedlab.models.elmo.config import SHAPE, ElmoConfig
from embedlab.models.elmo.examples import ElmoText, predicted, renumbered
from embedlab.models.elmo.inference import States, encoded
from embedlab.models.elmo.network import ElmoNetwork
from embedlab.models.elmo.recurrence import State

BATCH = 256
"""Positions in a batch; the scores of all words for all of them are in memory."""


class ElmoDirection(LanguageModel):
    """One direction as a language model: the context may hold any string, but only the vocabulary is predicted.

    Args:
        whole: the ELMo model.
        network: its weights.
        backward: whether to read from the right.
    """

    kind = "elmo"
    config_class = ElmoConfig
    unit = "word"
    reads_letters = True
    config: ElmoConfig

    def __init__(self, whole: Any, network: ElmoNetwork, *, backward: bool) -> None:
        self.whole, self.network = whole, network
        self.words, self.counts, self.config, self.card = whole.words, whole.counts, whole.config, whole.card
        self.direction = "backward" if backward else "forward"
        self.numbers = WordNumbers(self.words)
        self.vocabulary = self.numbers.vocabulary if self.words else []

    def next(self, context: Sequence[str]) -> Floats:
        """(V,) probabilities of the word after a context, or before it (see ``LanguageModel``)."""
        row: Floats = self.next_many([context])[0]
        return row

    @torch.inference_mode()
    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the word after each context, or before it.

        Raises:
            BadInput: the model came without a vocabulary.
        """
        softmax = self._softmax()
        if not contexts:
            return np.zeros((0, len(self.vocabulary)), np.float32)
        lines = [self._line(context) for context in contexts]
        top = self._told(lines)
        last = torch.tensor([len(line) - 1 for line in lines])
        hidden = top[last, torch.arange(len(lines))]  # (B, P)
        return torch.cat([torch.softmax(softmax.scores(part), dim=1) for part in torch.split(hidden, BATCH)]).numpy()

    @torch.inference_mode()
    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of a sentence's words, each given those read before it.

        Raises:
            BadInput: the model came without a vocabulary.
        """
        softmax = self._softmax()
        if not tokens:
            return np.zeros(0, np.float32)
        line = self._line(tokens)
        hidden, targets = self._told([line[:-1]])[:, 0], torch.tensor(self.numbers(line[1:]))
        found = [
            torch.log_softmax(softmax.scores(part), dim=1).gather(1, target[:, None])[:, 0]
            for part, target in zip(torch.split(hidden, BATCH), torch.split(targets, BATCH), strict=True)
        ]
        scores = torch.cat(found).numpy()
        return scores if self.direction == "forward" else scores[::-1].copy()

    def _line(self, tokens: Sequence[str]) -> list[str]:
        """A boundary, then the words in reading order."""
        given.words(tokens)
        return [END, *(tokens if self.direction == "forward" else reversed(tokens))]

    def _told(self, lines: Sequence[Sequence[str]]) -> torch.Tensor:
        return inference.told(self.network, self.config.characters, lines, END, int(self.direction == "backward"))

    def _softmax(self) -> Softmax:
        if self.network.softmax is None:
            raise BadInput(
                f"{self.title} was published without its vocabulary and output layer: it gives words vectors, but "
                "cannot say which word comes next. Train an ELMo here for that."
            )
        return self.network.softmax

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The arrays of the whole ELMo: a direction is only saved together with the other one."""
        result: dict[str, NDArray[Any]] = self.whole.tensors()
        return result

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """Not available: a direction is not loaded by itself.

        Raises:
            BadModel: always.
        """
        raise BadModel("Load the ELMo itself, then take its .forward or .backward.")


class Carried:
    """The carried states of every direction, layer and row; rows that have not been read yet have empty states."""

    def __init__(self) -> None:
        self._rows: dict[int, list[list[State]]] = {}

    def of(self, rows: Sequence[int], config: ElmoConfig) -> States:
        """The states of some rows, (len(rows), P) and (len(rows), C) each."""
        nothing = (torch.zeros(config.dim), torch.zeros(config.hidden))
        begun = [[nothing] * config.layers] * 2
        kept = [self._rows.get(row, begun) for row in rows]
        return [
            [
                (torch.stack([one[d][layer][0] for one in kept]), torch.stack([one[d][layer][1] for one in kept]))
                for layer in range(config.layers)
            ]
            for d in range(2)
        ]

    def keep(self, rows: Sequence[int], states: States) -> None:
        """Store the states of some rows after their last token."""
        for i, row in enumerate(rows):
            self._rows[row] = [[(h[i].clone(), c[i].clone()) for h, c in direction] for direction in states]


if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus


class Elmo(NetworkLanguageModel, ContextualModel):
    """A trained or published ELMo. Its layers are ``tokens``, ``lstm1`` and so on, all 2 P wide: forward, backward.

    ``forward`` and ``backward`` are its language models; the model itself answers as ``forward``. Any string has a
    vector; ``words`` are those that it predicts, none for a published one.

    Attributes:
        stateful: whether ``encode`` continues with the states of its last call, row by row, as in the training of the
            published models; by default every sentence begins with an empty state.
    """

    kind = "elmo"
    config_class = ElmoConfig
    unit = "word"
    reads_letters = True
    config: ElmoConfig
    network: ElmoNetwork

    def __init__(
        self,
        network: ElmoNetwork,
        words: Sequence[str],
        counts: Counts,
        config: ElmoConfig,
        card: Card | None = None,
        *,
        stateful: bool = False,
    ) -> None:
        super().__init__(network, words, counts, config, card)
        self.layers = ["tokens", *(f"lstm{i + 1}" for i in range(config.layers))]
        self.dim = 2 * config.dim
        self.stateful, self.repeatable, self._carried = stateful, not stateful, Carried()
        self.vocabulary = self.forward.vocabulary

    @classmethod
    def from_published(cls, options_path: str | Path, weights_path: str | Path, stateful: bool = False) -> Self:
        """Load weights as AllenNLP and bilm-tf use them (see ``published.read``).

        Args:
            options_path: options.json.
            weights_path: the hdf5 file.
            stateful: carry the state over successive ``encode`` calls, batch row i to row i.

        Raises:
            BadModel: a file is missing, damaged, incomplete, or does not fit the other.
        """
        found = published.read(Path(options_path), Path(weights_path))
        network = fitted(lambda: cls.built(found.config, cls.beside), published.weights(found))
        return cls(network, [], np.zeros(0, np.int64), found.config, found.card, stateful=stateful)

    @classmethod
    def train(
        cls,
        corpus: Corpus,
        config: ElmoConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
        company: StaticModel | None = None,
    ) -> Self:
        """Train on a text, sentence by sentence, in both directions (see ``training.loop.fit``).

        Every word of the text is read letter by letter; ``min_count`` and ``max_words`` say which are predicted. With
        ``company``, a static model such as CBOW, a loss on the words around each word is added (see
        ``models/common/context_losses.py``).

        Raises:
            BadInput: too little text, or vectors that know none of its words.
        """
        config = config or ElmoConfig()
        encoded = corpus.encode(1, None, on_progress, unknown=True)
        text = ElmoText.of(encoded, predicted(encoded, config), config)
        network = cls.seeded(config, len(text.counts), text.counts)
        if config.skipgram_epochs:
            initialization.begin(network, text.split, text.predicted, text.lexicon, config, on_progress)
        return cls.taught(text.lesson(network, config, corpus, company), network, config, on_progress, checkpoints)

    def continue_pretraining(
        self,
        corpus: Corpus,
        config: ElmoConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
        company: StaticModel | None = None,
    ) -> Self:
        """Continue pretraining on another text, with the same predicted words; return the new ELMo, this one stays.

        Args:
            corpus: the other text.
            config: settings of the training; the network's shape and the predicted words stay this model's own.
            on_progress: called about once a second.
            checkpoints: see ``training.loop.fit``.
            company: see ``train``.

        Raises:
            BadInput: too little text, vectors that know none of its words, or a model that predicts no words.
        """
        if self.network.softmax is None:
            raise BadInput("This ELMo came without its output layer and cannot learn on. Take one trained here.")
        pace = config or self.config
        config = replace(pace, **{name: getattr(self.config, name) for name in SHAPE})
        encoded = corpus.encode(1, None, on_progress, unknown=True)
        known = Vocabulary(tuple(self.words), self.counts)
        text = ElmoText.of(renumbered(encoded, known), known, config)
        network = self.seeded(config, len(text.counts), text.counts)
        network.load_state_dict(self.network.state_dict())
        text = replace(text, mark=text.mark + digest(network))
        lesson = text.lesson(network, config, corpus, company)
        model = self.taught(lesson, network, config, on_progress, checkpoints)
        model.card = cards.after(self.card, model.card)
        return model

    @classmethod
    def built(cls, config: ElmoConfig, size: int, counts: Counts | None = None) -> ElmoNetwork:
        """The network with new weights (see ``NetworkModel``)."""
        return ElmoNetwork(config, size, counts)

    @cached_property
    def _placed(self) -> ElmoNetwork:
        network: ElmoNetwork = placed(self.network)
        return network

    @cached_property
    def forward(self) -> ElmoDirection:
        """The language model that reads from the left."""
        return ElmoDirection(self, self.network, backward=False)

    @cached_property
    def backward(self) -> ElmoDirection:
        """The language model that reads from the right."""
        return ElmoDirection(self, self.network, backward=True)

    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the next word after each beginning (see ``ElmoDirection``)."""
        return self.forward.next_many(contexts)

    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of a sentence's words (see ``ElmoDirection``)."""
        return self.forward.score(tokens)

    def encode(
        self,
        sentences: Sequence[Sequence[str]],
        layers: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Floats]:
        """See ``ContextualModel``; a stateful model reads the sentences of a call side by side, as one batch."""
        if not self.stateful:
            return super().encode(sentences, layers, on_progress)
        numbers, sentences = self.layer_numbers(layers), self.as_read(sentences)
        rows = [i for i, sentence in enumerate(sentences) if sentence]
        nothing: Floats = np.zeros((len(numbers), 0, self.dim), np.float32)
        result = [nothing] * len(sentences)
        if rows:
            states = self._carried.of(rows, self.config)
            made, after = encoded(self.network, self.config.characters, [sentences[i] for i in rows], numbers, states)
            self._carried.keep(rows, after)
            for i, one in zip(rows, made, strict=True):
                result[i] = one
        if on_progress is not None:
            total = sum(map(len, sentences))
            on_progress(Progress(total, total, phase="encoding"))
        return result

    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Floats]:
        """Vectors of each word at some layers (see ``ContextualModel``)."""
        return encoded(self._placed, self.config.characters, sentences, layers)[0]

    def forget(self) -> None:
        """Clear the carried states of a stateful model."""
        self._carried = Carried()
