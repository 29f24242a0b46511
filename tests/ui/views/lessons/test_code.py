"""The code below a lesson: pasted, it computes what the fragments compute."""

from __future__ import annotations

import re

import pytest

from embedlab.data.lessons import Step, load_lessons
from embedlab.ui.views.lessons import steps
from embedlab.ui.views.lessons.code import source

STEPS = {step.show: step for lesson in load_lessons() for step in lesson.steps if step.show not in ("probe", "layers")}
SAID = ("neighbor", "analogy", "knows", "next", "fill")
"""Fragments whose outcome is a word."""


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_the_lines_print_what_the_fragment_found(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    text = source([step])
    assert f"# {step.title}" in text and "computed by the fragment" not in text
    exec(text, {})
    printed = capsys.readouterr().out
    shown = steps.FRAGMENTS[step.show].compute(step.args)
    numbers = [float(one) for one in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", printed)]
    wanted = [shown.outcome] if step.number else shown.table.iloc[:3, -1] if step.show not in SAID else []
    for value in wanted:
        assert any(one == pytest.approx(value, abs=0.006, rel=0.006) for one in numbers), (value, printed)
    if step.show in SAID:
        assert str(shown.outcome) in printed


def test_every_fragment_has_lines_of_its_own() -> None:
    args = {
        "model": "lsa", "models": "lsa", "word": "a", "words": "a, b, c", "other": "b", "inputs": "with", "begin": "a",
        "sentences": "a | b", "sentence": "a ___", "sample": "lee", "anew": "seed",
    }  # fmt: skip
    for show in steps.FRAGMENTS:
        text = source([Step("t", show, args, (), None, "q", "w")])
        compile(text, show, "exec")
        assert "computed by the fragment" not in text
