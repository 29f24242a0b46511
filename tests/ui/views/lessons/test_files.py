"""Every shipped lesson: its fragments, models and choices, and that the models answer every step as it expects."""

import math

import pytest

from embedlab.base import BadInput, paths
from embedlab.data.lessons import Lesson, Step, load_lessons, parse
from embedlab.ui.views.lessons import steps
from embedlab.ui.views.lessons.language import judge
from embedlab.ui.views.lessons.results import OTHER, keys
from tests.data.test_lessons import GOOD

STEPS = [(lesson, step) for lesson in load_lessons() for step in lesson.steps]
NAMES = [f"{lesson.key}-{number}" for lesson in load_lessons() for number in range(1, len(lesson.steps) + 1)]


@pytest.mark.parametrize("lesson", load_lessons(), ids=lambda lesson: lesson.key)
def test_a_lesson_asks_shipped_models_only_and_names_all(lesson: Lesson) -> None:
    asked = {key for step in lesson.steps for key in keys(step.args)}
    assert asked == set(lesson.models)
    assert all((paths.assets() / "starters" / key).is_dir() for key in lesson.models)


@pytest.mark.parametrize(("lesson", "step"), STEPS, ids=NAMES)
def test_the_models_answer_with_one_of_the_choices(lesson: Lesson, step: Step) -> None:
    steps.check(lesson, step)
    shown = steps.FRAGMENTS[step.show].compute(step.args)
    assert shown.text
    assert len(shown.table)
    if step.number:
        assert isinstance(shown.outcome, float) and math.isfinite(shown.outcome)
        assert step.number.low <= shown.outcome <= step.number.high
    else:
        assert sum(judge(step, choice, shown.outcome) for choice in step.choices) == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("show: neighbor", "show: oracle", "no fragment 'oracle'"),
        ("word: king", "words: king", "'neighbor' needs model, word"),
        ("model: lsa", "model: bert", "do not name bert"),
        ("another word", "princess", f"the choices lack {OTHER}"),
        ("choices: queen | another word", "number: 0 to 1 within 0.1", "the outcome is no number"),
    ],
)
def test_a_step_that_does_not_fit_its_fragment_is_refused(old: str, new: str, said: str) -> None:
    lesson = parse("x", GOOD.replace(old, new, 1))
    with pytest.raises(BadInput, match=said):
        steps.check(lesson, lesson.steps[0])
