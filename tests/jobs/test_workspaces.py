"""Workspaces of visitors: their models, results and links, beside the shelves that everybody shares."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

import pytest

from embedlab import registry
from embedlab.base import BadInput, BadModel, paths
from embedlab.base.limits import variable
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds import measure
from embedlab.jobs.kinds.fetch import FetchSettings
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.store import archive, library, share_links
from embedlab.workflows import measurements, text_choice  # fmt: skip

ROOT = Path(__file__).resolve().parents[2]
ANNA, BERT = paths.workspace_name("a" * 64), paths.workspace_name("b" * 64)


@pytest.fixture
def starter(lab: Path) -> Path:
    """The folder of a starter, to be kept under other names."""
    return lab / "starters" / "lsa"


def keys(workspace: str = "") -> list[str]:
    return [spec.key for spec in registry.list_models(workspace=workspace) if spec.source == "yours"]


def test_a_place_is_named_by_a_secret_that_it_does_not_tell() -> None:
    assert len({ANNA, BERT, paths.workspace_name("a" * 63 + "b")}) == 3
    assert paths.workspace_of(ANNA) == ANNA and len(ANNA) == 24
    assert paths.SECRET.fullmatch(paths.new_secret()) and paths.new_secret() != paths.new_secret()
    assert paths.workspace_name(ANNA) != ANNA
    for other in ("", paths.OWNER, "me", "../" + ANNA[3:], ANNA.upper() + "x"):
        assert paths.workspace_of(other) == ""


def test_each_lists_their_own_models_and_nobody_else_s(starter: Path) -> None:
    assert library.keep(starter, "Mine") == "yours/mine"
    assert library.keep(starter, "Mine", workspace=ANNA) == f"place/{ANNA}/mine"
    assert library.keep(starter, "Her own", workspace=ANNA) == f"place/{ANNA}/her-own"
    library.keep(starter, "For all", source="published")
    assert keys() == ["yours/mine"]
    assert keys(ANNA) == [f"place/{ANNA}/her-own", f"place/{ANNA}/mine"]
    assert keys(BERT) == []
    for workspace in ("", ANNA, BERT):
        others = [spec.key for spec in registry.list_models(workspace=workspace) if spec.source != "yours"]
        assert others == ["lsa", "word2vec", "published/for-all"]
    spec = registry.find(f"place/{ANNA}/mine")
    assert (spec.title, spec.source, spec.workspace, spec.short_key) == ("Mine", "yours", ANNA, "yours/mine")
    assert registry.load_model(spec.key).words == registry.load_model("lsa").words
    assert library.taken("her own", ANNA) and not library.taken("her own") and not library.taken("her own", BERT)


@pytest.mark.parametrize(
    "key", ["place/{0}/../{0}/mine", "place/../mine", "place/{0}", "place/{0}/", "place/{0}/..", "place/x/mine"]
)
def test_a_key_never_leads_out_of_a_place(starter: Path, key: str) -> None:
    library.keep(starter, "Mine", workspace=ANNA)
    library.keep(starter, "Mine")
    with pytest.raises(BadModel, match="There is no model"):
        registry.find(key.format(ANNA))


def test_what_is_not_there_is_answered_without_the_models_of_others(starter: Path) -> None:
    library.keep(starter, "Secret plan", workspace=ANNA)
    library.keep(starter, "Secret too")
    with pytest.raises(BadModel) as error:
        registry.find(f"place/{BERT}/secret-plan")
    assert "At hand: lsa, word2vec." in str(error.value)


def test_a_model_is_deleted_from_its_own_place(starter: Path) -> None:
    for workspace in ("", ANNA):
        library.keep(starter, "Mine", workspace=workspace)
    library.delete(registry.find(f"place/{ANNA}/mine"))
    assert (keys(), keys(ANNA)) == (["yours/mine"], [])


def test_an_import_lands_where_it_belongs(starter: Path) -> None:
    assert archive.take(io.BytesIO(archive.pack(starter)), "From afar", workspace=ANNA) == f"place/{ANNA}/from-afar"
    assert keys() == []


def test_a_place_has_a_bound_and_the_owner_has_none(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("place_bytes"), str(library.size(starter) * 3 // 2))
    library.keep(starter, "First", workspace=ANNA)
    library.keep(starter, "First", workspace=ANNA, replace=True)  # takes no more than before
    with pytest.raises(BadInput, match=r"Your models would take .* Delete one first"):
        library.keep(starter, "Second", workspace=ANNA)
    library.keep(starter, "Second", workspace=BERT)
    for name in ("First", "Second", "Third"):
        library.keep(starter, name)


def test_vectors_that_a_visitor_loads_are_theirs_and_files_of_the_machine_stay_shut(
    lab: Path, at_once: None, tmp_path: Path
) -> None:
    run = jobs.draft(ANNA)
    text_choice.lay_down(run.folder, "small.txt", b"the 1 2\nking 3 4\n")
    assert jobs.start("fetch", FetchSettings("", "Small"), run, ANNA).state().status == "done"
    assert keys(ANNA) == [f"place/{ANNA}/small"]
    assert "published/small" not in [spec.key for spec in registry.list_models()]
    (tmp_path / "here.txt").write_bytes(b"the 1 2\nking 3 4\n")
    state = jobs.start("fetch", FetchSettings(str(tmp_path / "here.txt")), visitor=ANNA).state()
    assert state.status == "failed" and "Files of this machine are not read here" in state.error
    assert jobs.start("fetch", FetchSettings(str(tmp_path / "here.txt")), visitor=paths.OWNER).state().status == "done"
    assert "published/here" in [spec.key for spec in registry.list_models()]


def measured(spec: registry.ModelSpec, *_: object) -> measurements.Result:
    figures = (measurements.Measurement("analogies", 0.5, count=9),)
    return measurements.Result(spec.key, spec.title, "d", "2026-01-02", (), 12, 300, 5, 6.0, None, figures)


def test_measurements_of_a_visitor_s_model_stay_in_their_place(
    starter: Path, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measurements, "measured", measured)
    key = library.keep(starter, "Mine", workspace=ANNA)
    for asked in (key, "lsa"):
        run = jobs.start("measure", measure.MeasureSettings(asked), visitor=ANNA)
        assert run.state().status == "done", run.state().error
    assert set(measure.all_results(ANNA)) == {key, "lsa"}
    assert set(measure.all_results(BERT)) == set(measure.all_results()) == {"lsa"}


def test_runs_are_told_apart_by_whose_they_are(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    asked = {name: jobs.start("train", TrainSettings("lsa"), visitor=name) for name in (ANNA, BERT, paths.OWNER, "")}
    assert jobs.all_runs("train", ANNA) == [asked[ANNA]]
    assert set(jobs.all_runs("train", paths.OWNER)) == {asked[paths.OWNER], asked[""]}
    assert set(jobs.all_runs("train")) == set(asked.values())
    assert paths.all_workspaces() == sorted([ANNA, BERT])  # a place is there as soon as something is asked for
    draft = jobs.draft(BERT)
    assert draft.visitor == BERT and draft not in jobs.all_runs(visitor=BERT)


def test_a_question_that_another_has_asked_is_answered_by_their_run_unless_it_came_to_nothing(
    lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    hers = jobs.start("train", TrainSettings("lsa"), visitor=ANNA)

    def like(visitor: str) -> jobs.Run | None:
        return jobs.like("train", lambda run: run.request()[1]["kind"] == "lsa", visitor)

    assert like(ANNA) == like(BERT) == hers
    hers.write_state(jobs.RunState("failed", created=1.0))
    assert (like(ANNA), like(BERT)) == (hers, None)
    hers.write_state(jobs.RunState("done", created=1.0))
    assert like(BERT) == hers and jobs.like("train", lambda run: False, BERT) is None


def test_old_runs_go_of_the_visitor_alone(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    made = {visitor: [jobs.start("train", TrainSettings("lsa"), visitor=visitor) for _ in range(3)] for visitor in "ab"}
    for at, run in enumerate(made["a"]):
        run.write_state(jobs.RunState("running" if at == 0 else "done", created=float(at), host="elsewhere"))
    jobs.only_newest("train", 1, "a")
    assert set(jobs.all_runs("train", "a")) == {made["a"][0], made["a"][2]}  # the oldest one works
    assert len(jobs.all_runs("train", "b")) == 3


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("{home}/runs/0a1b/text/my tale (1).txt cannot be read: Bad.", "my tale (1).txt cannot be read: Bad."),
        ("Cannot write {home}/places/x/models/yours/.a.b: full", "Cannot write .a.b: full"),
        ("[Errno 2] No such file or directory: '{temp}/embedlab-x/model/config.json'",
         "[Errno 2] No such file or directory: 'config.json'"),
        ("{assets}/starters/lsa is not a model folder: config.json is missing.",
         "lsa is not a model folder: config.json is missing."),
        ("{home} is full, see {home}. {lab}/embedlab/jobs.py, {python}/a.py", "home is full, see home. jobs.py, a.py"),
        ("The folder {home}/runs/ is gone", "The folder runs/ is gone"),
        ("https://example.org{temp}/v.txt and 1/2 stay, as does {home}-other", None),
    ],
)  # fmt: skip
def test_messages_for_visitors_hold_names_and_no_folders(
    lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, message: str, said: str | None
) -> None:
    scratch = tmp_path.parent / f"{tmp_path.name}-scratch"
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    here = {"home": paths.home(), "assets": lab, "temp": scratch, "lab": ROOT, "python": sys.prefix}
    text = message.format(**here)
    assert paths.names_only(text) == (text if said is None else said)


# ---------------------------------------------------------------- links that show a model


def test_a_link_shows_one_model_until_it_is_withdrawn(starter: Path) -> None:
    key = library.keep(starter, "Mine", workspace=ANNA)
    other = library.keep(starter, "Other", workspace=ANNA)
    token = share_links.share(key)
    assert share_links.share(key) == token == share_links.shared_as(key) and share_links.shared_as(other) == ""
    assert len(token) == 24 and share_links.share(other) != token
    assert share_links.find(token).key == key
    share_links.withdraw(key)
    with pytest.raises(BadInput, match="leads to no model"):
        share_links.find(token)
    assert share_links.shared_as(key) == "" != share_links.shared_as(other)


def test_a_link_ends_with_its_model(starter: Path, lab_home: Path) -> None:
    key = library.keep(starter, "Mine")
    token = share_links.share(key)
    share_links.tidy()
    assert share_links.find(token).key == key
    library.delete(registry.find(key))
    with pytest.raises(BadInput):
        share_links.find(token)
    share_links.tidy()
    assert list((lab_home / "shares").iterdir()) == []


@pytest.mark.parametrize("token", ["", "../../models/yours/mine", "yours/mine", "0" * 24, "A" * 24])
def test_a_made_up_link_leads_nowhere(lab: Path, token: str) -> None:
    with pytest.raises(BadInput, match="leads to no model"):
        share_links.find(token)
