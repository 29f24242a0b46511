"""The forms of an English word, and where any of them stands in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from embedlab.data.irregular import IRREGULAR
from embedlab.folding import tidy

_CUT = (
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("d", ""),
    ("ed", ""),
    ("ied", "y"),
    ("ing", ""),
    ("ing", "e"),
    ("ying", "ie"),
)
"""Endings, and what stands in their place in the word that a form may come from."""
_BASES = {form: [base for base in IRREGULAR if form in IRREGULAR[base]] for each in IRREGULAR.values() for form in each}


@lru_cache(maxsize=8192)
def forms(base: str) -> frozenset[str]:
    """The forms of an English word in small letters, itself among them: as a noun and as a verb, whichever it is.

    Plural and third person (-s, -es, -ies), past (-ed, -d, -ied) and -ing, with e dropped, y turned and consonants
    doubled as spelling asks; where that depends on stress or country, both count (travelled, traveled). What no rule
    gives is in a table (``data.irregular``). Comparatives and derived words are other words: bank, but not banker.

    Args:
        base: as a dictionary has it, such as "run".
    """
    word = base.casefold()
    found = {word, *IRREGULAR.get(word, ())}
    if len(word) < 2 or not word.isalpha():
        return frozenset(found)
    if word[-1] == "y" and word[-2] not in "aeiou":
        return frozenset(found | {word[:-1] + "ies", word[:-1] + "ied", word + "ing"})
    found.add(word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s"))
    if word[-1] == "o":
        found.add(word + "es")
    if word.endswith("ie"):
        return frozenset(found | {word + "d", word[:-2] + "ying"})
    if word[-1] == "e":
        return frozenset(found | {word + "d", (word if word[-2] in "eoy" else word[:-1]) + "ing"})
    one, more = _doubled(word)
    if one or more:
        found |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    if not one:
        found |= {word + "ed", word + "ing"}
    return frozenset(found)


def _doubled(word: str) -> tuple[bool, bool]:
    """Whether a word ends in a single vowel and a single consonant that is doubled: as one syllable, and as several.

    Of one syllable it always is (run, running); of several that depends on the stress, or the country.
    """
    if len(word) < 2 or word[-2] not in "aeiou" or word[-1] in "aeiouwxy":
        return False, False
    one = set(word[:-2].replace("qu", "")).isdisjoint("aeiou")
    several = len(word) > 3 and word[-3] not in "aeiou" and not set(word[:-3]).isdisjoint("aeiouy")
    return one, several


@lru_cache(maxsize=8192)
def bases(form: str) -> frozenset[str]:
    """The words that a form may come from, itself among them: "left" is "left" and "leave".

    Only spelling is asked, not a dictionary, so that some of them are no words at all.
    """
    word = form.casefold()
    return frozenset({word, *_BASES.get(word, ()), *(base for base in _cut(word) if word in forms(base))})


def _cut(word: str) -> Iterator[str]:
    for ending, instead in _CUT:
        if word.endswith(ending):
            stem = word.removesuffix(ending) + instead
            yield stem
            if len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]


def places(word: str, words: Sequence[str]) -> list[int]:
    """Where a word stands in a sentence, in any of its forms: the form that is asked for first, then others.

    Args:
        word: in any form; "ran" finds "run", "runs" and "running", too. Small letters and capitals count as equal.
        words: of the sentence.

    Returns:
        Positions from 0; those of one sort from left to right. Empty if it does not stand there.
    """
    asked = tidy(word).casefold()
    wanted = frozenset[str]().union(*(forms(base) for base in bases(asked)))
    folded = [one.casefold() for one in words]
    found = [i for i, one in enumerate(folded) if one in wanted]
    return sorted(found, key=lambda i: (folded[i] != asked, i))
