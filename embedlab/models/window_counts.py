"""Words by context words as a sparse table for LSA, from the co-occurrences that GloVe counts too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embedlab import pieces
from embedlab.base import OnProgress
from embedlab.data.vocab import EncodedCorpus
from embedlab.models import cooccurrence, cooccurrence_shards
from embedlab.pieces import Pool

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
    with pieces.folder(pool) as folder:
        counts = cooccurrence_shards.count(encoded, weighting, folder, pool, workers=workers, on_progress=on_progress)
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
