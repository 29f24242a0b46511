"""How long a thread goes on while others wait."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from embedlab.ui import server


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


def test_turns_are_shorter_than_pythons_own() -> None:
    sys.setswitchinterval(0.005)
    server.shorten()
    assert sys.getswitchinterval() == pytest.approx(server.TURN) and server.TURN < 0.005
