"""Benchmarks of a model: Google's analogies, word similarity judgements, the rank of queen, language model figures.

A language model is measured on a text: perplexity in each direction, or how often it fills a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from embedlab.analysis.analogies import scores, solve
from embedlab.analysis.google_analogies import Category, GoogleResult, google_analogies
from embedlab.analysis.masked import MaskedAccuracy, masked_accuracy
from embedlab.analysis.model_text import beginning, counted, tokenizer, word_count
from embedlab.base import END, BadInput, LanguageModel, OnProgress, Progress, StaticModel, UnknownWord
from embedlab.data.benchmarks import SIMILARITY_SETS, similarity_set


@dataclass(frozen=True)
class SimilarityResult:
    """Agreement with one set of judged word pairs.

    Attributes:
        name: key of the set, such as "wordsim353".
        title: its name for people.
        spearman: rank correlation of the cosine similarities with the judgements, -1 to 1; 0 for a model to which
            all pairs are equally similar.
        covered: share of the pairs whose two words are in the vocabulary, 0 to 1.
        pairs: how many pairs that are.
        skipped: how many are left out.
    """

    name: str
    title: str
    spearman: float
    covered: float
    pairs: int
    skipped: int


def word_similarity(model: StaticModel, name: str = "wordsim353") -> SimilarityResult:
    """Spearman's rank correlation between a model's similarities and people's, as in gensim's evaluate_word_pairs.

    Case is ignored (of several spellings the commonest is taken); pairs with an unknown word are left out.

    Args:
        model: any static model; vectors that it could compose for unknown words are not used.
        name: "wordsim353" or "simlex999".

    Raises:
        BadInput: there is no such set, or the model knows fewer than three of its pairs.
    """
    from scipy.stats import spearmanr

    wanted = similarity_set(name)
    rows: dict[str, int] = {}
    for row, word in enumerate(model.words):
        rows.setdefault(word.upper(), row)
    known = [(a, b, score) for a, b, score in wanted.pairs if a.upper() in rows and b.upper() in rows]
    if len(known) < 3:
        raise BadInput(
            f"The vocabulary of {model.title} has both words of only {len(known)} of the {len(wanted.pairs)} pairs "
            f"of {wanted.title}; a rank correlation needs at least three."
        )
    first = model.unit_matrix[[rows[a.upper()] for a, _, _ in known]]  # (P, D)
    second = model.unit_matrix[[rows[b.upper()] for _, b, _ in known]]  # (P, D)
    cosines = np.einsum("pd,pd->p", first, second)  # (P,)
    judged = np.array([score for _, _, score in known])
    constant = np.ptp(cosines) == 0 or np.ptp(judged) == 0
    spearman = 0.0 if constant else float(spearmanr(judged, cosines).statistic)
    pairs, every = len(known), len(wanted.pairs)
    return SimilarityResult(name, wanted.title, spearman, pairs / every, pairs, every - pairs)


__all__ = [
    "Category", "Evaluation", "GoogleResult", "QueenRank", "SimilarityResult", "evaluate", "google_analogies",
    "queen_rank", "word_similarity",
]  # fmt: skip


@dataclass(frozen=True)
class QueenRank:
    """Where "queen" stands among the answers to king - man + woman (3CosAdd).

    Attributes:
        rank: its position in the ranking, from 1, when the question's own words are left out.
        top: the first five answers without the question's own words.
        top_with_inputs: the first five with them.
        rank_with_inputs: the same with them.
    """

    rank: int
    top: tuple[str, ...]
    top_with_inputs: tuple[str, ...]
    rank_with_inputs: int


@dataclass(frozen=True)
class Evaluation:
    """All benchmark figures of one model.

    Attributes:
        model: its title.
        words: size of its vocabulary.
        dim: width of its vectors.
        google: the analogy benchmark.
        similarity: one result a set of judged pairs; sets of which the model knows fewer than three pairs are absent.
        queen: the ranking of king - man + woman; ``None`` if the model lacks one of the words.
    """

    model: str
    words: int
    dim: int
    google: GoogleResult
    similarity: tuple[SimilarityResult, ...]
    queen: QueenRank | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        google = {name: getattr(self.google, name) for name in ("total", "semantic", "syntactic", "asked", "skipped")}
        categories = [asdict(item) | {"accuracy": item.accuracy} for item in self.google.by_category]
        settings = {name: getattr(self.google, name) for name in ("restrict", "method", "exclude_inputs")}
        return {
            "model": self.model,
            "words": self.words,
            "dim": self.dim,
            "google": {**google, **settings, "by_category": categories},
            "similarity": {item.name: asdict(item) for item in self.similarity},
            "queen": None if self.queen is None else asdict(self.queen),
        }


def evaluate(model: StaticModel, on_progress: OnProgress | None = None, *, restrict: int = 30_000) -> Evaluation:
    """Measure a model on everything.

    Args:
        model: any static model.
        on_progress: told how many analogy questions are done (by far the longest part).
        restrict: how many of the commonest words take part in the analogies.

    Raises:
        BadInput: the benchmark files cannot be read.
    """
    google = google_analogies(model, restrict, on_progress)
    similarity = []
    for name in SIMILARITY_SETS:
        similarity_set(name)  # an unreadable file is an error; a model that knows too few of its pairs is not
        with suppress(BadInput):
            similarity.append(word_similarity(model, name))
    try:
        queen = queen_rank(model)
    except (UnknownWord, BadInput):
        queen = None
    return Evaluation(model.title, len(model), model.dim, google, tuple(similarity), queen)


def queen_rank(model: StaticModel) -> QueenRank:
    """Where queen ranks for king - man + woman, among the whole vocabulary.

    Raises:
        UnknownWord: one of the four words is not in the vocabulary.
    """
    if "queen" not in model:
        raise UnknownWord("queen", model.title)
    values = scores(model, ["king", "woman"], ["man"])  # (V,)
    answer = solve(model, ["king", "woman"], ["man"], k=5)
    queen = model.positions["queen"]
    better = np.flatnonzero(values > values[queen])
    inputs = {model.positions[word] for word in answer.inputs if word in model}
    own = sum(int(row) in inputs for row in better)
    return QueenRank(len(better) - own + 1, tuple(answer.words), tuple(answer.all_words), len(better) + 1)


@dataclass(frozen=True)
class DirectionScore:
    """What a model says of a text, read in one direction, sentence by sentence.

    Attributes:
        direction: "forward" or "backward".
        tokens: how many it predicted: words or characters, and an end for every sentence.
        unknown: how many of them it does not have.
        words: words, and an end for every sentence: its own tokens without punctuation marks; for a model of characters
            the words that the usual tokenizer finds.
        bits: of all tokens together.
        word_bits: of these words and ends, without punctuation marks (see ``model_text.counted``).
        word_unknown: how many unknown tokens are in them.
    """

    direction: Literal["forward", "backward"]
    tokens: int
    unknown: int
    words: int
    bits: float
    word_bits: float
    word_unknown: int

    @property
    def perplexity(self) -> float:
        """Per word, 2^(word_bits / words), whatever the unit: unknown words are predicted as the one unknown word."""
        return float(np.exp2(self.word_bits / self.words))

    @property
    def bits_per_token(self) -> float:
        """Per character for a model of characters."""
        return self.bits / self.tokens


@dataclass(frozen=True)
class LanguageEvaluation:
    """All figures of a language model on a text.

    Attributes:
        model: its title.
        unit: what a token is.
        sentences: how many were read.
        scores: one a direction that it reads; none for a model that fills gaps.
        masked: how often it fills a gap right; ``None`` for a model that does not.
    """

    model: str
    unit: str
    sentences: int
    scores: tuple[DirectionScore, ...]
    masked: MaskedAccuracy | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        scores = [
            asdict(one) | {"perplexity": one.perplexity, "bits_per_token": one.bits_per_token} for one in self.scores
        ]
        masked = None if self.masked is None else asdict(self.masked)
        return {
            "model": self.model, "unit": self.unit, "sentences": self.sentences, "scores": scores, "masked": masked,
        }  # fmt: skip


def evaluate_language(
    model: LanguageModel, sentences: Sequence[str], on_progress: OnProgress | None = None
) -> LanguageEvaluation:
    """Measure a language model on sentences, each read by itself.

    Args:
        model: any; one that offers ``forward`` and ``backward`` models is measured in both directions.
        sentences: as they were written; those without a word are left out.
        on_progress: told after every sentence.

    Raises:
        BadInput: there is no sentence.
    """
    kept = [sentence for sentence in sentences if any(map(str.isalnum, sentence))]
    if not kept:
        raise BadInput("There is no sentence to measure on.")
    if model.direction == "both":
        cut = tokenizer(model)
        masked = masked_accuracy(model, [cut.words(sentence) for sentence in kept], on_progress=on_progress)
        return LanguageEvaluation(model.title, model.unit, len(kept), (), masked)
    models = [getattr(model, "forward", model), getattr(model, "backward", None)]
    scores = tuple(_score(one, kept, on_progress) for one in models if isinstance(one, LanguageModel))
    return LanguageEvaluation(model.title, model.unit, len(kept), scores)


def _score(model: LanguageModel, sentences: Sequence[str], on_progress: OnProgress | None) -> DirectionScore:
    known, backward = {*model.vocabulary, END}, model.direction == "backward"
    bits, word_bits, tokens, unknown, word_unknown, words = 0.0, 0.0, 0, 0, 0, 0
    for number, sentence in enumerate(sentences):
        read = [token for token in beginning(model, sentence) if token != END]
        whole = [END, *read] if backward else [*read, END]
        scores, spoken = model.score(whole).astype(np.float64), np.array(counted(model, whole))  # (T,)
        lacking = np.array([token not in known for token in whole])  # (T,)
        bits -= float(scores.sum()) / np.log(2)
        word_bits -= float(scores[spoken].sum()) / np.log(2)
        tokens += len(scores)
        unknown += int(lacking.sum())
        word_unknown += int((lacking & spoken).sum())
        words += word_count(sentence) if model.unit == "char" else int(spoken.sum())
        if on_progress is not None:
            phase = "backward" if backward else "forward"
            on_progress(Progress(number + 1, len(sentences), phase=phase, unit="sentences"))
    direction: Literal["forward", "backward"] = "backward" if backward else "forward"
    return DirectionScore(direction, tokens, unknown, words, bits, word_bits, word_unknown)
