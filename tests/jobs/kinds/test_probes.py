"""Layer probes that are kept: by exactly these weights, sentences and settings, on disk and back, shipped and own."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from embedlab import __main__ as terminal
from embedlab import registry
from embedlab.analysis.probing.results import LayerProbe, ProbeSettings
from embedlab.base import BadInput
from embedlab.data.tagged import TaggedSet
from embedlab.jobs.kinds import probes
from embedlab.store import results
from embedlab.workflows import probe_data
from tests.conftest import write_starter
from tests.probe_sentences import FEW, sentences

__all__ = ["sentences"]

STORED = sorted((Path(__file__).resolve().parents[3] / "assets" / "results" / "probes").glob("*.json"))
QUICK = ProbeSettings(epochs=3, resamples=20)


def shown(probe: LayerProbe) -> str:
    return json.dumps(results.probe_to_dict(probe))


def test_a_result_is_kept_and_read_again(sentences: Path) -> None:
    job = probes.ProbeJob.of(["word2vec"], settings=QUICK)
    found = probes.computed(job)
    results.PROBES.put(job.key, results.probe_values(job.key, job.keys, job.data, found))
    kept = results.PROBES.get(job.key)
    assert kept is not None and not kept.shipped
    assert (kept.models, kept.data) == (("word2vec",), "")
    assert {name for name, _ in kept.versions} == {"python", "embedlab", "numpy", "torch"}
    assert shown(kept.probe) == shown(found)
    assert kept.probe.rows[0].f1 == 1 and kept.probe.settings == QUICK
    np.testing.assert_array_equal(kept.probe.rows[0].tags, found.rows[0].tags)
    assert [one.key for one in results.PROBES.all()] == [job.key]


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem[:6])
def test_stored_results_are_named_by_the_layers_that_they_read(file: Path) -> None:
    stored, kept = json.loads(file.read_text(encoding="utf-8"))["probe"], results.PROBES.read(file)
    assert kept is not None
    rows, layers = kept.probe.rows, kept.probe.layers
    assert [row.layers for row in rows if "last four" in row.strategy] == (len(layers) >= 4) * 3 * [layers[-4:]]
    for row in stored["rows"]:  # also a row that is no longer shown twice has its figures under the other name
        assert kept.probe.row(row["strategy"]).f1 == row["f1"]


def test_the_name_changes_with_weights_sentences_and_settings(sentences: Path) -> None:
    def key(settings: ProbeSettings = QUICK, models: tuple[str, ...] = ("word2vec",), data: str = "") -> str:
        return probes.ProbeJob.of(models, data, settings).key

    first = key()
    assert first == key()
    others = {key(dataclasses.replace(QUICK, l2=0.1)), key(models=("lsa",)), key(models=("lsa", "word2vec"))}
    others.add(key(data=probe_data.lay_down((FEW * 5).encode())))
    write_starter(sentences, "word2vec", "word2vec skip-gram", noise=0.01)
    others.add(key())
    assert len(others) == 5 and first not in others


def test_shipped_results_are_of_the_weights_of_today(sentences: Path) -> None:
    jobs = [probes.ProbeJob.of(["word2vec"], settings=QUICK), probes.ProbeJob.of(["lsa"], settings=QUICK)]
    files = probes.ship(jobs)
    assert [file.stem for file in files] == [job.key for job in jobs]
    found = results.PROBES.get(jobs[0].key)
    assert found is not None and found.shipped
    write_starter(sentences, "word2vec", "word2vec skip-gram", noise=0.01)
    new = probes.ProbeJob.of(["word2vec"], settings=QUICK)
    assert results.PROBES.get(new.key) is None
    probes.ship([new])
    assert {file.stem for file in results.PROBES.shipped.iterdir()} == {new.key, jobs[1].key}  # the stale one is gone


def test_every_starter_with_vectors_is_shipped(sentences: Path) -> None:
    assert [job.keys for job in probes.starters()] == [("lsa",), ("word2vec",)]
    assert all(registry.find(job.models) for job in probes.starters())


def test_a_damaged_result_is_passed_over(sentences: Path) -> None:
    job = probes.ProbeJob.of(["word2vec"], settings=QUICK)
    file = results.PROBES.put(job.key, job.part().compute(None))
    whole = json.loads(file.read_text())
    for broken in ("", "[]", "{}", json.dumps(whole | {"format": 0}), json.dumps(whole | {"probe": {"rows": 1}})):
        file.write_text(broken)
        assert results.PROBES.get(job.key) is None and results.PROBES.all() == []


def test_a_file_without_marks_is_dealt_out_by_the_seed(lab_home: Path) -> None:
    name = probe_data.lay_down((FEW * 25).encode())
    found = probe_data.dataset(name, seed=1)
    assert [len(part) for part in (found.train, found.dev, found.test)] == [70, 10, 20]
    assert found == probe_data.dataset(name, seed=1) != probe_data.dataset(name, seed=2)
    marked = f"# split = train\n{FEW * 3}# split = dev\n{FEW}# split = test\n{FEW}"
    kept = probe_data.dataset(probe_data.lay_down(marked.encode()))
    assert isinstance(kept, TaggedSet) and [len(part) for part in (kept.train, kept.dev, kept.test)] == [12, 4, 4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no sentence"),
        (b"the O\n\ncat O\n", "2 sentences are too few"),
        (b"no tags here\n", "no BIO tag"),
        (b"\x00\x01\x02" * 50, "the file"),
        (("the O\n\n" * 40).encode(), "is tagged as an entity"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_not_kept(lab_home: Path, content: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        probe_data.lay_down(content)
    assert [path for path in (lab_home / "tagged").rglob("*") if path.is_file()] == []
    with pytest.raises(BadInput, match="Upload it again"):
        probe_data.dataset("../../secret")


def test_the_command_prints_a_table(sentences: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal.main(["probe", "word2vec", "lsa+word2vec"]) == 0
    printed = capsys.readouterr().out
    assert "vector                       F1 100.0 (100.0 to 100.0)" in printed
    assert "LSA + word2vec skip-gram" in printed and "list of words 100.0" in printed
    assert terminal.main(["probe", "word2vec", "--data", "/no/such/file"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_the_command_can_be_asked_for_single_strategies_that_are_not_kept(
    sentences: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["probe", "word2vec", "--strategy"]
    assert terminal.main([*asked, "vector"]) == 0
    assert capsys.readouterr().out.count(" F1 ") == 1
    assert results.PROBES.all() == []
    assert terminal.main([*asked, "top", "--probe", "bilstm-crf"]) == 1
    assert "There is no strategy 'top'. There are: vector." in capsys.readouterr().err
    assert terminal.main([*asked, "vector", "--ship"]) == 1
    assert "leave out --strategy or --ship" in capsys.readouterr().err


def test_the_command_says_which_columns_it_took_and_what_it_left_out(
    sentences: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tagged.tsv"
    rows = ["\t".join(["1", *line.split(), "x"]) if line else "" for line in (FEW * 25).splitlines()]
    file.write_text("\n".join(["ID\tToken\tNER\tLemma", *rows, "oops", ""]))
    assert terminal.main(["probe", "word2vec", "--data", str(file)]) == 0
    out, err = capsys.readouterr()
    assert "F1 100.0" in out
    assert "Words are in column Token (the, paris, in), tags in column NER (O, B-LOC, O)" in err
    assert "Sentences left out: 1, for 1 bad line (502)" in err
    asked = ["probe", "word2vec", "--data", str(file), "--word-column", "Lemma", "--tag-column", "3"]
    assert terminal.main(asked) == 0
    out, err = capsys.readouterr()
    assert "F1 100.0" not in out and "Words are in column Lemma (x, x, x)" in err
    assert terminal.main([*asked[:-1], "5"]) == 1
    assert "There are the columns ID (1, 1, 1); Token (the, paris, in)" in capsys.readouterr().err
    assert terminal.main(["probe", "word2vec", "--tag-column", "3"]) == 1
