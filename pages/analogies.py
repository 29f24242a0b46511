"""Analogies: a is to b as c is to which word, by arithmetic on vectors, with and without the usual flattery."""

import streamlit as st

from embedlab.analysis.analogies import Analogy, Method, parse
from embedlab.base import BadInput
from embedlab.ui import cache, state, widgets
from embedlab.ui.views import analogies
from embedlab.ui.views.analogies import SHOWN, Asking, Question

WAYS = {"words": "a : b :: c : ?", "formula": "Formula"}
RULES = {"3cosadd": "3CosAdd", "3cosmul": "3CosMul"}


def ask_words() -> str:
    """The editor for a : b :: c : ?, as a formula."""
    columns = st.columns(3)
    labels = (("a", "man", "a"), ("b", "woman", "is to b"), ("c", "king", "as c is to …"))
    words = []
    for column, (name, default, label) in zip(columns, labels, strict=True):
        with column:
            words.append(state.text(name, default, label))
    if not all(words):
        raise BadInput("Fill in all three words.")
    if any('"' in word for word in words):
        raise BadInput("A word cannot hold a quote.")
    return f'"{words[1]}" - "{words[0]}" + "{words[2]}"'


widgets.opening(
    "Analogies",
    "If vectors hold meaning, the step from man to woman should also lead from king to queen; here you can take such "
    "steps. **Look for** how often it works, and for what wins when the question's own words are allowed as answers.",
)
specs = widgets.model_picker("static", default=("word2vec", "cbow", "glove", "fasttext"))
if not specs:
    st.stop()
by_words = state.choice("ask", list(WAYS), "words", "Ask with", titles=WAYS) == "words"
formula = ""
with widgets.guard():
    if by_words:
        formula = ask_words()
    else:
        hint = "Words with + and - between them, each with a weight before it if you like: 2*paris - 0.5 france"
        formula = state.text("formula", "king - man + woman", "Formula", help=hint)
        if not formula:
            raise BadInput("Write a formula, such as king - man + woman")
left, right = st.columns(2, vertical_alignment="bottom")
with left:
    rule = state.choice(
        "rule", list(RULES), "3cosadd", "Rule", titles=RULES,
        help="3CosAdd adds and subtracts similarities; 3CosMul multiplies and divides them, so that no single one "
        "decides. The formulas are in the mathematics below.",
    )  # fmt: skip
with right:
    leave_out = state.flag(
        "strike", True, "Leave out the question's own words",
        help="The usual way to score analogies. Switch it off to see what really lies nearest.",
    )  # fmt: skip
method: Method = "3cosmul" if rule == "3cosmul" else "3cosadd"
titles = widgets.unique_titles(cache.specs("static"))
asking = Asking(specs, titles, method, leave_out, formula, by_words)
results: dict[str, Analogy] = {}
if formula:
    with widgets.guard():
        question = Question.of(parse(formula, known=cache.static(specs[0].key).lexicon))
        results = analogies.verdicts(asking, question)
        analogies.answered(asking, question, results)
analogies.ready_made(asking)
analogies.benchmark(asking)
widgets.code(
    f"""
import embedlab
from embedlab.analysis.analogies import parse, solve

formula = parse({formula if results else "king - man + woman"!r})
for key in {list(results) or [spec.key for spec in specs]!r}:
    model = embedlab.load_model(key)
    answer = solve(model, formula.positive, formula.negative, k={SHOWN}, method={method!r},
                   exclude_inputs={leave_out!r}, weights=formula.weights)
    print(key, answer.words, "with the question's words:", answer.all_words)
"""
)
widgets.explain("analogies")
