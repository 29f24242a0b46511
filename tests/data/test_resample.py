"""Texts drawn anew: the same for the same seed, of about the same length, every paragraph whole."""

from collections import Counter

from embedlab.data.corpus import Corpus
from embedlab.data.resample import drawn_anew

TEXTS = [f"Paragraph number {i}. It has two sentences." for i in range(3000)]


def test_paragraphs_come_as_often_as_poisson_says() -> None:
    corpus = Corpus.from_texts(TEXTS)
    drawn = list(drawn_anew(corpus, 1).texts())
    times = Counter(Counter(drawn)[text] for text in TEXTS)
    assert abs(len(drawn) - 3000) < 4 * 3000**0.5
    for count, expected in ((0, 0.3679), (1, 0.3679), (2, 0.1839), (3, 0.0613)):
        assert abs(times[count] / 3000 - expected) < 4 * (expected * (1 - expected) / 3000) ** 0.5
    assert drawn == sorted(drawn, key=TEXTS.index)


def test_a_seed_gives_one_text_however_often_it_is_read() -> None:
    corpus = Corpus.from_texts(TEXTS)
    first = drawn_anew(corpus, 1)
    assert list(first) == list(first) == list(drawn_anew(corpus, 1))
    assert list(first) != list(drawn_anew(corpus, 2))
    assert len(list(first)) == 2 * len(list(first.texts()))
