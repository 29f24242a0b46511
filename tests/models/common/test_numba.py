"""Compiled functions where their code cannot be kept."""

import pytest
from numba.core.caching import CacheImpl

from embedlab.models.common.numba import compiled


def test_without_a_folder_to_write_to_it_compiles_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert compiled()(lambda x: x + 1)(2) == 3
