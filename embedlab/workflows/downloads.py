"""Downloads: HTTPS from public addresses only, with progress, limits of size and time, and a checksum.

A file is moved to its target only when it is complete. What a slow or broken download has brought is kept for the next
try.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from embedlab.base import BadInput, BadModel, OnProgress, Progress, Unreachable, addresses, files, limits, paths
from embedlab.base.addresses import INSTEAD
from embedlab.store import unfinished

if TYPE_CHECKING:
    import httpx

GENSIM_LIST = "https://raw.githubusercontent.com/RaRe-Technologies/gensim-data/master/list.json"
GENSIM_FILES = "https://github.com/RaRe-Technologies/gensim-data/releases/download"
LEFT_SECONDS = 600.0
"""Seconds without a write after which a temporary file counts as left by a killed download."""
REDIRECTS = 5
MOST_PARTS = 1_000


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


@dataclass(frozen=True)
class Received:
    """A part of a file from the network.

    Attributes:
        data: its bytes.
        at: their position in the file.
        size: bytes of the whole file, 0 if unknown.
        version: the server's name of this version of the file, with which a download can continue; else empty.
    """

    data: bytes
    at: int
    size: int
    version: str


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
        largest: most bytes; ``None`` for the limit of the settings.
        on_progress: called with the bytes so far about twice a second; an error in it ends the download.
        allow_local: also take http and addresses of this machine or its network.

    Raises:
        BadInput: the address is not allowed, or the file is too large.
        BadModel: the file is not the expected one, or cannot be stored.
        Unreachable: the host cannot be reached, does not give the file, or is too slow.
    """
    most = limits.Limits.from_environment().download_bytes if largest is None else largest
    with files.writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        files.clear(path.parent, path.name, seconds=LEFT_SECONDS)  # a running download has a newer file
        with files.atomic_file(path) as made:
            _receive(made, url, most, on_progress, allow_local)
            if checksum and not _matches(made, checksum):
                raise BadModel(f"What {url} gave is not the file it should be: its checksum is wrong. Try again.")
    return path


def _matches(path: Path, checksum: str) -> bool:
    method, _, wanted = checksum.partition(":")
    with path.open("rb") as file:
        return (
            hashlib.file_digest(file, lambda: hashlib.new(method, usedforsecurity=False)).hexdigest() == wanted.lower()
        )


def _receive(made: Path, url: str, most: int, on_progress: OnProgress | None, allow_local: bool) -> None:
    """Write a file from the network; continue where an earlier try ended."""
    version = unfinished.take(url, made)
    began, told, first = monotonic(), 0.0, made.stat().st_size if version else 0
    try:
        with made.open("r+b") as file:
            for received in _received(url, first, version, most, allow_local):
                if not received.data:  # the first part only says where the file continues
                    file.truncate(file.seek(received.at))
                    first = received.at
                file.write(received.data)
                done, version = received.at + len(received.data), received.version
                if on_progress and received.data and (done == received.size or monotonic() - told > 0.5):
                    told = monotonic()
                    eta = (told - began) * (received.size - done) / (done - first) if received.size else None
                    on_progress(Progress(done, max(received.size, done), eta=eta, phase="downloading"))
    except Unreachable as error:
        if unfinished.keep(url, version, made):
            raise Unreachable(f"{error} What came is kept: ask for it again and the download goes on.") from error
        raise


def catalogue(*, url: str = GENSIM_LIST, allow_local: bool = False) -> dict[str, Entry]:
    """The word vectors that gensim's downloader offers; without a network, the list as it was last fetched.

    gensim's own ``api.load`` runs a Python file from the network; this function only reads the list.

    Raises:
        Unreachable: the list was never fetched and cannot be now.
        BadModel: the list is damaged.
    """
    path = paths.home() / "downloads" / "gensim-data.json"
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
        with files.writing(path):
            with parts[0].open("ab") as whole:
                for part in parts[1:]:
                    with part.open("rb") as received:
                        shutil.copyfileobj(received, whole, 1 << 20)
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


def _received(url: str, start: int, version: str, most: int, allow_local: bool) -> Iterator[Received]:
    """Download a file in parts; the first part is empty and says where the next one begins."""
    from embedlab.workflows import connection

    pace = connection.Pace(limits.Limits.from_environment().download_seconds)
    headers = {"range": f"bytes={start}-", "if-range": version} if start else {}
    with connection.trouble(url), connection.client(pace, local=allow_local) as client:
        answer = _answer(client, url, allow_local, headers)
        if headers and not _goes_on(answer, start):
            answer.close()
            answer = _answer(client, url, allow_local, {})
        yield from _read(answer, url, start if answer.status_code == 206 else 0, most)


def _goes_on(answer: httpx.Response, start: int) -> bool:
    """Whether a response to a range request can be used: it is the rest of the file, or the whole file."""
    at = re.match(r"bytes (\d{1,18})-", answer.headers.get("content-range", ""))
    return answer.status_code == 200 or (at is not None and answer.status_code == 206 and int(at[1]) == start)


def _answer(client: httpx.Client, url: str, allow_local: bool, headers: dict[str, str]) -> httpx.Response:
    """The response after at most five redirects, each of which is checked; its body is not read yet."""
    fine = (200, 206, 416) if headers else (200,)
    for _ in range(REDIRECTS + 1):
        if not allow_local:
            addresses.check(url)
        answer = client.send(client.build_request("GET", url, headers=headers), stream=True)
        if answer.next_request is None:
            if answer.status_code not in fine:
                raise Unreachable(f"{url} answered {answer.status_code} {answer.reason_phrase}. {INSTEAD}")
            return answer
        url = str(answer.next_request.url)
        answer.close()
    raise Unreachable(f"{url} leads from one address to the next and never to a file. {INSTEAD}")


def _read(answer: httpx.Response, url: str, start: int, largest: int) -> Iterator[Received]:
    length = int(answer.headers.get("content-length") or 0)
    done, size, version = start, start + length if length else 0, unfinished.version(answer.headers)
    yield Received(b"", done, size, version)
    for block in answer.iter_raw():
        if max(done + len(block), size) > largest:
            found, most = limits.size(max(done + len(block), size)), limits.size(largest)
            message = f"{url} is larger than {most}, the most that is taken: {found}."
            raise BadInput(limits.met("download_bytes", message))
        yield Received(block, done, size, version)
        done += len(block)
    if done < size:
        raise Unreachable(f"{url} broke off after {done:,} of {size:,} bytes. {INSTEAD}")
