"""What a BERT is asked beside its vectors: gaps, scores, whether sentences follow each other, attention."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from embedlab.base import BadInput, Floats, LanguageModel, Pieces
from embedlab.models import bert_network, bert_reading
from embedlab.models.bert_pieces import Spelled, Speller

AT_ONCE = 64
"""Hidden places that are scored together: each has a score for every piece of the vocabulary."""


class BertQuestions(LanguageModel):
    """A language model over wordpieces that reads both sides.

    Attributes:
        network: a class of transformers, made ``ready``.
        speller: cuts words into pieces.
        limit: pieces it reads at once, the marks at both ends included.
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
        """The piece that stands in the place of a hidden word."""
        return self.speller.marks.mask

    def fill(self, sentence: Sequence[str], position: int) -> Floats:
        """(V,) probabilities of what piece stands at a position of a sentence of words or pieces, given both sides.

        The word there counts as hidden, all its pieces as one place.

        Raises:
            BadInput: no such position, or the network has no head for hidden words.
        """
        text, place = self._hidden(sentence, position)
        found: Floats = np.exp(self._in_gaps([text], [place])[0])
        return found

    def fill_by_layer(self, sentence: Sequence[str], position: int) -> Floats:
        """(L, V): ``fill``, if the head read each layer instead of the top one. The last row is ``fill``.

        The head never saw a lower layer while it learned; that it can read them at all is due to the residual
        connections, by which every block only adds to what stands there (the "logit lens" of nostalgebraist 2020).

        Raises:
            BadInput: as ``fill``.
        """
        top = self.fill(sentence, position)
        lower = bert_reading.in_gap_below(self.network, self.speller, self.limit, *self._hidden(sentence, position))
        return np.concatenate([np.exp(lower), top[None]])

    def next(self, context: Sequence[str]) -> Floats:
        """(V,) probabilities of the piece in a gap after a text, which ends there."""
        row: Floats = self.next_many([context])[0]
        return row

    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) the same for several texts."""
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
            places = range(at, min(at + AT_ONCE, len(spelled.ids)))
            found = self._in_gaps([spelled.ids] * len(places), places)  # (P, V)
            np.add.at(total, spelled.words[places], found[np.arange(len(places)), spelled.ids[places]])
        return total

    def next_sentence(self, first: Sequence[str], second: Sequence[str]) -> float:
        """Probability that the second sentence follows the first; of long ones what lies next to the seam is read.

        Raises:
            BadInput: a sentence is empty, or the network has no head for next sentences.
        """
        if not self.has_next_sentence_head:
            raise BadInput(f"{self.title} was not taught whether sentences follow each other. Choose a model that was.")
        if not first or not second:
            raise BadInput("Give two sentences, each with a word at least.")
        return bert_reading.follows(self.network, self.speller, self.limit, *self.speller([first, second]))

    def pieces(self, sentence: Sequence[str]) -> Pieces:
        """The sentence as the network reads it, with marks: the places of ``attention``."""
        spelled = self.speller([sentence])[0] if sentence else Spelled(np.zeros(0, np.int64), np.zeros(0, np.int64))
        inner = (self.vocabulary[i] for i in spelled.ids)
        marks = self.speller.marks
        return Pieces((marks.begin, *inner, marks.end), (None, *spelled.words.tolist(), None))

    @torch.inference_mode()
    def attention(self, sentence: Sequence[str]) -> Floats:
        """(L, H, T, T): in each block and head, how much each piece (row) looks at each (column); rows sum to 1.

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
        """The pieces of a sentence with one word hidden, and the place of the gap among them."""
        if not 0 <= position < len(sentence):
            raise BadInput(f"The sentence has {len(sentence)} words; there is no position {position}.")
        spelled = self.speller.tokens([*sentence[:position], self.mask, *sentence[position + 1 :]])
        return spelled.ids, int(np.searchsorted(spelled.words, position))

    def _in_gaps(self, texts: Sequence[NDArray[np.int64]], places: Sequence[int]) -> Floats:
        if not self.has_masked_head:
            raise BadInput(
                f"{self.title} was published without a head for hidden words, so it can neither fill gaps nor score "
                "texts; its vectors and its attention are there."
            )
        return bert_reading.in_gaps(self.network, self.speller, self.limit, texts, places)
