"""README, CONTRIBUTING and the pages of assets/help: what they name is there, and what they show works."""

from __future__ import annotations

import json
import re
import tomllib

import numpy as np
import pytest

from embedlab.jobs.kinds import probes
from embedlab.store import results as store_results
from embedlab.ui.views import leaderboard
from embedlab.workflows import measurements
from tests.benchmarks import bench_wikipedia_senses
from tests.test_imports import ALLOWED, ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "assets" / "help").glob("*.md")])
FOLDERS = (ROOT, ROOT / "embedlab", ROOT / "tests" / "benchmarks", ROOT / "assets" / "help")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_files_that_are_there(page) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if not target.startswith("http")]
    assert [target for target in local if not (page.parent / target).exists()] == []


CARDS = sorted((ROOT / "assets" / "starters").glob("*/card.json"))
TRIALS = ROOT / "assets" / "recipes" / "TRIALS.md"


@pytest.mark.parametrize("page", [*PAGES, *CARDS, TRIALS], ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_source_files_that_are_named_are_there(page) -> None:
    names = re.findall(r"(?<![\w./-])\w+/[\w./-]+\.(?:py|toml)\b", page.read_text(encoding="utf-8"))
    named = {name for name in names if "NAME" not in name}
    assert {name for name in named if not any((folder / name).exists() for folder in FOLDERS)} == set()


def test_the_table_of_imports_is_the_one_that_is_held() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("| room |")[2].partition("\n\n")[0]
    rows = [[re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[1:3]] for line in table.splitlines()[2:]]
    assert {room: set(others) for (room,), others in rows} == ALLOWED


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], {})  # type: ignore[index]
    nearest, solved = capsys.readouterr().out.splitlines()
    assert "banks" in nearest and solved.startswith("['queen'")


def help_page(name: str) -> str:
    return (ROOT / "assets" / "help" / f"{name}.md").read_text(encoding="utf-8")


def table_rows(text: str) -> dict[str, list[str]]:
    """Cells of the tables whose first column is a model's key."""
    return {
        line.split("`")[1]: [cell.strip() for cell in line.split("|")[2:-1]] for line in re.findall(r"\| `.*", text)
    }


def stored(key: str, name: str, layer: str = "") -> float:
    """A shipped model's figure; the best layer's without a layer."""
    result = measurements.readable(measurements.folder())[key]
    found = [one.value for one in result.measurements if one.name == name and layer in ("", one.layer)]
    return max(found)


@pytest.mark.parametrize("key", ["lsa", "cbow", "word2vec", "glove", "fasttext"])
def test_figures_of_word_vectors_are_those_that_are_stored(key: str) -> None:
    readme = table_rows((ROOT / "README.md").read_text(encoding="utf-8"))[key]
    analogies, _, _, wordsim, simlex, _ = table_rows(help_page("starters").partition("## Words in")[0])[key]
    figures = [f"{100 * stored(key, 'analogies'):.1f} %", f"{stored(key, 'wordsim353'):.3f}"]
    assert readme[:2] == [analogies, wordsim] == figures
    asked = next(one.count for one in measurements.readable(measurements.folder())[key].measurements)
    assert f"{asked:,} of Google's" in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert simlex == f"{stored(key, 'simlex999'):.3f}"


@pytest.mark.parametrize("key", ["lstm", "elmo", "flair", "bert"])
def test_figures_of_contextual_models_are_those_that_are_stored(key: str) -> None:
    page = help_page("starters").partition("## Words in")[2].partition("## Language")[0]
    *_, held_out, senses, names = table_rows(page)[key]
    assert [senses, names] == [f"{stored(key, 'senses'):.3f}", f"{100 * stored(key, 'ner'):.1f} %"]
    again = re.search(rf"^\| (?:word )?{key} \| ([0-9.]+) \|", page, re.IGNORECASE | re.MULTILINE)
    assert again and again[1] == senses
    if key == "elmo":
        assert held_out.startswith(f"{stored(key, 'perplexity', 'forward'):.0f} perplexity a word forward")
    if key == "flair":
        assert held_out.startswith(f"{stored(key, 'bits', 'forward'):.2f} bits per character forward")


def test_the_sentences_of_wikipedia_are_as_unread_as_is_said() -> None:
    rows = bench_wikipedia_senses.places()
    read = np.any([bench_wikipedia_senses.read_by(key, rows) for key in ("lstm", "flair", "elmo", "bert")], axis=0)
    by_cbow = np.array(bench_wikipedia_senses.read_by("cbow", rows))
    assert (len(rows), int(read.sum()), int((by_cbow & ~read).sum())) == (786, 200, 532)
    assert read.tolist() == bench_wikipedia_senses.read_by("lstm", rows)
    text = " ".join(help_page("starters").split())
    assert "586 sentences of Wikipedia" in text and "200 more are left out" in text and "532 of the 586" in text


def test_the_letter_groups_are_those_of_the_recipe() -> None:
    recipe = tomllib.loads((ROOT / "assets" / "recipes" / "fasttext.toml").read_text(encoding="utf-8"))["settings"]
    assert f"the shipped model those of {recipe['min_n']} to {recipe['max_n']}" in help_page("neighbors")
    assert (recipe["min_n"], recipe["max_n"]) == (3, 5)  # "three to five" in the lesson on subwords


def test_guessing_by_frequency_costs_what_is_said() -> None:
    """The entropy of the shipped BERT's pieces, in nats."""
    vocabulary = json.loads((ROOT / "assets" / "starters" / "bert" / "vocab.json").read_text(encoding="utf-8"))
    counts = np.array(vocabulary["counts"], float)
    shares = counts[counts > 0] / counts.sum()
    costs = float(-(shares * np.log(shares)).sum())
    assert f"costs {costs:.1f} with the {len(counts):,} pieces of the shipped BERT" in help_page("training")


def test_who_has_read_wordnet_is_told_as_the_recipes_have_it() -> None:
    recipes = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "assets" / "recipes").glob("*.toml")}
    starters = {path.name for path in (ROOT / "assets" / "starters").iterdir()}
    unread = {key for key in starters if "wordnet_glosses" not in recipes[key]}
    assert unread == {"lstm", "char_lstm", "elmo", "flair"}  # as leaderboard.md says
    cards = {key: json.loads((ROOT / "assets" / "starters" / key / "card.json").read_text("utf-8")) for key in starters}
    assert {key for key, card in cards.items() if "WordNet" not in card["text"]} == unread


def test_names_are_held_against_the_list_of_words_that_was_stored() -> None:
    probe = store_results.PROBES.get(probes.ProbeJob.of(("bert",)).key)
    assert probe is not None
    means = leaderboard.MEASURES["ner"].means
    assert f"gets {probe.probe.lookup:.3f}" in means and f"{probe.probe.sentences[2]} test sentences" in means


@pytest.mark.parametrize(
    ("page", "figures"),
    [
        ("elmo_layers", "(SQuAD) 84.7, 85.0, **85.2**; inference (SNLI) 89.1, 89.3, **89.5**"),  # Peters 2018, table 2
        ("contextuality", "**more** alike in ELMo and **less** alike in BERT"),  # Ethayarajh 2019, section 4.2
    ],
)
def test_papers_are_quoted_as_they_are(page: str, figures: str) -> None:
    assert figures in help_page(page)
