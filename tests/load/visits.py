"""What the students of a class do: pages opened, words looked up, analogies, sentences of their own, a training."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.load.session import Finished, Lost, Session

PAGES = (
    "overview", "lessons", "neighbors", "analogies", "axes", "map", "next_word", "softmax", "polysemy", "cloud",
    "elmo_layers", "flair_characters", "bert", "probes", "contextuality", "leaderboard", "training", "models",
)  # fmt: skip
TRAINS = "train"
"""How the kinds of clicks begin that train, or look on while a training goes on."""
BROWSER = "browser"
"""How the kinds of clicks in a real browser begin."""
TEXT = "106 Wikipedia articles"
"""What is trained on: the largest of the app's samples, 426,000 words."""
WORDS = (
    "river", "queen", "paris", "guitar", "walking", "democracy", "blue", "music", "doctor", "school", "money", "winter",
    "engine", "bread", "king", "ocean", "science", "letter", "garden", "horse", "battle", "church", "summer",
    "language", "bridge", "market", "theory", "island", "metal", "forest",
)  # fmt: skip
QUESTIONS = (
    ("man", "woman", "king"), ("france", "paris", "germany"), ("walk", "walked", "play"), ("big", "bigger", "small"),
    ("car", "cars", "city"), ("japan", "tokyo", "italy"), ("father", "mother", "son"), ("good", "better", "bad"),
)  # fmt: skip
SENSES = {
    "bank": (
        "The {adjective} boat was tied up at the bank.", "We walked along the bank until {time}.",
        "Her {adjective} uncle works in a bank.", "The bank closed its doors at {time}.",
        "They asked the bank for a {adjective} loan.", "Reeds grew on the {adjective} bank of the stream.",
    ),
    "spring": (
        "The {adjective} spring in the clock broke.", "In spring the {adjective} garden wakes up.",
        "Water came from a {adjective} spring until {time}.", "The lessons begin in spring at {time}.",
        "He drank from the spring at {time}.", "A {adjective} spring pushes the door shut.",
    ),
    "bat": (
        "A {adjective} bat flew over the barn at {time}.", "He swung the {adjective} bat and missed.",
        "The bat sleeps until {time}.", "She bought a {adjective} wooden bat.",
        "The bat hunts {adjective} insects.", "They broke the bat at {time}.",
    ),
}  # fmt: skip
ADJECTIVES = (
    "old",
    "small",
    "quiet",
    "red",
    "strange",
    "heavy",
    "famous",
    "cold",
    "green",
    "narrow",
    "bright",
    "empty",
)
TIMES = ("dawn", "noon", "dusk", "midnight", "sunset", "breakfast", "nightfall", "daybreak")


@dataclass(frozen=True)
class Click:
    """One click of a visitor.

    Attributes:
        kind: what was clicked: "open PAGE", "neighbors", "analogies", "polysemy", or "train …".
        at: seconds since the class began.
        seconds: to the finished page.
        size: bytes that the page was.
        errors: what the page showed as an error.
        lost: why the page never finished; empty if it did.
    """

    kind: str
    at: float
    seconds: float
    size: int = 0
    errors: tuple[str, ...] = ()
    lost: str = ""


@dataclass
class Class:
    """What all visitors share.

    Attributes:
        seconds: how long the class lasts.
        think: a visitor looks at a page for a time between these two, drawn evenly, before the next click (seconds).
        arrive: the visitors come within so many seconds.
        began: when everybody was connected, on the monotonic clock.
        clicks: everything that was clicked.
    """

    seconds: float
    think: tuple[float, float] = (8.0, 15.0)
    arrive: float = 15.0
    began: float = field(default_factory=time.monotonic)
    clicks: list[Click] = field(default_factory=list)

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began


class Over(Exception):
    """The class is over."""


class Student:
    """A visitor who follows the mix until the class is over.

    Args:
        session: an open connection.
        group: the class.
        seed: draws everything that this visitor does.
        trains_at: when this visitor starts a training (seconds since the beginning); ``None`` for never.
    """

    def __init__(self, session: Session, group: Class, seed: str, trains_at: float | None = None) -> None:
        self._session, self._group, self._trains_at = session, group, trains_at
        self._random = random.Random(seed)
        self._deck: list[str] = []
        self._mix = {self._look_around: 4, self._neighbors: 2, self._analogies: 2, self._polysemy: 2}

    async def stay(self) -> None:
        """Come, click, go."""
        try:
            await asyncio.sleep(self._random.uniform(0, self._group.arrive))
            await self._take("open the app", self._session.begin)
            while True:
                if self._trains_at is not None and self._group.now >= self._trains_at:
                    self._trains_at = None
                    await self._train()
                [activity] = self._random.choices(list(self._mix), list(self._mix.values()))
                await activity()
        except (Over, Lost):
            return

    async def _look_around(self) -> None:
        for _ in range(3):
            if not self._deck:
                self._deck = self._random.sample(PAGES, len(PAGES))
            await self._open(self._deck.pop())

    async def _neighbors(self) -> None:
        await self._open("neighbors")
        for word in self._random.sample(WORDS, 3):
            await self._click("neighbors", lambda word=word: self._session.fill("word", word))

    async def _analogies(self) -> None:
        await self._open("analogies")
        for words in self._random.sample(QUESTIONS, 1):
            for name, word in zip("abc", words, strict=True):
                await self._click("analogies", lambda name=name, word=word: self._session.fill(name, word))

    async def _polysemy(self) -> None:
        await self._open("polysemy")
        await self._click("polysemy", lambda: self._session.choose("from", "My own"))
        word = self._random.choice(list(SENSES))
        if word != "bank":
            await self._click("polysemy", lambda: self._session.fill("own_word", word))
        await self._click("polysemy", lambda: self._session.fill("own", self._sentences(word)))

    def _sentences(self, word: str) -> str:
        """Sentences that nobody has typed before, or hardly."""
        lines = [
            line.format(adjective=self._random.choice(ADJECTIVES), time=self._random.choice(TIMES))
            for line in SENSES[word]
        ]
        return "\n".join(self._random.sample(lines, len(lines)))

    async def _train(self) -> None:
        """Start a training with the settings that the page offers, and look on for a few clicks' time."""
        await self._click(f"{TRAINS}: open the page", lambda: self._session.turn_to("training"))
        await self._click(f"{TRAINS}: choose a text", lambda: self._session.choose("sample", TEXT))
        await self._click(f"{TRAINS}: start", lambda: self._session.press("start"))
        await self._pause(3)

    async def _open(self, page: str) -> None:
        await self._click(f"open {page}", lambda: self._session.turn_to(page))

    async def _click(self, kind: str, action: Callable[[], Awaitable[Finished]]) -> None:
        await self._pause()
        await self._take(kind, action)

    async def _pause(self, times: int = 1) -> None:
        await asyncio.sleep(times * self._random.uniform(*self._group.think))
        if self._group.now > self._group.seconds:
            raise Over

    async def _take(self, kind: str, action: Callable[[], Awaitable[Finished]]) -> None:
        at = self._group.now
        try:
            done = await action()
        except Lost as error:
            self._group.clicks.append(Click(kind, at, self._group.now - at, lost=str(error)))
            raise
        self._group.clicks.append(Click(kind, at, done.seconds, done.size, done.errors))
