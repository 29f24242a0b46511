"""Load published encoders in Hugging Face's layout from a folder, a zip file or the hub; never run code of a model.

Files from a hub such as huggingface.co are kept in its usual cache and are read from there without a network.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import re
import shutil
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from time import monotonic
from typing import Any

import torch
from torch import Tensor, nn

from embedlab.base import BadInput, BadModel, BadSetting, Card, OnProgress, Progress, Unreachable
from embedlab.base import files as base_temporary
from embedlab.base.addresses import INSTEAD
from embedlab.base.card import versions
from embedlab.base.limits import Limits
from embedlab.base.paths import on_this_machine
from embedlab.data.readers.archives import DAMAGE, check_zip, files_inside
from embedlab.models.bert import casing
from embedlab.models.bert import network as bert_network
from embedlab.models.bert.tokenizer import SpecialTokens, Speller
from embedlab.models.bert.tokenizer_json import from_json, guarded, rebuilt
from embedlab.models.common.layers import check_whole

log = logging.getLogger(__name__)
CONFIG, README = "config.json", "README.md"
SAFETENSORS, INDEX, PICKLED = "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"
TOKENIZER_SETS = (
    ("tokenizer.json",), ("vocab.txt",), ("vocab.json", "merges.txt"), ("spiece.model",), ("spm.model",),
    ("sentencepiece.bpe.model",),
)  # fmt: skip
"""Any of these is a whole tokenizer."""
WHOLE, TOKENIZER_CONFIG = "tokenizer.json", "tokenizer_config.json"
TOKENIZER_FILES = {name for names in TOKENIZER_SETS for name in names} | {
    TOKENIZER_CONFIG, "special_tokens_map.json", "added_tokens.json",
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


HUB = "https://huggingface.co"
SECONDS = 5.0
"""How long the hub has to answer at all."""


def is_name(text: str) -> bool:
    """Whether a text can be a name on the hub: "bert-base-uncased", "owner/model"."""
    name = r"[A-Za-z0-9][\w.-]{0,95}"
    return bool(re.fullmatch(f"{name}(/{name})?", text, re.ASCII)) and ".." not in text


def fetch(name: str, on_progress: OnProgress | None = None) -> Path:
    """The folder of a model of the hub, fetched unless it is there already; config.json is looked at before the rest.

    Args:
        name: of the model.
        on_progress: told the bytes so far.

    Raises:
        BadModel: see ``network.checked``.
        BadSetting: ``HF_ENDPOINT`` is no address.
        Unreachable: the hub cannot be reached, or gives no such model.
    """
    from huggingface_hub import HfApi, errors, hf_hub_download

    gone: Any = errors  # its HTTPError is that of the library it speaks HTTP with, whichever that is

    hub = _endpoint()
    if not _answers(hub):
        return _kept(name, hub)
    try:
        config = Path(hf_hub_download(name, CONFIG, endpoint=hub))
        bert_network.checked(read_json(config))
        try:
            files = HfApi(endpoint=hub).list_repo_files(name, revision=config.parent.name)
        except (gone.HTTPError, OSError, ValueError):
            return config.parent  # what was fetched before
        chosen = [file for file in files if wanted(file, pickled=SAFETENSORS not in files)]
        for file in sorted(chosen, key=lambda file: file in (SAFETENSORS, PICKLED)):
            shown = _bar(on_progress) if on_progress else None
            hf_hub_download(name, file, revision=config.parent.name, endpoint=hub, tqdm_class=shown)
    except errors.HfHubHTTPError as error:
        reason = str(error).strip().split("\n")[0]
        raise Unreachable(f"{hub} does not give a model '{name}': {reason} {INSTEAD}") from error
    except (gone.HTTPError, OSError, ValueError) as error:  # idna's and the codecs' are ValueErrors
        raise _unreachable(name, hub) from error
    return config.parent


def _endpoint() -> str:
    """The address of the hub; where it leads is up to whoever set it.

    Raises:
        BadSetting: ``HF_ENDPOINT`` is no address.
    """
    import httpx

    text = os.environ.get("HF_ENDPOINT") or HUB
    try:
        found = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise BadSetting(f"HF_ENDPOINT is no address: {error}.") from error
    if found.scheme not in ("http", "https") or not found.raw_host:
        raise BadSetting("HF_ENDPOINT must be an address that begins with https://.")
    return text.rstrip("/")


def _unreachable(name: str, hub: str) -> Unreachable:
    return Unreachable(f"{hub}, where '{name}' should lie, could not be reached. {INSTEAD}")


def _answers(hub: str) -> bool:
    """Whether anything answers there; asked once, where the hub's library tries for half a minute."""
    from huggingface_hub import errors, get_session

    gone: Any = errors
    try:
        get_session().head(hub, timeout=SECONDS)
    except (gone.HTTPError, OSError, ValueError):
        return False
    return True


def _kept(name: str, hub: str) -> Path:
    """The folder of a model that was fetched before."""
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(name, CONFIG)
    if not isinstance(config, str):
        raise _unreachable(name, hub)
    bert_network.checked(read_json(Path(config)))
    return Path(config).parent


def _bar(on_progress: OnProgress) -> Any:
    """A class that huggingface_hub takes for a progress bar."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        """Tells bytes instead of drawing."""

        told = 0.0

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs | {"disable": True})

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            if monotonic() - self.told > 0.5 or self.n == self.total:
                self.told = monotonic()
                on_progress(Progress(int(self.n), int(self.total or self.n), phase="downloading", unit="bytes"))

    return Bar


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
    config = bert_network.configured(values)
    with (
        base_temporary.temporary_folder() as temporary,
        guarded(f"The tokenizer of {folder.name} cannot be read"),
    ):
        slow = _slow(_copied(folder, temporary), config)
    fast = getattr(slow, "backend_tokenizer", None)
    if fast is None:
        raise BadModel(f"The tokenizer of {folder.name} has no fast form (tokenizer.json), which is needed here.")
    whole = (folder / WHOLE).read_text(encoding="utf-8") if (folder / WHOLE).is_file() else ""
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


def _copied(folder: Path, scratch: Path) -> Path:
    """The files of a tokenizer, in which tokenizer.json holds nothing but what is known here."""
    for file in folder.iterdir():
        if file.name in TOKENIZER_FILES and file.is_file():
            if file.name == WHOLE:
                text = json.dumps(rebuilt(read_json(file)), ensure_ascii=False)
                (scratch / WHOLE).write_text(text, encoding="utf-8")
            else:
                shutil.copyfile(file, scratch / file.name)
    return scratch


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
