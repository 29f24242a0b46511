"""Load any published model, word vectors or network, and keep it as a model folder of this lab."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import psutil

from embedlab import registry
from embedlab.base import BadInput, BadModel, Card, Model, OnProgress, Progress
from embedlab.base import files as base_files
from embedlab.base.card import versions
from embedlab.base.limits import Limits, met, size
from embedlab.store import library
from embedlab.workflows import catalogue, sources
from embedlab.workflows import published as vector_files
from embedlab.workflows.sources import EVERYTHING, Access, Fetched, Wanted

NEEDED = 2.5
"""Memory that reading a network takes, over the size of its files: the file, the network, and a copy on the way."""
WEIGHTS = {".bin", ".hdf5", ".h5", ".pt", ".safetensors"}


def load_published(
    source: str | Path | Sequence[str | Path],
    kind: str | None = None,
    name: str | None = None,
    on_progress: OnProgress | None = None,
    *,
    revision: str = "",
    max_words: int | None = None,
    member: str = "",
    overwrite: bool = False,
) -> Model:
    """Load a published model and keep it among the published ones, where it opens without a network from then on.

    Args:
        source: a key of the catalogue ("bert-base-uncased"), a name on the hub ("owner/name", "hub:name"), a name in
            gensim's catalogue, an https address, a folder, a file, or several files (ELMo: options and weights;
            Flair: forward and backward; BERT: all its files).
        kind: "vectors", "elmo", "flair" or "bert"; ``None`` to tell it by the contents.
        name: its new name; ``None`` for the one that the source has. A model that was loaded from this source
            before is then opened instead.
        on_progress: called with bytes while downloading and reading.
        revision: branch, tag or commit of the hub.
        max_words: of word vectors keep only the first, which are the commonest.
        member: which file of a zip archive of word vectors, if it holds several.
        overwrite: whether a model of that name may be replaced.

    Returns:
        The model, as ``load_model`` gives it.

    Raises:
        BadInput: there is no such source, nothing known in it, or the name is taken.
        BadModel: a file is damaged or of a kind that is not read, or the model would not fit into memory.
        Unreachable: it cannot be downloaded.
    """
    given = [source] if isinstance(source, str | Path) else list(source)
    wanted = Wanted(
        sources=tuple(map(str, given)), kind=kind or "", revision=revision, max_words=max_words, member=member,
        title=name or "",
    )  # fmt: skip
    return registry.load_model(keep(wanted, on_progress, overwrite=overwrite))


def keep(wanted: Wanted, on_progress: OnProgress | None = None, *, overwrite: bool = False) -> str:
    """Load a published model and keep it; see ``load_published``.

    Returns:
        The model's key; without a title in ``wanted`` that of the model that was loaded from this source before.
    """
    if not wanted.title and not overwrite and (key := kept_before(wanted)):
        return key
    if wanted.title:
        library.check(wanted.title, replace=overwrite, source="published")
    model = load(wanted, on_progress)
    return f"published/{vector_files.keep(model, overwrite=overwrite).name}"


def kept_before(wanted: Wanted) -> str:
    """Key of the published model that was loaded whole from this source before; empty if there is none."""
    if len(wanted.sources) != 1 or wanted.max_words or wanted.member:
        return ""
    name, _, revision = wanted.sources[0].partition("@")
    offer = catalogue.find(wanted.sources[0])
    origins = {name, registry.HUB + name, catalogue.GENSIM + name}
    origins |= {" + ".join(offer.sources)} if offer else set()
    for spec in registry.list_models():
        same = spec.source == "published" and spec.card.origin in origins
        if same and (wanted.revision or revision) in ("", spec.card.revision):
            return spec.key
    return ""


def name_of(wanted: Wanted) -> str:
    """The title that a model will have, as far as that is known before it is fetched; else empty."""
    if wanted.title or len(wanted.sources) != 1:
        return wanted.title
    offer = catalogue.find(wanted.sources[0])
    return (offer.title if offer else sources.title_of(wanted.sources[0]))[: library.LONGEST]


def load(wanted: Wanted, on_progress: OnProgress | None = None, access: Access = EVERYTHING) -> Model:
    """Load a published model without keeping it; its card says where it came from.

    Args:
        wanted: the model.
        on_progress: called with bytes while downloading and reading.
        access: what may be reached.

    Raises:
        BadInput, BadModel, Unreachable: see ``load_published``.
    """
    with base_files.temporary_folder() as scratch:
        try:
            found = sources.fetch(wanted, scratch, on_progress, access)
            if found.kind != "vectors":
                check_memory(found)
            if on_progress:
                on_progress(Progress(0, 0, phase="reading"))
            model = _read(found, wanted, on_progress)
            model.card = _card(model, found)
        except OSError as error:
            raise BadInput(f"{' + '.join(wanted.sources)} cannot be read: {error.strerror or error}.") from error
    return model


def check_memory(found: Fetched) -> None:
    """See that a network will fit into the memory that is free now.

    Raises:
        BadModel: it will not.
    """
    there = sum(file.stat().st_size for file in _weights(found))
    free = psutil.virtual_memory().available
    if NEEDED * there > free:
        raise BadModel(
            f"{found.title} has {size(there)} of weights, and to read it takes about {size(int(NEEDED * there))} of "
            f"memory; {size(free)} are free on this machine. Take a smaller model."
        )
    most = Limits.from_environment().model_bytes
    if there > most:
        raise BadModel(met("model_bytes", f"{found.title} has {size(there)}; at most {size(most)} are taken."))


def _read(found: Fetched, wanted: Wanted, on_progress: OnProgress | None) -> Model:
    """Read a model of a kind; its classes come with torch, which word vectors do not need."""
    if found.kind == "vectors":
        return vector_files.load(
            found.files[0], layout=wanted.layout, max_words=wanted.max_words, member=found.member,
            on_progress=on_progress,
        )  # fmt: skip
    if found.kind == "elmo":
        from embedlab.models.elmo.model import Elmo

        return Elmo.from_published(found.files[0], found.files[1])
    if found.kind == "flair":
        return _flair(found)
    from embedlab.models.bert.model import Bert

    return Bert.from_published(found.files[0], do_lower_case=wanted.lower_case)


def _flair(found: Fetched) -> Model:
    from embedlab.models.flair import published
    from embedlab.models.flair.model import Flair

    pair = {each.config.direction: each for each in map(published.load, found.files)}
    if len(pair) < 2:
        raise BadInput(f"Both checkpoints of {found.title} read {next(iter(pair))}. Give one of each direction.")
    return Flair.of(pair["forward"], pair["backward"])


def _card(model: Model, found: Fetched) -> Card:
    return replace(
        model.card,
        title=library.one_line(found.title)[: library.LONGEST],
        text=found.text or found.origin,
        licence=found.licence or model.card.licence,
        source="published",
        created=date.today().isoformat(),
        versions=model.card.versions or versions(),
        origin=found.origin,
        revision=found.revision,
        checksum=_checksum(_weights(found)),
        parameters=sum(array.size for array in model.tensors().values()),
    )


def _weights(found: Fetched) -> list[Path]:
    """The files that hold a model's numbers."""
    if found.kind != "bert":
        return [file for file in found.files if found.kind == "vectors" or file.suffix.lower() != ".json"]
    return sorted(file for file in found.files[0].iterdir() if file.suffix.lower() in WEIGHTS)


def _checksum(weights: Sequence[Path]) -> str:
    made = hashlib.sha256()
    for path in weights:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                made.update(block)
    return f"sha256:{made.hexdigest()}"
