"""The files of an encoder in Hugging Face's layout: which are read, and how they are fetched from the hub."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from time import monotonic
from typing import Any

from embedlab.base import BadInput, BadModel, BadSetting, OnProgress, Progress, Unreachable
from embedlab.base.addresses import INSTEAD
from embedlab.base.limits import Limits, met, size

CONFIG, README = "config.json", "README.md"
SAFETENSORS, INDEX, PICKLED = "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"
SENTENCEPIECE = ("spiece.model", "spm.model", "sentencepiece.bpe.model", "sentencepiece.model")
"""What families call the file of sentencepiece."""
TOKENIZER_SETS = (
    ("tokenizer.json",), ("vocab.txt",), ("vocab.json", "merges.txt"), *((name,) for name in SENTENCEPIECE),
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


def fetch(
    name: str,
    on_progress: OnProgress | None = None,
    revision: str = "",
    *,
    cache: Path | None = None,
    largest: int | None = None,
) -> Path:
    """The folder of a model of the hub, fetched unless it is there already; config.json is looked at before the rest.

    Args:
        name: of the model.
        on_progress: told the bytes so far.
        revision: branch, tag or commit; empty for the main branch.
        cache: folder for what is fetched, from which a later call goes on; ``None`` for the hub library's own.
        largest: most bytes; ``None`` for the limit of the settings.

    Returns:
        The folder, named by the commit.

    Raises:
        BadInput: it is larger than what may be downloaded.
        BadModel: see ``network.checked``.
        BadSetting: ``HF_ENDPOINT`` is no address.
        Unreachable: the hub cannot be reached, or gives no such model.
    """
    from huggingface_hub import HfApi, RepoFile, errors, hf_hub_download

    from embedlab.models.bert import network  # with torch

    gone: Any = errors  # its HTTPError is that of the library it speaks HTTP with, whichever that is

    hub = _endpoint()
    if not _answers(hub):
        return _kept(name, hub, revision, cache)
    try:
        config = Path(hf_hub_download(name, CONFIG, revision=revision or None, endpoint=hub, cache_dir=cache))
        network.checked(read_json(config))
        try:
            listed = HfApi(endpoint=hub).list_repo_tree(name, revision=config.parent.name)
            sizes = {file.path: file.size for file in listed if isinstance(file, RepoFile)}
        except (gone.HTTPError, OSError, ValueError):
            return config.parent  # what was fetched before
        chosen = [file for file in sizes if wanted(file, pickled=SAFETENSORS not in sizes)]
        _check_size(name, sum(sizes[file] for file in chosen), largest)
        for file in sorted(chosen, key=lambda file: file in (SAFETENSORS, PICKLED)):
            shown = _bar(on_progress) if on_progress else None
            hf_hub_download(name, file, revision=config.parent.name, endpoint=hub, cache_dir=cache, tqdm_class=shown)
    except errors.HfHubHTTPError as error:
        reason = str(error).strip().split("\n")[0]
        raise Unreachable(f"{hub} does not give a model '{name}': {reason} {INSTEAD}") from error
    except (gone.HTTPError, OSError, ValueError) as error:  # idna's and the codecs' are ValueErrors
        raise _unreachable(name, hub) from error
    return config.parent


def _check_size(name: str, found: int, largest: int | None) -> None:
    most = Limits.from_environment().download_bytes if largest is None else largest
    if found > most:
        said = f"{name} takes {size(found)}; at most {size(most)} are fetched."
        raise BadInput(met("download_bytes", said))


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


def _kept(name: str, hub: str, revision: str, cache: Path | None) -> Path:
    """The folder of a model that was fetched before."""
    from huggingface_hub import try_to_load_from_cache

    from embedlab.models.bert import network  # with torch

    config = try_to_load_from_cache(name, CONFIG, cache_dir=cache, revision=revision or None)
    if not isinstance(config, str):
        raise _unreachable(name, hub)
    network.checked(read_json(Path(config)))
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
