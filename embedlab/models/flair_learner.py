"""Both directions of Flair learned in one training: their losses apart, one progress, one checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embedlab.models.flair_company import WEIGHTS, WordQuestions
from embedlab.models.flair_words import TextWords
from embedlab.models.recurrent import LstmNetwork, RecurrentLearner
from embedlab.models.streams import Stream
from embedlab.training import Learner


class BothWays:
    """A text cut into stretches from its beginning and from its end; arguments as for ``Stream``.

    With ``words``, the text's, a batch says which words were read, too.
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
        told = zip(self.words, self.ways, strict=False)  # nothing without words
        return (*texts, *(torch.from_numpy(words.near(way.places(rows)[:, :-1])) for words, way in told))


class BothLearner(Learner):
    """Two networks that share nothing; the loss is the mean of theirs.

    Args:
        forward: reads from the left.
        backward: reads from the right.
        questions: what their states are asked of words, forward and backward; nothing if empty.
    """

    parts: tuple[str, ...] = ("forward", "backward")

    def __init__(self, forward: LstmNetwork, backward: LstmNetwork, questions: Sequence[WordQuestions] = ()) -> None:
        super().__init__()
        self.left, self.right = RecurrentLearner(forward), RecurrentLearner(backward)
        self.questions = nn.ModuleList(questions)
        if questions:
            self.parts = (*self.parts, *WordQuestions.parts)

    def forward(self, *batch: Tensor) -> Tensor:
        """Mean negative log-probability in nats over both directions, and what is asked; see ``BothWays``."""
        each = len(self.carried) // 2
        losses: list[Tensor] = []
        asked: list[Tensor] = []
        carried: list[Tensor] = []
        for i, way in enumerate((self.left, self.right)):
            way.carried = self.carried[i * each : (i + 1) * each]
            inputs, targets = batch[2 * i : 2 * i + 2]
            states = way.read(inputs)  # (B, T, H)
            losses.append(way.loss(states, targets))
            if self.questions:
                asked.append(self.questions[i](states, batch[4 + i]))
            carried += way.carried
        self.carried = tuple(carried)
        self.apart = torch.stack(losses)
        loss = self.apart.mean()
        if asked:
            answers = torch.stack(asked).mean(0)  # (3,)
            self.apart = torch.cat([self.apart, answers])
            loss = loss + (answers * answers.new_tensor(WEIGHTS)).sum()
        return loss
