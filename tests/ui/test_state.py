"""State in the address: a link sets it, nonsense in it gives way to the default, other pages' values too."""

import ast
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embedlab.ui import state


def script() -> None:
    import streamlit as st

    from embedlab.ui import state

    text = state.text("word", "bank", "Word")
    one = state.choice("rule", ["add", "mul"], "add", "Rule", titles={"mul": "Mul*"})
    some = state.many("models", ["a", "b", "c"], ["a"], "Models")
    long = state.choice("long", [str(i) for i in range(12)], "3", "Long")
    number = state.number("k", 10, 3, 30, "k")
    flag = state.flag("on", True, "On")
    st.session_state["got"] = (text, one, some, long, number, flag)
    st.button("put", on_click=state.put, args=("word", "dog"))


def got(query: dict[str, Any], session: dict[str, Any] | None = None) -> tuple[Any, ...]:
    page = AppTest.from_function(script)
    for name, value in query.items():
        page.query_params[name] = value
    for name, value in (session or {}).items():
        page.session_state[name] = value
    page.run()
    assert not page.exception
    return page.session_state["got"]


def test_without_an_address_the_defaults_hold() -> None:
    assert got({}) == ("bank", "add", ["a"], "3", 10, True)


def test_a_link_sets_everything() -> None:
    query = {"word": " cat ", "rule": r"Mul\*", "models": ["c", "b"], "long": "11", "k": "7", "on": "false"}
    assert got(query) == ("cat", "mul", ["b", "c"], "11", 7, False)


@pytest.mark.parametrize(
    "bad", [{"rule": "div"}, {"models": ["zzz"]}, {"long": "99"}, {"k": "many"}, {"on": "perhaps"}]
)
def test_nonsense_gives_way_to_the_default(bad: dict[str, Any]) -> None:
    assert got(bad) == ("bank", "add", ["a"], "3", 10, True)


def test_what_another_page_left_behind_does_no_harm() -> None:
    left = {"rule": "umap", "models": ["gone", "b"], "long": "gone", "k": 500}
    assert got({}, left) == ("bank", "add", ["b"], "3", 30, True)


def test_a_click_sets_the_widget() -> None:
    page = AppTest.from_function(script).run()
    page.button[0].click().run()
    assert page.session_state["got"][0] == "dog"
    assert page.text_input(key="word").value == "dog"


def test_a_word_of_one_page_is_in_the_field_of_the_next(tmp_path: Path) -> None:
    line = "from embedlab.ui import state\nstate.text('word', {!r}, {!r})\nstate.flag('on', False, 'On')\n"
    (tmp_path / "one.py").write_text(line.format("bank", "Word"))
    (tmp_path / "other.py").write_text(line.format("", "Search a word"))
    (tmp_path / "app.py").write_text("import streamlit as st\nst.navigation(['one.py', 'other.py']).run()\n")
    page = AppTest.from_file(tmp_path / "app.py")
    page.query_params["word"] = "guitar"
    page.run().toggle[0].set_value(True).run()
    page.query_params.clear()  # as the browser does on the way to another page
    page.switch_page("other.py").run()
    assert not page.exception
    assert (page.text_input[0].label, page.text_input[0].value) == ("Search a word", "guitar")


@pytest.mark.parametrize("options", [2, 20])
def test_an_option_is_found_by_its_title_in_the_address_whatever_letters_it_has(options: int) -> None:
    def script() -> None:
        import streamlit as st

        from embedlab.ui import state

        keys = [f"k{i}" for i in range(st.session_state["options"])]
        titles = {key: f"Tale v1.{key} (x_y)*" for key in keys}
        st.text(state.choice("one", keys, "k0", "One", titles=titles))
        st.text(*state.many("any", keys, ["k0"], "Any", titles=titles))

    app = AppTest.from_function(script, default_timeout=60)
    app.session_state["options"] = options
    address = state.addressed("Tale v1.k1 (x_y)*", options)
    app.query_params["one"], app.query_params["any"] = address, [address]
    assert [item.value for item in app.run().text] == ["k1", "k1"]


SET = {"word": "cat", "rule": r"Mul\*", "k": "7", "on": "true", "late": "here"}
BREAKING = """
from embedlab.base import BadInput
from embedlab.ui import state, widgets
widgets.opening("One", "Look.")
state.text("word", "bank", "Word")
state.choice("rule", ["add", "mul"], "add", "Rule", titles={"mul": "Mul*"})
broken = state.choice("broken", ["no", "defect", "known"], "no", "Broken")
with widgets.guard():
    if broken == "defect":
        raise ValueError("a defect")
    if broken == "known":
        raise BadInput("a reason")
    state.number("k", 10, 3, 30, "k")
    state.flag("on", False, "On")
    state.text("late", "", "Late")
"""


@pytest.mark.parametrize("broken", ["defect", "known"])
def test_the_address_stays_true_where_a_page_breaks_off(broken: str, tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(BREAKING)
    (tmp_path / "app.py").write_text(
        "import streamlit as st\nfrom embedlab.ui import state\nst.navigation(['one.py']).run()\nstate.end()\n"
    )
    page = AppTest.from_file(tmp_path / "app.py", default_timeout=60)
    page.query_params.update(SET)
    page.run()
    assert page.query_params == SET
    page.button_group(key="broken").set_value(broken).run()
    assert len(page.exception) + len(page.error) == 1 and not page.slider  # the page ends here
    page.text_input(key="word").set_value("dog").run()
    assert page.query_params == SET  # what a visitor sets is written there by the browser, which is none here
    again = AppTest.from_file(tmp_path / "app.py", default_timeout=60)  # a reload
    again.query_params.update(page.query_params | {"broken": broken})
    again.run().button_group(key="broken").set_value("no").run()
    assert (again.slider[0].value, again.toggle[0].value, again.text_input(key="late").value) == (7, True, "here")


def test_what_is_put_away_on_purpose_leaves_the_address(tmp_path: Path) -> None:
    lines = "if state.flag('more', False, 'More'):\n    state.number('k', 10, 3, 30, 'k')\n"
    (tmp_path / "one.py").write_text(f"from embedlab.ui import state\n{lines}")
    (tmp_path / "app.py").write_text(
        "import streamlit as st\nfrom embedlab.ui import state\nst.navigation(['one.py']).run()\nstate.end()\n"
    )
    page = AppTest.from_file(tmp_path / "app.py")
    page.query_params.update({"more": "true", "k": "7"})
    page.run().toggle[0].set_value(False).run()
    assert page.query_params == {}


def test_the_app_ends_every_run_so() -> None:
    source = (Path(__file__).resolve().parents[2] / "app.py").read_text(encoding="utf-8")
    run = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == "run")
    assert ast.unparse(run.body[-1]) == "state.end()"


TWO_MODELS = """
import streamlit as st
from embedlab.ui import state
most = int(state.choice("most", ["20000", "3000"], "20000", "Most"))
if state.flag("shown", True, "Shown"):
    st.text(state.number("n", 2000, 100, most, "How many", step=100))
"""


def test_a_number_put_away_and_back_is_taken_along_when_its_bounds_change() -> None:
    page = AppTest.from_string(TWO_MODELS).run()
    page.slider[0].set_value(20_000).run()
    page.toggle[0].set_value(False).run()
    page.toggle[0].set_value(True).run()
    page.slider[0].set_value(1000).run()
    page.button_group(key="most").set_value("3000").run()
    assert not page.exception and (page.text[0].value, page.slider[0].value) == ("1000", 1000)


def test_what_was_put_away_and_back_is_taken_along_to_the_next_page(tmp_path: Path) -> None:
    lines = """
import streamlit as st
from embedlab.ui import state
if state.flag("shown", True, "Shown"):
    st.text(state.number("k", 10, 3, 30, "k"))
    st.text(state.choice("one", list("abc"), "a", "One"))
    st.text(*state.many("any", list("abc"), ["a"], "Any"))
    st.text(state.flag("on", False, "On"))
"""
    for name in ("one", "other"):
        (tmp_path / f"{name}.py").write_text(lines)
    (tmp_path / "app.py").write_text("import streamlit as st\nst.navigation(['one.py', 'other.py']).run()\n")
    page = AppTest.from_file(tmp_path / "app.py").run()

    def set_all(number: int, letter: str, on: bool) -> None:
        page.slider[0].set_value(number)
        page.button_group(key="one").set_value(letter)
        page.button_group(key="any").set_value([letter])
        page.toggle(key="on").set_value(on).run()

    set_all(25, "b", True)
    page.toggle(key="shown").set_value(False).run()
    page.toggle(key="shown").set_value(True).run()
    set_all(5, "c", False)
    page.query_params.clear()  # as the browser does on the way to another page
    page.switch_page("other.py").run()
    assert not page.exception and [item.value for item in page.text] == ["5", "c", "c", "False"]
