"""How well similarities agree with people's judgements of word pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedlab.base import BadInput, StaticModel
from embedlab.data.benchmarks import similarity_set


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
