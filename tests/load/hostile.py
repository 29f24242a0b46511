"""A visitor who uploads the worst files that tests/fuzz makes, one after another, with a real browser."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.hostile import FILES, packed
from tests.fuzz.hostile_models import HOSTILE
from tests.load.browser import FLAGS, PATIENCE, PROGRAMS
from tests.load.visits import Class

LOOKS = 12.0
"""Seconds after which this visitor gives a file up and uploads the next."""
TEXTS, MODELS = "training?source=A+file+of+yours", "models"


@dataclass
class Uploaded:
    """What was uploaded so far, by name, and what went wrong with the uploading itself."""

    names: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def made(folder: Path) -> dict[str, Path]:
    """The files by name, written down: making some of them takes seconds, which must not be the server's."""
    found = {}
    for number, (name, (file, make, packs)) in enumerate(FILES.items()):
        content = make()
        file, content = packed(file, content) if packs else (file, content)
        found[name] = folder / f"{number}-{file}"
        found[name].write_bytes(content)
    for number, (name, zipped) in enumerate(HOSTILE.items()):
        found[f"model: {name}"] = folder / f"{number}.zip"
        found[f"model: {name}"].write_bytes(zipped())
    return found


async def upload(address: str, group: Class, files: dict[str, Path], done: Uploaded) -> None:
    """Upload file after file, from the first again after the last, until the class is over."""
    from playwright.async_api import Error, async_playwright

    program = next(filter(None, map(shutil.which, PROGRAMS)))
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        while group.now < group.seconds:
            for name, path in files.items():
                if group.now > group.seconds:
                    break
                try:
                    await page.goto(f"{address}/{MODELS if path.suffix == '.zip' else TEXTS}")
                    await page.locator('input[type="file"]').first.set_input_files(path)
                    if path.suffix == ".zip":
                        await page.get_by_role("button", name="Import").click()
                    done.names.append(name)
                    await asyncio.sleep(min(LOOKS, max(0.0, group.seconds - group.now)))
                except Error as error:
                    done.faults.append(f"{name}: {str(error)[:200]}")
        await chromium.close()
