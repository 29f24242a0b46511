"""BERT: hidden words guessed from both sides, with attention from every word to every other.

Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding,
https://aclanthology.org/N19-1423/. The networks are those of the library transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from torch import nn

from embedlab import packaged, parsed, storage
from embedlab.base import BadInput, BadModel, Card, ContextualModel, Counts, Floats, OnProgress, StaticModel
from embedlab.models import bert_begin, bert_network, bert_published, bert_reading, bert_training, cards, warm_start
from embedlab.models.bert_config import BertConfig
from embedlab.models.bert_examples import split
from embedlab.models.bert_pieces import Marks, Speller
from embedlab.models.bert_questions import BertQuestions
from embedlab.models.bert_shapes import shape
from embedlab.models.bert_text import INNER, MARKS, by_frequency, learn, spell
from embedlab.models.bert_tokenizer import from_json
from embedlab.models.devices import placed
from embedlab.models.layers import arrays, digest, seeded
from embedlab.models.questions import question

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus
    from embedlab.storage import StoredModel

__all__ = ["Bert", "BertConfig"]

SHORTEST = 3
"""Pieces that must go through the network at once: a word's and the marks at both ends."""
LIBRARIES = ("numpy", "torch", "transformers", "tokenizers")


class Bert(BertQuestions, ContextualModel):
    """An encoder of the BERT family; its layers are ``embeddings``, ``1`` and so on.

    ``words`` and ``vocabulary`` are the V pieces by number.

    Args:
        network: a class of transformers.
        speller: cuts words into pieces.
        head: what the network has on top.
        counts: (V,) how often each piece was seen; zeros if unknown.
        config: its settings; of a published network only ``pooling`` means something.
        card: where it comes from.

    Attributes:
        limit: pieces it reads at once, the marks at both ends included; longer sentences go through in windows.
        has_masked_head: whether it can ``fill``, ``score`` and ``next``.
        has_next_sentence_head: whether it can ``next_sentence``.
    """

    kind = "bert"
    config_class = BertConfig
    resumes = True
    batch_size = 32
    batch_length = 2_048
    config: BertConfig
    network: Any

    def __init__(
        self,
        network: nn.Module,
        speller: Speller,
        head: bert_network.Head,
        counts: Counts | None = None,
        config: BertConfig | None = None,
        card: Card | None = None,
    ) -> None:
        self.network = bert_network.ready(network.cpu().eval())
        self.speller, self.head = speller, head
        self.config, self.card = config or BertConfig(), card or Card()
        self.words = self.vocabulary = speller.vocabulary
        self.counts = np.zeros(len(self.words), np.int64) if counts is None else counts
        self.layers = ["embeddings", *(str(i + 1) for i in range(self.network.config.num_hidden_layers))]
        self.dim = int(self.network.config.hidden_size)
        self.limit = bert_network.limit(network)
        if self.limit < SHORTEST:
            raise BadModel(f"The network reads {self.limit} pieces at once; a word and its marks need {SHORTEST}.")
        self.has_masked_head, self.has_next_sentence_head = head != "none", head == "pretraining"

    @classmethod
    def train(
        cls,
        corpus: Corpus,
        config: BertConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
        company: StaticModel | None = None,
    ) -> Self:
        """Learn wordpieces from a text, then hidden words and next sentences (see ``training.fit``).

        With ``company``, a model with a vector for each word such as CBOW, states are asked for the words around
        theirs, too (see ``models/company.py``).

        Raises:
            BadInput: too little text, or vectors that know none of its words.
        """
        config = config or BertConfig()
        form, encoded = shape(config.shape), corpus.encode(1, None, on_progress, unknown=True)
        lowercase, size = config.lowercase, config.max_words or form.pieces
        learned = learn(encoded.vocabulary, size, config.min_count, lowercase=lowercase)
        tokenizer, counts = by_frequency(learned, encoded.vocabulary, lowercase=lowercase)
        speller, text = Speller(tokenizer, MARKS), spell(encoded, tokenizer)
        head: bert_network.Head = "pretraining" if config.next_sentence else "masked"
        with seeded(config.seed):
            network = bert_network.new(form, len(speller.vocabulary), config.sequence, config.dropout, head)
        vectors, read = None, split(text, config.sequence, config.seed)[0]
        if epochs := config.skipgram_epochs:
            given = (speller.vocabulary, counts, read.ids, read.ends)
            vectors = warm_start.skipgram(*given, form.width, epochs, config.seed, on_progress)
        bert_begin.begin(network, counts, vectors)
        asked = question(company, speller.vocabulary, form.width, config.seed, likeness=config.likeness, inner=INNER)
        outcome = bert_training.fit(network, text, speller, counts, config, on_progress, checkpoints, "", asked)
        card = cards.made(corpus, encoded.tokens, outcome.seconds, outcome.measured, LIBRARIES)
        return cls(network, speller, head, counts, config, replace(card, title="BERT"))

    def further(
        self,
        corpus: Corpus,
        config: BertConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
        company: StaticModel | None = None,
    ) -> Self:
        """A BERT that went on learning from another text; this one stays as it is.

        Gururangan et al. 2020, Don't Stop Pretraining, https://aclanthology.org/2020.acl-main.740/.

        Args:
            corpus: the other text.
            config: how to learn; shape, wordpieces and the longest example stay this model's own.
            on_progress: told about once a second.
            checkpoints: see ``training.fit``.
            company: see ``train``.

        Raises:
            BadInput: too little text, vectors that know none of its words, or a network that is no BERT with its
                head for hidden words.
        """
        if not self.has_masked_head or self.network.config.model_type != "bert":
            raise BadInput("Only a BERT with its head for hidden words can learn on. Take one trained here.")
        own, config = self.config, config or self.config
        config = replace(
            config, shape=own.shape, min_count=own.min_count, max_words=own.max_words, lowercase=own.lowercase,
            sequence=min(config.sequence, self.limit), pooling=own.pooling, skipgram_epochs=own.skipgram_epochs,
        )  # fmt: skip
        encoded = corpus.encode(1, None, on_progress, unknown=True)
        text = spell(encoded, from_json(self.speller.text))
        head = "pretraining" if config.next_sentence else self.head
        with seeded(config.seed):
            network = bert_network.copied(self.network, head, config.dropout)
        seen = np.bincount(text.ids, minlength=len(self.words))
        beginning = digest(self.network)
        asked = question(company, self.words, self.dim, config.seed, likeness=config.likeness, inner=INNER)
        outcome = bert_training.fit(
            network, text, self.speller, seen, config, on_progress, checkpoints, beginning, asked
        )
        card = cards.made(corpus, encoded.tokens, outcome.seconds, outcome.measured, LIBRARIES)
        return type(self)(network, self.speller, head, self.counts + seen, config, cards.after(self.card, card))

    @classmethod
    def from_published(
        cls, folder_or_hub_id: str | Path, pooling: str = "mean", on_progress: OnProgress | None = None
    ) -> Self:
        """A published encoder: BERT, DistilBERT, RoBERTa, ELECTRA, ALBERT and others of the family.

        Args:
            folder_or_hub_id: a folder in Hugging Face's layout, a zip file of one, or a name on the hub, such as
                "bert-base-uncased"; ``HF_ENDPOINT`` names another hub.
            pooling: "mean" or "first", see ``BertConfig``.
            on_progress: told the bytes of a download.

        Raises:
            BadInput: there is no such folder, or it is no zip file.
            BadModel: the model is damaged, incomplete, of another family, or asks to run code.
            Unreachable: the hub cannot be reached or does not have it.
        """
        config = BertConfig(pooling=pooling)
        found = bert_published.read(folder_or_hub_id, on_progress)
        return cls(found.network, found.speller, found.head, None, config, found.card)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a model folder, or a folder in Hugging Face's layout (see ``from_published``).

        Raises:
            BadModel: it is missing, damaged or of another kind.
        """
        return cls.from_published(folder) if packaged.is_published(Path(folder)) else super().load(folder)

    @property
    def pooling(self) -> str:
        """How pieces become the vector of a word, "mean" or "first"."""
        return self.config.pooling

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The network's weights."""
        return arrays(self.network)

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Any, card: Card
    ) -> Self:
        """Tensors alone do not make a BERT; see ``from_stored``."""
        raise BadModel("A BERT needs its tokenizer, too; load its model folder.")

    def stored(self) -> StoredModel:
        """The model as it lies on disk; what builds the network stands in the settings, checked when it is read."""
        own = {
            "network": bert_network.settings_of(self.network),
            "head": self.head,
            "marks": asdict(self.speller.marks),
        }
        config = self.config.to_dict() | own
        return storage.StoredModel(
            self.kind, config, self.tensors(), self.words, self.counts, self.card, self.speller.text
        )

    @classmethod
    def from_stored(cls, stored: StoredModel) -> Self:
        """The inverse of ``stored``."""
        settings = dict(stored.config)
        values, head, marks = (settings.pop(name) for name in ("network", "head", "marks"))
        if not stored.tokenizer:
            raise BadModel(f"{storage.TOKENIZER} is missing; without it words cannot be cut into pieces.")
        if head not in ("pretraining", "masked", "none"):
            raise BadModel(f"A network with the head {head!r} is not known.")
        network = bert_network.build(values, head, stored.tensors)  # first, for then all sizes are those of the tensors
        size = bert_network.vocabulary_size(network)
        speller = Speller(from_json(stored.tokenizer), parsed.made(Marks, marks), size)
        if speller.vocabulary != stored.words or len(stored.counts) != len(stored.words):
            raise BadModel("The tokenizer and the vocabulary do not fit together.")
        return cls(network, speller, head, stored.counts, BertConfig.from_dict(settings), stored.card)

    @cached_property
    def _placed(self) -> nn.Module:
        network: nn.Module = placed(self.network)
        return network

    def length(self, sentence: Sequence[str]) -> int:
        """Pieces of a sentence and the marks around it."""
        return len(self.speller([sentence])[0].ids) + 2

    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Floats]:
        """What layers say of each word (see ``ContextualModel``)."""
        return bert_reading.vectors(
            self._placed, self.speller, self.limit, self.speller(sentences), layers, self.pooling
        )
