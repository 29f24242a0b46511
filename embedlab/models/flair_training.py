"""The training of both halves of Flair on a text, from new weights or from learned ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embedlab import training
from embedlab.base import OnProgress, StaticModel
from embedlab.data import characters
from embedlab.models.flair_company import WordQuestions
from embedlab.models.flair_config import FlairConfig
from embedlab.models.flair_learner import BothLearner, BothWays
from embedlab.models.flair_words import TextWords
from embedlab.models.near import check_known
from embedlab.models.recurrent import LstmNetwork
from embedlab.models.word_lines import fingerprint


def fit(
    networks: Sequence[LstmNetwork],
    encoded: characters.EncodedCharacters,
    config: FlairConfig,
    on_progress: OnProgress | None = None,
    checkpoints: Path | None = None,
    beginning: str = "",
    company: StaticModel | None = None,
) -> training.Outcome:
    """Let both networks learn the text, side by side (see ``training.fit``).

    Args:
        networks: forward, backward; they are changed.
        encoded: the text; a part is held out.
        config: settings.
        on_progress: told about once a second.
        checkpoints: folder in which the training is kept, so that it can go on after a kill.
        beginning: names the weights that it goes on from, so that no checkpoint of others is taken.
        company: vectors by which the states are asked of words, too (see ``WordQuestions``).

    Raises:
        BadInput: too little text, or vectors that know none of its words.
    """
    text, unseen = characters.split(encoded)
    width = config.projection or config.hidden
    questions = [WordQuestions(width, company, config.seed + i) for i in range(2)] if company else []
    known = {word: i for i, word in enumerate(company.words)} if company else {}
    read, asked = (TextWords.of(part, encoded.characters, known) if company else None for part in (text, unseen))
    if read:
        check_known(read.numbers)
    beginnings = [part for part in (beginning, questions[0].name if questions else "") if part]
    task = training.Task(
        BothLearner(networks[0], networks[1], questions),
        BothWays(text, config.batch_size, config.stretch, read),
        BothWays(unseen, 16, config.stretch, asked) if len(unseen) > 1 else None,
        unit="characters",
        units_per_word=len(encoded.ids) / max(encoded.words, 1),
        mark=fingerprint("flair", config, [*encoded.characters, *beginnings], len(encoded.ids)),
    )
    return training.fit(task, config, on_progress, checkpoints)
