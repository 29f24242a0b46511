"""Parse formulas of words such as ``king - man + woman`` or ``2*paris - 0.5 france``.

Grammar::

    formula  ::=  [sign] term {sign term}
    sign     ::=  "+" | "-"          (also the true minus and the en dash)
    term     ::=  [weight ["*"]] word
    weight   ::=  digits ["." digits]
    word     ::=  letters and other signs without spaces  |  '"' anything '"'

A hyphen or apostrophe inside a word belongs to it (``mother-in-law``, ``o'clock``). A minus has something else than a
letter on at least one side (``king - man``, ``king -man``); so ``king-man`` is one word, unless it is unknown and both
``king`` and ``man`` are known. A plus always separates: write ``"c++"`` in quotes. A number is a weight when a word
follows it, and a word when none does (``1984 - war``).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from embedlab.base import BadInput
from embedlab.base.folding import tidy

LONGEST = 2000
_MINUS, _TIMES, _OPENING, _CLOSING = "-\u2212\u2013", "*\u00d7", '"\u201c\u201e', '"\u201d\u201c'
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?|\.[0-9]{1,9}")
_TOKEN = re.compile(
    rf"""\s*(?:
        [{_OPENING}](?P<quoted>[^{_OPENING}{_CLOSING}]*)[{_CLOSING}]
      | (?P<plus>\+)
      | (?P<minus>[{_MINUS}])
      | (?P<times>[{_TIMES}])
      | (?P<word>(?:(?![{_MINUS}](?:[\s+{_TIMES}{_OPENING}]|$))[^\s+{_TIMES}{_OPENING}{_CLOSING}])+)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Formula:
    """A sum of weighted words.

    Attributes:
        terms: (weight, word) in the order written; the weight of a subtracted word is negative.
    """

    terms: tuple[tuple[float, str], ...]

    @property
    def positive(self) -> tuple[str, ...]:
        """The added words."""
        return tuple(word for weight, word in self.terms if weight > 0)

    @property
    def negative(self) -> tuple[str, ...]:
        """The subtracted words."""
        return tuple(word for weight, word in self.terms if weight < 0)

    @property
    def weights(self) -> tuple[float, ...]:
        """How much each word counts, all above 0: first the added words', then the subtracted words'."""
        return (*(w for w, _ in self.terms if w > 0), *(-w for w, _ in self.terms if w < 0))


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


def parse(formula: str, known: Container[str] | None = None) -> Formula:
    """Read a formula by the grammar above.

    Args:
        formula: what was typed.
        known: the words there are (a model will do); only used to read ``king-man`` as a subtraction where
            that is the one reading in which every word is known.

    Raises:
        BadInput: the formula does not follow the grammar; the message names the character at fault, from 1.
    """
    if len(formula) > LONGEST:
        raise BadInput(f"The formula has {len(formula):,} characters; at most {LONGEST:,} are read.")
    tokens = list(_with_inner_minus(_tokens(tidy(formula)), known))
    if not tokens:
        raise BadInput('The formula is empty. Write one like "king - man + woman".')
    terms: list[tuple[float, str]] = []
    rest = tokens
    while rest:
        sign = 1.0
        if rest[0].kind in ("plus", "minus"):
            sign = -1.0 if rest[0].kind == "minus" else 1.0
            rest = _after(rest)
        elif terms:
            raise _error(rest[0], f"'{rest[0].text}' follows '{terms[-1][1]}' with no + or - between them", quote=True)
        weight, word, rest = _term(rest)
        terms.append((sign * weight, word))
    return Formula(tuple(terms))


def _term(tokens: list[_Token]) -> tuple[float, str, list[_Token]]:
    """The weight and word at the head, and what is left."""
    head, weight = tokens[0], 1.0
    if head.kind == "word" and len(tokens) > 1 and tokens[1].kind in ("times", "word", "quoted"):
        starred = tokens[1].kind == "times"
        if _NUMBER.fullmatch(head.text):
            weight = float(head.text)
            if weight == 0:
                raise _error(head, "a weight must be above 0")
            tokens = _after(tokens[1:]) if starred else tokens[1:]
        elif starred:
            raise _error(head, f"'{head.text}' stands before * but is not a number")
    if tokens[0].kind not in ("word", "quoted"):
        raise _error(tokens[0], f"a word was expected, not '{tokens[0].text}'")
    return weight, tokens[0].text, tokens[1:]


def _after(tokens: list[_Token]) -> list[_Token]:
    if len(tokens) < 2:
        raise _error(tokens[0], f"the formula ends after '{tokens[0].text}'; a word was expected")
    return tokens[1:]


def _tokens(formula: str) -> Iterator[_Token]:
    position, end = 0, len(formula.rstrip())
    while position < end:
        match = _TOKEN.match(formula, position, end)
        if match is None or match.lastgroup is None:
            start = position + len(formula[position:end]) - len(formula[position:end].lstrip())
            raise _error(_Token("", "", start), f"the quote {formula[start]} has no partner")
        text = match[match.lastgroup]
        token = _Token(match.lastgroup, text.strip(), match.start(match.lastgroup))
        if token.kind == "quoted" and not token.text:
            raise _error(token, "there is nothing between the quotes")
        yield token
        position = match.end()


def _with_inner_minus(tokens: Iterator[_Token], known: Container[str] | None) -> Iterator[_Token]:
    """Take an unknown word apart at its hyphens where every part is known."""
    for token in tokens:
        parts = re.split(f"[{_MINUS}]", token.text) if token.kind == "word" else [token.text]
        if known is None or len(parts) == 1 or token.text in known or not all(part in known for part in parts):
            yield token
            continue
        position = token.position
        for number, part in enumerate(parts):
            if number:
                yield _Token("minus", "-", position - 1)
            yield _Token("word", part, position)
            position += len(part) + 1


def _error(token: _Token, what: str, *, quote: bool = False) -> BadInput:
    hint = ' Put words that belong together in quotes: "new york".' if quote else ""
    return BadInput(f"The formula cannot be read at character {token.position + 1}: {what}.{hint}")
