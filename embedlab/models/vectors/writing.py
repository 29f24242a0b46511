"""Write words and vectors in word2vec's text and binary formats and in GloVe's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from embedlab.base import BadInput, StaticModel, files

_ODD = re.compile(r"[\s\x00-\x1f\x7f\ufeff\ud800-\udfff]")


def write(model: StaticModel, path: Path, layout: str, *, overwrite: bool = False) -> None:
    """Write a model's words and vectors, atomically.

    Args:
        model: any static model.
        path: the file to write.
        layout: "word2vec-text", "word2vec-binary" or "glove" (text without a first line).
        overwrite: whether a file that lies there may be replaced.

    Raises:
        BadInput: a file or folder lies there; the layout is unknown; or a word is empty or has a space, line break,
            control character or half a character, which these formats cannot hold.
        BadModel: the file cannot be written.
    """
    if layout not in ("word2vec-text", "word2vec-binary", "glove"):
        raise BadInput(f"Vectors can be written as word2vec-text, word2vec-binary or glove, not as {layout!r}.")
    odd = next((word for word in model.words if _ODD.search(word) or not word), None)
    if odd is not None:
        raise BadInput(
            f"The word {odd!a} is empty or holds a space or line break, or a character that no text shows; {layout} "
            "files cannot hold it."
        )
    path = Path(path)
    files.check_target_file(path, overwrite=overwrite)
    with _replacing(path) as file:
        if layout != "glove":
            file.write(f"{len(model)} {model.dim}\n".encode())
        for word, row in zip(model.words, model.matrix, strict=True):
            values = row.astype("<f4").tobytes() if layout == "word2vec-binary" else " ".join(row.astype("U")).encode()
            file.write(word.encode() + b" " + values + b"\n")


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    with files.writing(path), files.atomic_file(path) as scratch, scratch.open("wb") as file:
        yield file
