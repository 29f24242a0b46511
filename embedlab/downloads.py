"""Downloads: HTTPS from public addresses only, with progress, a size limit and a checksum, in place only when whole."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import ipaddress
import json
import re
import shutil
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from embedlab import disk, limits, storage
from embedlab.base import BadInput, BadModel, OnProgress, Progress, Unreachable

if TYPE_CHECKING:
    import httpx

GENSIM_LIST = "https://raw.githubusercontent.com/RaRe-Technologies/gensim-data/master/list.json"
GENSIM_FILES = "https://github.com/RaRe-Technologies/gensim-data/releases/download"
LEFT_SECONDS = 600.0
"""What a download has not written to for so long belongs to one that was killed."""
REDIRECTS = 5
MOST_PARTS = 1_000
PLAIN = {"accept-encoding": "identity"}
INSTEAD = "Without it, the starters that come with the lab still work."


@dataclass(frozen=True)
class Entry:
    """A set of word vectors in the catalogue of gensim's downloader.

    Attributes:
        name: as ``gensim.downloader`` knows it, such as "glove-wiki-gigaword-100".
        description: what it is.
        licence: a name or an address.
        words: how many, 0 if not said.
        size: bytes of the compressed file.
        urls: its parts, in order.
        md5: of each part.
    """

    name: str
    description: str
    licence: str
    words: int
    size: int
    urls: tuple[str, ...]
    md5: tuple[str, ...]


def fetch(
    url: str,
    path: Path,
    *,
    checksum: str = "",
    largest: int | None = None,
    on_progress: OnProgress | None = None,
    allow_local: bool = False,
) -> Path:
    """Download a file; ``path`` appears only when it is whole.

    Args:
        url: an https address of a public host.
        path: where to put it.
        checksum: "md5:..." or "sha256:...", if known.
        largest: bytes it may have; what the limits say without it.
        on_progress: told the bytes so far about twice a second; what it raises ends the download.
        allow_local: also take http and addresses of this machine or its network.

    Raises:
        BadInput: the address is not allowed, or the file is too large.
        BadModel: the file is not the expected one, or cannot be stored.
        Unreachable: the host cannot be reached or does not give the file.
    """
    digest = hashlib.new(checksum.partition(":")[0] or "sha256", usedforsecurity=False)
    most = limits.Limits.from_environment().download_bytes if largest is None else largest
    with disk.writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear(path)
        with storage.atomic_file(path) as scratch:
            with scratch.open("wb") as file:
                for block in _blocks(url, most, on_progress, allow_local):
                    digest.update(block)
                    file.write(block)
            if checksum and digest.hexdigest() != checksum.partition(":")[2].lower():
                raise BadModel(f"What {url} gave is not the file it should be: its checksum is wrong. Try again.")
    return path


def _clear(path: Path) -> None:
    """Remove what downloads of the same file left that were killed; one that goes on has written just now."""
    for old in path.parent.glob(f".{glob.escape(path.name)}.*"):
        with contextlib.suppress(OSError):
            if time() - old.stat().st_mtime > LEFT_SECONDS:
                old.unlink()


def catalogue(*, url: str = GENSIM_LIST, allow_local: bool = False) -> dict[str, Entry]:
    """The word vectors that gensim's downloader offers; the last list seen if the network is away.

    gensim's own ``api.load`` runs a Python file from the network; this reads the list and nothing else.

    Raises:
        Unreachable: the list was never fetched and cannot be now.
        BadModel: the list is damaged.
    """
    path = storage.home() / "downloads" / "gensim-data.json"
    try:
        fetch(url, path, largest=10_000_000, allow_local=allow_local)
    except Unreachable:
        if not path.is_file():
            raise
    return listed(path, url)


def listed(path: Path, url: str) -> dict[str, Entry]:
    """The entries of a list that came from an address.

    Raises:
        BadModel: the list is damaged.
    """
    try:
        found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["models"]
        entries = [_entry(name, about) for name, about in found.items() if about.get("latest", True)]
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BadModel(f"The list of vectors from {url} is damaged: {error}.") from error
    return {entry.name: entry for entry in entries if not entry.name.startswith("_")}


def fetch_entry(entry: Entry, path: Path, *, on_progress: OnProgress | None = None, allow_local: bool = False) -> Path:
    """Download an entry of the catalogue as one file, its parts joined; raises what ``fetch`` raises."""
    parts = [path.with_name(f"{path.name}.{i}") for i in range(len(entry.urls))]
    try:
        for url, md5, part in zip(entry.urls, entry.md5, parts, strict=True):
            fetch(url, part, checksum=f"md5:{md5}", on_progress=on_progress, allow_local=allow_local)
        with disk.writing(path):
            with parts[0].open("ab") as whole:
                for part in parts[1:]:
                    with part.open("rb") as piece:
                        shutil.copyfileobj(piece, whole, 1 << 20)
            return parts[0].replace(path)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _entry(name: str, about: dict[str, Any]) -> Entry:
    if not re.fullmatch(r"[\w.-]+", name):
        raise ValueError(f"{name!r} is no name")
    number = int(about["parts"])
    if not 1 <= number <= MOST_PARTS:
        raise ValueError(f"{name!r} has {number:.3g} parts")
    base = f"{GENSIM_FILES}/{name}/{name}.gz"
    return Entry(
        name,
        str(about.get("description", "")),
        str(about.get("license", "")),
        int(about.get("num_records") or 0),
        int(about.get("file_size") or 0),
        (base,) if number == 1 else tuple(f"{base}_0{i}" for i in range(number)),
        tuple(str(about["checksum" if number == 1 else f"checksum-{i}"]) for i in range(number)),
    )


def _blocks(url: str, largest: int, on_progress: OnProgress | None, allow_local: bool) -> Iterator[bytes]:
    import httpx

    try:
        with httpx.Client(timeout=30, headers=PLAIN, trust_env=not allow_local) as client:
            yield from _read(_answer(client, url, allow_local), url, largest, on_progress)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise Unreachable(f"{url} could not be reached ({error or type(error).__name__}). {INSTEAD}") from error


def _answer(client: httpx.Client, url: str, allow_local: bool) -> httpx.Response:
    """The answer after at most five redirections, each checked; its body is not read yet."""
    for _ in range(REDIRECTS + 1):
        check_address(url, allow_local)
        answer = client.send(client.build_request("GET", url), stream=True)
        if answer.next_request is None:
            if answer.status_code != 200:
                raise Unreachable(f"{url} answered {answer.status_code} {answer.reason_phrase}. {INSTEAD}")
            return answer
        url = str(answer.next_request.url)
        answer.close()
    raise Unreachable(f"{url} leads from one address to the next and never to a file. {INSTEAD}")


def _read(answer: httpx.Response, url: str, largest: int, on_progress: OnProgress | None) -> Iterator[bytes]:
    size = int(answer.headers.get("content-length") or 0)
    done, began, told = 0, monotonic(), 0.0
    for block in answer.iter_raw(1 << 18):
        done += len(block)
        if max(done, size) > largest:
            found, most = limits.size(max(done, size)), limits.size(largest)
            said = f"{url} is larger than {most}, the most that is taken: {found}."
            raise BadInput(limits.met("download_bytes", said))
        yield block
        if on_progress and (done == size or monotonic() - told > 0.5):
            told = monotonic()
            eta = (told - began) * (size - done) / done if size else None
            on_progress(Progress(done, max(size, done), eta=eta, phase="downloading"))
    if size and done < size:
        raise Unreachable(f"{url} broke off after {done:,} of {size:,} bytes. {INSTEAD}")


def check_address(url: str, allow_local: bool = False) -> None:
    """Refuse what is not an https address of a public host.

    Raises:
        BadInput: it is not.
        Unreachable: the host's name is unknown.
    """
    import httpx

    try:
        parsed = httpx.URL(url)
        host = parsed.host  # decoded here, where a damaged "xn--" name is found
    except (httpx.InvalidURL, ValueError) as error:
        raise BadInput(f"{url!a} is not an address: {error}.") from error
    if allow_local:
        return
    if parsed.scheme != "https" or not host or parsed.userinfo:
        raise BadInput(f"{url} is not taken: give an address that begins with https:// and holds no password.")
    if urllib.request.getproxies().get("https"):
        return  # the proxy resolves the name and decides
    try:
        found = socket.getaddrinfo(host, parsed.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host} could not be reached: there is no network or no such host. {INSTEAD}") from error
    for *_, address in found:
        if not ipaddress.ip_address(address[0]).is_global:
            raise BadInput(f"{url} is not taken: it leads to this machine or its own network.")
