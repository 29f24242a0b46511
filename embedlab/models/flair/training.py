"""Train both directions of Flair in one training, from new weights or from trained ones.

The losses of the two directions are reported apart; progress and checkpoint are shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embedlab.base import OnProgress, StaticModel
from embedlab.data import characters
from embedlab.models.common.context_losses import check_known
from embedlab.models.common.examples import Stream, fingerprint
from embedlab.models.common.recurrent import LstmNetwork, RecurrentLearner
from embedlab.models.flair.config import FlairConfig
from embedlab.models.flair.word_losses import WEIGHTS, TextWords, WordQuestions
from embedlab.training import loop
from embedlab.training.loop import Learner


class BothWays:
    """Examples for both directions: stretches from the beginning and from the end; arguments as for ``Stream``.

    With ``words``, a batch also says which words have been read.
    """

    def __init__(self, text: NDArray[np.int32], lanes: int, length: int, words: TextWords | None = None) -> None:
        self.ways = [Stream(text, lanes, length), Stream(np.ascontiguousarray(text[::-1]), lanes, length)]
        self.words = [words, words.backward] if words else []
        self.lanes, self.tokens = self.ways[0].lanes, self.ways[0].tokens

    def __len__(self) -> int:
        return len(self.ways[0])

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, ...]:
        """Inputs and targets forward, then backward, each (B, T) int64.

        With words follow those read forward and backward, each (B, T, 1 + N) (see ``TextWords.near``).
        """
        texts = (part for way in self.ways for part in way.__getitems__(rows))
        told = zip(self.words, self.ways, strict=False)  # empty without words
        return (*texts, *(torch.from_numpy(words.near(way.positions(rows)[:, :-1])) for words, way in told))


class BothLearner(Learner):
    """The loss of both directions: the mean of the losses of two networks that share nothing.

    Args:
        forward: reads from the left.
        backward: reads from the right.
        questions: the losses on words, forward and backward; may be empty.
    """

    parts: tuple[str, ...] = ("forward", "backward")

    def __init__(self, forward: LstmNetwork, backward: LstmNetwork, questions: Sequence[WordQuestions] = ()) -> None:
        super().__init__()
        self.left, self.right = RecurrentLearner(forward), RecurrentLearner(backward)
        self.questions = nn.ModuleList(questions)
        if questions:
            self.parts = (*self.parts, *WordQuestions.parts)

    def forward(self, *batch: Tensor) -> Tensor:
        """Mean negative log-probability in nats over both directions, plus the losses on words; see ``BothWays``."""
        each = len(self.carried) // 2
        losses: list[Tensor] = []
        losses_on_words: list[Tensor] = []
        carried: list[Tensor] = []
        for i, way in enumerate((self.left, self.right)):
            way.carried = self.carried[i * each : (i + 1) * each]
            inputs, targets = batch[2 * i : 2 * i + 2]
            states = way.read(inputs)  # (B, T, H)
            losses.append(way.loss(states, targets))
            if self.questions:
                losses_on_words.append(self.questions[i](states, batch[4 + i]))
            carried += way.carried
        self.carried = tuple(carried)
        self.apart = torch.stack(losses)
        loss = self.apart.mean()
        if losses_on_words:
            answers = torch.stack(losses_on_words).mean(0)  # (3,)
            self.apart = torch.cat([self.apart, answers])
            loss = loss + (answers * answers.new_tensor(WEIGHTS)).sum()
        return loss


def fit(
    networks: Sequence[LstmNetwork],
    encoded: characters.EncodedCharacters,
    config: FlairConfig,
    on_progress: OnProgress | None = None,
    checkpoints: Path | None = None,
    beginning: str = "",
    company: StaticModel | None = None,
) -> loop.Outcome:
    """Train both networks on a text, side by side (see ``training.loop.fit``).

    Args:
        networks: forward, backward; they are changed.
        encoded: the text; a part is held out.
        config: settings.
        on_progress: called about once a second.
        checkpoints: folder for the checkpoint, from which the training continues after a kill.
        beginning: identifies the initial weights, so that no checkpoint of other weights is resumed.
        company: a static model for the losses on words (see ``WordQuestions``), or ``None``.

    Raises:
        BadInput: too little text, or vectors that know none of its words.
    """
    text, unseen = characters.split(encoded)
    width = config.projection or config.hidden
    questions = [WordQuestions(width, company, config.seed + i) for i in range(2)] if company else []
    known = {word: i for i, word in enumerate(company.words)} if company else {}
    read_words, unseen_words = (
        TextWords.of(part, encoded.characters, known) if company else None for part in (text, unseen)
    )
    if read_words:
        check_known(read_words.numbers)
    beginnings = [part for part in (beginning, questions[0].name if questions else "") if part]
    task = loop.Task(
        BothLearner(networks[0], networks[1], questions),
        BothWays(text, config.batch_size, config.stretch, read_words),
        BothWays(unseen, 16, config.stretch, unseen_words) if len(unseen) > 1 else None,
        unit="characters",
        units_per_word=len(encoded.ids) / max(encoded.words, 1),
        mark=fingerprint("flair", config, [*encoded.characters, *beginnings], len(encoded.ids)),
    )
    return loop.fit(task, config, on_progress, checkpoints)
