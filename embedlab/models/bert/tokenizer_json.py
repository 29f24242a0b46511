"""Rebuild tokenizers from untrusted files: their vocabulary and the few steps that the BERT family uses.

The library tokenizers can do far more: steps that never end, that double a text again and again, or that end the
process when tables are damaged. None of these is taken over; an unknown step is refused by its name.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from tokenizers import Tokenizer

from embedlab.base import BadModel

MOST_PIECES = 3_000_000
LONGEST_PIECE = 500
LONGEST_SCORED = 100
"""Letters of a piece of Unigram, which tries all lengths at every letter; sentencepiece makes 16 at most."""
MOST_ADDED = 10_000
MOST_STEPS = 10
MOST_LETTERS = 200
"""Letters of a word that WordPiece still cuts; it takes time that grows with their square."""
SPACES = ({"Regex": " {2,}"}, {"Regex": r"\s{2,}|[\n\r\t]"})
"""The only patterns that are taken: sentencepiece's and DeBERTa's, for spaces that follow each other."""
BOOL, TEXT = (bool,), (str,)
Values = dict[str, Any]
NORMALIZERS: dict[str, dict[str, tuple[type, ...]]] = {
    "BertNormalizer": {
        "clean_text": BOOL, "handle_chinese_chars": BOOL, "strip_accents": (bool, type(None)), "lowercase": BOOL,
    },
    "Lowercase": {}, "NFC": {}, "NFD": {}, "NFKC": {}, "NFKD": {}, "Nmt": {}, "StripAccents": {},
    "Strip": {"strip_left": BOOL, "strip_right": BOOL},
}  # fmt: skip
"""What is done to a text first, by type: the settings that each has, and their types."""
PRETOKENIZERS: dict[str, dict[str, tuple[type, ...]]] = {
    "BertPreTokenizer": {}, "Whitespace": {}, "WhitespaceSplit": {},
    "ByteLevel": {"add_prefix_space": BOOL, "trim_offsets": BOOL, "use_regex": BOOL},
    "Metaspace": {"replacement": TEXT, "prepend_scheme": TEXT, "split": BOOL},
    "Punctuation": {"behavior": TEXT},
    "Digits": {"individual_digits": BOOL},
}  # fmt: skip
"""How it is cut before words become pieces."""
MODELS: dict[str, dict[str, tuple[type, ...]]] = {
    "WordPiece": {"unk_token": TEXT, "continuing_subword_prefix": TEXT, "max_input_chars_per_word": (int,)},
    "BPE": {
        "unk_token": (str, type(None)), "continuing_subword_prefix": (str, type(None)),
        "end_of_word_suffix": (str, type(None)), "fuse_unk": BOOL, "byte_fallback": BOOL, "ignore_merges": BOOL,
    },
    "Unigram": {"unk_id": (int, type(None)), "byte_fallback": BOOL},
}  # fmt: skip
"""Settings of each kind of pieces, beside the vocabulary."""
FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


def from_json(text: str) -> Tokenizer:
    """A tokenizer from its JSON; one over bytes is made to put a space before every word, since words come apart.

    Raises:
        BadModel: it is damaged, or has a step that is not taken.
    """
    with guarded("The tokenizer cannot be read"):
        values = json.loads(text)
        if not isinstance(values, dict):
            raise BadModel("The tokenizer does not hold what it should.")
        return Tokenizer.from_str(json.dumps(rebuilt(values), ensure_ascii=False))


def rebuilt(values: Values) -> Values:
    """The same tokenizer, made of nothing but what is known here; what is only for other tasks is left out.

    Raises:
        BadModel: it has a step that is not taken.
    """
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": _added(values.get("added_tokens") or []),
        "normalizer": _steps(values.get("normalizer"), "normalizers", _normalizer),
        "pre_tokenizer": _steps(values.get("pre_tokenizer"), "pretokenizers", _pretokenizer),
        "post_processor": None, "decoder": None,
        "model": _model(values.get("model")),
    }  # fmt: skip


@contextlib.contextmanager
def guarded(failure: str) -> Iterator[None]:
    """Whatever the library raises inside becomes a ``BadModel``, also what is no ``Exception``.

    Raises:
        BadModel: something was raised.
    """
    try:
        yield
    except (BadModel, MemoryError):
        raise
    except Exception as error:  # tokenizers raises bare Exceptions
        raise BadModel(f"{failure}: {error}.") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise BadModel(f"{failure}: the library for tokenizers gave up on it.") from None


def _steps(part: Any, inner: str, one: Callable[[Values], list[Values]]) -> Values | None:
    """A step, or a sequence of a few, as one."""
    if part is None:
        return None
    found = [step for each in _flat(part, inner, 0) for step in one(each)]
    if len(found) > MOST_STEPS:
        raise BadModel(f"The tokenizer has {len(found)} {inner}, and {MOST_STEPS} are possible.")
    return {"type": "Sequence", inner: found} if len(found) != 1 else found[0]


def _flat(part: Any, inner: str, depth: int) -> list[Values]:
    if not isinstance(part, dict) or depth > 3:
        raise BadModel(f"The {inner} of the tokenizer are not what they should be.")
    if part.get("type") != "Sequence":
        return [part]
    parts = part.get(inner)
    if not isinstance(parts, list) or len(parts) > MOST_STEPS:
        raise BadModel(f"The tokenizer has too many {inner}, or none; {MOST_STEPS} are possible.")
    return [step for one in parts for step in _flat(one, inner, depth + 1)]


def _normalizer(part: Values) -> list[Values]:
    """The same, or what comes to the same: sentencepiece's table is that of NMT's cleaning and NFKC."""
    kind = part.get("type")
    if kind == "Precompiled":
        return [{"type": "Nmt"}, {"type": "NFKC"}]
    if kind == "Replace":
        pattern, content = part.get("pattern"), part.get("content")
        plain = pattern.get("String") if isinstance(pattern, dict) and len(pattern) == 1 else None
        if isinstance(plain, str) and isinstance(content, str):
            taken = 0 < len(plain) <= LONGEST_PIECE and len(content) <= len(plain)
        else:
            taken = pattern in SPACES and content in (" ", "▁")
        if not taken:
            raise BadModel("The tokenizer replaces a pattern, or a text by a longer one. It is refused.")
        return [{"type": "Replace", "pattern": pattern, "content": content}]
    return [_known(part, NORMALIZERS, "normalizer")]


def _pretokenizer(part: Values) -> list[Values]:
    """The same; one over bytes puts a space before every word."""
    found = _known(part, PRETOKENIZERS, "pre-tokenizer")
    if found["type"] == "ByteLevel":
        found = {"trim_offsets": True, "use_regex": True} | found | {"add_prefix_space": True}
    if found["type"] == "Metaspace":
        found = {"replacement": "▁", "prepend_scheme": "always", "split": True} | found
        if len(str(found["replacement"])) != 1:
            raise BadModel("The tokenizer puts more than one letter in the place of a space. It is refused.")
    return [found]


def _known(part: Values, kinds: dict[str, dict[str, tuple[type, ...]]], what: str) -> Values:
    """A part with the settings that its type has, and no others."""
    kind = part.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        raise BadModel(f"The tokenizer has the {what} {str(kind)[:40]!a}, which is not taken. It is refused.")
    result: Values = {"type": kind}
    for name, types in kinds[kind].items():
        if name in part:
            value = part[name]
            if type(value) not in types or (isinstance(value, str) and len(value) > LONGEST_PIECE):
                raise BadModel(f"{name} of the tokenizer's {kind} is {str(value)[:40]!a}. It is refused.")
            result[name] = value
    return result


def _model(part: Any) -> Values:
    if not isinstance(part, dict):
        raise BadModel("The tokenizer has no pieces.")
    if "type" not in part and "merges" in part:  # as old files have it
        part = part | {"type": "BPE"}
    result = _known(part, MODELS, "model")
    if result["type"] == "Unigram":
        return result | {"vocab": _scored(part.get("vocab"))}
    if not 1 <= result.get("max_input_chars_per_word", 100) <= MOST_LETTERS:
        raise BadModel(f"WordPiece cuts words of 1 to {MOST_LETTERS:,} letters here. The tokenizer is refused.")
    vocabulary = part.get("vocab")
    if not isinstance(vocabulary, dict) or not all(type(n) is int and n >= 0 for n in vocabulary.values()):
        raise BadModel("The pieces of the tokenizer have no numbers.")
    _check_pieces(list(vocabulary))
    if max(vocabulary.values(), default=0) >= MOST_PIECES or len(set(vocabulary.values())) < len(vocabulary):
        raise BadModel("Two pieces of the tokenizer have one number, or one is too large.")
    result["vocab"] = vocabulary
    if result["type"] == "BPE":
        if result.get("continuing_subword_prefix"):  # the library cuts it off by bytes, and ends the process within one
            raise BadModel("The tokenizer's BPE has a prefix, as no model of the family has. It is refused.")
        result["merges"] = _merges(part.get("merges"), vocabulary)
    return result


def _merges(values: Any, vocabulary: Values) -> list[list[str]]:
    """Pairs of pieces, of which each is one, and both together, too."""
    if not isinstance(values, list) or len(values) > MOST_PIECES:
        raise BadModel("The tokenizer does not say which pieces are joined.")
    pairs = [one.split(" ") if isinstance(one, str) else one for one in values]
    for pair in pairs:
        right = isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) and one for one in pair)
        if not right or any(one not in vocabulary for one in pair):
            raise BadModel(f"The tokenizer joins {str(pair)[:40]!a}, which are not two of its pieces.")
    return pairs


def _scored(values: Any) -> list[list[Any]]:
    """Pieces and their scores, which are finite."""
    if not isinstance(values, list) or not all(isinstance(one, list) and len(one) == 2 for one in values):
        raise BadModel("The pieces of the tokenizer have no scores.")
    _check_pieces([piece for piece, _ in values], LONGEST_SCORED)
    if not all(type(score) in (int, float) and math.isfinite(score) for _, score in values):
        raise BadModel("A piece of the tokenizer has a score that is no finite number.")
    return values


def _check_pieces(pieces: list[Any], longest: int = LONGEST_PIECE) -> None:
    if not 0 < len(pieces) <= MOST_PIECES:
        raise BadModel(f"The tokenizer has {len(pieces):,} pieces; 1 to {MOST_PIECES:,} are possible.")
    if not all(isinstance(piece, str) and len(piece) <= longest for piece in pieces):
        raise BadModel(f"A piece of the tokenizer is no text, or longer than {longest:,} letters.")


def _added(values: Any) -> list[Values]:
    """Pieces that are looked for before a text is cut."""
    if not isinstance(values, list) or len(values) > MOST_ADDED:
        raise BadModel(f"The tokenizer adds more than {MOST_ADDED:,} pieces, or what is none.")
    tokens = []
    for one in values:
        text = one.get("content") if isinstance(one, dict) else None
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_PIECE or type(one.get("id")) is not int:
            raise BadModel("The tokenizer adds a piece that is empty, too long, or has no number.")
        tokens.append({"id": one["id"], "content": text} | {flag: bool(one.get(flag)) for flag in FLAGS})
    return tokens
