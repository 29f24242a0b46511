"""Results kept on disk by model and settings, so that a page that opens again shows them at once.

One's own lie in the folder of the visitor whose run found them and are there for everybody who asks the same; each
visitor's oldest make room for that visitor's own new ones, never for another's. Where none is one's own, those that
come with the lab are read. A key holds a digest of the weights: a result is only found for those that it is of.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from embedlab.analysis.probing.results import LayerProbe, ProbeSettings
from embedlab.analysis.probing.sources import true_name
from embedlab.base import Ids, OnProgress, files, model_folder, paths, typed_json
from embedlab.base.card import versions

MOST = 200
"""Results of one kind that are kept of each visitor's runs; the oldest go first."""
T = TypeVar("T")
log = logging.getLogger(__name__)


def read_json(file: Path) -> Any:
    """The plain values in a file."""
    return json.loads(file.read_text(encoding="utf-8"))


def write_json(file: Path, values: Any) -> None:
    """Plain values into a file, atomically."""
    files.write_text(file, json.dumps(values, ensure_ascii=False) + "\n")


def from_json(decode: Callable[[Any], T]) -> Callable[[Path], T]:
    """Reads a file of plain values with a function that makes a result of them."""
    return lambda file: decode(read_json(file))


@dataclass(frozen=True)
class Part:
    """One part of a question, whose result is kept by itself.

    Attributes:
        title: for people; empty if it is the whole question.
        key: names its result.
        compute: finds the result, as plain values ready to be kept.
    """

    title: str
    key: str
    compute: Callable[[OnProgress | None], Any]


@dataclass(frozen=True)
class ResultCache(Generic[T]):
    """The results of one kind.

    Attributes:
        kind: names their folder among those that come with the lab, and among one's own.
        decode: makes a result of a file; raises one of ``typed_json.DAMAGED`` if it cannot.
        encode: writes a result into a file.
        home: folder of one's own, below the lab's home, where it is not results/KIND.
        suffix: of the files.
    """

    kind: str
    decode: Callable[[Path], T]
    encode: Callable[[Path, Any], None] = write_json
    home: str = ""
    suffix: str = ".json"

    @property
    def shipped(self) -> Path:
        """Folder of the results that come with the lab."""
        return paths.assets() / "results" / self.kind

    @property
    def own(self) -> Path:
        """Folder of one's own; what whoever runs the lab finds lies in it, what visitors' runs find in theirs there."""
        return paths.home() / (self.home or f"results/{self.kind}")

    def file(self, folder: Path, key: str) -> Path:
        """The file of a result in a folder."""
        return folder / f"{key}{self.suffix}"

    def _find(self, key: str) -> Path | None:
        """One's own, whoever made it; noted as used."""
        mine = self.file(self.own, key)
        result = mine if mine.is_file() else next(iter(sorted(self.own.glob(f"*/{mine.name}"))), None)
        if result:
            files.touch(result)
        return result

    def has(self, key: str) -> bool:
        """Whether there is such a result."""
        return self._find(key) is not None or self.file(self.shipped, key).is_file()

    def get(self, key: str) -> T | None:
        """The result, or ``None`` if it is not kept (or damaged; one's own is then removed)."""
        if (mine := self._find(key)) and (found := self.read(mine)) is not None:
            return found
        if mine:
            self.forget(key)
        return self.read(self.file(self.shipped, key))

    def read(self, file: Path) -> T | None:
        """The result in a file; ``None`` if it is not there or damaged."""
        try:
            return self.decode(file) if file.is_file() else None
        except typed_json.DAMAGED as error:
            log.warning("The kept result %s cannot be read: %s", file.name, error)
            return None

    def all(self) -> list[T]:
        """All results that can be read, shipped ones first, the newest of one's own next."""
        found = sorted(self.shipped.glob(f"*{self.suffix}"))
        found += sorted(self.own.rglob(f"*{self.suffix}"), key=lambda file: file.stat().st_mtime, reverse=True)
        return [one for file in found if (one := self.read(file)) is not None]

    def put(self, key: str, value: Any, visitor: str = "") -> Path:
        """Keep a result, atomically.

        Args:
            key: its name, see ``key_of``.
            value: what was found, as ``encode`` takes it.
            visitor: whose run found it.

        Raises:
            OSError: the disk is full or read-only.
        """
        file = self.file(self.own / paths.workspace_of(visitor), key)
        self.encode(file, value)
        files.only_newest(file.parent, f"*{self.suffix}", MOST)
        return file

    def forget(self, key: str) -> None:
        """Remove a result of one's own."""
        with contextlib.suppress(OSError):
            while path := self._find(key):
                path.unlink()

    def ship(
        self,
        parts: Iterable[Part],
        stale: Callable[[Any], bool],
        folder: Path | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Path]:
        """Compute the results that a folder lacks, and remove those that these replace.

        Args:
            parts: what is to be there.
            stale: whether other plain values there are of the same model, with weights or sentences it had before.
            folder: where the results lie, those that come with the lab if ``None``.
            on_progress: told while one is computed.
        """
        folder, kept = folder or self.shipped, []
        for part in parts:
            kept.append(self.file(folder, part.key))
            if not kept[-1].is_file():
                self.encode(kept[-1], part.compute(on_progress))
        for other in set(folder.glob(f"*{self.suffix}")) - set(kept):
            with contextlib.suppress(*typed_json.DAMAGED):  # damaged, or somebody's own: it stays
                if stale(read_json(other)):
                    other.unlink()
        return kept


def key_of(*parts: Any) -> str:
    """Name of a result, 32 letters: a hash of everything it depends on."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def weights(folder: Path) -> str:
    """A digest of a model's files (see ``model_folder.digest``), which are read once."""
    return _weights(folder, model_folder.stamp(folder))


@lru_cache(maxsize=100)
def _weights(folder: Path, stamp: int) -> str:
    return model_folder.digest(folder)


def sentences(name: str) -> str:
    """A digest of a file of the sentences that come with the lab; empty if there is none."""
    file = paths.assets() / "sentences" / name
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


# ---------------------------------------------------------------- layer probes

FORMAT = 3
"""Results of another format are computed anew."""
LIBRARIES = ("numpy", "torch")


@dataclass(frozen=True, eq=False)
class KeptProbe:
    """A stored result.

    Attributes:
        key: its name.
        models: keys of the models, as ``load_model`` knows them.
        data: name of the tagged file, empty for the shipped sentences.
        probe: what was found.
        created: ISO date.
        versions: pairs of library and version.
        shipped: whether it came with the lab.
    """

    key: str
    models: tuple[str, ...]
    data: str
    probe: LayerProbe
    created: str
    versions: tuple[tuple[str, str], ...]
    shipped: bool = False


def probe_key(digests: Sequence[str], sentences: str, settings: ProbeSettings) -> str:
    """The name of a result.

    Args:
        digests: of the models' folders (``model_folder.digest``).
        sentences: of the tagged sentences (``probe_data.digest``).
        settings: how the probes are trained.
    """
    return key_of(FORMAT, list(digests), sentences, settings.to_dict())


def probe_values(key: str, models: Sequence[str], data: str, probe: LayerProbe) -> dict[str, Any]:
    """Plain values that are stored of a probe.

    Args:
        key: of the question in the cache.
        models: keys of the models.
        data: name of the tagged sentences.
        probe: the result.
    """
    return {
        "format": FORMAT, "key": key, "models": list(models), "data": data, "created": date.today().isoformat(),
        "versions": versions(LIBRARIES), "probe": probe_to_dict(probe),
    }  # fmt: skip


def _kept_probe(file: Path) -> KeptProbe:
    values = read_json(file)
    if values["format"] != FORMAT or values["key"] != file.stem:
        raise ValueError("another format, or another name")
    del values["format"]
    shipped = file.parent == PROBES.shipped
    return typed_json.made(KeptProbe, values | {"probe": _plain_probe(values["probe"]), "shipped": shipped})


PROBES = ResultCache("probes", _kept_probe, home="probes/results")


def probe_to_dict(probe: LayerProbe) -> dict[str, Any]:
    """Plain values; a row's tags as the words that are not O: position, tag, position, tag and so on."""
    rows = [vars(row) | {"tags": _packed(row.tags)} for row in probe.rows]
    depth = dataclasses.asdict(probe.depth) if probe.depth else None
    return vars(probe) | {"rows": rows, "depth": depth, "settings": probe.settings.to_dict()}


def _plain_probe(values: dict[str, Any]) -> dict[str, Any]:
    """Every tag of the rows, under the names that they have today: one that only repeated another is left out."""
    found: dict[str, dict[str, Any]] = {}
    for row in values["rows"]:
        name = true_name(row["strategy"], len(values["layers"]))
        found.setdefault(name, row | {"strategy": name, "tags": _unpacked(row["tags"], values["words"][2])})
    return values | {"rows": list(found.values())}


def _packed(tags: Ids) -> list[int]:
    positions = np.flatnonzero(tags)
    result: list[int] = np.stack([positions, tags[positions]], axis=1).ravel().tolist()
    return result


def _unpacked(packed: list[int], words: int) -> list[int]:
    tags = np.zeros(words, np.int64)
    tags[packed[::2]] = packed[1::2]
    result: list[int] = tags.tolist()
    return result
