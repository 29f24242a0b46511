"""The n-gram model against counting one by one, formulas worked by hand, and nltk.lm."""

from __future__ import annotations

import math
import random
import warnings
from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from nltk.lm import MLE, KneserNeyInterpolated, Vocabulary

from embedlab import registry
from embedlab.base import END, UNKNOWN, BadInput, BadModel, BadSetting, Cancelled, Progress
from embedlab.data.corpus import Corpus
from embedlab.data.datasets import load_sample
from embedlab.data.tokenizer import TextOptions
from embedlab.models.ngram import counts as ngram_counts
from embedlab.models.ngram import smoothing as ngram_smoothing
from embedlab.models.ngram.model import Ngram, NgramConfig

DRAW = random.Random(4)
WORDS = [f"w{i}" for i in range(12)]
SENTENCES = [
    DRAW.choices(WORDS, weights=[1 / (i + 1) for i in range(12)], k=DRAW.randint(1, 9)) for _ in range(150)
] + [["w11"], ["rare"]]
CORPUS = Corpus.from_sentences(SENTENCES)
CONTEXTS = [
    [],
    ["w0"],
    ["w1", "w0"],
    ["w0", "w1", "w2", "w0"],
    ["w9", "w9", "w9"],
    ["never", "seen"],
    ["w0", END],
    ["w3"],
]
START = "<s>"


def train(**settings) -> Ngram:
    return Ngram.train(CORPUS, NgramConfig(**({"min_count": 2} | settings)))


def grams(order: int) -> list[Counter]:
    """Counts of every order inside sentences that begin with one boundary, the unknown word in its place."""
    found = [Counter() for _ in range(order)]
    for sentence in SENTENCES:
        line = [START, *(word if word != "rare" else UNKNOWN for word in sentence), END]
        for end in range(1, len(line)):
            for n in range(1, min(order, end + 1) + 1):
                found[n - 1][tuple(line[end + 1 - n : end + 1])] += 1
    return found


def adjusted(order: int) -> list[Counter]:
    raw = grams(order)
    result = []
    for shorter, longer in pairwise([*raw, Counter()]):
        before = Counter(gram[1:] for gram in longer)
        result.append(Counter({gram: before[gram] or count for gram, count in shorter.items()}))
    return result


class Reference:
    """Chen & Goodman's equations with dictionaries."""

    def __init__(self, order: int, vocabulary: list[str]) -> None:
        self.counts, self.vocabulary, self.order = adjusted(order), vocabulary, order
        self.followers = [defaultdict(list) for _ in range(order)]
        for followers, counts in zip(self.followers, self.counts, strict=True):
            for gram, count in counts.items():
                followers[gram[:-1]].append(count)

    def discount(self, n: int, count: int) -> float:
        n1, n2, n3, n4 = (sum(c == r for c in self.counts[n - 1].values()) for r in (1, 2, 3, 4))
        y = n1 / (n1 + 2 * n2) if n1 else math.nan
        found = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3] if n1 and n2 and n3 else [math.nan]
        usable = all(0 <= d <= i for i, d in enumerate(found, start=1))
        return (found if usable else [0.5, 1, 1.5])[min(count, 3) - 1]

    def probability(self, word: str, context: tuple[str, ...]) -> float:
        n = len(context) + 1
        lower = self.probability(word, context[1:]) if context else 1 / len(self.vocabulary)
        follow = self.followers[n - 1].get(context)
        if not follow:
            return lower
        count = self.counts[n - 1][(*context, word)]
        share = (count - self.discount(n, count)) / sum(follow) if count else 0
        return share + sum(self.discount(n, c) for c in follow) / sum(follow) * lower

    def after(self, sentence: list[str]) -> list[float]:
        known = [word if word in self.vocabulary else UNKNOWN for word in sentence]
        line = [START, *known[len(known) - known[::-1].index(END) if END in known else 0 :]]
        context = tuple(line[max(0, len(line) - self.order + 1) :])
        return [self.probability(word, context) for word in self.vocabulary]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("small", [False, True])
def test_counts_are_those_of_counting_one_by_one(monkeypatch, order, small):
    if small:  # many blocks, merged in many ranges
        monkeypatch.setattr(ngram_counts, "BITS", 5)
        monkeypatch.setattr(ngram_counts, "PART", 1000)
    model = train(order=order)
    names = [model.vocabulary]
    for n, (raw, smoothed) in enumerate(zip(grams(order), adjusted(order), strict=True)):
        table = model.tables[n]
        pairs = zip(table.contexts, table.tokens, strict=True)
        grams_here = [(*names[-1][c], model.vocabulary[t]) if n else (model.vocabulary[t],) for c, t in pairs]
        seen = {gram: (int(c), int(a)) for gram, c, a in zip(grams_here, table.counts, table.adjusted, strict=True)}
        assert {gram: both for gram, both in seen.items() if both[0]} == {g: (raw[g], smoothed[g]) for g in raw}
        names.append([(START if n == 0 and gram == (END,) else gram[0], *gram[1:]) for gram in grams_here])


def test_kneser_ney_by_hand():
    # (<s> a) 2, (a b) 1, (a c) 1, (b </s>) 1, (c </s>) 1; before a 1 token, b 1, c 1, </s> 2; V = 5; D = 0.5
    corpus = Corpus.from_sentences([["a", "b"], ["a", "c"]])
    model = Ngram.train(corpus, NgramConfig(order=2, min_count=1, discount=0.5))
    assert model.vocabulary == ["a", "b", "c", UNKNOWN, END]
    low, end, any_ = 0.5 / 5 + 0.4 / 5, 1.5 / 5 + 0.4 / 5, 0.4 / 5
    np.testing.assert_allclose(model.next(["x"]), [low, low, low, any_, end], rtol=1e-6)
    after_a = [low / 2, 0.25 + low / 2, 0.25 + low / 2, any_ / 2, end / 2]
    np.testing.assert_allclose(model.next(["a"]), after_a, rtol=1e-6)
    np.testing.assert_allclose(
        np.exp(model.score(["a", "b", END])), [1.5 / 2 + 0.25 * low, after_a[1], 0.5 / 1 + 0.5 * end], rtol=1e-6
    )


def test_discounts_are_chen_and_goodmans():
    # Y = 10 / (10 + 2 * 5) = 0.5
    found = ngram_smoothing.discounts(np.array([10, 5, 3, 2]))
    np.testing.assert_allclose(found, [0, 1 - 2 * 0.5 * 5 / 10, 2 - 3 * 0.5 * 3 / 5, 3 - 4 * 0.5 * 2 / 3])
    np.testing.assert_allclose(ngram_smoothing.discounts(np.array([10, 5, 3, 2]), fixed=0.7), [0, 0.7, 0.7, 0.7])
    for too_small in ([10, 0, 3, 2], [1, 1, 9, 1]):
        np.testing.assert_allclose(ngram_smoothing.discounts(np.array(too_small)), [0, 0.5, 1, 1.5])
    np.testing.assert_array_equal(ngram_smoothing.counts_of_counts(np.array([0, 1, 4, 4, 2, 1, 9])), [2, 1, 0, 2])


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("context", CONTEXTS, ids=" ".join)
def test_modified_kneser_ney_is_that_of_the_equations(order, context):
    model = train(order=order)
    np.testing.assert_allclose(model.next(context), Reference(order, model.vocabulary).after(context), rtol=1e-5)


class NltkWithUnknown(KneserNeyInterpolated):
    """nltk's single words are not interpolated; ours are, with all words alike, so that none is impossible."""

    def unigram_score(self, word):
        count, total = self.estimator._continuation_counts(word)
        kinds = sum(self.estimator._continuation_counts(w)[0] > 0 for w in self.vocab.counts)
        return max(count - self.estimator.discount, 0) / total + self.estimator.discount * kinds / total / self.size


def nltk_text(order: int) -> list[list[tuple[str, ...]]]:
    return [[gram for counts in grams(order) for gram, count in counts.items() for _ in range(count)]]


@pytest.mark.parametrize("order", [2, 3, 4])
def test_one_discount_gives_the_probabilities_of_nltk(order):
    model = train(order=order, discount=0.6)
    peer = NltkWithUnknown(order, discount=0.6, vocabulary=Vocabulary(model.vocabulary))
    peer.size = len(model.vocabulary)
    peer.fit(nltk_text(order))
    for context in (["w0", "w1", "w0"], ["w2", "w0", "w0"], ["w5", "w5", "w5"], ["w9", "w3", "w11"]):
        expected = [peer.score(word, context[4 - order :]) for word in model.vocabulary]
        np.testing.assert_allclose(model.next(context), expected, rtol=1e-5)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_maximum_likelihood_is_that_of_nltk(order):
    model = train(order=order, smoothing="maximum likelihood")
    peer = MLE(order, vocabulary=Vocabulary([*model.vocabulary, START]))
    peer.fit(nltk_text(order))
    for context in (["w0", "w1"], ["w2", "w0"], ["w9", "w9"], []):
        asked = [START, *context][-(order - 1) :] if order > 1 else []
        np.testing.assert_allclose(
            model.next(context), [peer.score(word, asked) for word in model.vocabulary], rtol=1e-6
        )


def test_what_was_not_seen_is_impossible_for_maximum_likelihood_and_raises_no_warning():
    model = train(order=3, smoothing="maximum likelihood")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = model.score(["w0", "w1", "rare", "w0", "w0"])
    assert np.isfinite(scores[:2]).all()
    assert (scores[2:] == -np.inf).all()


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("settings", [{}, {"discount": 0.75}, {"prune": 2}, {"prune": 2, "prune_pairs": 1}], ids=str)
def test_the_probabilities_after_every_context_sum_to_one(order, settings):
    model = train(order=order, **settings)
    every = [*CONTEXTS, *(sentence[:i] for sentence in SENTENCES[:30] for i in range(len(sentence)))]
    found = model.next_many(every)
    np.testing.assert_allclose(found.sum(axis=1, dtype=np.float64), 1, atol=1e-6)
    assert (found > 0).all()


def test_pruning_drops_the_rare_and_gives_their_share_to_the_shorter_context():
    whole, pruned = train(order=3), train(order=3, prune=2, prune_pairs=1)
    for n, threshold in ((1, 1), (2, 2)):
        kept = whole.tables[n].counts > threshold
        assert sorted(pruned.tables[n].counts) == sorted(whole.tables[n].counts[kept])
        assert 0 < kept.sum() < len(kept)
    a, b = whole.levels(["w1", "w0"], "w0"), pruned.levels(["w1", "w0"], "w0")
    assert a[0].count > 2
    assert (b[0].share, b[0].context_count) == (pytest.approx(a[0].share), a[0].context_count)
    assert b[0].lower_weight > a[0].lower_weight


@pytest.mark.parametrize("settings", [{}, {"smoothing": "maximum likelihood"}], ids=str)
def test_score_next_and_their_batches_agree(settings):
    model = train(order=4, **settings)
    sentences = [[*SENTENCES[0], END], [], ["w3", "never", "w1"], ["w0", END, "w0", END], SENTENCES[5]]
    with np.errstate(divide="ignore"):
        for sentence, scores in zip(sentences, model.score_many(sentences), strict=True):
            positions = [model.vocabulary.index(w) if w in model.vocabulary else 12 for w in sentence]
            rows = model.next_many([sentence[:i] for i in range(len(sentence))]) if sentence else np.zeros((0, 14))
            np.testing.assert_allclose(scores, np.log(rows[np.arange(len(rows)), positions]), rtol=1e-5, atol=1e-6)
            np.testing.assert_array_equal(scores, model.score(sentence))
    for row, context in zip(model.next_many(CONTEXTS), CONTEXTS, strict=True):
        np.testing.assert_array_equal(row, model.next(context))


def test_no_sentences_and_an_empty_one_have_no_scores():
    model = train()
    assert model.score_many([]) == []
    assert model.score([]).shape == (0,)
    assert model.next_many([]).shape == (0, 14)


@pytest.mark.parametrize("settings", [{"order": 5}, {"order": 3, "prune": 1}, {"order": 1}], ids=str)
def test_a_saved_model_comes_back_whole(tmp_path, settings):
    model = train(**settings)
    model.save(tmp_path / "m", half=True)
    back = registry.load_model(tmp_path / "m")
    assert isinstance(back, Ngram)
    assert (back.words, back.config, back.card, back.vocabulary) == (
        model.words,
        model.config,
        model.card,
        model.vocabulary,
    )
    np.testing.assert_array_equal(back.next_many(CONTEXTS), model.next_many(CONTEXTS))
    assert back.levels(["w1", "w0"], "w2") == model.levels(["w1", "w0"], "w2")


def test_large_counts_survive_a_save(tmp_path):
    model = Ngram.train(Corpus.from_sentences([["a", "b"]] * 70_000), NgramConfig(order=3))
    model.save(tmp_path / "m")
    assert Ngram.load(tmp_path / "m").levels(["a"], "b")[0].count == 70_000


@pytest.mark.parametrize("name", ["tokens2", "counts3", "followers3", "counts_of_counts"])
def test_a_damaged_model_is_refused(name):
    model = train(order=3)
    for change in (lambda a: a[:-1], lambda a: np.roll(a, 1) + 1, None):
        tensors = model.tensors()
        if change is None:
            del tensors[name]
        elif name in ("counts3", "counts_of_counts") and len(change(tensors[name])) == len(tensors[name]):
            continue  # other numbers, but numbers
        else:
            tensors[name] = change(tensors[name])
        with pytest.raises((BadModel, KeyError)):
            Ngram.from_tensors(model.words, model.counts, tensors, model.config, model.card)


def test_bad_input_is_told_what_to_do():
    model = train()
    for ask in (lambda: model.score("a text"), lambda: model.next("a text"), lambda: model.levels("text", "w0")):
        with pytest.raises(BadInput, match="list of words"):
            ask()
    with pytest.raises(BadInput, match="minimum count"):
        Ngram.train(Corpus.from_sentences([["only", "once"]]))
    with pytest.raises(BadSetting, match="Pruning needs kneser-ney"):
        NgramConfig(smoothing="maximum likelihood", prune=1)
    with pytest.raises(BadSetting, match="prune must be 2 or more"):
        NgramConfig(prune_pairs=2)
    with pytest.raises(BadSetting, match="between 1 and 5"):
        NgramConfig(order=6)


def test_progress_counts_to_the_end_and_can_stop(monkeypatch):
    events: list[Progress] = []
    Ngram.train(CORPUS, NgramConfig(order=3), events.append)
    counting = [event for event in events if event.phase == "counting"]
    assert counting[-1].step == counting[-1].total == 3 * sum(len(sentence) + 1 for sentence in SENTENCES)

    def stop(event: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        Ngram.train(CORPUS, NgramConfig(), stop)


def test_five_grams_with_kneser_ney_predict_unseen_text_and_plain_three_grams_do_not():
    sentences = list(load_sample("wikipedia", TextOptions(lowercase=True)))
    unseen = [[*sentence, END] for sentence in sentences[::20]]
    corpus = Corpus.from_sentences([sentence for i, sentence in enumerate(sentences) if i % 20])

    def scores(order: int, smoothing: str = "kneser-ney") -> np.ndarray:
        model = Ngram.train(corpus, NgramConfig(order=order, max_words=5000, smoothing=smoothing))
        return np.concatenate(model.score_many(unseen)).astype(np.float64)

    plain, five, three, one = scores(3, "maximum likelihood"), scores(5), scores(3), scores(1)
    assert plain.mean() == -np.inf  # perplexity of maximum likelihood: infinite
    assert np.isfinite(five).all()
    assert math.exp(-five.mean()) < 0.5 * math.exp(-one.mean())
    assert abs(five.mean() - three.mean()) < 0.05
    possible = np.isfinite(plain)  # where maximum likelihood has a say at all
    assert 0.2 < possible.mean() < 0.6


def test_the_shipped_model_is_small_and_finds_the_usual_words():
    folder = registry.model_folder("starter", "ngram")
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 12_000_000
    model = registry.load_model("ngram")
    assert isinstance(model, Ngram)
    assert (len(model.words), model.config.order, model.card.source) == (20_000, 3, "starter")
    assert model.card.tokens > 70_000_000
    rows = model.next_many([[], ["the", "united"], ["in", "order"], ["zebra", "violin"]])
    np.testing.assert_allclose(rows.sum(axis=1, dtype=np.float64), 1, atol=1e-5)
    assert [model.vocabulary[i] for i in rows[1:3].argmax(axis=1)] == ["states", "to"]
    top = model.levels(["the", "united"], "states")[0]
    assert top.probability > 0.5
    assert top.likelihood == pytest.approx(top.count / top.context_count)
