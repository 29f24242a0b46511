"""Sentences of the page of results that say what a figure counts, and who has read what it is measured on."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab.workflows.measurements import Result


def sentences(results: Sequence[Result]) -> str:
    """On how many sentences senses are told apart."""
    counts = {one.count for result in results for one in result.measurements if one.name == "senses"}
    return " or ".join(f"{count:,}" for count in sorted(counts)) + " shipped sentences" if counts else "its sentences"


def who_read_pairs(results: Sequence[Result], glossed: Sequence[str], pupils: Sequence[str]) -> str:
    """Who has read the sentences of which pairs are mostly made; empty without pairs."""
    asked = [one.title for one in results if any(figure.name == "pairs" for figure in one.measurements)]
    read = [title for title in asked if title in glossed]
    if not read:
        return ""
    text = (
        "The pairs of wordnet_wic are made of WordNet's example sentences. These models were trained on WordNet's "
        f"glosses and examples, so they have read the sentences, though not the answers: {'; '.join(read)}."
    )
    if taught := [title for title in asked if title in pupils and title not in read]:
        text += f" These only at second hand, by CBOW's vectors: {'; '.join(taught)}."
    if others := [title for title in asked if title not in (*read, *taught)]:
        text += f" These have not: {'; '.join(others)}."
    return text


def unseen_text(results: Sequence[Result]) -> str:
    """What the figures on unseen text count; empty without such figures."""
    words = sorted({one.count for result in results for one in result.measurements if one.name == "perplexity"})
    if not words:
        return ""
    return (
        f"**On unseen text**: perplexity over {' or '.join(f'{count:,}' for count in words)} words and ends of "
        "sentences, the same things for every model. Punctuation marks, which ELMo and the models of characters guess "
        "as well, are not counted; of characters the letters of a word are and the one character after them, which "
        "says that it is over. An unknown word counts as the one word `<unk>`, which is easy to guess: the more are "
        "unknown, the more the figure flatters. Models of characters know every word; they and ELMo also have to guess "
        "capitals, which the others do not see. Bits are those of every character. **Hidden words**: "
        "share guessed right of one word in every sentence, of those that the model has as one piece; marks are never "
        "hidden."
    )
