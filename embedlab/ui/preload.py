"""Heavy libraries, imported while visitors read the first page, so that the next click does not wait for them."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from threading import Condition, Thread

from embedlab.ui import memory

log = logging.getLogger(__name__)

MODULES = (
    "torch", "sklearn.decomposition", "transformers", "transformers.models.bert.modeling_bert",
    "embedlab.models.bert", "embedlab.models.elmo", "embedlab.models.flair", "embedlab.models.lstm",
)  # fmt: skip
"""In the order in which pages are likely to want them; each takes a second or so."""
PAUSE = 0.3
"""Seconds without a page being made before an import begins."""


class Preload:
    """Imports modules one after another, never while a page is being made.

    Two threads that import at the same time can find modules half imported; so a page waits for the import that is
    under way, and the next one waits until no page is being made.

    Args:
        modules: their full names; one that cannot be imported is left to the page that needs it.
        pause: seconds of quiet before each.
    """

    def __init__(self, modules: Sequence[str] = MODULES, pause: float = PAUSE) -> None:
        self._modules, self._pause = modules, pause
        self._change, self._pages, self._importing = Condition(), 0, False
        self._thread = Thread(target=self._work, name="preload", daemon=True)

    def begin(self) -> None:
        """Start; returns at once."""
        self._thread.start()

    def wait(self) -> None:
        """Return when everything is imported."""
        self._thread.join()

    @contextmanager
    def page(self) -> Iterator[None]:
        """A page is being made: nothing is imported beside it."""
        with self._change:
            self._change.wait_for(lambda: not self._importing)
            self._pages += 1
        try:
            yield
        finally:
            with self._change:
                self._pages -= 1
                self._change.notify_all()

    def _work(self) -> None:
        for module in self._modules:
            self._quiet()
            try:
                import_module(module)
            except Exception:
                log.exception("%s could not be imported beforehand", module)
            finally:
                with self._change:
                    self._importing = False
                    self._change.notify_all()
        memory.settle()

    def _quiet(self) -> None:
        """Wait until no page has been made for a while; from then on pages wait."""
        while True:
            time.sleep(self._pause)
            with self._change:
                if not self._pages:
                    self._importing = True
                    return
                self._change.wait_for(lambda: not self._pages)
