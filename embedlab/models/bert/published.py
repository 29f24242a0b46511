"""Load published encoders in Hugging Face's layout from a folder, a zip file or the hub; never run code of a model.

Files from a hub such as huggingface.co are kept in its usual cache and are read from there without a network.
"""

from __future__ import annotations

import json
import logging
import pickle
import re
import shutil
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import torch
from torch import Tensor, nn

from embedlab.base import BadInput, BadModel, Card, OnProgress
from embedlab.base import files as base_temporary
from embedlab.base.card import versions
from embedlab.base.limits import Limits
from embedlab.base.paths import on_this_machine
from embedlab.data.readers.archives import DAMAGE, check_zip, files_inside
from embedlab.models.bert import casing, sentencepiece_file
from embedlab.models.bert import network as bert_network
from embedlab.models.bert.tokenizer import SpecialTokens, Speller
from embedlab.models.bert.tokenizer_json import from_json, guarded, rebuilt
from embedlab.models.common.hub import (
    CONFIG,
    INDEX,
    PICKLED,
    README,
    SAFETENSORS,
    SENTENCEPIECE,
    TOKENIZER_CONFIG,
    TOKENIZER_FILES,
    TOKENIZER_SETS,
    WHOLE,
    fetch,
    is_name,
    read_json,
    wanted,
)  # fmt: skip
from embedlab.models.common.layers import check_whole

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Published:
    """What was read.

    Attributes:
        network: with its weights.
        head: what it has on top.
        speller: cuts words into its pieces.
        card: where it comes from.
    """

    network: nn.Module
    head: bert_network.Head
    speller: Speller
    card: Card


def read(source: str | Path, on_progress: OnProgress | None = None, lowercase: bool | None = None) -> Published:
    """Read a published encoder; see ``Bert.from_published``."""
    text, path = str(source), on_this_machine(source)
    if path.is_dir():
        return _folder(path, path.resolve().name, lowercase)
    if path.is_file():
        return _zip(path, lowercase)
    if not is_name(text):
        raise BadInput(f"There is no folder or zip file {text}, and it is no name on the hub.")
    return _folder(fetch(text, on_progress), text, lowercase)


def _zip(path: Path, lowercase: bool | None) -> Published:
    """Only the files that a model is made of are unpacked, into a folder that is gone afterwards."""
    if not zipfile.is_zipfile(path):
        raise BadInput(f"{path.name} is neither a folder nor a zip file.")
    with base_temporary.temporary_folder() as temporary:
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, path, temporary)
        except DAMAGE as error:
            raise BadInput(f"{path.name} is not a whole, readable zip file: {error}.") from error
        return _folder(temporary, path.stem, lowercase)


def _unpack(archive: zipfile.ZipFile, path: Path, folder: Path) -> None:
    entries = files_inside(archive)
    check_zip(entries, path.name, path.stat().st_size, Limits.from_environment())
    configs = [PurePosixPath(info.filename) for info in entries if PurePosixPath(info.filename).name == CONFIG]
    if not configs:
        raise BadInput(f"{path.name} holds no {CONFIG}. Pack a folder in Hugging Face's layout.")
    parent = min(configs, key=lambda config: len(config.parts)).parent
    for info in entries:
        name = PurePosixPath(info.filename)
        if name.parent == parent and wanted(name.name):
            with archive.open(info) as packed, (folder / name.name).open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)


def _folder(folder: Path, name: str, lowercase: bool | None) -> Published:
    values = read_json(folder / CONFIG)
    bert_network.checked(values)
    config = read_json(folder / TOKENIZER_CONFIG) if (folder / TOKENIZER_CONFIG).is_file() else {}
    text, marks = _tokenizer(folder, values, config)
    cased = casing.found(folder, text, config, lowercase)
    if cased and cased.note:
        log.warning("%s: %s", name, cased.note)
    tokenizer = from_json(casing.switched(text, cased) if cased else text)
    network, head = bert_network.from_weights(values, _weights(folder))
    speller = Speller(tokenizer, marks, bert_network.vocabulary_size(network))
    card = Card(
        title=name[:60], text=f"{name}, as it was published", licence=_licence(folder), source="published",
        created=date.today().isoformat(), versions=versions(("torch", "transformers")),
        note=cased.note if cased else "",
    )  # fmt: skip
    return Published(network, head, speller, card)


def _tokenizer(folder: Path, values: dict[str, Any], own: dict[str, Any]) -> tuple[str, SpecialTokens]:
    """The fast tokenizer of a folder as JSON, and what it calls its marks."""
    if not any(all((folder / name).is_file() for name in names) for names in TOKENIZER_SETS):
        raise BadModel(
            f"{folder.name} holds no tokenizer: tokenizer.json or vocab.txt should lie beside the weights. Without it "
            "words cannot be cut into the pieces that the network knows."
        )
    if "auto_map" in own:
        raise BadModel("The tokenizer asks to run Python code of its own (auto_map). No code from models is run here.")
    file = sentencepiece_file.find(folder)
    try:
        whole = (folder / WHOLE).read_text(encoding="utf-8") if (folder / WHOLE).is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadModel(f"{WHOLE} is damaged: {error}.") from error
    with (
        base_temporary.temporary_folder() as temporary,
        guarded(f"The tokenizer of {folder.name} cannot be read"),
    ):
        _copy(folder, temporary)
        if whole or file is None or (folder / "vocab.txt").is_file():
            slow = _slow(temporary, bert_network.configured(values))
        else:
            slow, whole = _of_pieces(file, temporary, sentencepiece_file.class_of(file, values["model_type"], own))
    fast = getattr(slow, "backend_tokenizer", None)
    if fast is None:
        raise BadModel(f"The tokenizer of {folder.name} has no fast form (tokenizer.json), which is needed here.")
    marks = {
        "begin": slow.cls_token, "end": slow.sep_token, "mask": slow.mask_token, "pad": slow.pad_token,
        "unknown": slow.unk_token or slow.mask_token,
    }  # fmt: skip
    if missing := [name for name, mark in marks.items() if mark is None]:
        raise BadModel(f"The tokenizer does not say which piece is the {missing[0]} mark.")
    return whole or fast.to_str(), SpecialTokens(**{name: str(mark) for name, mark in marks.items()})


def _slow(folder: Path, config: Any) -> Any:
    """What transformers makes of a tokenizer's files: it knows how each family writes them."""
    from transformers import AutoTokenizer

    found: Any = AutoTokenizer.from_pretrained(
        str(folder), config=config, trust_remote_code=False, local_files_only=True
    )
    return found


def _of_pieces(file: Path, scratch: Path, name: str) -> tuple[Any, str]:
    """What transformers makes of a sentencepiece file, and the whole tokenizer as JSON."""
    import transformers

    found = sentencepiece_file.read(file, name)
    plain = rebuilt(found | {"normalizer": None, "pre_tokenizer": None})
    (scratch / WHOLE).write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
    made: Any = getattr(transformers, name).from_pretrained(str(scratch), local_files_only=True)
    finished = sentencepiece_file.finished(json.loads(made.backend_tokenizer.to_str()), found)
    return made, json.dumps(rebuilt(finished), ensure_ascii=False)


def _copy(folder: Path, scratch: Path) -> None:
    """Copy the files of a tokenizer; in tokenizer.json then stands nothing but what is known here."""
    for file in folder.iterdir():
        if file.name in TOKENIZER_FILES - {*SENTENCEPIECE} and file.is_file():
            if file.name == WHOLE:
                text = json.dumps(rebuilt(read_json(file)), ensure_ascii=False)
                (scratch / WHOLE).write_text(text, encoding="utf-8")
            else:
                shutil.copyfile(file, scratch / file.name)


def _weights(folder: Path) -> dict[str, Tensor]:
    """Weights by name: safetensors, whole or in parts, else what torch's weights-only unpickler takes."""
    if (folder / SAFETENSORS).is_file():
        return _safetensors(folder / SAFETENSORS)
    if (folder / INDEX).is_file():
        parts = sorted({str(part) for part in read_json(folder / INDEX).get("weight_map", {}).values()})
        if any(Path(part).name != part for part in parts):
            raise BadModel(f"{INDEX} names files outside of the folder. It is refused.")
        return {name: weight for part in parts for name, weight in _safetensors(folder / part).items()}
    if not (folder / PICKLED).is_file():
        raise BadModel(f"{folder.name} holds no weights: {SAFETENSORS} is missing.")
    _check_zip(folder / PICKLED)
    try:
        found = torch.load(folder / PICKLED, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise BadModel(
            f"{PICKLED} is damaged or holds something else than weights. Take a model with {SAFETENSORS}."
        ) from error
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise BadModel(f"{PICKLED} holds something else than weights.")
    try:
        check_whole(found, (folder / PICKLED).stat().st_size)
    except ValueError as error:
        raise BadModel(f"{PICKLED} is damaged: {error}.") from error
    return found


def _check_zip(path: Path) -> None:
    """See that a torch checkpoint does not say to hold more than it has.

    Raises:
        BadModel: it does, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except DAMAGE:
        return  # of the time before torch wrote zip files, or damaged: the unpickler says so
    if sum(info.file_size for info in infos) > path.stat().st_size:
        raise BadModel(f"{path.name} says to hold more than its {path.stat().st_size:,} bytes. It is refused.")


def _safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        weights: dict[str, Tensor] = load_file(path)
    except (OSError, SafetensorError) as error:
        raise BadModel(f"{path.name} is damaged or not whole: {error}. Copy or download it again.") from error
    return weights


def _licence(folder: Path) -> str:
    """What the head of the README says."""
    path = folder / README
    text = path.read_text(encoding="utf-8", errors="replace")[:20_000] if path.is_file() else ""
    found = re.search(r"^license:\s*([\w.+-]+)\s*$", text, re.MULTILINE)
    return found[1] if found else ""
