"""A person's own and published models, in the home folder or a workspace: list, keep under a checked name, delete."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embedlab import registry
from embedlab.base import BadInput, BadModel, files, model_folder, paths
from embedlab.base.limits import Limits, met
from embedlab.base.limits import size as units
from embedlab.registry import ModelSpec, Source

LONGEST = 60
KEPT = "kept.txt"
"""File in a run's folder with the key of the model that its result was kept as."""
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and lone surrogates."""


@dataclass(frozen=True)
class Disk:
    """What models and runs use on disk, in bytes.

    Attributes:
        models: bytes by model key.
        runs: the runs' folders together, with their texts and results.
    """

    models: dict[str, int]
    runs: int


def folder_name(title: str) -> str:
    """The folder name of a model with this title.

    Raises:
        BadInput: the title is empty, too long, has no letter or digit, or has characters that cannot be shown.
    """
    title = one_line(title)
    if not title:
        raise BadInput("Give the model a name.")
    if len(title) > LONGEST:
        raise BadInput(f"The name has {len(title)} characters; at most {LONGEST} are possible.")
    if _UNSEEN.search(title):
        raise BadInput(f"The name {title!a} holds a character that cannot be shown. Choose another one.")
    name = re.sub(r"[^\w]+", "-", title.lower()).strip("-_")
    if not name:
        raise BadInput(f"The name '{title}' holds no letter or digit. Choose another one.")
    return name


def one_line(title: str) -> str:
    """A title without line breaks and repeated spaces."""
    return " ".join(title.split())


def taken(title: str, workspace: str = "") -> bool:
    """Whether the person already has a model of that name, or of one that differs only in punctuation or case."""
    return registry.model_folder("yours", folder_name(title), workspace).exists()


def check(title: str, *, replace: bool = False, source: Source = "yours", workspace: str = "") -> Path:
    """Check, before long work, that its model can be kept under a name; arguments as ``keep``.

    Returns:
        The folder that the model will have.

    Raises:
        BadInput: the name cannot be used, or is taken and ``replace`` is false.
        BadModel: the folder of models cannot be written.
    """
    target = registry.model_folder(source, folder_name(title), workspace)
    if target.exists() and not replace:
        raise BadInput(f"There is a model named '{one_line(title)}' already. Choose another name, or replace it.")
    model_folder.check_target(target, overwrite=replace)
    return target


def keep(folder: Path, title: str, *, replace: bool = False, source: Source = "yours", workspace: str = "") -> str:
    """Copy a model folder to the person's own or published models.

    Args:
        folder: a model folder, for example a run's result.
        title: the model's new name.
        replace: whether a model of that name may be replaced.
        source: "yours" or "published".
        workspace: the visitor's workspace; empty for the owner.

    Returns:
        The model's key.

    Raises:
        BadInput: the name cannot be used, or is taken and ``replace`` is false; or the workspace is full.
        BadModel: the folder is damaged, or the disk is full.
    """
    target = check(title, replace=replace, source=source, workspace=workspace)
    card = dataclasses.replace(model_folder.read_card(folder), title=one_line(title), source=source)
    model_folder.read_kind(folder)
    if workspace:
        check_room(workspace, size(folder) - (size(target) if target.exists() else 0))
    with files.atomic_folder(target, model_folder.is_model if replace else files.never) as made:
        for name in model_folder.FILES:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, made / name)
        text = json.dumps(dataclasses.asdict(card), ensure_ascii=False, indent=2)
        (made / model_folder.CARD).write_text(text + "\n", encoding="utf-8")
    return paths.workspace_key(workspace, target.name) if workspace else f"{source}/{target.name}"


def kept_as(folder: Path) -> str:
    """Key of the model that a run's result was kept as; empty if it was not kept, or the file is damaged."""
    try:
        return (folder / KEPT).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def room(workspace: str, *, replace: bool = False) -> int:
    """Bytes that a visitor may still store; with ``replace`` the largest of their models counts as deleted.

    Args:
        workspace: the visitor's workspace.
        replace: whether a model may be replaced; which one is known only later, by its name.
    """
    models = registry.model_folder("yours", "", workspace)
    largest = max(map(size, models.iterdir()), default=0) if replace and models.is_dir() else 0
    return Limits.from_environment().place_bytes - size(paths.workspace(workspace)) + largest


def check_room(workspace: str, more: int) -> None:
    """Check that a visitor may store ``more`` additional bytes.

    Raises:
        BadInput: the workspace would be too large.
    """
    most = Limits.from_environment().place_bytes
    if (taken := size(paths.workspace(workspace)) + more) > most:
        text = f"Your models would take {units(taken)}; {units(most)} are possible here. Delete one first."
        raise BadInput(met("place_bytes", text))


def offer(spec: ModelSpec, *, on: bool) -> None:
    """Offer a model of whoever runs the lab to all visitors, who can use it and change nothing; or withhold it.

    Args:
        spec: one of their own or published models.
        on: whether visitors shall see it.

    Raises:
        BadInput: it is a starter, or a visitor's own.
        BadModel: the file that says it cannot be written.
    """
    if spec.source == "starter" or spec.workspace:
        raise BadInput(f"'{spec.title}' is not a model that can be offered or withheld.")
    kept = {one.key: registry.offered(one) for one in registry.list_models() if one.source != "starter"}
    text = json.dumps(kept | {spec.key: on}, ensure_ascii=False, indent=2)
    files.write_text(registry.class_file(), text + "\n")


def delete(spec: ModelSpec) -> None:
    """Delete an own or published model.

    Raises:
        BadInput: it is a starter, which cannot be deleted.
        BadModel: the folder cannot be deleted.
    """
    if spec.source == "starter":
        raise BadInput(f"'{spec.title}' is a starter and stays.")
    shelf = registry.model_folder(spec.source, "", spec.workspace).resolve()
    if spec.folder.resolve().parent != shelf:
        raise BadInput(f"'{spec.title}' does not lie on the shelf and is left alone.")
    try:
        shutil.rmtree(spec.folder)
    except OSError as error:
        raise BadModel(f"{spec.folder} cannot be removed: {error.strerror or error}.") from error


def disk(models: Sequence[ModelSpec], runs: Sequence[Path]) -> Disk:
    """What models, and the folders of runs, use on disk."""
    return Disk({spec.key: size(spec.folder) for spec in models}, sum(map(size, runs)))


def size(folder: Path) -> int:
    """Bytes of all files in a folder; files that disappear during the count are left out."""
    total = 0
    with contextlib.suppress(FileNotFoundError):
        for file in folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                total += file.stat().st_size if file.is_file() and not file.is_symlink() else 0
    return total
