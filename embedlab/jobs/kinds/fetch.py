"""Loading a published model as a background run: from files, an address, the hub, or a catalogue."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from embedlab.base import BadInput, EmbedLabError, OnProgress, Progress, paths, typed_json
from embedlab.base import files as base_files
from embedlab.jobs.run import Run
from embedlab.registry import Source
from embedlab.store import library
from embedlab.workflows import text_choice
from embedlab.workflows.sources import Access, Wanted


@dataclass(frozen=True)
class FetchSettings:
    """Settings of a run that loads vectors (settings.json).

    Attributes:
        source: a key of the catalogue, a name on the hub or in gensim's catalogue, an https address, or a path on this
            machine (of several parts, such as ELMo's, a line each); empty for what was uploaded into the run's folder.
        name: title of the model; empty for that of the source.
        max_words: of word vectors keep so many, the first in the file.
        licence: of the model, as far as the visitor knows.
        replace: whether a published model of that name may be overwritten.
        kind: "vectors", "elmo", "flair" or "bert"; empty to tell it by the contents.
        revision: branch, tag or commit of the hub.
        layout: format of a file of word vectors; empty where its content shall tell.
        member: which file of a zip archive of word vectors, if it holds several.
        lower_case: whether a BERT with vocab.txt alone lower-cases words; ``None`` to tell it by its vocabulary.
    """

    source: str = ""
    name: str = ""
    max_words: int = 200_000
    licence: str = ""
    replace: bool = False
    kind: str = ""
    revision: str = ""
    layout: str = ""
    member: str = ""
    lower_case: bool | None = None


def local_files() -> bool:
    """Whether files of this machine may be named by whoever runs the lab; ``EMBEDLAB_LOCAL_FILES=0`` forbids it."""
    return os.environ.get("EMBEDLAB_LOCAL_FILES", "1").lower() not in ("0", "no", "off", "false")


def shelf_of(workspace: str) -> Source:
    """Where a loaded model is kept: a visitor's among their own."""
    return "yours" if workspace else "published"


PIECES = "hub"
"""Folder of a visitor's workspace for what has come from the hub, so that a load that broke off goes on there."""
MEASURED = 1_000_000
"""Bytes of a download from which its speed is measured."""


def measured_speed() -> float:
    """Bytes per second of the last download of this lab; 0 before there was one."""
    with contextlib.suppress(OSError, ValueError):
        return max(0.0, float(_speed_file().read_text(encoding="utf-8")))
    return 0.0


def _speed_file() -> Path:
    return paths.home() / "downloads" / "speed.txt"


def _timed(on_progress: OnProgress) -> OnProgress:
    """Report on, and write down the speed of a download as it goes on."""
    first: list[tuple[float, int]] = []

    def report(event: Progress) -> None:
        if event.phase == "downloading":
            now, done = monotonic(), event.step
            if not first or done < first[-1][1]:
                first[:] = [(now, done)]
            elif (more := done - first[0][1]) >= MEASURED and now > first[0][0]:
                with contextlib.suppress(EmbedLabError):
                    base_files.write_text(_speed_file(), f"{more / (now - first[0][0]):.0f}\n")
        on_progress(event)

    return report


def _wanted(run: Run, settings: FetchSettings) -> Wanted:
    """The model that a run is asked for: by its source, or by the files that were uploaded into its folder."""
    sources = tuple(settings.source.splitlines()) or tuple(map(str, text_choice.files_of(run.folder)))
    if not sources:
        raise BadInput("Give a file, a folder, an address or a name.")
    return Wanted(
        sources=sources, kind=settings.kind, revision=settings.revision, max_words=settings.max_words,
        layout=settings.layout, member=settings.member, lower_case=settings.lower_case, title=settings.name,
        licence=settings.licence,
    )  # fmt: skip


def _access(settings: FetchSettings, workspace: str) -> Access:
    """What the run may reach: a visitor's no file of this machine, and no more than they have room for."""
    if not workspace:
        return Access(files=local_files() or not settings.source)
    room = max(1, library.room(workspace, replace=settings.replace))
    return Access(files=not settings.source, cache=paths.workspace(workspace) / PIECES, largest=room)


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Load the model and keep it as a published one, or in the workspace of the visitor who started the run.

    Raises:
        BadInput: the settings are damaged, the source does not exist, or a model of this name is there.
        EmbedLabError: as the loader and ``library.keep`` do.
    """
    from embedlab.workflows import loading

    settings = typed_json.settings(FetchSettings, values)
    wanted, workspace = _wanted(run, settings), paths.workspace_of(run.visitor)
    shelf = shelf_of(workspace)
    if name := settings.name or loading.name_of(wanted):
        library.check(name, replace=settings.replace, source=shelf, workspace=workspace)
    if workspace:
        library.check_room(workspace, 1)
    access = _access(settings, workspace)
    model = loading.load(wanted, _timed(on_progress), access)
    if access.cache is not None:
        shutil.rmtree(access.cache, ignore_errors=True)
    name = settings.name or model.title
    library.check(name, replace=settings.replace, source=shelf, workspace=workspace)
    if workspace and not settings.replace:
        library.check_room(workspace, sum(array.nbytes for array in model.tensors().values()))
    model.save(run.result, overwrite=True)
    key = library.keep(run.result, name, source=shelf, replace=settings.replace, workspace=workspace)
    base_files.write_text(run.folder / library.KEPT, key)
    text_choice.clear(run.folder)
    _remove(run.result)


def _remove(folder: Path) -> None:
    """The model lies on the shelf now; a second copy would only use disk."""
    for file in folder.iterdir():
        file.unlink()
