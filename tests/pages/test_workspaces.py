"""Two visitors of one lab: what one of them trains, keeps or uploads is nowhere on the other's pages."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embedlab import registry
from embedlab.base import BadInput, paths
from embedlab.jobs import api as jobs
from embedlab.jobs import cleanup, worker
from embedlab.jobs.api import Run
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.jobs.run import RunState
from embedlab.store import library, share_links
from embedlab.ui import visitor
from embedlab.ui.views.models import kept
from embedlab.workflows import text_choice
from embedlab.workflows.text_choice import TextChoice
from tests.pages_opened import PAGES, said, sound, texts, together

ANNA, BERT = "a" * 64, "b" * 64
"""What their browsers are known by."""
TALE = "The king rules the old land. The queen rules the old land. A cat chased a mouse in the house.\n" * 30


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_APART", "1")


def opened(page: str, secret: str, /, **query: Any) -> AppTest:
    """A page as one of them sees it."""
    app = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=120)
    app.session_state[visitor.OPENED] = secret
    for key, value in query.items():
        app.query_params[key] = value
    return sound(app.run())


def trained(secret: str, name: str = "Tale", kind: str = "lsa") -> Run:
    """A training of one of them on a text of theirs; worked off at once."""
    place = paths.workspace_name(secret)
    run = jobs.draft(place)
    text_choice.lay_down(run.folder, f"{name}.txt", TALE.encode())
    asked = TrainSettings(kind, {"min_count": 1, "dim": 4}, TextChoice(file=f"{name}.txt"), ("king",), name)
    jobs.start("train", asked, run, place)
    assert run.state().status == "done", run.state().error
    return run


def listed(app: AppTest) -> str:
    """Everything that a page says, its choices and the labels of its parts."""
    choices = [
        str(option)
        for item in (*app.multiselect, *app.selectbox, *app.pills, *app.segmented_control)
        for option in item.options
    ]
    labels = [item.label for item in (*app.expander, *app.button)]
    frames = [item.value.to_csv() for item in app.dataframe]
    return "\n".join([said(app), *choices, *labels, *frames])


@pytest.fixture
def tale(lab: Path, at_once: None) -> Run:
    """Anna's finished training, kept as a model."""
    run = trained(ANNA)
    app = opened("training", ANNA, run=run.id)
    sound(app.button(key="keep").click().run())
    assert "Kept as" in texts(app)
    return run


def test_a_kept_model_is_in_its_visitor_s_lists_alone(tale: Run) -> None:
    key = f"place/{paths.workspace_name(ANNA)}/tale"
    assert (tale.folder / library.KEPT).read_text() == key
    assert "yours/tale" not in [spec.key for spec in registry.list_models()]
    for page in ("models", "neighbors", "analogies", "map", "leaderboard", "training"):
        assert "Tale" in listed(opened(page, ANNA)), page
        assert "Tale" not in listed(opened(page, BERT)), page


def test_the_owner_offers_a_model_to_the_class_and_takes_it_back(tale: Run) -> None:
    mine, theirs = library.keep(tale.result, "Mine"), library.keep(tale.result, "Known", source="published")
    seen = registry.list_models(workspace=paths.workspace_name(BERT))
    assert mine not in [spec.key for spec in seen] and theirs in [spec.key for spec in seen]
    library.offer(registry.find(mine), on=True)
    library.offer(registry.find(theirs), on=False)
    seen = {spec.key: spec for spec in registry.list_models(workspace=paths.workspace_name(BERT))}
    assert theirs not in seen and seen[mine].source == "published"
    models = opened("models", BERT)
    assert "Mine" in listed(models) and "Known" not in listed(models)
    assert not [
        one.key for one in (*models.button, *models.toggle) if one.key and mine in one.key and "delete" in one.key
    ]
    with pytest.raises(BadInput, match="not a model that can be offered"):
        library.offer(registry.find(f"place/{paths.workspace_name(ANNA)}/tale"), on=True)
    registry.class_file().write_text("[damaged")
    assert theirs in [spec.key for spec in registry.list_models(workspace=paths.workspace_name(BERT))]


def test_an_address_opens_a_visitor_s_own_model_and_no_other_s(tale: Run) -> None:
    hers = opened("neighbors", ANNA, models=["Tale"], word="king")
    assert list(hers.dataframe[0].value["model"].unique()) == ["Tale"]
    for guess in (["Tale"], [f"place/{paths.workspace_name(ANNA)}/tale"], ["yours/tale"]):
        theirs = opened("neighbors", BERT, models=guess, word="king")
        assert "Tale" not in listed(theirs)


def test_a_key_of_another_is_as_if_it_were_not_there(tale: Run) -> None:
    def load() -> None:
        import streamlit as st

        from embedlab.base import BadModel
        from embedlab.ui import cache

        for key in st.session_state["keys"]:
            try:
                st.text(cache.model(key).title)
            except BadModel as error:
                st.error(str(error))

    library.keep(tale.result, "The owner's")
    for secret, found in ((ANNA, ["Tale"]), (BERT, [])):
        app = AppTest.from_function(load)
        app.session_state[visitor.OPENED] = secret
        app.session_state["keys"] = [f"place/{paths.workspace_name(ANNA)}/tale", "yours/the-owner-s", "yours/tale"]
        sound(app.run())
        assert [item.value for item in app.text] == found
        assert len({item.value for item in app.error}) == 1 and "not here" in app.error[0].value


def test_the_link_of_a_training_shows_it_and_lets_nobody_else_change_it(tale: Run) -> None:
    hers, theirs = opened("training", ANNA, run=tale.id), opened("training", BERT, run=tale.id)
    changes = {"keep", "again", f"delete-{tale.id}"}
    assert changes <= {button.key for button in hers.button}
    assert not changes & {button.key for button in theirs.button}
    assert "Somebody shares" in texts(theirs) and "Somebody shares" not in texts(hers)
    assert "The training is finished." in [item.value for item in theirs.success]
    assert "**king**" in texts(theirs)
    assert [item.label for item in theirs.download_button if item.key == "download"] == ["Download"]
    assert any(tale.id in item.value for item in hers.code) and not any(tale.id in item.value for item in theirs.code)
    assert "Your runs" not in [item.value for item in theirs.header]


@pytest.mark.parametrize("status", ["queued", "running", "interrupted"])
def test_nobody_else_cancels_or_continues_a_run(lab: Path, monkeypatch: pytest.MonkeyPatch, status: Any) -> None:
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    asked = TrainSettings("lsa", {}, TextChoice(sample="kingdom"), ("king",), "Long")
    run = jobs.start("train", asked, visitor=paths.workspace_name(ANNA))
    run.write_state(RunState(status, created=1.0, host="elsewhere" if status == "running" else ""))
    wanted = f"resume-{run.id}" if status == "interrupted" else "cancel"
    keys = [[button.key for button in opened("training", who, run=run.id).button] for who in (ANNA, BERT)]
    assert wanted in keys[0] and wanted not in keys[1]
    assert "Long" in texts(opened("training", ANNA)) and "Long" not in texts(opened("training", BERT))


def test_a_text_that_was_laid_down_opens_for_its_visitor_alone(lab: Path) -> None:
    draft = jobs.draft(paths.workspace_name(ANNA))
    text_choice.lay_down(draft.folder, "secret.txt", TALE.encode())
    hers = opened("training", ANNA, source="A file of yours", draft=draft.id)
    theirs = opened("training", BERT, source="A file of yours", draft=draft.id)
    assert "secret" in texts(hers) and "secret" not in listed(theirs)
    assert "another-text" not in [button.key for button in theirs.button] and draft.folder.exists()


def test_sentences_are_looked_up_in_one_s_own_texts(tale: Run) -> None:
    for secret, there in ((ANNA, True), (BERT, False)):
        app = opened("neighbors", secret, word="king", view="In sentences")
        assert ("Tale.txt" in listed(app)) == there


def test_the_owner_s_runs_and_models_are_not_the_visitors(
    lab: Path, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.keep(lab / "starters" / "lsa", "Of the owner")
    assert "Of the owner" not in listed(opened("models", ANNA))
    monkeypatch.delenv("EMBEDLAB_APART")
    run = trained(ANNA)
    assert "Of the owner" in listed(opened("models", ANNA))  # on this machine, whatever the session holds
    assert "Tale" not in listed(opened("training", ANNA)) and run.folder.exists()


# ---------------------------------------------------------------- the Models page


def test_a_visitor_deletes_their_own_models_and_no_published_ones(tale: Run, lab: Path) -> None:
    library.keep(lab / "starters" / "lsa", "For all", source="published")
    key = f"place/{paths.workspace_name(ANNA)}/tale"
    app = opened("models", ANNA)
    assert [b.key for b in app.button if b.key and b.key.startswith("delete-")] == [f"delete-{key}"]
    sound(app.button(key=f"delete-{key}").click().run())
    assert "is deleted" in app.success[0].value and "Tale" not in listed(opened("neighbors", ANNA))
    assert [b.key for b in opened("models", BERT).button if b.key and b.key.startswith("delete-")] == []


def test_the_link_of_a_model_shows_it_and_nothing_else(tale: Run) -> None:
    key = f"place/{paths.workspace_name(ANNA)}/tale"
    hers = opened("models", ANNA)
    sound(hers.button(key=f"share-{key}").click().run())
    token = share_links.shared_as(key)
    assert any(token in item.value for item in hers.code)
    theirs = opened("models", BERT, shared=token)
    assert "Tale" in [item.value for item in theirs.header] and "Somebody shares this model" in texts(theirs)
    assert {button.key for button in theirs.button if button.key} >= {"all-models"}
    assert not any(button.key.startswith(("delete-", "share-", "import")) for button in theirs.button if button.key)
    theirs.text_input(key="shared_word").set_value("King").run()
    assert "queen" in sound(theirs).get("plotly_chart")[0].proto.spec
    assert "**King**" in texts(theirs)
    sound(hers.button(key=f"withdraw-{key}").click().run())
    assert "leads to no model" in opened("models", BERT, shared=token).error[0].value


def test_how_long_things_are_kept_is_said(tale: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_MAX_RUN_DAYS", "12")
    monkeypatch.setenv("EMBEDLAB_MAX_PLACE_DAYS", "1")
    text = texts(opened("models", ANNA))
    assert "12 days after its end" in text and "1 day after your last visit" in text
    assert together(text, "Next to go", "**Tale**")
    assert "Next to go" not in texts(opened("models", BERT))
    tale.write_state(RunState("done", created=1.0, started=1.0, finished=2.0))
    assert together(texts(opened("models", ANNA)), "Next to go", "**Tale**", "within a day")
    monkeypatch.delenv("EMBEDLAB_APART")
    assert "1 place of visitors" in texts(opened("models", ANNA))


def test_what_is_said_to_go_next_is_what_goes_next_and_a_kept_model_stays(tale: Run) -> None:
    later = trained(ANNA, "Later")
    for run, days in ((tale, 40), (later, 10)):
        end = time.time() - days * cleanup.DAY
        run.write_state(RunState("done", created=end, started=end, finished=end))
    page = texts(opened("models", ANNA))
    assert page.index("**Tale**") < page.index("**Later**") and "Keep a model" in page
    assert page.count("is kept and stays") == 1
    (later.folder / library.KEPT).write_text(library.keep(later.result, "Later", workspace=paths.workspace_name(ANNA)))
    page = texts(opened("models", ANNA))
    assert page.count("is kept and stays") == 2 and "Keep a model" not in page
    cleanup.clear()
    cleanup.clear(passed=cleanup.DAY)
    assert not tale.folder.exists() and later.folder.exists()
    assert [spec.title for spec in registry.list_models(workspace=paths.workspace_name(ANNA))][-2:] == ["Later", "Tale"]


def test_every_kind_of_run_has_a_name_for_people() -> None:
    assert kept.KINDS.keys() == worker.WORKERS.keys()


def test_the_link_to_a_place_is_shown_to_those_who_have_one(tale: Run) -> None:
    assert any(f"place={ANNA}" in item.value for item in opened("models", ANNA).code)
    assert not any("place=" in item.value for item in opened("models", BERT).code)
    assert "yours alone" in texts(opened("models", BERT))
