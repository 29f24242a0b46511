import pytest

from embedlab.analysis.next_tokens import explain
from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.models.ngram.model import Ngram, NgramConfig

MODEL = Ngram.train(Corpus.from_sentences([["a", "b"], ["a", "c"]]), NgramConfig(order=2, min_count=1, discount=0.5))


def test_a_probability_taken_apart_by_hand():
    # P(b | a) = (1 - 0.5) / 2 + (0.5 * 2 / 2) ((1 - 0.5) / 5 + (0.5 * 4 / 5) / 5) = 0.25 + 0.05 + 0.04
    result = explain(MODEL, ["c", "a"], "b")
    assert (result.word, result.probability) == ("b", pytest.approx(0.34))
    assert result.parts == pytest.approx((0.25, 0.05, 0.04))
    two, one = result.levels
    assert (two.context, two.count, two.context_count, two.adjusted, two.total) == (("a",), 1, 2, 1, 2)
    assert (two.followers, two.discount, two.lower_weight, two.likelihood) == (2, 0.5, pytest.approx(0.5), 0.5)
    assert (one.context, one.count, one.context_count, one.adjusted, one.total) == ((), 1, 6, 1, 5)
    assert (one.lower, one.likelihood) == (pytest.approx(1 / 5), pytest.approx(1 / 6))
    assert [(f.context, f.words, f.counts, f.different) for f in result.followers] == [
        (("a",), ("b", "c"), (1, 1), 2),
        ((), ("a", "</s>", "b", "c"), (2, 2, 1, 1), 4),
    ]


def test_a_sentence_begins_after_the_boundary():
    top = explain(MODEL, [], "a").levels[0]
    assert (top.context, top.count, top.context_count, top.likelihood) == (("</s>",), 2, 2, 1.0)


def test_after_an_unseen_context_all_goes_to_the_order_below():
    top = explain(MODEL, ["what"], "ever").levels[0]
    assert (top.context, top.word, top.count, top.context_count) == (("<unk>",), "<unk>", 0, 0)
    assert (top.share, top.lower_weight, top.likelihood) == (0, 1, None)
    assert top.probability == top.lower


def test_only_the_commonest_followers_are_named():
    (two, _) = explain(MODEL, ["a"], "b", k=1).followers
    assert (two.words, two.counts, two.different) == (("b",), (1,), 2)


def test_a_model_without_levels_is_told_which_has_them(royal):
    with pytest.raises(BadInput, match=r"the plain model does not back off .* Choose an n-gram model"):
        explain(royal, [], "king")
