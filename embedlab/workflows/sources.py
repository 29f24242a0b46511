"""Where a published model comes from and what it is: names and addresses are fetched, files are told by their contents.

A source is a key of the catalogue, "hub:owner/name", "gensim:name", an https address, or a file, folder or zip archive
of this machine. A name without a prefix is looked for in that order.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import get_args

from embedlab.base import BadInput, OnProgress, Unreachable, paths
from embedlab.base.limits import Limits
from embedlab.data.readers.archives import DAMAGE, check_zip, files_inside
from embedlab.models.common import hub
from embedlab.registry import HUB
from embedlab.workflows import catalogue, downloads
from embedlab.workflows import published as vector_files
from embedlab.workflows.catalogue import GENSIM, Kind, Offer

KINDS: tuple[Kind, ...] = get_args(Kind)
TITLES: dict[Kind, str] = {"vectors": "word vectors", "elmo": "ELMo", "flair": "Flair", "bert": "BERT"}
FORMS = (
    "word vectors in one file (.txt, .vec, .bin, also packed), ELMo as options.json and weights.hdf5, Flair as a "
    "forward and a backward .pt, BERT as config.json, weights and tokenizer (a folder, a zip, or all files together)"
)
LEGACY_TORCH = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""How a checkpoint begins that torch wrote before it wrote zip files: with a pickle."""


@dataclass(frozen=True)
class Wanted:
    """A published model that somebody asks for.

    Attributes:
        sources: a name, an address, a folder or a zip; or the files that belong together.
        kind: one of ``KINDS``; empty to tell it by the contents.
        revision: branch, tag or commit of the hub; empty for its main branch.
        max_words: of word vectors keep only the first, which are the commonest.
        layout: format of a file of word vectors; empty to tell it by the contents.
        member: which file of a zip archive of word vectors, if it holds several.
        lower_case: whether a BERT with vocab.txt alone lower-cases words; ``None`` to tell it by its vocabulary.
        title: name for people; empty for that of the source.
        licence: as far as the person knows; empty for what the source says.
    """

    sources: tuple[str, ...]
    kind: str = ""
    revision: str = ""
    max_words: int | None = None
    layout: str = ""
    member: str = ""
    lower_case: bool | None = None
    title: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Access:
    """What a load may reach, and where it keeps what comes in pieces.

    Attributes:
        files: sources may be files of this machine.
        local: addresses may lead to this machine (for tests).
        cache: folder for what comes from the hub, from which a later load goes on; ``None`` for the hub library's own.
        largest: most bytes that may come; ``None`` for the limit of the settings.
    """

    files: bool = True
    local: bool = False
    cache: Path | None = None
    largest: int | None = None


EVERYTHING = Access()


@dataclass(frozen=True)
class Fetched:
    """A published model whose files are on this machine.

    Attributes:
        kind: what it is.
        files: word vectors: one file; ELMo: options and weights; Flair: two checkpoints in any order; BERT: a folder.
        origin: where it came from, for the card.
        revision: commit of the hub; empty elsewhere.
        title: name for people.
        text: what the source says of itself.
        licence: of the model, if the source says it.
        member: which file of a zip archive of word vectors, if it holds several.
    """

    kind: Kind
    files: tuple[Path, ...]
    origin: str
    revision: str = ""
    title: str = ""
    text: str = ""
    licence: str = ""
    member: str = ""


def fetch(wanted: Wanted, folder: Path, on_progress: OnProgress | None = None, access: Access = EVERYTHING) -> Fetched:
    """Bring a model's files onto this machine and tell what they are.

    Args:
        wanted: the model.
        folder: a scratch folder for what is downloaded or unpacked.
        on_progress: called with bytes while downloading.
        access: what may be reached.

    Raises:
        BadInput: no such source, nothing known in it, or it could be of several kinds.
        BadModel: what came is not the file that it should be.
        Unreachable: it cannot be downloaded.
    """
    if wanted.kind and wanted.kind not in KINDS:
        raise BadInput(f"'{wanted.kind}' is no kind of published model. Known are {', '.join(KINDS)}.")
    if not wanted.sources or not all(wanted.sources):
        raise BadInput(f"Say what to load: a name, an address, or files. Read are {FORMS}.")
    if len(wanted.sources) == 1 and (offer := catalogue.find(wanted.sources[0])):
        return _offered(offer, wanted, folder, on_progress, access)
    if len(wanted.sources) == 1 and (name := _name(wanted.sources[0], wanted.kind, files=access.files)):
        return _named(name, wanted, folder, on_progress, access)
    found = tuple(
        _address(source, folder / str(number), "", on_progress, access)
        if "://" in source
        else _here(source, files=access.files)
        for number, source in enumerate(wanted.sources)
    )
    origin = " + ".join(_origin(source) for source in wanted.sources)
    return _told(found, wanted, folder, origin)


def _offered(offer: Offer, wanted: Wanted, folder: Path, on_progress: OnProgress | None, access: Access) -> Fetched:
    if wanted.kind not in ("", offer.kind):
        raise BadInput(f"'{offer.key}' of the catalogue is of the kind {offer.kind}, not {wanted.kind}.")
    asked = replace(
        wanted, sources=offer.sources, kind=offer.kind, member=wanted.member or offer.member,
        title=wanted.title or offer.title, licence=wanted.licence or offer.licence,
    )  # fmt: skip
    if offer.sources[0].startswith((HUB, GENSIM)):
        return _named(offer.sources[0], asked, folder, on_progress, access)
    sums = offer.checksums or ("",) * len(offer.sources)
    found = tuple(
        _address(source, folder / str(number), checksum, on_progress, access)
        for number, (source, checksum) in enumerate(zip(offer.sources, sums, strict=True))
    )
    return _told(found, asked, folder, " + ".join(offer.sources))


def _name(source: str, kind: str, *, files: bool) -> str:
    """The source as a name with its prefix; empty if it is an address or a file of this machine."""
    if source.startswith((HUB, GENSIM)):
        return source
    if "://" in source or (files and paths.on_this_machine(source).exists()) or not hub.is_name(source):
        return ""
    if "/" in source or kind == "bert":
        return HUB + source
    return (GENSIM if kind == "vectors" or _known_to_gensim(source) else HUB) + source


def _known_to_gensim(name: str) -> bool:
    try:
        return name in downloads.catalogue()
    except Unreachable:
        return False


def _named(name: str, wanted: Wanted, folder: Path, on_progress: OnProgress | None, access: Access) -> Fetched:
    if name.startswith(GENSIM):
        return _from_gensim(name.removeprefix(GENSIM), wanted, folder, on_progress)
    identifier = name.removeprefix(HUB)
    identifier, _, revision = identifier.partition("@")
    if not hub.is_name(identifier):
        raise BadInput(f"'{identifier}' is no name of the hub. A name is like bert-base-uncased or owner/name.")
    if wanted.kind not in ("", "bert"):
        raise BadInput(f"From the hub only encoders of the BERT family are read, not {wanted.kind}. Give an address.")
    at = hub.fetch(identifier, on_progress, wanted.revision or revision, cache=access.cache, largest=access.largest)
    title = wanted.title or title_of(identifier)
    text = f"{identifier}, as it was published"
    return Fetched("bert", (at,), HUB + identifier, at.name, title, text, wanted.licence)


def _from_gensim(name: str, wanted: Wanted, folder: Path, on_progress: OnProgress | None) -> Fetched:
    entry = downloads.catalogue().get(name)
    if entry is None:
        raise BadInput(f"gensim's catalogue has no vectors named '{name}'.")
    path = downloads.fetch_entry(entry, folder / f"{name}.gz", on_progress=on_progress)
    licence = wanted.licence or entry.licence
    return Fetched("vectors", (path,), GENSIM + name, "", wanted.title or name, entry.description, licence, "")


def _address(url: str, folder: Path, checksum: str, on_progress: OnProgress | None, access: Access) -> Path:
    folder.mkdir()
    name = re.sub(r"[^\w.-]+", "-", url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]).strip(".") or "model"
    return downloads.fetch(
        url, folder / name[-100:], checksum=checksum, largest=access.largest, on_progress=on_progress,
        allow_local=access.local,
    )  # fmt: skip


def _here(source: str, *, files: bool) -> Path:
    path = paths.on_this_machine(source)
    if not files:
        raise BadInput(f"'{source}' is no address and no name. Files of this machine are not read here: upload them.")
    if not path.exists():
        raise BadInput(f"There is no file or folder {source}, and no catalogue has that name.")
    return path


def _origin(source: str) -> str:
    return source if "://" in source else Path(source).name


def _told(found: Sequence[Path], wanted: Wanted, folder: Path, origin: str) -> Fetched:
    """What files are, with archives unpacked where they hold more than word vectors."""
    whole = found[0] if len(found) == 1 else None
    files = _inside(whole, folder / "unpacked") if whole else list(found)
    forms = [(file, form(file)) for file in files]  # a file may be given twice
    possible = [kind for kind in _kinds(forms) if wanted.kind in ("", kind)]
    if not possible:
        what = next((title for kind, title in TITLES.items() if kind == wanted.kind), "model")
        listed = ", ".join(file.name for file in files[:12]) or "nothing"
        raise BadInput(f"What was given holds no {what} that is read here: {listed}. {_half(forms)}Read are {FORMS}.")
    if len(possible) > 1:
        raise BadInput(f"This could be {' or '.join(TITLES[kind] for kind in possible)}. Say which kind it is.")
    used = _used(possible[0], forms, whole, folder)
    title = wanted.title or (title_of(found[0].name) if whole else _title(possible[0], used))
    return Fetched(possible[0], used, origin, "", title, origin, wanted.licence, wanted.member)


def _half(forms: Sequence[tuple[Path, str]]) -> str:
    """A sentence that says what is missing where half of an ELMo was given; else empty."""
    if any(what == "hdf5" for _, what in forms):
        return "Weights of ELMo come with a file of options (.json): give both. "
    if any("options" in file.name.lower() and what == "json" for file, what in forms):
        return "Options of ELMo come with a file of weights (.hdf5): give both. "
    return ""


def _title(kind: Kind, used: Sequence[Path]) -> str:
    """A name for several files that belong together: what stands before "forward" or "weights" in the last one's."""
    stem = used[-1].stem
    ends = [at for word in ("forward", "backward", "options", "weights") if (at := stem.find(word)) >= 0]
    name = stem[: min(ends, default=len(stem))].rstrip("-_ .")
    return name if name and kind in ("elmo", "flair") else TITLES[kind]


def _inside(path: Path, scratch: Path) -> list[Path]:
    """The files in a folder, or in a zip archive that holds a network; anything else is one file."""
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
    if form(path) != "zip":
        return [path]
    try:
        with zipfile.ZipFile(path) as archive:
            entries = files_inside(archive)
            chosen = [info for info in entries if _of_a_network(PurePosixPath(info.filename))]
            if not chosen:
                return [path]  # word vectors, which their reader unpacks
            check_zip(entries, path.name, path.stat().st_size, Limits.from_environment())
            top = min((PurePosixPath(info.filename).parent for info in chosen), key=lambda parent: len(parent.parts))
            scratch.mkdir()
            for info in chosen:
                if PurePosixPath(info.filename).parent == top:
                    with archive.open(info) as packed, (scratch / PurePosixPath(info.filename).name).open("wb") as file:
                        shutil.copyfileobj(packed, file, 1 << 20)
    except DAMAGE as error:
        raise BadInput(f"{path.name} is not a whole, readable zip archive: {error}.") from error
    return sorted(scratch.iterdir())


def _of_a_network(name: PurePosixPath) -> bool:
    hidden = "__MACOSX" in name.parts or name.name.startswith(".")
    return not hidden and (hub.wanted(name.name) or name.suffix.lower() in (".pt", ".hdf5", ".h5", ".json"))


def title_of(source: str) -> str:
    """The name that a model has without another one: the last part of its source, without endings."""
    name = source.removeprefix(HUB).removeprefix(GENSIM).partition("@")[0]
    return vector_files.stem(name.rsplit("/", 1)[-1])


def form(path: Path) -> str:
    """What sort of file it is, by its beginning: "hdf5", "json", "torch", "zip", "other", or "empty"."""
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(b"\x89HDF\r\n\x1a\n"):
        return "hdf5"
    if start.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(path) as archive:
                return "torch" if any(name.endswith("/data.pkl") for name in archive.namelist()) else "zip"
        except DAMAGE:
            return "zip"
    if start.startswith(LEGACY_TORCH):
        return "torch"
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "json"
    return "other" if start else "empty"


def kinds(files: Sequence[Path]) -> tuple[Kind, ...]:
    """The kinds of model that files can be together, by what they hold."""
    return _kinds([(file, form(file)) for file in files])


def _kinds(forms: Sequence[tuple[Path, str]]) -> tuple[Kind, ...]:
    whats = [what for _, what in forms]
    found: list[Kind] = []
    if any(file.name == hub.CONFIG and _is_encoder(file) for file, _ in forms):
        found.append("bert")
    if "hdf5" in whats and whats.count("json") - ("bert" in found) >= 1:
        found.append("elmo")
    if "torch" in whats and "bert" not in found:
        found.append("flair")
    others = [file for file, what in forms if what in ("other", "zip")]
    if not found and len([file for file in others if file.suffix.lower() in vector_files.SUFFIXES]) == 1:
        found.append("vectors")
    return tuple(found)


def _is_encoder(config: Path) -> bool:
    try:
        values = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return True  # its reader says what is wrong with it
    return isinstance(values, dict) and "format" not in values


def _used(kind: Kind, forms: Sequence[tuple[Path, str]], whole: Path | None, folder: Path) -> tuple[Path, ...]:
    """Those files that a model of a kind is read from, in the order of ``Fetched.files``."""
    files = [file for file, _ in forms]
    if kind == "bert":
        parent = files[0].parent
        return (parent if all(file.parent == parent for file in files) and whole else _together(files, folder),)
    if kind == "elmo":
        options = [file for file, what in forms if what == "json" and file.name != hub.CONFIG]
        weights = [file for file, what in forms if what == "hdf5"]
        if len(options) != 1 or len(weights) != 1:
            listed = ", ".join(file.name for file in (*options, *weights))
            raise BadInput(f"An ELMo is one options.json and one file of weights; here are {listed}.")
        return options[0], weights[0]
    if kind == "flair":
        checkpoints = tuple(file for file, what in forms if what == "torch")
        if len(checkpoints) != 2:
            listed = ", ".join(file.name for file in checkpoints)
            raise BadInput(f"A Flair is two checkpoints, one forward and one backward; here is {listed}.")
        return checkpoints
    chosen = [file for file, what in forms if file.suffix.lower() in vector_files.SUFFIXES and what != "empty"]
    return (chosen[0],)


def _together(files: Sequence[Path], folder: Path) -> Path:
    """Loose files in one folder, as links under their own names."""
    at = folder / "together"
    at.mkdir()
    for file in files:
        (at / file.name).symlink_to(file.resolve())
    return at
