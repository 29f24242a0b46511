"""word2vec: that it learns, that its loss is the paper's, that it can be repeated, stopped and watched."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import gensim.models
import numpy as np
import pytest

from embedlab.base import BadSetting, Cancelled, Progress
from embedlab.data.corpus import Corpus
from embedlab.data.vocab import EncodedCorpus, encode
from embedlab.models.gensim import loss as gensim_loss
from embedlab.models.gensim import training as gensim_feed
from embedlab.models.word2vec import Word2Vec, Word2VecConfig

DRAW = random.Random(4)
TOPICS = [[f"{topic}{i}" for i in range(15)] for topic in ("sea", "law")]
SENTENCES = [DRAW.choices(DRAW.choice(TOPICS), k=DRAW.randint(2, 12)) for _ in range(6000)]
KINDS: dict[str, dict[str, Any]] = {
    "skip-gram": {"algorithm": "skipgram"},
    "CBOW": {"algorithm": "cbow"},
    "skip-gram by tree": {"algorithm": "skipgram", "hs": True},
    "CBOW by tree": {"algorithm": "cbow", "hs": True},
}


def small(**changes: Any) -> Word2VecConfig:
    return Word2VecConfig(**{"dim": 12, "min_count": 1, "epochs": 3, "workers": 1, "sample": 0.0} | changes)


@pytest.mark.parametrize("kind", KINDS)
def test_topics_come_apart_and_both_losses_fall(kind: str) -> None:
    ends: list[Progress] = []
    model = Word2Vec.train(
        Corpus.from_sentences(SENTENCES), small(**KINDS[kind]), lambda p: ends.append(p) if p.peek else None
    )
    sea, law = ([model.positions[word] for word in topic] for topic in TOPICS)
    similarity = model.unit_matrix @ model.unit_matrix.T
    assert similarity[np.ix_(sea, sea)].mean() > similarity[np.ix_(sea, law)].mean() + 0.4
    losses, unseen = [p.loss for p in ends], [p.held_out for p in ends]
    assert losses == sorted(losses, reverse=True)
    assert unseen == sorted(unseen, reverse=True)
    assert abs(losses[-1] - unseen[-1]) < 0.2
    assert model.card.loss == losses[-1]


def test_hierarchical_softmax_cannot_beat_the_entropy_of_the_text() -> None:
    """Words of a topic are equally likely, so no model can predict one better than ln 15 = 2.71 nats."""
    losses: list[float | None] = []
    Word2Vec.train(
        Corpus.from_sentences(SENTENCES), small(hs=True, window=2, alpha=0.05), lambda p: losses.append(p.loss)
    )
    measured = [loss for loss in losses if loss is not None]
    assert np.log(15) - 0.1 < measured[-1] < np.log(30)


@pytest.mark.parametrize("kind", KINDS)
def test_one_worker_and_a_seed_repeat_every_bit(kind: str) -> None:
    settings = small(**KINDS[kind], epochs=2)
    first, second = (Word2Vec.train(Corpus.from_sentences(SENTENCES[:1000]), settings) for _ in range(2))
    assert first.matrix.tobytes() == second.matrix.tobytes()
    assert first.card.loss == second.card.loss


def encoded() -> EncodedCorpus:
    return encode(SENTENCES, 1, None)


def prepared(text: EncodedCorpus, **settings: Any) -> gensim.models.Word2Vec:
    model = gensim.models.Word2Vec(vector_size=12, min_count=1, sorted_vocab=0, seed=2, **settings)
    counts = dict(zip(text.vocabulary.words, text.vocabulary.counts.tolist(), strict=True))
    model.build_vocab_from_freq(counts)
    return model


def test_the_feed_gives_gensim_what_lists_would() -> None:
    """Trained from our feed or from lists, with the same settings, the vectors are the same, bit for bit."""
    text = encoded()
    nothing_held_out = np.zeros(len(text), np.bool_)
    matrices = []
    for sentences in (gensim_feed.Feed(text, nothing_held_out), SENTENCES):
        model = prepared(text, workers=1, epochs=2)
        if sentences is not SENTENCES:
            gensim_feed.number_words(model)
        model.train(sentences, total_examples=len(SENTENCES), epochs=2)
        matrices.append(model.wv.vectors)
    np.testing.assert_array_equal(*matrices)


def test_the_feed_leaves_out_what_is_held_out_and_cuts_what_gensim_would_drop(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = [*SENTENCES[:50], ["long", "tail"] * 12_345, *SENTENCES[50:100]]
    monkeypatch.setattr(gensim_feed, "BLOCK", 9)
    text = encode(sentences, 1, None)
    held_out = np.zeros(len(text), np.bool_)
    held_out[[0, 7, 100]] = True
    feed = gensim_feed.Feed(text, held_out)
    fed = [[text.vocabulary.words[number] for number in piece] for piece in feed]
    kept = [sentence for i, sentence in enumerate(sentences) if not held_out[i]]
    assert [word for sentence in fed for word in sentence] == [word for sentence in kept for word in sentence]
    assert [len(piece) for piece in fed if piece[0] in ("long", "tail")] == [10_000, 10_000, 4_690]
    assert (feed.sentences, feed.words) == (len(fed), sum(map(len, fed)))


def test_the_negative_sampling_loss_is_equation_4() -> None:
    text = encoded()
    model = prepared(text, sg=0, negative=3, window=2)
    rng = np.random.default_rng(0)
    model.syn1neg[:] = rng.normal(size=model.syn1neg.shape)
    examples = gensim_loss.Examples(np.array([[1, 2], [3, -1]]), np.array([4, 5]), np.array([[6, 7, 8], [9, -1, 6]]))
    v, u = model.wv.vectors.astype(float), model.syn1neg.astype(float)

    def sigmoid(x: float) -> float:
        return 1 / (1 + np.exp(-x))

    hidden = [(v[1] + v[2]) / 2, v[3]]
    first = -np.log(sigmoid(u[4] @ hidden[0])) - sum(np.log(sigmoid(-u[k] @ hidden[0])) for k in (6, 7, 8))
    second = -np.log(sigmoid(u[5] @ hidden[1])) - sum(np.log(sigmoid(-u[k] @ hidden[1])) for k in (9, 6))
    ones = np.ones(len(v), np.float32)
    assert gensim_loss.mean_loss(examples, model, model.wv.vectors, ones) == pytest.approx((first + second) / 2, 1e-5)


def test_the_tree_loss_is_gensims_own_score() -> None:
    """gensim scores a sentence by the log-probabilities of all its skip-gram pairs within the whole window."""
    text = encoded()
    model = prepared(text, sg=1, hs=1, negative=0, window=1)
    rng = np.random.default_rng(0)
    model.syn1[:] = rng.normal(size=model.syn1.shape)
    model.wv.vectors[:] = rng.normal(size=model.wv.vectors.shape)
    pair = [text.vocabulary.words[3], text.vocabulary.words[8]]
    examples = gensim_loss.Examples(np.array([[3], [8]]), np.array([8, 3]), np.zeros((2, 0), np.int64))
    ours = gensim_loss.mean_loss(examples, model, model.wv.vectors, np.ones(len(model.wv), np.float32))
    assert ours == pytest.approx(-float(model.score([pair], 1)[0]) / 2, rel=0.01)


def test_examples_are_words_and_neighbors_of_the_text() -> None:
    text = encoded()
    model = prepared(text, sg=1, window=2)
    everything = np.ones(len(text), np.bool_)
    examples = gensim_loss.draw(text, everything, model, seed=1, most=500)
    assert examples is not None
    words = np.array(text.vocabulary.words)
    near = {(a, b) for s in SENTENCES for i, a in enumerate(s) for b in [*s[max(0, i - 2) : i], *s[i + 1 : i + 3]]}
    assert set(zip(words[examples.inputs[:, 0]], words[examples.targets], strict=True)) <= near
    assert len(examples.targets) == 500
    again = gensim_loss.draw(text, everything, model, seed=1, most=500)
    assert again is not None
    np.testing.assert_array_equal(again.negatives, examples.negatives)


def test_sentences_of_one_word_give_no_loss() -> None:
    model = Word2Vec.train(Corpus.from_sentences([["a"], ["b"]] * 20), small())
    assert model.card.loss is None
    assert set(model.words) == {"a", "b"}


def test_a_cancel_within_an_epoch_reaches_the_caller_soon_and_ends_the_threads() -> None:
    before, raised = threading.active_count(), []

    def stop(event: Progress) -> None:
        if event.phase == "training":
            raised.append(monotonic())
            raise Cancelled("enough")

    config = small(dim=400, window=20, negative=40, epochs=1, workers=2)
    with pytest.raises(Cancelled, match="enough"):
        Word2Vec.train(Corpus.from_sentences(SENTENCES * 5), config, stop)
    assert len(raised) == 1
    assert monotonic() - raised[0] < 10  # two seconds by design; slow machines get leave
    assert threading.active_count() <= before


def test_an_error_in_gensims_threads_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: gensim_feed.Feed) -> Iterator[list[int]]:
        yield [0, 1]
        raise OSError("the disk went away")

    monkeypatch.setattr(gensim_feed.Feed, "_pass", broken)
    with pytest.raises(OSError, match="went away"):
        Word2Vec.train(Corpus.from_sentences(SENTENCES), small())
    monkeypatch.undo()
    monkeypatch.setattr(gensim.models.Word2Vec, "_do_train_job", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Word2Vec.train(Corpus.from_sentences(SENTENCES), small())


def test_batches_shrink_with_the_work_a_word_takes_and_never_pass_gensims_limit() -> None:
    sizes = [gensim_feed.batch_words(10**8, 2, dim, 5, 6) for dim in (50, 100, 400, 2000)]
    assert sizes[0] == sizes[1] == gensim_feed.LONGEST
    assert sizes[1] > sizes[2] > sizes[3] >= 100
    assert gensim_feed.batch_words(50_000, 1, 100, 5, 6) == 2_500


@pytest.mark.parametrize("bad", [{"negative": 0}, {"alpha": 0.01, "min_alpha": 0.02}, {"algorithm": "glove"}])
def test_settings_that_contradict_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        Word2VecConfig(**bad)
