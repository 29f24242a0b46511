"""Analogies: a is to b as c is to which word, by arithmetic on vectors, with and without the usual flattery."""

import pandas as pd
import streamlit as st

from embedlab.analysis.analogies import SETS, Analogy, Method, parallelogram, parse
from embedlab.analysis.google import google_analogies
from embedlab.base import BadInput, Progress, UnknownWord
from embedlab.plots import bars, scatter
from embedlab.plots.palette import family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, questions, state, widgets
from embedlab.ui.questions import Question

WAYS = {"words": "a : b :: c : ?", "formula": "Formula"}
RULES: dict[str, str] = {"3cosadd": "3CosAdd", "3cosmul": "3CosMul"}
SHOWN = 10


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


def fill(a: str, b: str, c: str) -> None:
    """Put a ready-made question into the editor."""
    for name, value in (("ask", "words"), ("a", a), ("b", b), ("c", c)):
        state.put(name, value)


def unknown(spec: ModelSpec, word: str) -> None:
    """Offer spellings that take an unknown word's place, in the editor or in the formula."""
    if way == "formula":
        widgets.spellings(
            cache.static(spec.key), titles[spec.key], word, "formula", whole=lambda known: formula.replace(word, known)
        )
        return
    name = next(name for name in "abc" if st.session_state[name].strip() == word)
    widgets.spellings(cache.static(spec.key), titles[spec.key], word, name)


def verdicts(question: Question) -> dict[str, Analogy]:
    """Every model's answer in a line; the rankings by model key."""
    found, lines = {}, []
    for spec in specs:
        with widgets.guard():
            try:
                answer = question.ask(spec, method)
            except UnknownWord as error:
                unknown(spec, error.word)
                continue
            found[spec.key] = answer
            ranked = answer.words if leave_out else answer.all_words
            lines.append(f"- {md(titles[spec.key])}: {questions.verdict(ranked, question.expected)}")
    st.markdown("\n".join(lines))
    return found


def rankings(answer: Analogy, title: str, color: str) -> None:
    """Both rankings beside each other."""
    unit = "cosine with the sum" if method == "3cosadd" else "score"
    pairs = (
        (answer.words[:SHOWN], answer.scores[:SHOWN], f"{title}: without the question's words"),
        (answer.all_words[:SHOWN], answer.all_scores[:SHOWN], f"{title}: with them"),
    )
    figures = [
        (
            bars.ranking(words, scores.tolist(), name, color, marked=answer.inputs, unit=unit),
            f"{name}: {words[0]} is first.",
        )
        for words, scores, name in pairs
    ]
    widgets.figures(figures, "rankings", per_row=2)
    inputs = [word for word in answer.all_words[:SHOWN] if word in answer.inputs]
    if answer.all_words[0] in answer.inputs:
        st.markdown(
            f"Told honestly, the nearest word to the sum is **{md(answer.all_words[0])}**, one of the question's own "
            "(hatched). The famous answer appears because such words are struck out first."
        )
    else:
        own = ", ".join(map(md, inputs)) or "none"
        st.markdown(
            f"Here the answer wins even against the question's own words (hatched, among the first ten: {own})."
        )


def drawing(question: Question, answer: Analogy, spec: ModelSpec) -> None:
    """The parallelogram, where the sum is one."""
    if question.corners is None:
        st.caption("A parallelogram can be drawn when the formula has the form b - a + c.")
        return
    a, b, c = question.corners
    result = parallelogram(cache.static(spec.key), a, b, c, answer.words[0])
    st.markdown(
        f"The step from **{md(a)}** to **{md(b)}**, taken again from **{md(c)}**, ends at the green square; the answer "
        f"**{md(answer.words[0])}** is the word found nearest to it. The picture keeps "
        f"{sum(result.explained):.0%} of the spread between these five points; distances in it can deceive."
    )
    summary = (
        f"{a}, {b}, {c} and the point b - a + c form a parallelogram; {answer.words[0]} lies near its fourth corner."
    )
    widgets.figure(scatter.parallelogram(result), "parallelogram", summary)


def answered(question: Question, found: dict[str, Analogy]) -> None:
    """One model's rankings and drawing, and every model's table."""
    if not found:
        return
    shown = {spec.key: titles[spec.key] for spec in specs if spec.key in found}
    key = next(iter(shown))
    if len(shown) > 1:
        key = state.choice("focus", list(shown), key, "Look closer at", titles=shown)
    spec = next(spec for spec in specs if spec.key == key)
    rankings(found[key], titles[key], family_color(spec.family.key))
    drawing(question, found[key], spec)
    rows = [
        (titles[key], kind, rank, word, float(score), word in answer.inputs)
        for key, answer in found.items()
        for kind, words, scores in (
            ("without", answer.words, answer.scores),
            ("with", answer.all_words, answer.all_scores),
        )
        for rank, (word, score) in enumerate(zip(words[:SHOWN], scores, strict=False), 1)
    ]
    names = ["model", "question's words", "rank", "word", "score", "is in the question"]
    widgets.table(pd.DataFrame(rows, columns=names), "analogy", title="Both rankings as a table")


def ready_made() -> None:
    """Sets to click, and each model's hits."""
    st.subheader("Ready-made questions")
    st.caption("Click a question to ask it. The counts leave out the question's own words, as is usual.")
    groups = {group.key: group for group in SETS}
    key = state.choice("set", list(groups), "gender", "Relation", titles={k: g.title for k, g in groups.items()})
    group = groups[key]
    with st.container(horizontal=True, gap="small"):
        for a, b, c, _ in group.questions:
            st.button(f"{a} : {b} :: {c} : ?", key=f"ask-{a}-{b}-{c}", on_click=fill, args=(a, b, c), type="tertiary")
    columns = st.columns(max(3, len(specs)))
    frame = pd.DataFrame([{"question": f"{a} : {b} :: {c} : ?", "expected": d} for a, b, c, d in group.questions])
    for column, spec in zip(columns, specs, strict=False):
        with widgets.guard():
            answers = questions.set_answers(spec, group, method)
            right = [answer == question[3] for answer, question in zip(answers, group.questions, strict=True)]
            asked = sum(answer != "" for answer in answers)
            note = f"Right answers. {len(answers) - asked} were not asked: the model lacks one of their words."
            column.metric(md(titles[spec.key]), f"{sum(right)} of {asked}", help=note)
            frame[titles[spec.key]] = [
                f"{'✓' if hit else '·'} {answer or '(not asked)'}" for hit, answer in zip(right, answers, strict=True)
            ]
    widgets.table(frame, f"analogies-{group.key}", title=f"Every model's answers: {group.title}")


def benchmark() -> None:
    """The whole Google benchmark, asked on demand and remembered."""
    st.subheader("The whole benchmark")
    st.markdown(
        "Google's list has 19,544 questions in 14 categories (Mikolov et al. 2013). Only the 30,000 commonest words of "
        "a model take part; questions with a word outside them are left out."
    )
    keys = {spec.key: (spec.key, cache.stamp(spec), method, leave_out) for spec in specs}
    known = questions.measured()
    if st.button("Ask all questions", type="primary", disabled=all(key in known for key in keys.values())):
        bar = st.progress(0.0)
        for number, spec in enumerate(specs):

            def tell(progress: Progress, number: int = number, title: str = titles[spec.key]) -> None:
                bar.progress((number + progress.fraction) / len(specs), f"Asking {md(title)} …")

            with widgets.guard():
                model = cache.static(spec.key)
                result = google_analogies(model, on_progress=tell, method=method, exclude_inputs=leave_out)
                known[keys[spec.key]] = result
        bar.empty()
        if all(key in known for key in keys.values()):
            st.rerun()
    results = {titles[spec.key]: known[keys[spec.key]] for spec in specs if keys[spec.key] in known}
    if not results:
        return
    for title, result in results.items():
        st.markdown(
            f"**{md(title)}**: {result.total:.1%} right of {result.asked:,} asked; meaning {result.semantic:.1%}, "
            f"grammar {result.syntactic:.1%}; {result.skipped:,} left out."
        )
    rows = [
        (title, item.name, item.kind, item.correct, item.asked, item.skipped, item.accuracy)
        for title, result in results.items()
        for item in result.by_category
    ]
    columns = ["model", "category", "kind", "right", "asked", "left out", "accuracy"]
    readable = {row[1]: row[1].split("-", row[1].startswith("gram"))[-1].replace("-", " ") for row in rows}
    said = "; ".join(f"{title} {result.total:.1%}" for title, result in results.items())
    widgets.figure(
        bars.benchmark(results, colors, readable), "benchmark", f"Right answers by category. In all: {said}."
    )
    widgets.table(pd.DataFrame(rows, columns=columns), "benchmark", title="The benchmark's table")


widgets.opening(
    "Analogies",
    "If vectors hold meaning, the step from man to woman should also lead from king to queen; here you can take such "
    "steps. **Look for** how often it works, and for what wins when the question's own words are allowed as answers.",
)
specs = widgets.model_picker("static", default=("word2vec", "cbow", "glove", "fasttext"))
titles = widgets.unique_titles(cache.specs("static"))
colors = {titles[spec.key]: family_color(spec.family.key) for spec in specs}
if not specs:
    st.stop()
way = state.choice("ask", list(WAYS), "words", "Ask with", titles=WAYS)
formula = ""
with widgets.guard():
    formula = state.text("formula", "king - man + woman", "Formula") if way == "formula" else ask_words()
left, right = st.columns(2, vertical_alignment="bottom")
with left:
    rule = state.choice("rule", list(RULES), "3cosadd", "Rule", titles=RULES, help="See the mathematics below.")
with right:
    leave_out = state.flag(
        "strike", True, "Leave out the question's own words",
        help="The usual way to score analogies. Switch it off to see what really lies nearest.",
    )  # fmt: skip
method: Method = "3cosmul" if rule == "3cosmul" else "3cosadd"
if formula:
    with widgets.guard():
        question = Question.of(parse(formula, known=cache.static(specs[0].key)))
        answered(question, verdicts(question))
ready_made()
benchmark()
widgets.code(
    f"""
import embedlab
from embedlab.analysis.analogies import parse, solve

formula = parse({formula or "king - man + woman"!r})
for key in {[spec.key for spec in specs]!r}:
    model = embedlab.load_model(key)
    answer = solve(model, formula.positive, formula.negative, k={SHOWN}, method={method!r},
                   exclude_inputs={leave_out!r}, weights=formula.weights)
    print(key, answer.words, "with the question's words:", answer.all_words)
"""
)
widgets.explain("analogies")
