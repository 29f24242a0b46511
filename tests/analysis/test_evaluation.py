import json

import numpy as np
import pytest
from scipy.stats import spearmanr

from embedlab.analysis.evaluation import evaluate, google_analogies, queen_rank, word_similarity
from embedlab.base import BadInput, Cancelled, UnknownWord
from embedlab.data import benchmarks


@pytest.fixture(scope="module")
def partial(make_model):
    """Words of four categories and the judged pairs, a few missing, some in another case, some twice.

    The second word of a question is the first one's vector plus the category's offset plus noise, so that some
    questions come out right.
    """
    rng = np.random.default_rng(1)
    vectors = {}
    chosen = ("capital-common-countries", "family", "gram3-comparative", "gram8-plural")
    for category in benchmarks.google_analogies():
        offset = rng.normal(size=20)
        for a, b, *_ in category.questions if category.name in chosen else ():
            vectors.setdefault(a, rng.normal(size=20))
            vectors.setdefault(b, vectors[a] + offset + rng.normal(0, 0.7, 20))
    for name in benchmarks.SIMILARITY_SETS:
        for a, b, _ in benchmarks.similarity_set(name).pairs[::3]:
            vectors.setdefault(a, rng.normal(size=20))
            vectors.setdefault(b, rng.normal(size=20))
    kept = [word for number, word in enumerate(vectors) if number % 9]
    words = [word.lower() if number % 4 else word.title() for number, word in enumerate(kept)]
    words += [word.upper() for word in words[::5] if word.upper() != word]
    words = list(dict.fromkeys(words))
    spelt = {word.upper(): vector for word, vector in vectors.items()}
    matrix = np.array([spelt[word.upper()] + rng.normal(0, 0.2, 20) for word in words])
    order = rng.permutation(len(words))
    return make_model([words[i] for i in order], matrix[order])


@pytest.mark.parametrize("restrict", [350, 100_000])
def test_google_equals_gensim_category_by_category(partial, as_gensim, restrict):
    from gensim.test.utils import datapath

    result = google_analogies(partial, restrict)
    total, sections = as_gensim(partial).evaluate_word_analogies(
        datapath("questions-words.txt"), restrict_vocab=restrict, dummy4unknown=False
    )
    right = [(s["section"], len(s["correct"]), len(s["correct"]) + len(s["incorrect"])) for s in sections[:-1]]
    assert [(c.name, c.correct, c.asked) for c in result.by_category] == right
    assert result.total == pytest.approx(total)
    assert 0.05 < result.total < 0.95
    assert result.asked + result.skipped == 19_544


@pytest.fixture
def questions():
    royal = (("Man", "woman", "king", "queen"), ("woman", "man", "queen", "king"), ("man", "woman", "king", "nobody"))
    return (
        benchmarks.AnalogyCategory("family", royal),
        benchmarks.AnalogyCategory("gram1-none", (("man", "apple", "king", "queen"), ("man", "king", "man", "king"))),
    )


@pytest.mark.parametrize(("method", "right"), [("3cosadd", 1), ("3cosmul", 0)])
def test_google_worked_by_hand(royal, questions, method, right):
    result = google_analogies(royal, 10, categories=questions, method=method)
    family, other = result.by_category
    assert (family.correct, family.asked, family.skipped, family.kind) == (2, 2, 1, "semantic")
    # apple + king - man is nearer to queen than to woman, but 3CosMul divides by woman's (cos + 1) / 2 with man, 0;
    # the second question expects one of its own words, which never counts
    assert (other.correct, other.asked, other.kind) == (right, 2, "syntactic")
    assert (result.semantic, result.syntactic, result.total) == (1, right / 2, (2 + right) / 4)
    assert result.skipped == 1
    assert family.accuracy == 1


def test_with_the_inputs_allowed_they_win(make_model):
    model = make_model({"king": [1, 0.1], "queen": [1, 0.3], "man": [0, 0.5], "woman": [0.05, 0.5]})
    question = (benchmarks.AnalogyCategory("family", (("man", "woman", "king", "queen"),)),)
    assert google_analogies(model, categories=question).total == 1
    assert google_analogies(model, categories=question, exclude_inputs=False).total == 0


def test_a_restricted_vocabulary_neither_asks_nor_answers_beyond_it(royal, questions):
    result = google_analogies(royal, 3, categories=questions)  # man, woman, king
    assert [category.asked for category in result.by_category] == [0, 1]
    assert (result.total, result.semantic) == (0, 0)


def test_small_blocks_change_nothing(partial, monkeypatch):
    expected = google_analogies(partial)
    monkeypatch.setattr("embedlab.analysis.google_analogies.WORDS_AT_ONCE", 10 * len(partial))
    assert google_analogies(partial) == expected


def test_progress_counts_questions_and_can_cancel(partial):
    told = []
    google_analogies(partial, on_progress=told.append)
    assert [event.step for event in told] == sorted({event.step for event in told})
    assert {event.total for event in told} == {19_544}
    assert told[-1].fraction == 1

    def cancel(event):
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        google_analogies(partial, on_progress=cancel)


def test_bad_settings(royal):
    with pytest.raises(BadInput, match="1 word or more"):
        google_analogies(royal, 0)
    with pytest.raises(BadInput, match="not 'add'"):
        google_analogies(royal, method="add")


@pytest.mark.parametrize("name", ["wordsim353", "simlex999"])
def test_word_similarity_equals_gensim(partial, as_gensim, name):
    from gensim.test.utils import datapath

    result = word_similarity(partial, name)
    _, spearman, missing = as_gensim(partial).evaluate_word_pairs(datapath(benchmarks.SIMILARITY_SETS[name][0]))
    assert result.spearman == pytest.approx(spearman.statistic, abs=1e-6)
    assert result.covered == pytest.approx(1 - missing / 100)
    assert 0 < result.pairs == round(result.covered * (result.pairs + result.skipped))


def test_word_similarity_is_the_rank_correlation(make_model):
    # judged: tiger-cat 7.35, book-paper 7.46, plane-car 5.77; here 0.5, 0.9, 0.1
    def pair(cosine):
        return [1, 0], [cosine, (1 - cosine**2) ** 0.5]

    rows = [row for cosine in (0.5, 0.9, 0.1) for row in pair(cosine)]
    model = make_model(["tiger", "cat", "book", "paper", "plane", "car"], np.array(rows))
    result = word_similarity(model)
    assert result.pairs == 4  # and "tiger tiger", 10.0
    assert result.spearman == pytest.approx(spearmanr([7.35, 10, 7.46, 5.77], [0.5, 1, 0.9, 0.1]).statistic) == 1
    assert (result.name, result.title, result.covered) == ("wordsim353", "WordSim-353", 4 / 353)


def test_a_model_without_similarity_correlates_not_at_all(make_model):
    words = sorted({word for pair in benchmarks.similarity_set("simlex999").pairs[:50] for word in pair[:2]})
    assert word_similarity(make_model(words, np.eye(len(words))), "simlex999").spearman == 0


def test_too_few_pairs_or_no_such_set(royal):
    with pytest.raises(BadInput, match="only 2 of the 353 pairs"):
        word_similarity(royal)
    with pytest.raises(BadInput, match="There are: wordsim353, simlex999"):
        word_similarity(royal, "men")


def test_queen_is_counted_with_and_without_the_inputs(royal, make_model):
    assert queen_rank(royal).rank == queen_rank(royal).rank_with_inputs == 1
    shy = make_model({"king": [1, 0.1], "man": [0, 0.5], "woman": [0.05, 0.5], "emperor": [1, 0.15], "queen": [1, 0.6]})
    found = queen_rank(shy)
    assert (found.rank, found.top) == (2, ("emperor", "queen"))
    assert (found.rank_with_inputs, found.top_with_inputs) == (3, ("king", "emperor", "queen", "woman", "man"))
    with pytest.raises(UnknownWord, match="'queen'"):
        queen_rank(make_model({"king": [1, 0]}))


def test_everything_at_once_is_plain_json(partial, royal):
    told = []
    result = evaluate(partial, told.append, restrict=350)
    assert result.google == google_analogies(partial, 350)
    assert [item.name for item in result.similarity] == ["wordsim353", "simlex999"]
    assert result.queen is None or result.queen == queen_rank(partial)
    values = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert values["google"]["total"] == pytest.approx(result.google.total)
    assert values["google"]["by_category"][4]["name"] == "family"
    assert values["similarity"]["wordsim353"]["spearman"] == pytest.approx(result.similarity[0].spearman)
    assert told
    tiny = evaluate(royal).to_dict()
    assert tiny["similarity"] == {}
    assert tiny["queen"]["rank"] == 1
