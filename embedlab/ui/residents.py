"""Which models are in the server's memory, what each takes there, and which have to make room for another."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

Key = tuple[str, int]
"""Folder of a model, and its stamp."""


class Residents:
    """Keeps the books of the models in memory; those who load and unload them tell it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sizes: OrderedDict[Key, int] = OrderedDict()  # least recently used first; also of those being loaded
        self._loaded: dict[int, Key] = {}  # by the id of the model

    def use(self, key: Key) -> None:
        """Note that a model is wanted now, if it is in memory."""
        with self._lock:
            if key in self._sizes:
                self._sizes.move_to_end(key)

    def make_room(self, key: Key, size: int, most: int) -> list[Key]:
        """Enter a model that is about to be loaded, and strike out others, least recently used first, until all fit.

        Args:
            key: of the model.
            size: bytes that it will take.
            most: bytes that all may take together.

        Returns:
            Those that are to be unloaded.
        """
        with self._lock:
            self._sizes[key] = size
            self._sizes.move_to_end(key)
            ids = {of: number for number, of in self._loaded.items()}
            found = []
            for other in [one for one in self._sizes if one != key and one in ids]:
                if sum(self._sizes.values()) <= most:
                    break
                found.append(other)
                del self._sizes[other], self._loaded[ids[other]]
            return found

    def loaded(self, key: Key, model: object) -> None:
        """Note that a model is in memory now."""
        with self._lock:
            self._loaded[id(model)] = key

    def failed(self, key: Key) -> None:
        """Note that a model could not be loaded."""
        with self._lock:
            self._sizes.pop(key, None)

    def released(self, model: object) -> None:
        """Note that a model was unloaded."""
        with self._lock:
            if key := self._loaded.pop(id(model), None):
                self._sizes.pop(key, None)

    def has(self, folder: str) -> bool:
        """Whether the model of a folder is in memory."""
        with self._lock:
            return any(one == folder for one, _ in self._loaded.values())
