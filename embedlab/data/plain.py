"""Paragraphs of text and Markdown files."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from itertools import chain, pairwise

from embedlab.data.archives import Piece
from embedlab.data.choice import Choice
from embedlab.data.encoding import MAX_PARAGRAPH, lines, open_text

LOOK = 1000
"""Lines looked at to tell hard-wrapped text from one paragraph a line; fewer if they are long."""
_FENCE = re.compile(r"\s*(```|~~~)")
_LINK = re.compile(r"!?\[([^\]\n]*)\](?:\([^()\s]*(?:\s+[\"'][^)\n]*)?\)|\[[^\]\n]*\])")
_MARKS = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>+\s?|[-*+]\s+|\d+[.)]\s+)+|[*`]+|(?<!\w)_+|_+(?!\w)|<https?://[^>\s]*>")
_RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$|\s*\|?[\s:|-]+\|[\s:|-]*$|\s*\[[^\]]+\]:\s*\S+")


def paragraphs(piece: Piece, choice: Choice) -> Generator[str, None, None]:
    """Paragraphs of a text file: its lines, or, where lines are wrapped at a fixed width, the lines between blanks.

    Raises:
        BadInput: it is not text, or not in the encoding.
    """
    with open_text(piece.open(), piece.name, choice.encoding) as stream:
        yield from unwrapped(lines(stream, piece.name))


def markdown(piece: Piece, choice: Choice) -> Generator[str, None, None]:
    """Paragraphs of a Markdown file without code blocks, link targets and marks.

    Raises:
        BadInput: it is not text, or not in the encoding.
    """
    with open_text(piece.open(), piece.name, choice.encoding) as stream:
        yield from unwrapped(_without_marks(lines(stream, piece.name)))


def _without_marks(given: Iterator[str]) -> Iterator[str]:
    fence = ""
    for line in given:
        if match := _FENCE.match(line):
            fence = "" if match[1] == fence else fence or match[1]
        elif not fence and not _RULE.match(line):
            heading = line.lstrip().startswith("#")
            text = _MARKS.sub("", _LINK.sub(r"\1", line))
            yield from ("", text, "") if heading else (text,)


def unwrapped(given: Iterator[str]) -> Iterator[str]:
    """Join the lines of hard-wrapped text into paragraphs; other text stays a paragraph a line."""
    head: list[str] = []
    while len(head) < LOOK and sum(map(len, head[-20:])) < MAX_PARAGRAPH and (line := next(given, None)) is not None:
        head.append(line)
    everything = chain(head, given)
    if not is_wrapped(head):
        yield from everything
        return
    paragraph: list[str] = []
    size = 0
    for line in everything:
        text = line.strip()
        if not text or size + len(text) > MAX_PARAGRAPH:
            if paragraph:
                yield " ".join(paragraph)
            paragraph, size = [], 0
        if text:
            paragraph.append(text)
            size += len(text) + 1
    if paragraph:
        yield " ".join(paragraph)


def is_wrapped(head: list[str]) -> bool:
    """Whether lines end because a page was full: none much wider than a page, and most that go on fill it."""
    widths = sorted(len(line.strip()) for line in head if line.strip())
    if len(widths) == len(head) or len(widths) < 3:
        return False
    full = widths[int(0.98 * (len(widths) - 1))]
    going_on = [len(line.strip()) for line, after in pairwise(head) if line.strip() and after.strip()]
    return 40 <= full <= 100 and bool(going_on) and sum(width > 0.75 * full for width in going_on) > 0.8 * len(going_on)
