"""Guess the encoding of a text that is no Unicode: chardet's candidates, ranked by use and by the words they give.

A short text gives little to count, and chardet knows many encodings that are hardly met any more. So Windows-1252 and
its subset Latin-1 come before an encoding that fits about as well, those that are rarely met come last, and so do those
that give words which no language has: of two scripts, with a sign or a capital among their letters, or with a tone (of
Vietnamese) on a consonant.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice, pairwise

LOOK = 1 << 16
"""Bytes that are looked at."""
WORDS = 300
"""Most words of a candidate that are looked at."""
WESTERN, RARE = 1.15, 0.6
"""Weights of the encodings of western Europe, and of those that are rarely met; chosen on translated programs."""
_WESTERN = ("cp1252", "iso8859-1", "iso8859-15")
_USUAL = frozenset((
    *_WESTERN, "iso8859-2", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-9", "iso8859-13",
    "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "koi8-r", "koi8-u", "cp874",
    "tis-620", "gb18030", "big5hkscs", "cp932", "shift_jis_2004", "euc_jis_2004", "iso2022_jp_2", "cp949", "euc_kr",
))  # fmt: skip
_LARGER = {"iso8859-1": "cp1252", "iso8859-9": "cp1254", "tis-620": "cp874", "euc_kr": "cp949"}
"""Encodings that read the same and more: what comes later in the file may need them."""
_WORD = re.compile(r"(?:[^\W\d_]|[^\x00-\x7f\s])+")
"""Letters and any signs beyond ASCII."""
_TONES, _CONSONANTS = "\u0300\u0301\u0303\u0309\u0323", "bcdfghjklmnpqrstvwxzđBCDFGHJKLMNPQRSTVWXZĐ"
_BETWEEN = "’‘‐‑–—…·״׳،"
"""Signs that stand between letters without a space."""
_JOINED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "HALFWIDTH")
"""Scripts that stand beside others without a space."""


def guesses(sample: bytes) -> list[str]:
    """The encodings that a text may have, the likeliest first, as Python names them; none if it is no text.

    Args:
        sample: its first bytes, some of which are not ASCII.
    """
    from chardet import detect_all

    sample = sample[:LOOK]
    found = detect_all(sample, ignore_threshold=True, compat_names=False, max_bytes=LOOK)
    weighed = [(_weight(name) * one["confidence"], name) for one in found if (name := one["encoding"])]
    scores = []
    best = 0.0
    for score, name in sorted(weighed, key=lambda pair: -pair[0]):
        text = _decoded(sample, name)
        if text is None:
            continue
        if score > best:  # else it stays below whatever its words are
            score *= max(0.02, 1.0 - share_of_odd_words(text))
            best = max(best, score)
        else:
            score *= 0.5
        scores.append((score, _larger(name, text, sample)))
    return list(dict.fromkeys(name for _, name in sorted(scores, key=lambda pair: -pair[0])))


def _weight(name: str) -> float:
    return WESTERN if name in _WESTERN else 1.0 if name in _USUAL else RARE


def _decoded(sample: bytes, name: str) -> str | None:
    try:
        return sample.decode(name, "ignore") if b"a".decode(name) == "a" else None  # else of a mainframe
    except (LookupError, ValueError):
        return None


def _larger(name: str, text: str, sample: bytes) -> str:
    larger = _LARGER.get(name, name)
    return larger if sample.decode(larger, "ignore") == text else name


def share_of_odd_words(text: str) -> float:
    """Share of the words with letters or signs beyond ASCII that no language has; of the first ``WORDS``."""
    words = list(islice((match[0] for match in _WORD.finditer(text) if not match[0].isascii()), WORDS))
    return sum(map(_is_odd, words)) / len(words) if words else 0.0


def _is_odd(word: str) -> bool:
    scripts = {_script(letter) for letter in word} - {""}
    if scripts.intersection(_JOINED):
        return False
    if len(scripts) > 1 or any(_starts_anew(a, b) or _has_no_tone(a, b) for a, b in pairwise(word)):
        return True
    are_letters = [unicodedata.category(letter)[0] in "LM" for letter in word]
    inside = range(are_letters.index(True), len(word) - are_letters[::-1].index(True)) if any(are_letters) else ()
    return any(not are_letters[at] and word[at] not in _BETWEEN for at in inside)


def _starts_anew(before: str, letter: str) -> bool:
    return before.islower() and letter.isupper() and not (before + letter).isascii()


def _has_no_tone(before: str, mark: str) -> bool:
    """Whether a mark stands on a Latin letter that is no vowel."""
    return mark in _TONES and unicodedata.normalize("NFD", before)[0] in _CONSONANTS


@lru_cache(4096)
def _script(letter: str) -> str:
    """The script of a letter, as the first word of its name; empty for signs that are used in any."""
    if letter.isascii():
        return "LATIN" if letter.isalpha() else ""
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() and letter not in "ªºµʼ" else ""
