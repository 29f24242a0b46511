"""Answers that visitors share: made once, also when several ask at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from embedlab.ui.cache import is_remembered, remembered


class Gone(BaseException):
    """What Streamlit raises in a page whose visitor has left it."""


def test_visitors_who_want_the_same_at_the_same_time_have_it_made_once() -> None:
    begun, go_on, made = Event(), Event(), []

    def make() -> str:
        made.append("once")
        begun.set()
        go_on.wait(10)
        return "answer"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(remembered, ("the same",), make)
        begun.wait(10)
        second = pool.submit(remembered, ("the same",), make)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.1)
        go_on.set()
        assert [first.result(10), second.result(10)] == ["answer", "answer"]
    assert remembered(("the same",), make) == "answer" and made == ["once"]


def test_what_a_visitor_left_unmade_is_made_for_the_next() -> None:
    begun, go_on = Event(), Event()

    def leave() -> str:
        begun.set()
        go_on.wait(10)
        raise Gone

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(remembered, ("left",), leave)
        begun.wait(10)
        second = pool.submit(remembered, ("left",), lambda: "answer")
        go_on.set()
        assert second.result(10) == "answer"
        with pytest.raises(Gone):
            first.result(10)


def test_an_error_is_nobody_elses() -> None:
    with pytest.raises(ValueError, match="mine"):
        remembered(("failed",), lambda: int("mine"))
    assert remembered(("failed",), lambda: 7) == 7


def test_it_is_known_whether_there_is_an_answer_already() -> None:
    assert not is_remembered(("asked",))
    remembered(("asked",), lambda: 7)
    assert is_remembered(("asked",))
