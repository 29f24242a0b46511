"""Models from a hub such as huggingface.co, kept in its usual cache and used from there when the network is away."""

from __future__ import annotations

import os
import re
from pathlib import Path
from time import monotonic
from typing import Any

from embedlab.addresses import INSTEAD
from embedlab.base import BadSetting, OnProgress, Progress, Unreachable
from embedlab.models import bert_network
from embedlab.models.bert_files import CONFIG, PICKLED, SAFETENSORS, read_json, wanted

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
        BadModel: see ``bert_network.checked``.
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
