"""BERT: guess hidden words from both sides, with attention from every word to every other.

Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding,
https://aclanthology.org/N19-1423/. The networks are those of the library transformers. Beside vectors, a BERT here
fills gaps, scores sentences, says whether one sentence follows another, and shows its attention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from embedlab.base import (
    BadInput,
    BadModel,
    Card,
    ContextualModel,
    Counts,
    Floats,
    LanguageModel,
    OnProgress,
    Pieces,
    StaticModel,
    model_folder,
    typed_json,
)
from embedlab.models.bert import inference, pretraining, published
from embedlab.models.bert import network as bert_network
from embedlab.models.bert.config import BertConfig, shape
from embedlab.models.bert.pretraining import split
from embedlab.models.bert.tokenizer import INNER, MARKS, SpecialTokens, Spelled, Speller, by_frequency, learn, spell
from embedlab.models.bert.tokenizer_json import from_json
from embedlab.models.common import cards, skipgram_init
from embedlab.models.common.context_losses import question
from embedlab.models.common.layers import arrays, digest, placed, seeded

AT_ONCE = 64
"""Hidden positions in a batch; each has a score for every piece of the vocabulary."""


class BertQuestions(LanguageModel):
    """A masked language model over wordpieces: what a BERT answers beside vectors.

    Attributes:
        network: a network of the library transformers, prepared by ``network.ready``.
        speller: splits words into pieces.
        limit: longest input in pieces, the special tokens at both ends included.
        has_masked_head: whether it can ``fill``, ``score`` and ``next``.
        has_next_sentence_head: whether it can ``next_sentence``.
    """

    unit = "wordpiece"
    direction = "both"
    network: Any
    speller: Speller
    limit: int
    has_masked_head: bool
    has_next_sentence_head: bool

    @property
    def mask(self) -> str:
        """The special token in the place of a hidden word."""
        return self.speller.special.mask

    def fill(self, sentence: Sequence[str], position: int) -> Floats:
        """(V,) probabilities of the piece at a position of a sentence of words or pieces, given both sides.

        The word at the position is hidden; all its pieces become one mask.

        Raises:
            BadInput: no such position, or the network has no head for hidden words.
        """
        text, at = self._hidden(sentence, position)
        result: Floats = np.exp(self._in_gaps([text], [at])[0])
        return result

    def fill_by_layer(self, sentence: Sequence[str], position: int) -> Floats:
        """(L, V) probabilities as ``fill``, with the output head applied to each layer; the last row equals ``fill``.

        The head was trained on the top layer only. It can read lower layers because of the residual connections: each
        block only adds to its input (the "logit lens" of nostalgebraist 2020).

        Raises:
            BadInput: as ``fill``.
        """
        top = self.fill(sentence, position)
        lower = inference.in_gap_below(self.network, self.speller, self.limit, *self._hidden(sentence, position))
        return np.concatenate([np.exp(lower), top[None]])

    def next(self, context: Sequence[str]) -> Floats:
        """(V,) probabilities of the piece in a gap at the end of a text."""
        row: Floats = self.next_many([context])[0]
        return row

    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) the same for B texts."""
        texts = [np.append(self.speller.tokens(context).ids, self.speller.mask) for context in contexts]
        return np.exp(self._in_gaps(texts, [len(text) - 1 for text in texts]))

    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of words or pieces, each given all the others.

        Every piece is hidden in turn; a word has the sum of its pieces (Salazar et al. 2020, Masked Language Model
        Scoring, equation 2, https://aclanthology.org/2020.acl-main.240/).
        """
        spelled = self.speller.tokens(tokens)
        total: Floats = np.zeros(len(tokens), np.float32)
        for at in range(0, len(spelled.ids), AT_ONCE):
            some = range(at, min(at + AT_ONCE, len(spelled.ids)))
            found = self._in_gaps([spelled.ids] * len(some), some)  # (P, V)
            np.add.at(total, spelled.words[some], found[np.arange(len(some)), spelled.ids[some]])
        return total

    def next_sentence(self, first: Sequence[str], second: Sequence[str]) -> float:
        """Probability that the second sentence follows the first; of long ones the parts next to each other are read.

        Raises:
            BadInput: a sentence is empty, or the network has no head for next sentences.
        """
        if not self.has_next_sentence_head:
            raise BadInput(f"{self.title} was not taught whether sentences follow each other. Choose a model that was.")
        if not first or not second:
            raise BadInput("Give two sentences, each with a word at least.")
        return inference.follows(self.network, self.speller, self.limit, *self.speller(self.as_read([first, second])))

    def pieces(self, sentence: Sequence[str]) -> Pieces:
        """Split a sentence into pieces with special tokens: the rows and columns of ``attention``."""
        nothing = np.zeros(0, np.int64)
        spelled = self.speller(self.as_read([sentence]))[0] if sentence else Spelled(nothing, nothing)
        inner = (self.vocabulary[i] for i in spelled.ids)
        special = self.speller.special
        return Pieces((special.begin, *inner, special.end), (None, *spelled.words.tolist(), None))

    @torch.inference_mode()
    def attention(self, sentence: Sequence[str]) -> Floats:
        """(L, H, T, T): in each block and head, the weight that each piece (row) gives to each (column); rows sum to 1.

        Raises:
            BadInput: the sentence has more pieces than the network reads at once.
        """
        spelled = self.pieces(sentence)
        if len(spelled.pieces) > self.limit:
            raise BadInput(
                f"The sentence has {len(spelled.pieces):,} pieces and {self.title} reads {self.limit:,} at once. "
                "Take a shorter one."
            )
        ids = torch.tensor([[self.speller.numbers[piece] for piece in spelled.pieces]])
        weights = self._looking.base_model(input_ids=ids, output_attentions=True).attentions
        result: Floats = torch.cat(weights).numpy()
        return result

    @cached_property
    def _looking(self) -> Any:
        return bert_network.looking(self.network)

    def _hidden(self, sentence: Sequence[str], position: int) -> tuple[NDArray[np.int64], int]:
        """The pieces of a sentence with one word hidden, and the position of the gap among them."""
        if not 0 <= position < len(sentence):
            raise BadInput(f"The sentence has {len(sentence)} words; there is no position {position}.")
        (words,) = self.as_read([sentence])
        spelled = self.speller.tokens([*words[:position], self.mask, *words[position + 1 :]])
        return spelled.ids, int(np.searchsorted(spelled.words, position))

    def _in_gaps(self, texts: Sequence[NDArray[np.int64]], positions: Sequence[int]) -> Floats:
        if not self.has_masked_head:
            raise BadInput(
                f"{self.title} was published without a head for hidden words, so it can neither fill gaps nor score "
                "texts; its vectors and its attention are there."
            )
        return inference.in_gaps(self.network, self.speller, self.limit, texts, positions)


if TYPE_CHECKING:
    from embedlab.base.model_folder import StoredModel
    from embedlab.data.corpus import Corpus

__all__ = ["Bert", "BertConfig"]

SHORTEST = 3
"""Least input in pieces: one of a word, and the special tokens at both ends."""
LIBRARIES = ("numpy", "torch", "transformers", "tokenizers")


class Bert(BertQuestions, ContextualModel):
    """An encoder of the BERT family; its layers are ``embeddings``, ``1`` and so on.

    ``words`` and ``vocabulary`` are the V pieces by number.

    Args:
        network: a network of the library transformers.
        speller: splits words into pieces.
        head: the kind of output head.
        counts: (V,) how often each piece was seen; zeros if unknown.
        config: its settings; for a published network only ``pooling`` matters.
        card: where it comes from.

    Attributes:
        limit: longest input in pieces, with the special tokens at both ends; longer sentences are read in windows.
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
        """Learn wordpieces from a text, then train on masked words and next sentences (see ``training.loop.fit``).

        With ``company``, a static model such as CBOW, a loss on the words around each word is added (see
        ``models/common/context_losses.py``).

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
            vectors = skipgram_init.skipgram(*given, form.width, epochs, config.seed, on_progress)
        pretraining.begin(network, counts, vectors)
        context_loss = question(
            company, speller.vocabulary, form.width, config.seed, likeness=config.likeness, inner=INNER
        )
        outcome = pretraining.fit(network, text, speller, counts, config, on_progress, checkpoints, "", context_loss)
        card = cards.made(corpus, encoded.tokens, outcome.seconds, outcome.measured, LIBRARIES)
        return cls(network, speller, head, counts, config, replace(card, title="BERT"))

    def continue_pretraining(
        self,
        corpus: Corpus,
        config: BertConfig | None = None,
        on_progress: OnProgress | None = None,
        checkpoints: Path | None = None,
        company: StaticModel | None = None,
    ) -> Self:
        """Continue pretraining on another text and return the new BERT; this one is not changed.

        Gururangan et al. 2020, Don't Stop Pretraining, https://aclanthology.org/2020.acl-main.740/.

        Args:
            corpus: the other text.
            config: settings of the training; shape, wordpieces and longest example stay this model's own.
            on_progress: called about once a second.
            checkpoints: see ``training.loop.fit``.
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
        context_loss = question(company, self.words, self.dim, config.seed, likeness=config.likeness, inner=INNER)
        outcome = pretraining.fit(
            network, text, self.speller, seen, config, on_progress, checkpoints, beginning, context_loss
        )
        card = cards.made(corpus, encoded.tokens, outcome.seconds, outcome.measured, LIBRARIES)
        return type(self)(network, self.speller, head, self.counts + seen, config, cards.after(self.card, card))

    @classmethod
    def from_published(
        cls,
        folder_or_hub_id: str | Path,
        pooling: str = "mean",
        on_progress: OnProgress | None = None,
        *,
        do_lower_case: bool | None = None,
    ) -> Self:
        """Load a published encoder: BERT, DistilBERT, RoBERTa, ELECTRA, ALBERT or another of the family.

        Args:
            folder_or_hub_id: a folder in Hugging Face's layout, a zip file of one, or a name on the hub, such as
                "bert-base-uncased"; ``HF_ENDPOINT`` names another hub.
            pooling: "mean" or "first", see ``BertConfig``.
            on_progress: called with the bytes of a download.
            do_lower_case: whether words are lower-cased; by default as the tokenizer's files say, or, where there is
                only a vocab.txt, as it suggests, which the card's note tells.

        Raises:
            BadInput: there is no such folder, it is no zip file, or its tokenizer cannot be switched to lower case.
            BadModel: the model is damaged, incomplete, of another family, or asks to run code.
            Unreachable: the hub cannot be reached or does not have it.
        """
        config = BertConfig(pooling=pooling)
        found = published.read(folder_or_hub_id, on_progress, do_lower_case)
        return cls(found.network, found.speller, found.head, None, config, found.card)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a model folder, or a folder in Hugging Face's layout (see ``from_published``).

        Raises:
            BadModel: it is missing, damaged or of another kind.
        """
        return cls.from_published(folder) if model_folder.is_published(Path(folder)) else super().load(folder)

    @property
    def pooling(self) -> str:
        """How the pieces' vectors become the vector of a word: "mean" or "first"."""
        return self.config.pooling

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The network's weights."""
        return arrays(self.network)

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Any, card: Card
    ) -> Self:
        """Not available: a BERT needs more than tensors; see ``from_stored``."""
        raise BadModel("A BERT needs its tokenizer, too; load its model folder.")

    def stored(self) -> StoredModel:
        """The content of the model folder; the settings hold what builds the network, and are checked when read."""
        own = {
            "network": bert_network.settings_of(self.network),
            "head": self.head,
            "marks": asdict(self.speller.special),
        }
        config = self.config.to_dict() | own
        return model_folder.StoredModel(
            self.kind, config, self.tensors(), self.words, self.counts, self.card, self.speller.text
        )

    @classmethod
    def from_stored(cls, stored: StoredModel) -> Self:
        """The inverse of ``stored``."""
        settings = dict(stored.config)
        values, head, special = (settings.pop(name) for name in ("network", "head", "marks"))
        if not stored.tokenizer:
            raise BadModel(f"{model_folder.TOKENIZER} is missing; without it words cannot be cut into pieces.")
        if head not in ("pretraining", "masked", "none"):
            raise BadModel(f"A network with the head {head!r} is not known.")
        network = bert_network.build(values, head, stored.tensors)  # first: it checks all sizes against the tensors
        size = bert_network.vocabulary_size(network)
        speller = Speller(from_json(stored.tokenizer), typed_json.made(SpecialTokens, special), size)
        if speller.vocabulary != stored.words or len(stored.counts) != len(stored.words):
            raise BadModel("The tokenizer and the vocabulary do not fit together.")
        return cls(network, speller, head, stored.counts, BertConfig.from_dict(settings), stored.card)

    @cached_property
    def _placed(self) -> nn.Module:
        network: nn.Module = placed(self.network)
        return network

    def length(self, sentence: Sequence[str]) -> int:
        """Number of pieces of a sentence, with its special tokens."""
        return len(self.speller([sentence])[0].ids) + 2

    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Floats]:
        """Vectors of each word at some layers (see ``ContextualModel``)."""
        return inference.vectors(self._placed, self.speller, self.limit, self.speller(sentences), layers, self.pooling)
