"""What finds names without any vectors: chance, a list of the words seen in training, and calling every word O."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedlab.analysis.entity_scores import Ids, Places, counts, f1

DRAWS = 20
"""How often tags are drawn at random; their mean F1 counts."""


def baselines(
    words: Sequence[str], tags: Ids, splits: tuple[int, int, int, int], test: Places, seed: int
) -> tuple[float, float, float]:
    """F1 by chance, F1 by looking words up, and accuracy of calling every word O.

    Args:
        words: (N,) running words.
        tags: (N,) theirs.
        splits: where train, dev and test lie.
        test: the test sentences.
        seed: of the drawing.
    """
    known, begin = tags[: splits[1]], splits[2]
    truth, often, rng = tags[begin:], np.bincount(known, minlength=int(tags.max()) + 1), np.random.default_rng(seed)
    drawn = [rng.choice(len(often), size=len(truth), p=often / often.sum()) for _ in range(DRAWS)]
    chance = np.mean([f1(counts(truth, one, test).sum(0)) for one in drawn])
    looked = f1(counts(truth, lookup(words[: splits[1]], known, words[begin:]), test).sum(0))
    return float(chance), float(looked), float((truth == 0).mean())


def lookup(known: Sequence[str], tags: Ids, asked: Sequence[str]) -> Ids:
    """(N,) the tag that each asked word had most often among known ones; O for a new word."""
    rows = {word: row for row, word in enumerate(dict.fromkeys(known))}
    table = np.zeros((len(rows) + 1, int(tags.max(initial=0)) + 1), np.int64)
    np.add.at(table, (np.array([rows[word] for word in known], np.int64), tags), 1)
    best = table.argmax(axis=1)  # of a row of zeros, the last one, it is O
    return np.asarray(best[[rows.get(word, len(rows)) for word in asked]], np.int64)
