"""What turns raw counts into a table worth factorising: pointwise mutual information, and tf-idf."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedlab.base import OnProgress, Progress
from embedlab.data.vocab import EncodedCorpus

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SLICE = 1000  # rows weighted at a time
CHUNK = 20_000  # documents counted between two reports


def ppmi(counts: csr_matrix, smoothing: float = 0.75, shift: float = 1.0) -> csr_matrix:
    """Positive pointwise mutual information, max(0, log(P(w, c) / (P(w) P_a(c))) - log k).

    Levy, Goldberg & Dagan 2015, equations 2, 3 and 6: P_a(c) is proportional to the context's count to the power a.

    Args:
        counts: (V, C) sparse, how often word w had context c; its values are overwritten.
        smoothing: a.
        shift: k.

    Returns:
        (V, C) sparse float32; only positive values are stored.
    """
    words = np.asarray(counts.sum(axis=1), np.float64).ravel()  # (V,)
    contexts = np.asarray(counts.sum(axis=0), np.float64).ravel()  # (C,)
    seen = contexts > 0
    contexts[seen] **= smoothing
    contexts[seen] /= contexts[seen].sum()
    log_contexts = np.log(contexts, out=np.zeros_like(contexts), where=seen)
    log_words = np.log(words, out=np.zeros_like(words), where=words > 0) + np.log(shift)
    starts = counts.indptr
    for low in range(0, counts.shape[0], SLICE):
        high = min(low + SLICE, counts.shape[0])
        a, b = starts[low], starts[high]
        of_word = np.repeat(log_words[low:high], np.diff(starts[low : high + 1]))
        information = np.log(counts.data[a:b].astype(np.float64)) - of_word - log_contexts[counts.indices[a:b]]
        counts.data[a:b] = np.maximum(information, 0)
    counts.eliminate_zeros()
    return counts


def documents(encoded: EncodedCorpus, sentences: int, on_progress: OnProgress | None = None) -> csr_matrix:
    """How often each word occurs in each document.

    Args:
        encoded: the text.
        sentences: so many successive sentences make a document.
        on_progress: told the running words counted (phase "counting").

    Returns:
        (documents, V) sparse float32.
    """
    from scipy.sparse import csr_matrix, vstack

    cuts = encoded.ends[sentences - 1 :: sentences]
    edges = np.unique(np.concatenate([[0], cuts, [len(encoded.ids)]]))  # where documents begin and end
    parts = []
    for first in range(0, len(edges) - 1, CHUNK):
        bounds = edges[first : first + CHUNK + 1]
        ids = np.array(encoded.ids[bounds[0] : bounds[-1]])
        ones = np.ones(len(ids), np.float32)
        part = csr_matrix((ones, ids, bounds - bounds[0]), shape=(len(bounds) - 1, len(encoded.vocabulary)))
        part.sum_duplicates()
        parts.append(part)
        if on_progress:
            on_progress(Progress(int(bounds[-1]), len(encoded.ids), phase="counting"))
    return vstack(parts, format="csr", dtype=np.float32)


def tfidf(counts: csr_matrix) -> csr_matrix:
    """(documents, V) scikit-learn's tf-idf: (1 + log tf) * (1 + log((1 + n) / (1 + df))), documents at length 1."""
    from sklearn.feature_extraction.text import TfidfTransformer

    return TfidfTransformer(sublinear_tf=True).fit_transform(counts)
