"""What has come to stay is passed over by the collector, and garbage is not kept by that."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from embedlab.ui import server


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


class Knot:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_is_passed_over() -> None:
    before = gc.get_freeze_count()
    server.settle()
    assert gc.get_freeze_count() > max(before, 10_000)  # the libraries of the tests alone are more


def test_what_was_passed_over_and_is_garbage_now_goes_at_the_next_call() -> None:
    knot = Knot()
    gone = weakref.ref(knot)
    server.settle()
    del knot
    gc.collect()
    assert gone() is not None
    server.settle()
    assert gone() is None
