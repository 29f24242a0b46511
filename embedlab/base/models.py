"""The interfaces of all models.

``Model`` is what every model has: a vocabulary, settings, a card, a folder on disk. Three interfaces build on it:

* ``StaticModel``: one vector for each word (word2vec, GloVe, LSA ...).
* ``ContextualModel``: a vector for each word of each sentence, at several layers (LSTM, ELMo, Flair, BERT).
* ``LanguageModel``: a probability for each next word or character (n-grams, Bengio's network, LSTMs ...).

One class may implement several of them: Bengio's network is a ``StaticModel`` and a ``LanguageModel``.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from embedlab.base import given
from embedlab.base.card import Card
from embedlab.base.errors import BadInput, BadModel, UnknownWord
from embedlab.base.folding import Lexicon, Lookup, tidy
from embedlab.base.progress import OnProgress, Progress
from embedlab.base.settings import Settings

if TYPE_CHECKING:
    from embedlab.base.model_folder import StoredModel

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Counts = NDArray[np.int64]
Ids = NDArray[np.int64]


class Model(ABC):
    """What every model has: a kind (its key in the registry), a vocabulary, settings, a card, and a form on disk.

    Attributes:
        resumes: whether ``train`` also takes a folder for checkpoints, from which a killed training continues.
        spreads: whether ``train`` also takes a pool of processes that do parts of the work.
        words: the vocabulary, commonest first, no duplicates (the characters of a character model).
        counts: (V,), how often each was seen; zeros if unknown.
        config: the settings it was trained with.
        card: where it comes from.
    """

    kind: ClassVar[str]
    config_class: ClassVar[type[Settings]]
    resumes: ClassVar[bool] = False
    spreads: ClassVar[bool] = False
    words: list[str]
    counts: Counts
    config: Settings
    card: Card

    @property
    def title(self) -> str:
        """Name for messages."""
        return self.card.title or self.kind

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, as 64 hexadecimal digits, of everything in the model folder except the card.

        A model's answers depend on nothing else: weights, vocabulary, counts, settings, special tokens, output head and
        tokenizer. So two models with the same fingerprint may share cached answers.
        """
        stored = self.stored()
        arrays = {name: np.ascontiguousarray(array) for name, array in sorted(stored.tensors.items())}
        shapes = [[name, str(array.dtype), array.shape] for name, array in arrays.items()]
        content = [stored.kind, stored.config, stored.words, stored.counts.tolist(), stored.tokenizer, shapes]
        digest = hashlib.sha256(json.dumps(content).encode())
        for array in arrays.values():
            digest.update(array.data)
        return digest.hexdigest()

    def as_read(self, sentences: Sequence[Sequence[str]]) -> list[Sequence[str]]:
        """Sentences with their words tidied; as they are for a published model, whose text was not tidied here.

        Raises:
            BadInput: one of them is no list of words.
        """
        given.sentences(sentences)
        if self.card.source == "published":
            return list(sentences)
        return [[word if word.isascii() else tidy(word).strip(" ") or word for word in one] for one in sentences]

    @abstractmethod
    def tensors(self) -> dict[str, NDArray[Any]]:
        """The arrays to store in the model folder, by name."""

    @classmethod
    @abstractmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """Build the model from its stored arrays: the inverse of ``tensors``."""

    def stored(self) -> StoredModel:
        """The content of the model folder; overridden by kinds that need more than tensors and words."""
        from embedlab.base.model_folder import StoredModel

        return StoredModel(self.kind, self.config.to_dict(), self.tensors(), self.words, self.counts, self.card)

    @classmethod
    def from_stored(cls, stored: StoredModel) -> Self:
        """Build the model from the content of its folder: the inverse of ``stored``."""
        config = cls.config_class.from_dict(stored.config)
        return cls.from_tensors(stored.words, stored.counts, stored.tensors, config, stored.card)

    def save(self, folder: Path, *, half: bool = False, overwrite: bool = False) -> None:
        """Write the model folder, atomically.

        Args:
            folder: the folder to make.
            half: store float tensors as float16.
            overwrite: whether a model folder of this lab may be replaced; nothing else ever is.

        Raises:
            BadInput: a file or folder of this name exists and may not be replaced.
            BadModel: the folder cannot be written.
        """
        from embedlab.base import model_folder

        model_folder.write(folder, self.stored(), half=half, overwrite=overwrite)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a model folder.

        Raises:
            BadModel: it is missing, damaged or of another kind.
        """
        from embedlab.base import model_folder

        stored = model_folder.read(folder, kind=cls.kind)
        return model_folder.checked(folder, lambda: cls.from_stored(stored))


class StaticModel(Model):
    """A model with one vector for each word, whatever the sentence.

    A kind that needs more than the matrix on disk overrides ``tensors`` and ``from_tensors``.

    Args:
        words: the vocabulary, commonest first, no duplicates.
        matrix: (V, D), row i belongs to word i; kept as float32 and made read-only.
        counts: (V,), how often each word was seen; zeros if unknown.
        config: the settings it was trained with.
        card: where it comes from.

    Raises:
        BadModel: the shapes disagree, or a value is not finite.
    """

    def __init__(
        self,
        words: Sequence[str],
        matrix: NDArray[np.floating],
        counts: NDArray[np.integer] | None = None,
        config: Settings | None = None,
        card: Card | None = None,
    ) -> None:
        self.words = list(words)
        self.matrix: Floats = np.array(matrix, dtype=np.float32, order="C", copy=None).view()
        self.counts: Counts = np.zeros(len(self.words), np.int64) if counts is None else np.asarray(counts, np.int64)
        self.config = config if config is not None else self.config_class()
        self.card = card if card is not None else Card()
        self._check()
        self.matrix.setflags(write=False)

    def _check(self) -> None:
        v = len(self.words)
        if self.matrix.ndim != 2 or len(self.matrix) != v or self.counts.shape != (v,):
            raise BadModel(
                f"{v} words, a matrix of shape {self.matrix.shape} and counts of shape {self.counts.shape} do not fit "
                "together."
            )
        if not self.matrix.shape[1]:
            raise BadModel("The vectors have no numbers: their width is 0.")
        if len(self.positions) != v:
            raise BadModel("The vocabulary holds a word twice.")
        if not np.isfinite(self.matrix).all():
            raise BadModel("The matrix holds values that are not finite numbers.")

    @cached_property
    def positions(self) -> dict[str, int]:
        """Row of every word."""
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def lexicon(self) -> Lexicon:
        """The vocabulary as an index that finds typed words (see ``base.folding``)."""
        return Lexicon(self.words, self.positions)

    def look_up(self, typed: str) -> Lookup:
        """Find the word that is meant by a typed one: itself if it is known, else folded as the training text was."""
        return self.lexicon.look_up(typed)

    @cached_property
    def unit_matrix(self) -> Floats:
        """(V, D): the matrix with every row scaled to length 1 (zero rows stay zero), for cosine similarity."""
        norms = np.linalg.norm(self.matrix, axis=1, keepdims=True)
        unit: Floats = self.matrix / np.maximum(norms, np.finfo(np.float32).tiny)
        unit.setflags(write=False)
        return unit

    @property
    def dim(self) -> int:
        """Width D of a vector."""
        return int(self.matrix.shape[1])

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The arrays that make up the model on disk."""
        return {"matrix": self.matrix}

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """The inverse of ``tensors``."""
        return cls(words, tensors["matrix"], counts, config, card)

    def __contains__(self, word: object) -> bool:
        return word in self.positions

    def __len__(self) -> int:
        return len(self.words)

    def vector(self, word: str) -> Floats:
        """(D,) vector of exactly this word; pass a word that a person typed through ``look_up`` first.

        Raises:
            UnknownWord: it is not in the vocabulary (fastText composes one instead).
        """
        try:
            row: Floats = self.matrix[self.positions[word]]
        except KeyError:
            raise UnknownWord(word, self.title) from None
        return row


class ContextualModel(Model):
    """A model with a vector for each word of each sentence, at several layers.

    Attributes:
        layers: L names, from the input to the top.
        dim: D, the same for every layer.
        variant: what beside weights and settings changes the vectors, such as how word pieces are pooled.
        repeatable: whether the same sentences give the same vectors at the next call (not if states are carried over).
        batch_size: sentences that are read side by side, at most.
        batch_length: positions of a batch, padding included, at most (a single longer sentence is a batch of its own).
        at_once: sentences whose every word lies in memory at a time, where one word of each is asked for.
    """

    layers: list[str]
    dim: int
    variant: str = ""
    repeatable: bool = True
    batch_size: int = 32
    batch_length: int = 4_096
    at_once: int = 256

    def encode(
        self,
        sentences: Sequence[Sequence[str]],
        layers: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Floats]:
        """Encode sentences: one (L, T, D) float32 array for each sentence of T words, in the caller's order.

        Sentences of similar length are read in one batch. The same call gives the same bits; the same sentences in
        other batches give the same vectors to within 1e-5.

        A model that was trained here reads the words tidied, as its text was (see ``base.folding``).

        Args:
            sentences: lists of words; an empty sentence is allowed and gives (L, 0, D).
            layers: names of the wanted layers, in this order; ``None`` for all.
            on_progress: called after every batch, with the words done (phase "encoding").

        Raises:
            BadInput: no such layer, or a sentence that is no list of words.
        """
        numbers, sentences = self.layer_numbers(layers), self.as_read(sentences)
        # All results are allocated before the first batch: between large arrays they would fragment the memory.
        result = [np.empty((len(numbers), len(sentence), self.dim), np.float32) for sentence in sentences]
        done, total = 0, sum(len(sentence) for sentence in sentences)
        for rows in self.batches(sentences):
            made = self.encode_batch([sentences[i] for i in rows], numbers)
            for i, one in zip(rows, made, strict=True):
                result[i][...] = one
            done += sum(len(sentences[i]) for i in rows)
            if on_progress is not None:
                on_progress(Progress(done, total, phase="encoding"))
        return result

    def at_positions(
        self,
        sentences: Sequence[Sequence[str]],
        positions: Sequence[int],
        layers: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> Floats:
        """(L, N, D) vectors of one word of each of N sentences, of any number of them: see ``at_once``.

        Args:
            sentences: words.
            positions: where in each of them the word stands.
            layers: those that are wanted, in this order; ``None`` for all.
            on_progress: see ``encode``.

        Raises:
            BadInput: no such layer.
        """
        result = np.empty((len(self.layer_numbers(layers)), len(sentences), self.dim), np.float32)
        done, total = 0, sum(map(len, sentences))
        for low in range(0, len(sentences), self.at_once):
            some = sentences[low : low + self.at_once]
            tell = on_progress and _shifted(on_progress, done, total)
            for i, one in enumerate(self.encode(some, layers, tell), start=low):
                result[:, i] = one[:, positions[i]]
            done += sum(map(len, some))
        return result

    @abstractmethod
    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Floats]:
        """Encode one batch: a (len(layers), T, D) array for each of its sentences, none of which is empty."""

    def length(self, sentence: Sequence[str]) -> int:
        """Tokens of a sentence in the network, about: its words, unless the network reads wordpieces or letters."""
        return len(sentence)

    def layer_numbers(self, layers: Sequence[str] | None = None) -> list[int]:
        """Indices of layers in ``self.layers``; all of them for ``None``.

        Raises:
            BadInput: no such layer.
        """
        if layers is None:
            return list(range(len(self.layers)))
        if unknown := [name for name in layers if name not in self.layers]:
            raise BadInput(f"{self.title} has no layer '{unknown[0]}'; it has {', '.join(self.layers)}.")
        return [self.layers.index(name) for name in layers]

    def batches(self, sentences: Sequence[Sequence[str]]) -> Iterator[list[int]]:
        """Indices of the sentences of each batch, longest sentences first; empty sentences are in no batch.

        The largest batch comes first, so that its memory can be used again by all others. Shortest first, every batch
        needed more than any freed block, and 10,000 sentences took twice the memory.
        """
        lengths = {i: self.length(sentence) for i, sentence in enumerate(sentences) if sentence}
        rows: list[int] = []
        for i in sorted(lengths, key=lengths.__getitem__, reverse=True):
            if rows and (len(rows) == self.batch_size or (len(rows) + 1) * lengths[rows[0]] > self.batch_length):
                yield rows
                rows = []
            rows.append(i)
        if rows:
            yield rows


def _shifted(tell: OnProgress, done: int, total: int) -> OnProgress:
    """Progress within a part as progress within the whole."""
    return lambda event: tell(Progress(done + event.step, total, phase=event.phase))


UNKNOWN = "<unk>"
"""The token for every word that is not in a language model's vocabulary."""
END = "</s>"
"""The boundary of sentences in word models: the context of the first word, and predicted after the last one."""


class LanguageModel(Model):
    """A model that gives each possible next token its probability.

    A sentence begins after a boundary; the token ``END`` is the boundary that closes it. A token outside the vocabulary
    counts as ``UNKNOWN``.

    Attributes:
        unit: what a token is.
        direction: how a sentence is read. A backward model reads from the right: ``next`` predicts the token before a
            text, and ``score`` each token from those after it. A model that reads both sides fills gaps: ``next``
            fills the position after the text, and ``score`` gives each token from all the others.
        vocabulary: the V tokens that the probabilities of ``next`` belong to, in order: ``words``, then ``UNKNOWN`` and
            ``END`` (models of characters may end otherwise).
        reads_letters: whether an unknown word of the context is read letter by letter instead of as ``UNKNOWN``.
    """

    unit: Literal["word", "char", "wordpiece"]
    direction: Literal["forward", "backward", "both"] = "forward"
    vocabulary: list[str]
    reads_letters: bool = False

    @abstractmethod
    def next(self, context: Sequence[str]) -> Floats:
        """(V,) probabilities of the next token after the beginning of a sentence, which may be empty."""

    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the next token after each of B beginnings; in most models faster than B calls."""
        return np.stack([self.next(context) for context in contexts])

    @abstractmethod
    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of a sentence's tokens, each given the tokens before it."""

    def fill(self, sentence: Sequence[str], position: int) -> Floats:
        """(V,) probabilities of the token at a position of a sentence, given both sides.

        Raises:
            BadInput: the model only reads in one direction.
        """
        raise BadInput(f"{self.title} reads in one direction and cannot fill a gap; a masked model such as BERT can.")
