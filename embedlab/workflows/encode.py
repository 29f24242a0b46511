"""Encode a text file into a file of vectors (``python -m embedlab encode``), by one or several processes.

With several, each reads whole batches, cut exactly as one process would cut them. So every sentence is read beside the
same others and, with the same number of threads, gets the same bits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from embedlab import registry
from embedlab.base import BadInput, ContextualModel, Floats, OnProgress, Progress, files, model_folder
from embedlab.base.static_as_contextual import as_contextual
from embedlab.data.corpus import Corpus
from embedlab.data.tokenizer import TextOptions
from embedlab.parallel import shards
from embedlab.parallel.shards import Pool

FEWEST = 2_000
"""Least words for which a process is worth its start."""
EACH = 4
"""Shards for each process, so that little is lost if one dies."""


@dataclass(frozen=True)
class Shard:
    """Sentences for one process.

    Attributes:
        model: folder of the model.
        layers: names of the wanted layers.
        sentences: lists of words.
        rows: numbers of the sentences in the corpus.
        out: the file for their vectors.
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
    """Encode sentences as ``model.encode`` does, in several processes.

    Args:
        model: the model; one that carries states from call to call runs in this process instead.
        folder: its folder, which all processes must see.
        sentences: words.
        layers: those that are wanted.
        pool: the processes.
        on_progress: called with the words that were read (phase "encoding").

    Raises:
        BadInput: no such layer.
        EmbedLabError: the processes died again and again.
    """
    if not model.repeatable:
        return model.encode(sentences, layers, on_progress)
    found: dict[int, Floats] = {}
    done, total = 0, sum(map(len, sentences))
    with shards.folder(pool) as scratch:
        cut = list(
            _cut(model, folder.absolute(), sentences, layers, max(FEWEST, total // (EACH * pool.workers)), scratch)
        )
        for shard in pool.done(encode_shard, cut):
            tensors = model_folder.read_tensors(shard.out)
            found |= {row: tensors[str(row)] for row in shard.rows}
            shard.out.unlink()
            done += shard.words
            if on_progress:
                on_progress(Progress(done, total, phase="encoding"))
    empty = iter(model.encode([words for words in sentences if not words], layers))
    return [found[row] if words else next(empty) for row, words in enumerate(sentences)]


def encode_shard(shard: Shard) -> None:
    """Encode the sentences of a shard, and write the vectors into its file."""
    from safetensors.numpy import save_file

    model = _model(shard.model, model_folder.stamp(shard.model))
    vectors = model.encode(shard.sentences, shard.layers)
    with files.writing(shard.out), files.atomic_file(shard.out) as scratch:
        save_file({str(row): one for row, one in zip(shard.rows, vectors, strict=True)}, scratch)


def _cut(
    model: ContextualModel,
    folder: Path,
    sentences: Sequence[Sequence[str]],
    layers: Sequence[str],
    most: int,
    scratch: Path,
) -> Iterator[Shard]:
    """Put the model's own batches into shards of about the same number of words."""
    rows: list[int] = []
    for batch in [*model.batches(sentences), []]:
        if rows and (not batch or sum(len(sentences[row]) for row in rows) >= most):
            kept = tuple(tuple(sentences[row]) for row in rows)
            yield Shard(folder, tuple(layers), kept, tuple(rows), scratch / f"{rows[0]}.safetensors")
            rows = []
        rows += batch


@lru_cache(1)
def _model(folder: Path, stamp: int) -> ContextualModel:
    """Load a model, or use the one that this process loaded last if it is the same and has not changed."""
    return as_contextual(registry.load_model(folder))


SUFFIXES = (".safetensors", ".jsonl")
AS_WRITTEN = TextOptions(lowercase=False, punctuation=True, possessives=False)


def encode_file(
    key: str,
    source: Path,
    out: Path,
    layers: Sequence[str] | None = None,
    on_progress: OnProgress | None = None,
    *,
    tokenized: bool = False,
    column: str | None = None,
    pool: Pool | None = None,
    overwrite: bool = False,
    encoding: str | None = None,
    told: Callable[[Corpus], object] | None = None,
) -> tuple[int, int]:
    """Write the vectors of every word of a text.

    ``.safetensors``: tensors ``0``, ``1``, …, (L, T, D) each, float32; the metadata hold ``layers`` and ``sentences``
    (their words) as JSON. ``.jsonl``: a line a sentence with ``words``, ``layers`` and ``vectors`` (L x T x D). T is 0
    for a sentence without words.

    Args:
        key: a model's key or folder; a static model has one layer.
        source: the text.
        out: file to write, atomically.
        layers: those that are wanted; ``None`` for all.
        on_progress: told in words.
        tokenized: every line is a sentence, an empty one too, and its words stand between spaces or tabs; else
            sentences and words are found.
        column: column of a table or field of JSON; ``None`` for the one with the most text.
        pool: processes that share the work; ``None`` for this one.
        overwrite: whether a file that lies at ``out`` may be replaced.
        encoding: of the text; ``None`` to detect it.
        told: gets the text when it has been read, to say how it was decoded.

    Returns:
        How many sentences and words were written.

    Raises:
        BadInput: something lies at ``out``, or its name ends in something else; the text cannot be read, or there is no
            such layer.
        BadModel: no such model, or the disk is full or read-only.
        EmbedLabError: processes of the pool died again and again.
    """
    if out.suffix not in SUFFIXES:
        raise BadInput(f"The output must be a file ending in {' or '.join(SUFFIXES)}, not '{out.name}'.")
    files.check_target_file(out, overwrite=overwrite)
    if out.exists() and source.exists() and out.samefile(source):
        raise BadInput(f"{out} is the text itself. Give another name.")
    model = as_contextual(registry.load_model(key))
    names = list(layers or model.layers)
    model.layer_numbers(names)
    corpus = Corpus.from_file(source, column=column, encoding=encoding, options=AS_WRITTEN, tokenized=tokenized)
    sentences = list(corpus)
    if told:
        told(corpus)
    if pool:
        vectors = encode(model, registry.folder_of(key), sentences, names, pool, on_progress)
    else:
        vectors = model.encode(sentences, names, on_progress)
    write = _write_tensors if out.suffix == ".safetensors" else _write_lines
    with files.writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with files.atomic_file(out) as made:
            write(made, names, sentences, vectors)
            made.chmod(0o644)
    return len(sentences), sum(map(len, sentences))


def _write_tensors(path: Path, layers: list[str], sentences: list[list[str]], vectors: list[Floats]) -> None:
    from safetensors.numpy import save_file

    metadata = {"layers": json.dumps(layers), "sentences": json.dumps(sentences)}
    save_file({str(i): one for i, one in enumerate(vectors)}, path, metadata)


def _write_lines(path: Path, layers: list[str], sentences: list[list[str]], vectors: list[Floats]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for words, one in zip(sentences, vectors, strict=True):
            line = {"words": words, "layers": layers, "vectors": one.tolist()}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
