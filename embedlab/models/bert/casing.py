"""Whether a published tokenizer lower-cases words: as its folder says, as its vocabulary suggests, or as is chosen."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab.base import BadInput

SHARE = 0.01
"""Share of a vocabulary's whole words that must have capitals, or accents, for it to be one of words as written."""
SHOWN = 3
SWITCH = (
    'Bert.from_published(…, do_lower_case=True or False), or {"do_lower_case": …} in a tokenizer_config.json beside '
    "vocab.txt, decides."
)


@dataclass(frozen=True)
class Casing:
    """How a tokenizer changes words before it cuts them.

    Attributes:
        lowercase: whether capitals become small letters.
        strip_accents: whether accents are dropped; ``None``: with the capitals.
        note: how that was found out, for the card.
    """

    lowercase: bool
    strip_accents: bool | None = None
    note: str = ""


def found(folder: Path, tokenizer: str, config: dict[str, Any], lowercase: bool | None) -> Casing | None:
    """How words are to be written; ``None`` where the tokenizer itself is right.

    Args:
        folder: of the model.
        tokenizer: as JSON.
        config: tokenizer_config.json, which counts for more than tokenizer.json, as in transformers.
        lowercase: what was chosen, if anything was.
    """
    if lowercase is not None:
        return Casing(lowercase)
    told, accents = config.get("do_lower_case"), config.get("strip_accents")
    if isinstance(told, bool):
        there = _steps(json.loads(tokenizer))
        return Casing(told, accents if isinstance(accents, bool) else None) if there else None
    if (folder / "tokenizer.json").is_file() or not (folder / "vocab.txt").is_file():
        return None
    return guessed((folder / "vocab.txt").read_text(encoding="utf-8", errors="replace").split("\n"))


def guessed(pieces: Sequence[str]) -> Casing:
    """What a vocabulary tells: words are lower-cased if none of its whole words has a capital."""
    words = [piece for piece in pieces if len(piece) > 1 and piece[0] not in "[<#"]
    capitals = [word for word in words if word != word.lower()]
    accents = [word for word in words if _accented(word)]
    said = "The folder does not say whether words are lower-cased. Its vocabulary has"
    if len(capitals) > SHARE * len(words):
        return Casing(False, note=f"{said} capitals ({_shown(capitals)}), so words are read as written. {SWITCH}")
    if len(accents) > SHARE * len(words):
        said = f"{said} no capitals, but accents ({_shown(accents)}), so words are lower-cased and keep accents."
        return Casing(True, False, f"{said} {SWITCH}")
    return Casing(True, note=f"{said} no capitals and no accents, so words lose theirs: É is read as e. {SWITCH}")


def switched(text: str, casing: Casing) -> str:
    """A tokenizer, as JSON, with its lower-casing switched on or off.

    Raises:
        BadInput: it is not one that can be switched.
    """
    values = json.loads(text)
    if not (steps := _steps(values)):
        raise BadInput("This tokenizer has no switch between lower case and words as written. Leave do_lower_case out.")
    for one in steps:
        one["lowercase"] = casing.lowercase
        if casing.strip_accents is not None:
            one["strip_accents"] = casing.strip_accents
    return json.dumps(values, ensure_ascii=False)


def _steps(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of a tokenizer that can lower-case, to be changed in place."""
    step = values.get("normalizer")
    inner = step.get("normalizers") if isinstance(step, dict) else None
    steps = inner if isinstance(inner, list) else [step]
    return [one for one in steps if isinstance(one, dict) and one.get("type") == "BertNormalizer"]


def _accented(word: str) -> bool:
    return not word.isascii() and any(map(unicodedata.combining, unicodedata.normalize("NFD", word)))


def _shown(words: Sequence[str]) -> str:
    return ", ".join(repr(word[:20]) for word in words[:SHOWN])
