"""Settings, progress and the static model's own promises."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import numpy as np
import pytest

from embedlab.base import BadModel, BadSetting, Progress, Settings, StaticConfig, StaticModel, UnknownWord, setting


@dataclass(frozen=True)
class Options(Settings):
    rate: float = setting(0.5, "how fast", low=0, high=1)
    rounds: int = setting(3, "how often", low=1)
    mode: str = setting("a", "which", choices=("a", "b"))
    loud: bool = setting(False, "say it")


class Plain(StaticModel):
    kind: ClassVar[str] = "plain"
    config_class = StaticConfig


def plain() -> Plain:
    return Plain(["a", "b", "c"], np.array([[3.0, 4.0], [0.0, 0.0], [1.0, 0.0]]), np.array([5, 2, 1]))


@pytest.mark.parametrize(
    "values",
    [{"rate": 2}, {"rate": -0.1}, {"rate": float("nan")}, {"rate": "x"}, {"rounds": 0}, {"rounds": 1.5},
     {"rounds": True}, {"mode": "c"}, {"loud": 1}, {"speed": 1}],
)  # fmt: skip
def test_settings_refuse_what_they_do_not_allow(values: dict[str, object]) -> None:
    with pytest.raises(BadSetting, match=next(iter(values))):
        Options.from_dict(values)


def test_settings_round_trip_and_stay_frozen() -> None:
    options = Options(rate=1, rounds=9, mode="b", loud=True)
    assert Options.from_dict(options.to_dict()) == options
    with pytest.raises(FrozenInstanceError):
        options.rate = 0.1


def test_static_model_gives_rows_and_unit_rows() -> None:
    model = plain()
    np.testing.assert_array_equal(model.vector("a"), [3, 4])
    np.testing.assert_allclose(model.unit_matrix, [[0.6, 0.8], [0, 0], [1, 0]])
    assert (len(model), model.dim, "b" in model, "z" in model) == (3, 2, True, False)


def test_an_unknown_word_says_which_word() -> None:
    with pytest.raises(UnknownWord, match="'zebra'") as caught:
        plain().vector("zebra")
    assert caught.value.word == "zebra"


def test_shared_vectors_cannot_be_changed_and_the_callers_array_can() -> None:
    mine = np.ones((2, 2), np.float32)
    model = Plain(["a", "b"], mine)
    with pytest.raises(ValueError, match="read-only"):
        model.matrix[0, 0] = 7
    mine[0, 0] = 2


@pytest.mark.parametrize(
    ("words", "matrix"),
    [(["a"], np.ones((2, 2))), (["a", "a"], np.ones((2, 2))), (["a"], np.ones(2)), (["a"], np.full((1, 2), np.nan))],
)
def test_arrays_that_do_not_belong_together_are_refused(words: list[str], matrix: np.ndarray) -> None:
    with pytest.raises(BadModel):
        Plain(words, matrix)


def test_progress_fraction() -> None:
    assert [Progress(step, total).fraction for step, total in ((1, 4), (5, 4), (1, 0))] == [0.25, 1.0, 0.0]
