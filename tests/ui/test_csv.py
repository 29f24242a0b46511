"""Tables that are saved as CSV."""

from __future__ import annotations

import csv
import io

import pandas
import pytest

from embedlab.ui import widgets


def rows(frame: pandas.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(widgets.csv(frame).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(begin: str) -> None:
    found = rows(pandas.DataFrame({f"{begin}head": [f"{begin}1+1", "king", None]}))
    assert found == [[f"'{begin}head"], [f"'{begin}1+1"], ["king"], [""]]


def test_numbers_and_other_texts_stay_as_they_are() -> None:
    frame = pandas.DataFrame({"word": ["mother-in-law", "3 = 3"], "loss": [-0.5, float("nan")], "n": [-1, 2]})
    assert rows(frame) == [["word", "loss", "n"], ["mother-in-law", "-0.5", "-1"], ["3 = 3", "", "2"]]
    mixed = pandas.DataFrame({"value": [-0.5, "-0.5", True]})
    assert rows(mixed) == [["value"], ["-0.5"], ["'-0.5"], ["True"]]


def test_a_line_end_inside_a_cell_begins_no_row() -> None:
    assert rows(pandas.DataFrame({"word": ["a\r=1+1", "b\n=2"]})) == [["word"], ["a\r=1+1"], ["b\n=2"]]
