"""A class of students on one server, at once."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

from tests.load import browser, hostile
from tests.load.session import opened
from tests.load.visits import PAGES, Class, Click, Student

TRAINING = (0.15, 0.35, 0.55)
"""When the first visitors start a training, one each: shares of the class's time."""


async def prepare(address: str) -> None:
    """What a teacher does before the class: open every page once."""
    async with opened(address) as session:
        await session.begin()
        for page in PAGES:
            await session.turn_to(page)


async def attend(
    address: str,
    visitors: int,
    group: Class,
    *,
    seed: int = 1,
    trainings: tuple[float, ...] = TRAINING,
    browsers: int = 0,
    worst: dict[str, Path] | None = None,
    uploaded: hostile.Uploaded | None = None,
) -> list[Click]:
    """Let so many visitors come, click until the class is over, and go; everything that was clicked.

    Args:
        address: of the server, "http://host:port".
        visitors: how many.
        group: how long it takes and how fast they click.
        seed: draws what each of them does.
        trainings: when the first visitors start a training, one each; shares of the class's time.
        browsers: how many visitors with a real browser come beside them.
        worst: hostile files by name that one more visitor uploads all the time (see ``tests.load.hostile``).
        uploaded: takes down what that visitor did.
    """
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(opened(address)) for _ in range(visitors)]
        group.began = time.monotonic()
        times = [group.seconds * share for share in trainings]
        students = [
            Student(session, group, f"{seed}-{number}", times[number] if number < len(times) else None)
            for number, session in enumerate(sessions)
        ]
        real = [browser.look_around(address, group, f"{seed}-browser-{number}") for number in range(browsers)]
        if worst:
            real.append(hostile.upload(address, group, worst, uploaded or hostile.Uploaded()))
        await asyncio.gather(*(student.stay() for student in students), *real)
    return group.clicks
