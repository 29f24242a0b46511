"""A text file in, a file of vectors out: ``python -m embedlab encode``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from embedlab import disk, encode_pieces, registry, storage, targets
from embedlab.base import BadInput, Floats, OnProgress
from embedlab.data.corpus import Corpus
from embedlab.data.tokenizer import TextOptions
from embedlab.lifted import as_contextual
from embedlab.pieces import Pool

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
    pool: Pool | None = None,
    overwrite: bool = False,
) -> tuple[int, int]:
    """Write the vectors of every word of a text.

    ``.safetensors``: tensors ``0``, ``1``, …, (L, T, D) each, float32; the metadata hold ``layers`` and ``sentences``
    (their words) as JSON. ``.jsonl``: a line a sentence with ``words``, ``layers`` and ``vectors`` (L x T x D).

    Args:
        key: a model's key or folder; a static model has one layer.
        source: the text.
        out: file to write, atomically.
        layers: those that are wanted; ``None`` for all.
        on_progress: told in words.
        tokenized: every line is a sentence and its words stand between spaces; else sentences and words are found.
        pool: processes that share the work; ``None`` for this one.
        overwrite: whether a file that lies at ``out`` may be replaced.

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
    targets.check_file(out, overwrite=overwrite)
    if out.exists() and source.exists() and out.samefile(source):
        raise BadInput(f"{out} is the text itself. Give another name.")
    model = as_contextual(registry.load_model(key))
    names = list(layers or model.layers)
    model.layer_numbers(names)
    corpus = Corpus.from_file(source, options=AS_WRITTEN)
    sentences = [text.split() for text in _lines(corpus)] if tokenized else list(corpus)
    if pool:
        vectors = encode_pieces.encode(model, registry.folder_of(key), sentences, names, pool, on_progress)
    else:
        vectors = model.encode(sentences, names, on_progress)
    write = _write_tensors if out.suffix == ".safetensors" else _write_lines
    with disk.writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with storage.atomic_file(out) as made:
            write(made, names, sentences, vectors)
            made.chmod(0o644)
    return len(sentences), sum(map(len, sentences))


def _lines(corpus: Corpus) -> Iterator[str]:
    for text in corpus.texts():
        yield from text.splitlines()


def _write_tensors(path: Path, layers: list[str], sentences: list[list[str]], vectors: list[Floats]) -> None:
    from safetensors.numpy import save_file

    metadata = {"layers": json.dumps(layers), "sentences": json.dumps(sentences)}
    save_file({str(i): one for i, one in enumerate(vectors)}, path, metadata)


def _write_lines(path: Path, layers: list[str], sentences: list[list[str]], vectors: list[Floats]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for words, one in zip(sentences, vectors, strict=True):
            line = {"words": words, "layers": layers, "vectors": one.tolist()}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
