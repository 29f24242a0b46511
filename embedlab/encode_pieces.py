"""A corpus encoded by several processes: each reads batches of sentences and leaves their vectors in a file.

The pieces are cut between the batches that one process would make, so that every sentence is read beside the same
others and, with the same number of threads, comes out with the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from embedlab import disk, pieces, registry, storage
from embedlab.base import ContextualModel, Floats, OnProgress, Progress
from embedlab.lifted import as_contextual
from embedlab.pieces import Pool

FEWEST = 2_000
"""Words that are worth a process's while."""
EACH = 4
"""Pieces for each process, so that one that dies costs little."""


@dataclass(frozen=True)
class Piece:
    """Sentences that one process reads.

    Attributes:
        model: folder of the model.
        layers: those that are wanted.
        sentences: words.
        rows: the sentences' places in the corpus.
        out: the file that takes their vectors.
    """

    model: Path
    layers: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]
    out: Path

    @property
    def words(self) -> int:
        """Running words."""
        return sum(map(len, self.sentences))


def encode(
    model: ContextualModel,
    folder: Path,
    sentences: Sequence[Sequence[str]],
    layers: Sequence[str],
    pool: Pool,
    on_progress: OnProgress | None = None,
) -> list[Floats]:
    """What ``model.encode`` gives, by several processes.

    Args:
        model: the model; one that carries states from call to call is asked in this process.
        folder: where it lies; all processes must see it.
        sentences: words.
        layers: those that are wanted.
        pool: the processes.
        on_progress: told the words that were read (phase "encoding").

    Raises:
        BadInput: no such layer.
        EmbedLabError: the processes died again and again.
    """
    if not model.repeatable:
        return model.encode(sentences, layers, on_progress)
    found: dict[int, Floats] = {}
    done, total = 0, sum(map(len, sentences))
    with pieces.folder(pool) as scratch:
        cut = list(
            _cut(model, folder.absolute(), sentences, layers, max(FEWEST, total // (EACH * pool.workers)), scratch)
        )
        for piece in pool.done(encode_piece, cut):
            tensors = storage.read_tensors(piece.out)
            found |= {row: tensors[str(row)] for row in piece.rows}
            piece.out.unlink()
            done += piece.words
            if on_progress:
                on_progress(Progress(done, total, phase="encoding"))
    empty = iter(model.encode([words for words in sentences if not words], layers))
    return [found[row] if words else next(empty) for row, words in enumerate(sentences)]


def encode_piece(piece: Piece) -> None:
    """Read a piece's sentences, and leave the vectors in its file."""
    from safetensors.numpy import save_file

    model = _model(piece.model, storage.stamp(piece.model))
    vectors = model.encode(piece.sentences, piece.layers)
    with disk.writing(piece.out), storage.atomic_file(piece.out) as scratch:
        save_file({str(row): one for row, one in zip(piece.rows, vectors, strict=True)}, scratch)


def _cut(
    model: ContextualModel,
    folder: Path,
    sentences: Sequence[Sequence[str]],
    layers: Sequence[str],
    most: int,
    scratch: Path,
) -> Iterator[Piece]:
    """The batches that the model would make, as many in a piece as have about so many words."""
    rows: list[int] = []
    for batch in [*model.batches(sentences), []]:
        if rows and (not batch or sum(len(sentences[row]) for row in rows) >= most):
            kept = tuple(tuple(sentences[row]) for row in rows)
            yield Piece(folder, tuple(layers), kept, tuple(rows), scratch / f"{rows[0]}.safetensors")
            rows = []
        rows += batch


@lru_cache(1)
def _model(folder: Path, stamp: int) -> ContextualModel:
    """The model that this process read last; it stays until another is asked for, or the folder changes."""
    return as_contextual(registry.load_model(folder))
