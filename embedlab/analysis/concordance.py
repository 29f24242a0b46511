"""The sentences of a text in which words occur, one by one and together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from embedlab.base import BadInput
from embedlab.base.folding import caseless


@dataclass(frozen=True)
class Concordance:
    """Where two words occur in a text.

    Attributes:
        words: the two words.
        together: the first sentences that hold both.
        apart: for each word, the first sentences that hold it without the other.
        counts: sentences read that hold the first word, the second, both.
        read: sentences read.
        complete: whether the whole text was read.
    """

    words: tuple[str, str]
    together: tuple[tuple[str, ...], ...]
    apart: tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]
    counts: tuple[int, int, int]
    read: int
    complete: bool


def concordance(
    sentences: Iterable[Sequence[str]], first: str, second: str, *, most: int = 10, limit: int = 200_000
) -> Concordance:
    """Read a text and keep the sentences that hold one or both of two words; case is ignored.

    Similar words need not stand in the same sentence: they stand in the same *kind* of sentence (Harris 1954,
    "Distributional Structure"), which is why the sentences of each alone are kept too.

    Args:
        sentences: lists of words, such as a ``Corpus``.
        first: a word.
        second: another.
        most: how many sentences of each sort are kept.
        limit: sentences after which reading stops.

    Raises:
        BadInput: a word is empty, both are the same, or a limit is below 1.
    """
    wanted = caseless(first), caseless(second)
    if not all(wanted) or wanted[0] == wanted[1]:
        raise BadInput("Give two different words to look for.")
    if most < 1 or limit < 1:
        raise BadInput("Keep and read at least one sentence.")
    kept: tuple[list[tuple[str, ...]], ...] = ([], [], [])  # with the first only, the second only, both
    seen, read, complete = [0, 0, 0], 0, True
    for sentence in sentences:
        if read == limit:
            complete = False
            break
        read += 1
        folded = set(map(caseless, sentence))
        has = wanted[0] in folded, wanted[1] in folded
        if not any(has):
            continue
        for i in range(2):
            seen[i] += has[i]
        seen[2] += all(has)
        position = 2 if all(has) else has.index(True)
        if len(kept[position]) < most:
            kept[position].append(tuple(sentence))
    return Concordance(
        (first, second), tuple(kept[2]), (tuple(kept[0]), tuple(kept[1])), (seen[0], seen[1], seen[2]), read, complete
    )
