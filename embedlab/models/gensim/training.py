"""Run gensim's training of word2vec and fastText, with progress, a comparable loss, and a way to stop.

Feed a text from its memory map to gensim, as fast as lists in memory, in a way that can be stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import numpy as np
from gensim.models import FastText
from gensim.models import Word2Vec as Word2VecTrainer
from gensim.models.callbacks import CallbackAny2Vec
from numpy.typing import NDArray

from embedlab.base import Floats, OnProgress, Progress, StaticModel
from embedlab.data.resample import drawn
from embedlab.data.vocab import EncodedCorpus
from embedlab.models.gensim import loss

BLOCK = 1_000
"""Sentences cut out of the text at once."""
LONGEST = 10_000
"""gensim's workers drop what a sentence has beyond this (MAX_SENTENCE_LEN), so longer ones come in parts."""
HELD_OUT_SHARE, HELD_OUT_MOST, HELD_OUT_FROM = 0.01, 2_000, 5_000


class Feed:
    """The sentences of a text as views of their word numbers, as often as wanted; gensim's ``corpus_iterable``.

    gensim looks every token up in ``key_to_index``. Numbers come from the memory map several times faster than
    words, so ``number_words`` makes it a table of numbers while it trains.

    gensim iterates it in a thread of its own and waits for ever when that thread dies, so nothing may be
    raised here: an error is kept in ``error`` and ends the pass, and so does ``stop``.

    Args:
        encoded: the text.
        held_out: (S,) which sentences to skip.

    Attributes:
        words: running words of one pass.
        sentences: views given out in one pass.
        error: what went wrong, if anything.
    """

    def __init__(self, encoded: EncodedCorpus, held_out: NDArray[np.bool_]) -> None:
        self._encoded, self._held_out = encoded, held_out
        lengths = np.diff(encoded.ends, prepend=0)[~held_out]
        self.words = int(lengths.sum())
        self.sentences = int((-(-lengths // LONGEST)).sum())
        self.stopped = False
        self.error: Exception | None = None

    def stop(self, error: Exception | None = None) -> None:
        """End the present pass and every later one as soon as possible; the first error is kept."""
        self.error = self.error or error
        self.stopped = True

    def __iter__(self) -> Iterator[memoryview]:
        try:
            yield from self._pass()
        except Exception as error:
            self.stop(error)

    def _pass(self) -> Iterator[memoryview]:
        """Views, not lists: gensim's workers make a number when they need it, and none waits in their queue."""
        text, ends = np.asarray(self._encoded.ids).data, self._encoded.ends
        for first in range(0, len(ends), BLOCK):
            if self.stopped:
                return
            stops, skip = ends[first : first + BLOCK], self._held_out[first : first + BLOCK]
            starts = np.concatenate([ends[first - 1 : first] if first else [0], stops[:-1]])
            if skip.any() or (stops - starts).max() > LONGEST:
                starts, stops = _kept(starts, stops, ~skip)
            yield from [text[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]


def _kept(
    starts: NDArray[np.int64], stops: NDArray[np.int64], keep: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the kept sentences begin and end, the long ones cut into parts."""
    starts, stops = starts[keep], stops[keep]
    parts = -(-(stops - starts) // LONGEST)
    number = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)  # which part of its sentence
    starts = np.repeat(starts, parts) + number * LONGEST
    return starts, np.minimum(starts + LONGEST, np.repeat(stops, parts))


def number_words(model: Any) -> None:
    """Let a gensim model, its vocabulary built, take word numbers for words."""
    model.wv.key_to_index = {number: number for number in range(len(model.wv.index_to_key))}


def hold_out(encoded: EncodedCorpus, seed: int) -> NDArray[np.bool_]:
    """(S,) which sentences are kept from training to measure the loss on.

    One in a hundred, at most 2,000, and none of a text of fewer than 5,000 sentences: at most 1 % of the text
    is lost to training, and of a large one far less.
    """
    enough = len(encoded) >= HELD_OUT_FROM
    return drawn(len(encoded), min(int(HELD_OUT_SHARE * len(encoded)), HELD_OUT_MOST) if enough else 0, seed)


__all__ = ["FastTextTrainer", "Inputs", "Word2VecTrainer", "batch_words", "quiet", "run"]

Inputs = Callable[[], tuple[Floats, NDArray[np.float32]]]
"""Gives (V, D) sums of every word's input vectors and (V,) how many went into each."""


class FastTextTrainer(FastText):  # type: ignore[misc]
    """gensim's, without composing the word vectors one by one at the end: ``NgramTable`` does it in one product."""

    def _clear_post_train(self) -> None:
        self.wv.norms = None


def run(
    model: Any,
    encoded: EncodedCorpus,
    inputs: Inputs,
    snapshot: Callable[[], StaticModel],
    on_progress: OnProgress | None,
) -> float | None:
    """Train a gensim model on an encoded text.

    One sentence in a hundred, at most 2,000, is kept from training to measure ``Progress.held_out`` on, if the
    text has 5,000 or more.

    Args:
        model: a gensim Word2Vec or FastText without a vocabulary.
        encoded: the text; its vocabulary is taken as it is, in its order.
        inputs: the input vectors as they are now.
        snapshot: the model as it is now.
        on_progress: told about every second, and at every epoch's end with both losses and ``peek``; what it
            raises stops the training within a batch and is raised here.

    Returns:
        The training loss after the last epoch: nats a prediction on 2,500 fixed ones.
    """
    with quiet():
        vocabulary = encoded.vocabulary
        counts = dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True))
        model.build_vocab_from_freq(counts, corpus_count=len(encoded))
        watch = _Watch(model, encoded, inputs, snapshot, on_progress)
        number_words(model)
        try:
            model.train(
                watch.feed,
                total_examples=watch.feed.sentences,
                total_words=watch.feed.words,
                epochs=model.epochs,
                callbacks=[watch],
            )
        finally:
            watch.feed.stop()  # lets gensim's threads end when this one was interrupted
            watch.release()
        return watch.loss


def batch_words(words: int, workers: int, dim: int, window: int, vectors_a_word: float) -> int:
    """Words a worker trains on at a time: many for speed, few enough to stop in time and to lower the rate smoothly.

    Args:
        words: running words of the text.
        workers: threads.
        dim: width of a vector.
        window: largest window.
        vectors_a_word: vectors touched for one predicted word (noise words, tree nodes, n-grams).
    """
    in_time = 50_000_000 / (dim * window * vectors_a_word)
    smooth = words / (20 * workers)
    return int(min(LONGEST, max(in_time, 100), max(smooth, 200)))


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps gensim's remarks (a text shorter than announced, few batches) off the terminal."""
    logger = logging.getLogger("gensim")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


class _Watch(CallbackAny2Vec):  # type: ignore[misc]
    """Measures the loss and tells the caller; gensim calls it in the caller's thread, never in a worker."""

    def __init__(
        self,
        model: Any,
        encoded: EncodedCorpus,
        inputs: Inputs,
        snapshot: Callable[[], StaticModel],
        on_progress: OnProgress | None,
    ) -> None:
        held_out = hold_out(encoded, model.seed)
        self.feed = Feed(encoded, held_out)
        self.loss: float | None = None
        self._model, self._inputs, self._snapshot, self._on_progress = model, inputs, snapshot, on_progress
        self._examples = loss.draw(encoded, ~held_out, model, model.seed)
        self._unseen = loss.draw(encoded, held_out, model, model.seed) if held_out.any() else None
        self._epoch = 0
        self._began = self._last = monotonic()
        self._last_words = 0
        self._train_job = model._do_train_job
        model._log_progress = self._on_report
        model._do_train_job = self._job
        model._raw_word_count = _word_count

    def release(self) -> None:
        """Take back what was put into the model, so that neither keeps the other in memory."""
        del self._model._log_progress, self._model._do_train_job, self._model._raw_word_count

    def _job(self, sentences: list[memoryview], alpha: float, inits: Any) -> tuple[int, int]:
        """A worker's batch; skipped once training was stopped. gensim would wait for ever for a dead worker."""
        if not self.feed.stopped:
            try:
                done: tuple[int, int] = self._train_job(sentences, alpha, inits)
                return done
            except Exception as error:
                self.feed.stop(error)
        return 0, 0

    def _on_report(
        self, _jobs: Any, _reports: Any, _epoch: int, _done: int, _all: int, words: int, *_more: Any
    ) -> None:
        """About once a second while an epoch runs; an error waits for the epoch's end, which it brings about."""
        if self._on_progress is None or self.feed.stopped:
            return
        try:
            self._on_progress(self._progress(words))
        except Exception as error:
            self.feed.stop(error)

    def on_epoch_end(self, model: Any) -> None:
        """Raise what stopped the epoch, or report its losses."""
        if self.feed.error is not None:
            raise self.feed.error
        self._epoch += 1
        sums, sizes = self._inputs()
        self.loss = loss.mean_loss(self._examples, model, sums, sizes)
        if self._on_progress is not None:
            unseen = loss.mean_loss(self._unseen, model, sums, sizes)
            self._on_progress(self._progress(0, loss=self.loss, held_out=unseen, peek=self._snapshot))

    def _progress(self, words: int, **more: Any) -> Progress:
        done, total, now = self._epoch * self.feed.words + words, self._model.epochs * self.feed.words, monotonic()
        stretch, since = (done - self._last_words, self._last) if words else (done, self._began)
        speed = stretch / max(now - since, 1e-9)
        eta = (now - self._began) * (total - done) / max(done, 1)
        self._last, self._last_words = now, done
        return Progress(done, total, tokens_per_second=speed, eta=eta, epoch=self._epoch, **more)


def _word_count(sentences: list[memoryview]) -> int:
    """What gensim asks for twice a sentence, without a generator."""
    return sum(map(len, sentences))
