"""Tokenizers that are published only as sentencepiece wrote them: spm.model, spiece.model and the like.

Their pieces and scores are read here, as JSON of the library tokenizers; what each family does around them is known to
transformers.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from embedlab.base import BadModel
from embedlab.models.common.hub import SENTENCEPIECE

MOST_BYTES = 20_000_000
"""Bytes of a file that is read; those of a quarter of a million pieces have five million."""
CLASSES = {
    "albert": "AlbertTokenizer", "camembert": "CamembertTokenizer", "deberta-v2": "DebertaV2Tokenizer",
    "rembert": "RemBertTokenizer", "xlm-roberta": "XLMRobertaTokenizer", "xlm-roberta-xl": "XLMRobertaTokenizer",
}  # fmt: skip
"""Families that use sentencepiece, and what transformers calls their tokenizers."""
MAPPED = {"AlbertTokenizer", "CamembertTokenizer", "RemBertTokenizer", "XLMRobertaTokenizer"}
"""Tokenizers that change letters by the table in the file, after all other steps; DeBERTa's have their own steps."""
UNIGRAM, CONTROL, USER_DEFINED = 1, 3, 4
"""Numbers in the file: of the kind of model that is read, and of two kinds of pieces."""
Values = dict[str, Any]


def find(folder: Path) -> Path | None:
    """The sentencepiece file of a folder, if there is one."""
    return next((folder / name for name in SENTENCEPIECE if (folder / name).is_file()), None)


def read(path: Path, name: str) -> Values:
    """The pieces of a file and what it does to letters, as the values of a tokenizer.json.

    Args:
        path: the file.
        name: of the tokenizer's class, see ``class_of``.

    Raises:
        BadModel: it is damaged, or of a kind that is not read.
    """
    from google.protobuf.message import DecodeError

    if path.stat().st_size > MOST_BYTES:
        raise BadModel(f"{path.name} is far too large for a tokenizer. It is refused.")
    known: Any = import_module("transformers.convert_slow_tokenizer")  # transformers has a function of that name, too
    try:
        proto = known.import_protobuf().ModelProto.FromString(path.read_bytes())
    except DecodeError as error:
        raise BadModel(f"{path.name} is damaged: it is no sentencepiece model.") from error
    if proto.trainer_spec.model_type != UNIGRAM:
        raise BadModel(f"{path.name} holds no Unigram model, as those of encoders do. Take one with tokenizer.json.")
    pieces = [(piece.piece, piece.score) for piece in proto.pieces]
    arranged = known.SLOW_TO_FAST_CONVERTERS[name].convert_from_spm(vocab=pieces)["vocab"]
    numbers = {piece: i for i, (piece, _) in enumerate(arranged)}
    kinds = (CONTROL, USER_DEFINED)
    marks = [one for one in proto.pieces if one.type in kinds and one.piece in numbers and one.piece.strip()]
    return {
        "added_tokens": [
            {"id": numbers[one.piece], "content": one.piece, "special": one.type == CONTROL} for one in marks
        ],
        "normalizer": {"type": "Sequence", "normalizers": _letters(proto.normalizer_spec) if name in MAPPED else []},
        "model": {"type": "Unigram", "unk_id": proto.trainer_spec.unk_id, "vocab": [list(one) for one in arranged]},
    }


def class_of(path: Path, family: str, own: Values) -> str:
    """What transformers calls the tokenizer of a file.

    Args:
        path: the file.
        family: of the model, as transformers calls it.
        own: what tokenizer_config.json says.

    Raises:
        BadModel: it is none that is read from such a file.
    """
    name = str(own.get("tokenizer_class") or CLASSES.get(family, "")).removesuffix("Fast")
    if name not in CLASSES.values():
        raise BadModel(
            f"{path.name} is a sentencepiece model, which is not read for {(name or family)[:40]!a}. "
            "Take a model with tokenizer.json."
        )
    return name


def finished(made: Values, found: Values) -> Values:
    """The tokenizer that transformers made of the pieces, with what only the file knows.

    Args:
        made: a tokenizer of the family's class, as JSON.
        found: see ``read``.
    """
    there = {one["content"] for one in made["added_tokens"]}
    added = [one for one in found["added_tokens"] if one["content"] not in there]
    steps = [step for step in (made["normalizer"], found["normalizer"]) if step]
    return made | {
        "added_tokens": [*made["added_tokens"], *added],
        "normalizer": {"type": "Sequence", "normalizers": steps},
    }


def _letters(spec: Any) -> list[Values]:
    """What is done to letters: the file's table is that of NMT's cleaning and NFKC, in some files with lower case."""
    table = [{"type": "Precompiled"}] if spec.precompiled_charsmap else []
    return [*table, {"type": "Lowercase"}] if table and spec.name.endswith("_cf") else table
