"""A small class on the real app: every page opens for visitors who come at once, and what they ask is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.load import report
from tests.load.crowd import attend
from tests.load.server import Server, started
from tests.load.session import Finished, Session, opened
from tests.load.visits import PAGES, Class, Click

VISITORS = 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("home")) as running:
        yield running


async def pages_of(address: str, pages: tuple[str, ...]) -> dict[str, Finished]:
    async with opened(address) as session:
        await session.begin()
        return {page: await session.turn_to(page) for page in pages}


def test_every_page_opens_for_visitors_who_come_at_once(server: Server) -> None:
    async def all_of_them() -> list[dict[str, Finished]]:
        shares = [PAGES[i::VISITORS] for i in range(VISITORS)]
        return await asyncio.gather(*(pages_of(server.address, share) for share in shares))

    found = {page: done for part in asyncio.run(all_of_them()) for page, done in part.items()}
    assert found.keys() == set(PAGES)
    assert not [done.errors for done in found.values() if done.errors]


def test_two_visitors_who_ask_at_once_each_get_their_own_answer(server: Server) -> None:
    async def ask(word: str) -> str:
        async with opened(server.address) as session:
            await session.begin("neighbors")
            await session.fill("word", word)
            return drawn(session)

    async def both() -> list[str]:
        return await asyncio.gather(ask("river"), ask("guitar"))

    river, guitar = asyncio.run(both())
    assert "nearest to river" in river and "nearest to guitar" in guitar


def drawn(session: Session) -> str:
    """What the first figure says for those who do not see it."""
    return str(session.widgets["figure-neighbors-1"].alt)


def test_a_short_class_meets_no_error(server: Server) -> None:
    group = Class(seconds=4.0, think=(0.1, 0.5), arrive=0.1)
    clicks = asyncio.run(attend(server.address, VISITORS, group, trainings=()))
    assert report.faults(clicks) == []
    assert [click.kind for click in clicks].count("open the app") == VISITORS


def test_the_report_counts_waits_and_faults() -> None:
    clicks = [
        Click("open map", 1.0, 0.1, 2000),
        Click("open map", 2.0, 0.3, 4000),
        Click("train: start", 3.0, 9.0, errors=("No room.",)),
        Click("neighbors", 4.0, 60.0, lost="disconnected"),
    ]
    table = report.lines(clicks, visitors=2, seconds=60)
    assert table[0] == "2 visitors, 1 minutes, 4 clicks, 0.07 a second"
    last = table[-1].split()
    assert last[:5] == ["all", "that", "do", "not", "train"]
    assert [float(figure) for figure in last[5:9]] == [3, 0.20, 0.29, 0.30]
    assert report.faults(clicks) == ["1 x train: start: No room.", "1 x neighbors: disconnected"]
