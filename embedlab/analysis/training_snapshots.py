"""How the neighborhoods of a few words move while a model learns: one moment an epoch, drawn in a steady plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.neighbors import nearest_many
from embedlab.base import Doubles, StaticModel, typed_json


@dataclass(frozen=True, eq=False)
class Moment:
    """The watched words and their neighbors at the end of an epoch.

    Attributes:
        epoch: finished passes over the text.
        watched: the M watched words that the model knows.
        neighbors: for each of them, its k nearest words with their cosine similarities, nearest first.
        words: the N words that are drawn: the watched ones, then their neighbors, none twice.
        points: (N, 2) where they lie; turned and shifted to lie as near to the moment before as can be.
    """

    epoch: int
    watched: tuple[str, ...]
    neighbors: tuple[tuple[tuple[str, float], ...], ...]
    words: tuple[str, ...]
    points: Doubles

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "epoch": self.epoch,
            "watched": list(self.watched),
            "neighbors": [[[word, round(value, 4)] for word, value in row] for row in self.neighbors],
            "words": list(self.words),
            "points": np.round(self.points, 4).tolist(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Moment:
        """The inverse of ``to_dict``.

        Raises:
            TypeError, ValueError: the values are damaged.
        """
        plain = typed_json.made(_Plain, values)
        result = cls(
            plain.epoch, plain.watched, plain.neighbors, plain.words, np.array(plain.points, float).reshape(-1, 2)
        )
        named = {*result.watched, *(word for row in result.neighbors for word, _ in row)}
        whole = len(result.watched) == len(result.neighbors) and len(result.words) == len(result.points) == len(named)
        if not (whole and named == set(result.words) and np.isfinite(result.points).all() and result.epoch >= 0):
            raise ValueError("its parts do not fit together")
        return result


class _Plain(NamedTuple):
    """A moment as it lies in a file."""

    epoch: int
    watched: tuple[str, ...]
    neighbors: tuple[tuple[tuple[str, float], ...], ...]
    words: tuple[str, ...]
    points: tuple[tuple[float, float], ...]


def moment(
    model: StaticModel, watched: Sequence[str], epoch: int = 0, before: Moment | None = None, k: int = 6
) -> Moment:
    """Look at a model that is being trained.

    The unit vectors of the watched words and their neighbors are put on the plane of their two largest principal
    components. That plane is arbitrary up to turning and mirroring, so the picture is laid over the one before by
    the orthogonal Procrustes solution (Schönemann 1966, https://doi.org/10.1007/BF02289451) for the words in both.

    Args:
        model: a snapshot.
        watched: words to look at, folded as the text was; those that the model does not know are passed over.
        epoch: for the record.
        before: the moment of the epoch before.
        k: neighbors of each word.
    """
    lookups = dict.fromkeys(model.look_up(word) for word in watched)
    known = tuple(dict.fromkeys(one.word for one in lookups if one.known and model.vector(one.word).any()))
    found = nearest_many(model, known, k) if known else []
    neighbors = tuple(tuple(zip(near.words, near.similarities.tolist(), strict=True)) for near in found)
    words = tuple(dict.fromkeys([*known, *(word for row in neighbors for word, _ in row)]))
    if not words:
        return Moment(epoch, (), (), (), np.zeros((0, 2)))
    vectors = model.unit_matrix[[model.positions[word] for word in words]]  # (N, D)
    points = plane(vectors)
    if before is not None:
        points = laid_over(points, words, before)
    return Moment(epoch, known, neighbors, words, points)


def plane(vectors: NDArray[np.floating]) -> Doubles:
    """(N, D) vectors on the plane of their first two principal components, (N, 2); missing components are zero."""
    from sklearn.decomposition import PCA

    size = min(2, *vectors.shape)
    points = PCA(size, svd_solver="full").fit_transform(vectors.astype(float)) if len(vectors) > 1 else vectors[:, :0]
    return np.pad(points, ((0, 0), (0, 2 - points.shape[1])))


def laid_over(points: Doubles, words: Sequence[str], before: Moment) -> Doubles:
    """(N, 2) the points turned, mirrored and shifted so that the words drawn before lie as near to there as can be.

    Orthogonal Procrustes analysis: Schoenemann 1966, https://doi.org/10.1007/BF02289451.

    Args:
        points: (N, 2).
        words: the N words.
        before: the moment before, with its words and points.
    """
    from scipy.linalg import orthogonal_procrustes

    rows = {word: i for i, word in enumerate(before.words)}
    here = [i for i, word in enumerate(words) if word in rows]
    if not here:
        return points
    then = before.points[[rows[words[i]] for i in here]]  # (C, 2)
    now = points[here]  # (C, 2)
    turn, _ = orthogonal_procrustes(now - now.mean(axis=0), then - then.mean(axis=0))
    moved: Doubles = (points - now.mean(axis=0)) @ turn + then.mean(axis=0)
    return moved


def telling_words(model: StaticModel, count: int = 4) -> list[str]:
    """Common words that are likely to mean something, for when nobody says which to watch.

    The commonest fiftieth of the vocabulary (articles, prepositions), short words and numbers are passed over.
    """
    first = min(100, len(model) // 50)
    telling = [word for word in model.words[first:] if len(word) >= 4 and word.isalpha()]
    return (telling or model.words)[:count]
