"""Read paragraphs of plain text and of Markdown."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from itertools import chain, pairwise

from embedlab.data.readers.archives import Entry
from embedlab.data.readers.encoding import MAX_PARAGRAPH, Choice, inhabited, lines

LOOK = 1000
"""Lines from which hard-wrapped text is distinguished from one paragraph a line; fewer if they are long."""
_MARKS = re.compile(
    r"^\s{0,3}(?:#{1,6}\s+|>+\s?|[-*+]\s+|\d+[.)]\s+)+|[*`]+|(?<!\w)_+|(?<!_)_+(?!\w)|<https?://[^<>\s]*>"
)
"""The pattern reads each character a bounded number of times, whatever the line is; a test checks all patterns."""


def paragraphs(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """Read the paragraphs of a text file: its lines, or in hard-wrapped text the blocks between blank lines.

    Raises:
        BadInput: it is not text, or not in the encoding.
    """
    with piece.text(choice.encoding) as stream:
        yield from unwrapped(inhabited(lines(stream, piece.name), piece.name, piece.limits.blank))


def markdown(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """Read the paragraphs of a Markdown file without code blocks, link targets and markup.

    Raises:
        BadInput: it is not text, or not in the encoding.
    """
    with piece.text(choice.encoding) as stream:
        given = inhabited(lines(stream, piece.name), piece.name, piece.limits.blank)
        yield from unwrapped(_without_marks(given))


def _without_marks(given: Iterator[str]) -> Iterator[str]:
    fence = ""
    for line in given:
        begins = line.lstrip()
        if (mark := begins[:3]) in ("```", "~~~"):
            fence = "" if mark == fence else fence or mark
        elif not fence and not _is_rule(line):
            heading = begins.startswith("#")
            text = _MARKS.sub("", _without_targets(line))
            yield from ("", text, "") if heading else (text,)


def _is_rule(line: str) -> bool:
    """Whether a line is no text: a rule, the line below a table's head, or the definition of a link's address."""
    bare = "".join(line.split())
    if (len(bare) >= 3 and not bare.strip("-*_=")) or (line.rfind("|") > 0 and not bare.strip(":|-")):
        return True
    name, closed, address = line.lstrip().partition("]:")
    return bool(closed and len(name) > 1 and name[0] == "[" and "]" not in name and address.strip())


def _without_targets(line: str) -> str:
    """Replace each link or picture of a line by its text: ``[text](address "title")``, ``[text][name]``."""
    parts, done, last = [], 0, line.rfind(")")
    while (start := line.find("[", done)) >= 0 and (end := line.find("]", start)) >= 0:
        if after := _target_end(line, end + 1, last):
            picture = start > done and line[start - 1] == "!"
            parts += [line[done : start - picture], line[start + 1 : end]]
            done = after
        else:
            parts.append(line[done : end + 1])
            done = end + 1
    return "".join((*parts, line[done:]))


def _target_end(line: str, start: int, last: int) -> int:
    """End of the address that begins at ``start``; 0 if there is none.

    Args:
        line: the whole line.
        start: the position after the link's text.
        last: the position of the line's last closing bracket.
    """
    if line.startswith("[", start):
        return line.find("]", start) + 1
    if not line.startswith("(", start):
        return 0
    place = start + 1
    while place <= last and line[place] not in "()" and not line[place].isspace():
        place += 1
    title = place
    while title <= last and line[title].isspace():
        title += 1
    if title > place and line[title : title + 1] in ('"', "'"):
        place = line.find(")", title)
    return place + 1 if 0 <= place <= last and line[place] == ")" else 0


def unwrapped(given: Iterator[str]) -> Iterator[str]:
    """Join the lines of hard-wrapped text into paragraphs; other text keeps one paragraph a line."""
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
    """Whether lines are hard-wrapped: none is much wider than a page, and most lines that continue fill the page."""
    widths = sorted(len(line.strip()) for line in head if line.strip())
    if len(widths) == len(head) or len(widths) < 3:
        return False
    full = widths[int(0.98 * (len(widths) - 1))]
    going_on = [len(line.strip()) for line, after in pairwise(head) if line.strip() and after.strip()]
    return 40 <= full <= 100 and bool(going_on) and sum(width > 0.75 * full for width in going_on) > 0.8 * len(going_on)
