import random

import pytest

from embedlab.analysis.formulas import parse
from embedlab.base import BadInput


@pytest.mark.parametrize(
    ("formula", "terms"),
    [
        ("king - man + woman", [(1, "king"), (-1, "man"), (1, "woman")]),
        ("2*paris - 0.5 france", [(2, "paris"), (-0.5, "france")]),
        ("2 * paris-.5", [(2, "paris-.5")]),
        ("-man+woman", [(-1, "man"), (1, "woman")]),
        ("+ king", [(1, "king")]),
        ("mother-in-law - woman", [(1, "mother-in-law"), (-1, "woman")]),
        ("king -man", [(1, "king"), (-1, "man")]),
        ("king- man", [(1, "king"), (-1, "man")]),
        ("o'clock + new_york", [(1, "o'clock"), (1, "new_york")]),
        ("король − мужчина – 王", [(1, "король"), (-1, "мужчина"), (-1, "王")]),
        ('"new york" - "c++"+2 "-"', [(1, "new york"), (-1, "c++"), (2, "-")]),
        ("“new york”-usa", [(1, "new york"), (-1, "usa")]),
        ("1984 - war", [(1, "1984"), (-1, "war")]),
        ("2 1984", [(2, "1984")]),
        ("3 × b2b", [(3, "b2b")]),
        ("  word  ", [(1, "word")]),
    ],
)
def test_read(formula, terms):
    assert list(parse(formula).terms) == terms


def test_parts_fit_what_solve_takes():
    formula = parse("2 king - 0.5 man + woman")
    assert (formula.positive, formula.negative, formula.weights) == (("king", "woman"), ("man",), (2, 1, 0.5))


def test_an_unknown_hyphenated_run_of_known_words_is_a_subtraction():
    known = {"king", "man", "woman", "well", "known", "well-known"}
    assert parse("king-man+woman", known) == parse("king - man + woman")
    assert parse("well-known", known).terms == ((1, "well-known"),)
    assert parse("king-size", known).terms == ((1, "king-size"),)
    assert parse('"king-man"', known).terms == ((1, "king-man"),)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("king -", "character 6: the formula ends after '-'"),
        ("king +  + man", "character 9: a word was expected, not '\\+'"),
        ("new york", "character 5: 'york' follows 'new' with no \\+ or - .*quotes"),
        ("a*b", "character 1: 'a' stands before \\* but is not a number"),
        ("2*", "character 2: the formula ends after '\\*'"),
        ("2 * * a", "character 5: a word was expected, not '\\*'"),
        ("0*a", "character 1: a weight must be above 0"),
        ('a + "bc', 'character 5: the quote " has no partner'),
        ('a + ""', "character 6: there is nothing between the quotes"),
        ("king +-man", "character 7: a word was expected, not '-'"),
        ("king-+man", "character 6: a word was expected, not '\\+'"),
        ("king -- man", "character 7: a word was expected, not '-'"),
        ("2*-man", "character 3: a word was expected, not '-'"),
        ("-", "character 1: the formula ends after '-'"),
        ("a" * 2001, "2,001 characters"),
    ],
)
def test_a_mistake_is_named_with_its_place(formula, message):
    with pytest.raises(BadInput, match=message):
        parse(formula)


def test_whatever_is_typed_is_read_or_refused_in_words():
    draw = random.Random(0)
    for _ in range(3000):
        formula = "".join(draw.choices(["king", "man", "2", "0.5", " ", "+", "-", "*", '"', "“", "'", "−", "."], k=7))
        try:
            terms = parse(formula, {"king", "man"}).terms
        except BadInput as error:
            assert "character" in str(error) or "empty" in str(error)
        else:
            assert terms
            assert all(weight != 0 and word for weight, word in terms)
