"""Which words stand near which: windowed counts of a long text as a sparse table, in bounded memory.

The table is filled a band of rows at a time in a dense array, one sweep over the text a band, so that nothing has to
be sorted or spilled: counts of 70 million words against 10,000 context words need one 256 MB band at a time.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numba
import numpy as np
from numpy.typing import NDArray

from embedlab.base import OnProgress, Progress
from embedlab.data.vocab import EncodedCorpus

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

BAND_BYTES = 256_000_000
CHUNK = 4_000_000  # running words between two reports, about a quarter of a second


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _count(
    ids: NDArray[np.int32],
    ends: NDArray[np.int64],
    start: int,
    weights: NDArray[np.float32],
    low: int,
    band: NDArray[np.float32],
) -> None:
    """Add to ``band[w - low, c]`` the weight of every pair of a word w in the band and a context word c."""
    high, contexts, window = low + band.shape[0], band.shape[1], weights.shape[0]
    for end in ends:
        for i in range(start, end):
            word = ids[i]
            if low <= word < high:
                row = band[word - low]
                for j in range(max(start, i - window), min(end, i + window + 1)):
                    context = ids[j]
                    if j != i and context < contexts:
                        row[context] += weights[abs(i - j) - 1]
        start = end


def count(
    encoded: EncodedCorpus, weights: NDArray[np.float32], contexts: int, on_progress: OnProgress | None = None
) -> csr_matrix:
    """Count the context words around every word, within sentences.

    Args:
        encoded: the text.
        weights: (window,) what a pair at distance 1, 2, ... counts.
        contexts: only the C commonest words count as context.
        on_progress: told the running words swept (phase "counting").

    Returns:
        (V, C) sparse float32 table, row w and column c: how often c stood near w.
    """
    from scipy.sparse import csr_matrix, vstack

    v, c = len(encoded.vocabulary), min(contexts, len(encoded.vocabulary))
    height = max(1, min(v, BAND_BYTES // (4 * c)))
    lows = range(0, v, height)
    total, bands = len(lows) * len(encoded.ids), []
    for number, low in enumerate(lows):
        band = np.zeros((min(height, v - low), c), np.float32)  # (rows of the band, C)
        for first, last in _chunks(encoded.ends):
            start = int(encoded.ends[first - 1]) if first else 0
            _count(encoded.ids, encoded.ends[first:last], start, weights, low, band)
            if on_progress:
                done = number * len(encoded.ids) + int(encoded.ends[last - 1])
                on_progress(Progress(done, total, phase="counting"))
        bands.append(csr_matrix(band))
    return vstack(bands, format="csr", dtype=np.float32)


def _chunks(ends: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Pieces of whole sentences, about ``CHUNK`` running words each: first and last sentence number."""
    cuts = np.searchsorted(ends, np.arange(CHUNK, int(ends[-1]), CHUNK), side="right")
    edges = np.unique(np.concatenate([[0], cuts, [len(ends)]])).tolist()
    return list(pairwise(edges))
