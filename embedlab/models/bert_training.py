"""The training of a BERT on a text in pieces, from new weights or from learned ones."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from embedlab import training
from embedlab.base import Counts, OnProgress
from embedlab.models.bert_config import BertConfig
from embedlab.models.bert_examples import SHORT, SegmentPairs, rarer, split
from embedlab.models.bert_learner import BertLearner
from embedlab.models.bert_pieces import Speller
from embedlab.models.bert_text import PieceText
from embedlab.models.questions import Question
from embedlab.models.word_lines import fingerprint


def fit(
    network: nn.Module,
    text: PieceText,
    speller: Speller,
    counts: Counts,
    config: BertConfig,
    on_progress: OnProgress | None = None,
    checkpoints: Path | None = None,
    beginning: str = "",
    company: Question | None = None,
) -> training.Outcome:
    """Let a network learn hidden words, and next sentences if its settings say so (see ``training.fit``).

    Args:
        network: with a head for what it learns; it is changed.
        text: in pieces; one in twenty is held out.
        speller: the numbers of the marks, and V.
        counts: (V,) how often each piece stands in the text.
        config: settings.
        on_progress: told about once a second.
        checkpoints: folder in which the training is kept, so that it can go on after a kill.
        beginning: names the weights that it goes on from (``digest``), so that no checkpoint of others is taken.
        company: asks states for the words around theirs; ``None`` asks nothing.
    """
    read, unseen = split(text, config.sequence, config.seed)
    pairs, rate = config.next_sentence, config.mask_rate
    chances = rarer(counts, config.mask_subsample) if config.mask_subsample else None
    if company is not None:
        beginning += company.name
    task = training.Task(
        BertLearner(network, pairs=pairs, company=company),
        SegmentPairs(
            read, speller, config.sequence, pairs=pairs, seed=config.seed, mask_rate=rate, chances=chances, short=SHORT
        ),
        SegmentPairs(unseen, speller, config.sequence, pairs=pairs, seed=0) if len(unseen.ids) > 3 else None,
        unit="wordpieces",
        mark=fingerprint("bert", config, [*speller.vocabulary, beginning], len(text.ids)),
    )
    return training.fit(task, config, on_progress, checkpoints)
