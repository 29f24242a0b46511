"""Tables as programs write them: how cells are separated and quoted, and which row names the columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.data.readers import columns, dialect
from embedlab.data.readers.encoding import Choice
from embedlab.data.readers.fields import Columns


def written(folder: Path, name: str, content: str | bytes) -> Path:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / name


def texts(path: Path, column: str | None = None) -> list[str]:
    return list(Corpus.from_file(path, column=column).texts())


def seen(path: Path, column: str | None = None) -> Columns:
    found = columns(path, choice=Choice(column))
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["a.tsv", "a.csv"])
def test_between_tabs_quotation_marks_mean_nothing(name: str, tmp_path: Path) -> None:
    sentences = [f'{chr(34) if i % 8 == 3 else ""}One said, "{i % 7}' for i in range(400)]
    rows = "".join(f"{i}\t{sentence}\n" for i, sentence in enumerate(sentences))
    assert texts(written(tmp_path, name, f"id\ttext\n{rows}")) == sentences


def test_between_tabs_cells_are_unquoted_where_the_file_proves_that_they_are_quoted(tmp_path: Path) -> None:
    lines = 'id\ttext\n1\t"on one line\nand ""another"""\n2\thello there\n3\t"tab\there"\n'
    assert texts(written(tmp_path, "a.tsv", lines)) == ["on one line", 'and "another"', "hello there", "tab\there"]
    odd = 'id\ttext\n1\t"Well\n2\tone more\n3\t"Yes" or no\n4\ta\tb\n'
    assert texts(written(tmp_path, "b.tsv", odd)) == ['"Well', "one more", '"Yes" or no', "a\t b"]


def test_the_separator_that_excel_declares_is_obeyed_and_is_no_row(tmp_path: Path) -> None:
    for number, (begins, between) in enumerate((("sep=;\r\n", ";"), ('\ufeff"sep=|"\n', "|"), ("SEP=\t\n\n", "\t"))):
        content = begins + "id-text\n1-Hello, the king; yes\n2-The queen\n".replace("-", between)
        path = written(tmp_path, f"{number}.csv", content.replace("; yes", ""))
        assert seen(path).names == ("id", "text") and texts(path) == ["Hello, the king", "The queen"]
    path = written(tmp_path, "u.csv", "sep=;\nid;text\n1;Hello, king\n".encode("utf-16"))
    assert texts(path) == ["Hello, king"]
    assert [dialect.declared(line) for line in ("sep=\n", "sep=ab\n", "separated;by\n", 'sep="\n')] == [""] * 4


def test_spark_escapes_quotation_marks_by_a_backslash(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'id,text,x\n1,"He said \\"yes, sir\\", and left",a\n2,"C:\\new, \\\\ too",b\n')
    assert texts(path) == ['He said "yes, sir", and left', "C:\\new, \\ too"]
    path = written(tmp_path, "c.csv", 'text\n"He said \\"yes, sir\\", and left"\n"\\"No, no,\\" she cried"\n')
    assert texts(path) == ['He said "yes, sir", and left', '"No, no," she cried']
    path = written(tmp_path, "d.csv", 'id,text\n1,\\"Yes\\" he said\n2,"Oh, \\"no\\""\n3,one\\ntwo\n')  # by pandas
    assert texts(path) == ['"Yes" he said', 'Oh, "no"', "one\\ntwo"]
    path = written(tmp_path, "b.csv", 'id,text\n1,"in C:\\"\n2,"He said ""yes, sir"""\n')
    assert texts(path) == ["in C:\\", 'He said "yes, sir"']


WRITINGS = {
    "a name with commas": ('"a,b,c";text\n1;Hello, king\n2;A queen\n', ["Hello, king", "A queen"]),
    "a name with commas, not quoted": ("id;text (a, b, c)\n1;Hello\n2;The queen, too\n", ["Hello", "The queen, too"]),
    "separators in cells": ('id,text\n1,"a;b;c;d the king"\n2,"x;y;z;v too"\n', ["a;b;c;d the king", "x;y;z;v too"]),
    "a mark before a quoted name": ('\ufeff\ufeff"text, all",id\nThe king,1\nA queen,2\n', ["The king", "A queen"]),
    "names that repeat": ("text,text\na,The king\nb,A queen\n", ["The king", "A queen"]),
    "no names": (",\n0,The king\n1,A queen\n", ["The king", "A queen"]),
    "a name is a number": (",0\n0,The king\n1,A queen\n", ["The king", "A queen"]),
    "empty rows first": ("\n;;\n \nid;text;n\n1;The king;2\n2;A queen;3\n", ["The king", "A queen"]),
    "one column": ("text\nA king, who sat.\nA queen ran.\nIt is, I see.\n",
                   ["A king, who sat.", "A queen ran.", "It is, I see."]),
    "one column, quoted": ('text\n"A king, who\n""sat""."\nA queen.\n', ["A king, who", '"sat".', "A queen."]),
    "decimal commas": ("text;wert, EUR\nEin Hund;3,5\nEine Katze;1,5\n", ["Ein Hund", "Eine Katze"]),
    "single quotes": ("id,text,x\n1,'A king, who sat',a\n2,'It''s late',b\n", ["A king, who sat", "It's late"]),
    "apostrophes": ("n,text\n1,'Tis day\n2,all 'bout it\n3,kings' dogs\n", ["'Tis day", "all 'bout it", "kings' dogs"]),
    "spaces before quotes": ('id, text\n1, "Hello, king"\n2, "A queen, too"\n', ["Hello, king", "A queen, too"]),
    "quotes forgotten": ("id,text\n1,A king, who sat, ate.\n2,It is, too.\n", ["A king, who sat, ate.", "It is, too."]),
    "quotes left open": ('id,text\n1,"Hello there\n2,A queen\n3,"Well now\n', ['"Hello there', "A queen", '"Well now']),
    "numbers are no text": ("when,said\n2020/01/03 10:22:33,Yes\n2020/01/03 10:22:34,No\n", ["Yes", "No"]),
    "a separator at the end": ("id,text\n" + "1,A king,\n" * 6, ["A king"] * 6),
    "R, a name less": ('"text","n"\n' + "".join(f'"{i}","A king, too",5\n' for i in range(6)), ["A king, too"] * 6),
    "R, one column": ('"text"\n"1","A king, too"\n"2","A queen"\n', ["A king, too", "A queen"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRITINGS)
def test_cells_are_found_by_what_makes_rows_alike(case: str, tmp_path: Path) -> None:
    content, expected = WRITINGS[case]
    path = written(tmp_path, "a.csv", content)
    assert texts(path) == expected
    assert texts(path, seen(path).guess) == expected


@pytest.mark.parametrize(
    ("content", "names", "named"),
    [
        ("1\tThe king.\n2\tA queen.\n3\tOh.\n", ("column 1", "column 2"), False),
        ("ham\tGo now\nham\tOk lar\nspam\tFree entry\nham\tU dun\nspam\tWin\n", ("column 1", "column 2"), False),
        ("A king sat there.\nA queen ran.\n", ("column 1",), False),
        ("我們試試看！\n我该去睡觉了。\n", ("column 1",), False),
        ("word\nking\nword\nqueen\n", ("word",), True),
        ("id\tWhat do you think?\n1\tIt is fine.\n2\tIt is bad.\n", ("id", "What do you think?"), True),
        ("text\t\ttext\tcolumn 2\na\tb\tc\td\n", ("text", "column 2", "text (3)", "column 2 (4)"), True),
        ('"line\nbreak";" text "\n1;The king\n', ("line break", "text"), True),
    ],
)
def test_the_first_row_names_the_columns_unless_it_is_like_the_others(
    content: str, names: tuple[str, ...], named: bool, tmp_path: Path
) -> None:
    found = seen(written(tmp_path, "a.csv", content))
    assert (found.names, found.named) == (names, named)
    assert len(found.first) == len(found.names)


def test_a_column_that_is_asked_for_by_the_first_row_makes_it_the_names(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "word,2019\nking,5\nqueen,7\n")
    assert texts(path) == ["word", "king", "queen"] and seen(path).names == ("column 1", "column 2")
    assert texts(path, "2019") == ["5", "7"] and seen(path, "2019").names == ("word", "2019")
    with pytest.raises(BadInput, match=r"no column 'text'\. There is 'column 1', 'column 2'"):
        texts(path, "text")


def test_a_plain_text_between_tabs_is_read_whole_until_a_column_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", '1\tThe king.\n2\t"A queen.\n3\tOh.\n')
    found = seen(path)
    assert (found.names, found.guess, found.separated) == (("column 1", "column 2"), "", "tabs")
    assert texts(path)[0] == "1\tThe king." and texts(path, "column 2") == ["The king.", '"A queen.', "Oh."]
    for content in ("\tOnce upon\n\ta time\n\tthere was\n", "a\tb\nc\nd\te\n", "a\tb\nc\td\n"):
        assert columns(written(tmp_path, "b.txt", content)) is None


def test_what_is_shown_of_a_table_is_bounded(tmp_path: Path) -> None:
    names = ",".join(f"{i}" + "n" * 1000 for i in range(1500))
    row = ",".join(["w" * 500] * 1500)
    found = seen(written(tmp_path, "a.csv", f"{names}\n" + f"{row}\n" * 5))
    assert len(found.names) == 1500 and max(map(len, found.names)) == 200
    assert len(found.first) == 1000 and found.first[0] == ("w" * 99 + "…",) * 2  # a million characters
