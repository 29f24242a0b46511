"""The files that a published encoder is made of, in Hugging Face's layout."""

from __future__ import annotations

import re

CONFIG, README = "config.json", "README.md"
SAFETENSORS, INDEX, PICKLED = "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"
TOKENIZER_SETS = (
    ("tokenizer.json",), ("vocab.txt",), ("vocab.json", "merges.txt"), ("spiece.model",), ("spm.model",),
    ("sentencepiece.bpe.model",),
)  # fmt: skip
"""Any of these is a whole tokenizer."""
_TOKENIZER = {name for names in TOKENIZER_SETS for name in names} | {
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
}  # fmt: skip
_PARTS = re.compile(r"model(-\d+-of-\d+)?\.safetensors")


def wanted(name: str, *, pickled: bool = True) -> bool:
    """Whether a file of that name is read; nothing else is ever fetched or unpacked.

    Args:
        name: of the file.
        pickled: whether weights in pickled form are, too.
    """
    if name == PICKLED:
        return pickled
    return name in {CONFIG, README, INDEX} | _TOKENIZER or bool(_PARTS.fullmatch(name))
