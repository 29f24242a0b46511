"""The kinds of file that can be read, and the one table that says which reader reads which."""

from __future__ import annotations

from collections.abc import Callable, Generator

from embedlab.data import plain
from embedlab.data.archives import Piece
from embedlab.data.choice import Choice

Reader = Callable[[Piece, Choice], Generator[str, None, None]]

READERS: dict[str, Reader] = {
    ".txt": plain.paragraphs,
    ".text": plain.paragraphs,
    ".md": plain.markdown,
    ".markdown": plain.markdown,
}


def read(piece: Piece, choice: Choice) -> Generator[str, None, None]:
    """Paragraphs of a file of any kind.

    Raises:
        BadInput: it is damaged, not what its ending says, or has no such column or field.
    """
    return READERS[piece.kind](piece, choice)
