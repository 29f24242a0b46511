"""A visitor with a real browser, whose waits hold what the others leave out: fetching the front end, and drawing."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from typing import Any

from tests.load.visits import BROWSER, PAGES, Class, Click

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
FINISHED = """name => {
    const app = document.querySelector('[data-testid="stApp"]');
    return app && app.getAttribute('data-test-script-state') === 'notRunning'
        && location.pathname.endsWith(name) && document.querySelector('h1')
        && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stSpinner"], [data-stale="true"]');
}"""
"""Nothing runs, nothing is grey, the page is the one that was asked for."""
EXCEPTION = '[data-testid="stException"]'
PATIENCE = 60_000
"""Milliseconds after which a page counts as never finished."""


async def look_around(address: str, group: Class, seed: str) -> None:
    """Open page after page by clicks in the sidebar until the class is over; kinds begin with "browser"."""
    from playwright.async_api import Error, async_playwright

    draw, program = random.Random(seed), next(filter(None, map(shutil.which, PROGRAMS)))
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        await page.goto(address, wait_until="domcontentloaded")
        await page.wait_for_function(FINISHED, arg="/")
        deck: list[str] = []
        while True:
            await asyncio.sleep(draw.uniform(*group.think))
            if group.now > group.seconds:
                break
            deck = deck or draw.sample(PAGES[1:], len(PAGES) - 1)
            at, name = group.now, deck.pop()
            try:
                group.clicks.append(await _click(page, name, at))
            except Error as error:
                group.clicks.append(Click(f"{BROWSER}: open {name}", at, group.now - at, lost=str(error)[:200]))
        await chromium.close()


async def _click(page: Any, name: str, at: float) -> Click:
    began = time.monotonic()
    await page.locator(f'[data-testid="stSidebarNav"] a[href$="/{name}"]').click()
    await page.wait_for_function(FINISHED, arg=f"/{name}")
    seconds = time.monotonic() - began
    errors = await page.locator(EXCEPTION).all_inner_texts()
    return Click(f"{BROWSER}: open {name}", at, seconds, errors=tuple(errors))
