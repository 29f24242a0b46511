"""What is said about a context cloud: how it falls apart, what a selection shares, its sentences, table and code."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from embedlab.analysis.clouds import Cloud
from embedlab.analysis.sense_groups import agreement
from embedlab.analysis.shared_words import Shared
from embedlab.plots.sense_cells import Named
from embedlab.plots.text import md
from embedlab.ui.cloud_choice import Question
from embedlab.ui.polysemy_sentences import marked, tag


def counted(made: Cloud) -> str:
    """How many occurrences there are, and whether they are all."""
    size = len(made.occurrences)
    if made.found > size:
        return f"{size:,} of {made.found:,} occurrences in {made.sentences:,} sentences, drawn at random."
    return f"All {size:,} occurrences in {made.sentences:,} sentences."


def apart(made: Cloud, groups: Named, labelled: bool, layer: str) -> str:
    """How the occurrences fall apart, in a sentence or two of Markdown."""
    sizes = [int((groups.labels == number).sum()) for number in range(len(groups.names))]
    out = int((groups.labels < 0).sum())
    said = f"At {md(layer)} there {'is one group' if len(sizes) == 1 else f'are {len(sizes)} groups'} of "
    said += (
        " and ".join(filter(None, [", ".join(f"{size:,}" for size in sizes[:-1]), f"{sizes[-1]:,}"])) + " occurrences"
    )
    said += f"; {out:,} lie in none." if out else "."
    if not labelled:
        return said
    result = agreement(groups.labels.tolist(), [one.sense for one in made.occurrences])
    verdict = "no accident" if result.chance <= 0.05 else "not different from chance"
    value = f"{result.rand:.2f}".replace("-", "−")
    return (
        f"{said} They agree with the senses by **{value}** (adjusted Rand index, 1 is the same, 0 is chance), which is "
        f"{verdict} (p = {result.chance:.3f}, {result.shuffles:,} random orders)."
    )


def told(found: Shared) -> str:
    """What chosen sentences share, in a sentence of Markdown."""
    words = [f"**{md(item.word, 30)}** ({item.inside} of {found.chosen} against {item.outside} of {found.others})"
             for item in found.words]  # fmt: skip
    rule = f"{found.tested:,} context words were tested by Fisher's exact test, with 5 % for all of them together"
    if found.certain:
        return f"They share {', '.join(words[: found.certain])}: more than chance explains ({rule})."
    nearest = f" Nearest to it: {', '.join(words[:5])}." if words else ""
    return f"No context word stands out beyond chance ({rule}).{nearest}"


def lines(made: Cloud, rows: Sequence[int], groups: Named) -> str:
    """Sentences as Markdown, each with its group and sense."""
    lines = []
    for row in rows:
        one, number = made.occurrences[row], int(groups.labels[row])
        sense = f" :gray[{md(one.sense, 30)}]" if one.sense else ""
        lines.append(f"{tag(groups.name(number), number)}{sense} {marked(one)}")
    return "  \n".join(lines)


def frame(made: Cloud, groups: Named) -> pd.DataFrame:
    """Every occurrence as a row."""
    rows = [
        [i, one.form, one.sense, groups.name(int(label)), one.sentence]
        for i, (one, label) in enumerate(zip(made.occurrences, groups.labels, strict=True), start=1)
    ]
    frame = pd.DataFrame(rows, columns=["number", "form", "sense", "group", "sentence"])
    return frame if any(one.sense for one in made.occurrences) else frame.drop(columns="sense")


def source(question: Question) -> str:
    """The lines that compute the same when they are pasted."""
    asked = question.settings
    if question.occurrences:
        head = "from embedlab.data.datasets import load_senses"
        made = f"found = [one for one in load_senses() if one.word == {asked.word!r}]"
    else:
        text = asked.text
        module, opened = (
            ("datasets import load_sample", f"load_sample({text.sample!r}, AS_WRITTEN)")
            if text.sample
            else ("corpus import Corpus", f"Corpus.from_file({text.file!r}, options=AS_WRITTEN)")
        )
        head = f"from embedlab.analysis.occurrences import gather\nfrom embedlab.data.{module}\n"
        head += "from embedlab.data.senses import AS_WRITTEN"
        made = f"corpus = {opened}\ngathered = gather(\n    corpus, {asked.word!r}, most={asked.most}, "
        made += f"inflected={asked.inflected}, seed={asked.seed}\n)\nfound = gathered.occurrences"
    how = f"method={asked.method!r}, sorter={asked.sorter!r}, k={asked.k}, seed={asked.seed}"
    return f"""
{head}
from embedlab import load_model
from embedlab.analysis.clouds import cloud
from embedlab.analysis.shared_words import shared

{made}
result = cloud(load_model({asked.model!r}), found, {how})
for i, layer in enumerate(result.layers):
    for row in result.typical(i, 0):
        print(layer, result.occurrences[row].sentence)
first = (result.groups[-1] == 0).nonzero()[0]
if len(first) < len(found):
    print([item.word for item in shared(result.occurrences, first).words])
"""
