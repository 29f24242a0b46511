"""LSA's sparse table of words by context words, and its weights: pointwise mutual information or tf-idf.

The counts are the co-occurrences that GloVe counts, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embedlab.base import OnProgress, Progress
from embedlab.data.vocab import EncodedCorpus
from embedlab.models.glove import cooccurrence
from embedlab.parallel import shards
from embedlab.parallel.shards import Pool

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

ROWS = 500  # of the triangle, read at a time


def count(
    encoded: EncodedCorpus,
    weighting: cooccurrence.Weighting,
    contexts: int,
    *,
    workers: int = 1,
    on_progress: OnProgress | None = None,
    pool: Pool | None = None,
) -> csr_matrix:
    """Count the context words around every word, within sentences, to both sides.

    Args:
        encoded: the text.
        weighting: window and weights; symmetric.
        contexts: only the C commonest words count as context.
        workers: threads that count.
        on_progress: told the running words counted (phase "counting").
        pool: processes that count shards of the text.

    Returns:
        (V, C) sparse float32 table, row w and column c: how often c stood near w.
    """
    from scipy.sparse import csr_matrix, triu

    c = min(contexts, len(encoded.vocabulary))
    with shards.folder(pool) as folder:
        counts = cooccurrence.count_in_shards(
            encoded, weighting, folder, pool, workers=workers, on_progress=on_progress
        )
        upper = csr_matrix(_rows(counts, c), shape=(c, counts.size))  # (C, V), entries with column >= row
    table = upper.T.tocsr()  # (V, C): every pair but those of a context word with a later one
    mirrored = triu(upper[:, :c], k=1, format="csr")
    mirrored.resize(table.shape)
    return (table + mirrored).astype(np.float32)


def _rows(
    counts: cooccurrence.Cooccurrences, rows: int
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """Values, columns and pointers of the first rows of a triangle."""
    values, columns, lengths = [], [], [np.zeros(1, np.int64)]
    for low in range(0, rows, ROWS):
        pointers, pairs = counts.rows(low, min(low + ROWS, rows))
        columns.append(pairs["column"].astype(np.int32))
        values.append(pairs["sum"].astype(np.float32))
        lengths.append(np.diff(pointers))
    return np.concatenate(values), np.concatenate(columns), np.cumsum(np.concatenate(lengths))


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
