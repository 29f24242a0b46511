"""The files that a published encoder is made of, in Hugging Face's layout."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from embedlab.base import BadModel

CONFIG, README = "config.json", "README.md"
SAFETENSORS, INDEX, PICKLED = "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"
TOKENIZER_SETS = (
    ("tokenizer.json",), ("vocab.txt",), ("vocab.json", "merges.txt"), ("spiece.model",), ("spm.model",),
    ("sentencepiece.bpe.model",),
)  # fmt: skip
"""Any of these is a whole tokenizer."""
WHOLE = "tokenizer.json"
TOKENIZER_FILES = {name for names in TOKENIZER_SETS for name in names} | {
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
}  # fmt: skip
MOST_TEXT = 100_000_000
"""Bytes of a JSON file that is still read."""
_PARTS = re.compile(r"model(-\d+-of-\d+)?\.safetensors")


def wanted(name: str, *, pickled: bool = True) -> bool:
    """Whether a file of that name is read; nothing else is ever fetched or unpacked.

    Args:
        name: of the file.
        pickled: whether weights in pickled form are, too.
    """
    if name == PICKLED:
        return pickled
    return name in {CONFIG, README, INDEX} | TOKENIZER_FILES or bool(_PARTS.fullmatch(name))


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        BadModel: it is missing, damaged, far too large, or holds something else.
    """
    try:
        if path.stat().st_size > MOST_TEXT:
            raise BadModel(f"{path.name} is far too large. It is refused.")
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadModel(f"{path.parent.name} is no folder in Hugging Face's layout: {path.name} is missing.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{path.name} is damaged.") from error
    if not isinstance(values, dict):
        raise BadModel(f"{path.name} does not hold what it should.")
    return values
