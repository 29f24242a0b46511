"""The training of both halves of Flair on a text, from new weights or from learned ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embedlab import training
from embedlab.base import OnProgress
from embedlab.data import characters
from embedlab.models.flair_config import FlairConfig
from embedlab.models.flair_learner import BothLearner, BothWays
from embedlab.models.recurrent import LstmNetwork
from embedlab.models.word_lines import fingerprint


def fit(
    networks: Sequence[LstmNetwork],
    encoded: characters.EncodedCharacters,
    config: FlairConfig,
    on_progress: OnProgress | None = None,
    checkpoints: Path | None = None,
    beginning: str = "",
) -> training.Outcome:
    """Let both networks learn the text, side by side (see ``training.fit``).

    Args:
        networks: forward, backward; they are changed.
        encoded: the text; a part is held out.
        config: settings.
        on_progress: told about once a second.
        checkpoints: folder in which the training is kept, so that it can go on after a kill.
        beginning: names the weights that it goes on from, so that no checkpoint of others is taken.
    """
    text, unseen = characters.split(encoded)
    task = training.Task(
        BothLearner(*networks),
        BothWays(text, config.batch_size, config.stretch),
        BothWays(unseen, 16, config.stretch) if len(unseen) > 1 else None,
        unit="characters",
        units_per_word=len(encoded.ids) / max(encoded.words, 1),
        mark=fingerprint("flair", config, [*encoded.characters, *([beginning] if beginning else [])], len(encoded.ids)),
    )
    return training.fit(task, config, on_progress, checkpoints)
