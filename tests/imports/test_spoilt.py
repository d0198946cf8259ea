"""What a spreadsheet or a form tool makes of a file is read as it was meant, or refused."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedback.errors import FeedbackError
from feedback.imports.make import moment
from feedback.imports.mapping_file import read_mapping
from feedback.imports.read import Entry, Reader
from feedback.imports.report import Report
from feedback.imports.source import open_rows

MAPPING = """
[workspace]
name = "W"
time_zone = "Europe/Paris"
[rows]
time = "when"
ROWS
[journey]
name = "J"
[[journey.stages]]
name = "S"
touchpoints = [{ name = "T" }, { name = "U" }]
[[ratings]]
column = "score"
touchpoint = "T"
metric = "csat_5"
RATING
"""
SECOND = """
[[ratings]]
column = "other"
touchpoint = "U"
metric = "nps"
"""


def read(
    folder: Path, *lines: str, rows: str = "", rating: str = "", zone: str = "Europe/Paris"
) -> tuple[list[Entry], Sequence[str]]:
    """The entries of a CSV file, and what was wrong with it."""
    (folder / "in.csv").write_text("\n".join(lines))
    mapping = MAPPING.replace("ROWS", rows).replace("RATING", rating)
    (folder / "map.toml").write_text(mapping.replace("Europe/Paris", zone))
    checked = read_mapping(folder / "map.toml")
    source = open_rows(folder / "in.csv", checked.rows)
    report = Report("in.csv")
    found = Reader(checked, source, datetime(2026, 1, 1, tzinfo=UTC)).entries(report)
    return [entry for some in found for entry in some], report.lines


ZONES = [
    ("Europe/Paris", "31/01/2024 23:30 UTC", "2024-01-31T23:30"),
    ("Europe/Paris", "31/01/2024 23:30 gmt", "2024-01-31T23:30"),
    ("Europe/Paris", "31/01/2024 23:30 Z", "2024-01-31T23:30"),
    ("Europe/Paris", "31/01/2024 23:30 CET", "2024-01-31T22:30"),
    ("Europe/Paris", "27/10/2024 02:30 CEST", "2024-10-27T00:30"),  # an hour that is there twice
    ("Europe/Paris", "27/10/2024 02:30 CET", "2024-10-27T01:30"),
    ("Europe/London", "31/07/2024 23:30 GMT", "2024-07-31T23:30"),
    ("Europe/London", "31/07/2024 23:30 BST", "2024-07-31T22:30"),
    ("America/New_York", "31/01/2024 23:30 EST", "2024-02-01T04:30"),
    ("America/Los_Angeles", "31/07/2024 23:30 PDT", "2024-08-01T06:30"),
    ("America/Sao_Paulo", "31/01/2024 23:30 -03", "2024-02-01T02:30"),
    ("Asia/Kolkata", "31/01/2024 23:30 IST", "2024-01-31T18:00"),
]


@pytest.mark.parametrize(("zone", "written", "expected"), ZONES)
def test_the_name_of_a_zone_is_not_thrown_away(
    tmp_path: Path, zone: str, written: str, expected: str
) -> None:
    form = 'time_format = "%d/%m/%Y %H:%M %Z"'
    (entry,), _ = read(tmp_path, "when,score", f"{written},5", rows=form, zone=zone)
    assert moment(entry[0]) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("name", ["PST", "CST", "XYZ", "", "CE"])
def test_a_zone_that_is_not_the_mappings_is_refused(tmp_path: Path, name: str) -> None:
    form = 'time_format = "%d/%m/%Y %H:%M %Z"'
    entries, wrong = read(tmp_path, "when,score", f"31/01/2024 23:30 {name},5", rows=form)
    assert entries == [] and "of Europe/Paris" in wrong[0]


REVERSED = 'labels = { "1" = 5, "2" = 4, "3" = 3, "4" = 2, "5" = 1 }'
LABELS = [
    (REVERSED, ["1", "1.0", " 1 ", "01", "+1", "1."], [5, 5, 5, 5, 5, 5]),
    (REVERSED, ["2.0", "5.0", "4"], [4, 1, 2]),
    ('labels = { "1.0" = 5, "2.0" = 4 }', ["1", "2", "1.00", "3"], [5, 4, 5, 3]),
    ('labels = { "1" = 5, "2" = 4 }', ["4", "5"], []),  # half a scale: which is meant?
    ('labels = { "0" = 1, "1" = 2 }', ["0", "1", "2", "3"], [1, 2, 3]),
    ('labels = { "5 - Very good" = 5 }', ["5 - very  good", "5", "4"], [5, 5, 4]),
]


@pytest.mark.parametrize(("labels", "cells", "expected"), LABELS)
def test_a_label_is_that_of_the_number_however_it_is_written(
    tmp_path: Path, labels: str, cells: list[str], expected: list[int]
) -> None:
    lines = [f"2024-01-05,{cell}" for cell in cells]
    entries, wrong = read(tmp_path, "when,score", *lines, rating=labels)
    assert [entry[-1][0][1] for entry in entries] == expected
    assert len(wrong) == len(cells) - len(expected)
    assert all("every number needs its label" in line for line in wrong)


COMMENTS = [
    ('comment = "c1"', 'comment = "c2"', "5,,a,b", ["b\n\na"]),
    ('comment = "c1"', 'comment = "c2"', "5,,a,", ["a"]),
    ('comment = "c1"', 'comment = "c2"', "5,,,b", ["b"]),
    ('comment = "c1"', 'comment = "c2"', "5,,a,a", ["a"]),
    ('comment = "c1"', 'comment = "c2"' + SECOND, "5,9,a,b", ["b", "a"]),
    ('comment = "c1"', 'comment = "c2"' + SECOND, ",9,a,b", ["a"]),
    ('comment = "c1"', SECOND + 'comment = "c2"', "5,9,a,b", ["a", "b"]),
    ('comment = "c1"', SECOND + 'comment = "c2"', ",9,a,b", ["b\n\na"]),
    ("", 'comment = "c1"' + SECOND + 'comment = "c2"', "5,9,a,b", ["a", "b"]),
]


@pytest.mark.parametrize(("rows", "rating", "row", "expected"), COMMENTS)
def test_no_comment_of_a_row_is_lost(
    tmp_path: Path, rows: str, rating: str, row: str, expected: list[str]
) -> None:
    lines = ["when,score,other,c1,c2", f"2024-01-05,{row}"]
    (entry,), wrong = read(tmp_path, *lines, rows=rows, rating=rating)
    assert [said for _, _, said in entry[-1]] == expected and wrong == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "1.0"), ("1", "1,0"), ("00123", "123"), ("123", " 123.00 "), ("0", "0.0")],
)
def test_a_spreadsheet_makes_no_other_id(tmp_path: Path, one: str, other: str) -> None:
    lines = [f'2024-01-05,5,"{own}"' for own in (one, other)]
    entries, _ = read(tmp_path, "when,score,id", *lines, rows='id = "id"')
    assert len({entry[1] for entry in entries}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("1.5", "15"), ("c-1", "c-1.0"), ("10", "1"), ("1e5", "100000"), ("a", "A")]
)
def test_ids_that_differ_stay_apart(tmp_path: Path, one: str, other: str) -> None:
    lines = [f"2024-01-05,5,{own}" for own in (one, other)]
    entries, _ = read(tmp_path, "when,score,id", *lines, rows='id = "id"')
    assert len({entry[1] for entry in entries}) == 2


@pytest.mark.parametrize("own", ["1.23457E+11", "1,23457E+11", "1E+12"])
def test_an_id_that_a_spreadsheet_rounded_is_refused(tmp_path: Path, own: str) -> None:
    entries, wrong = read(tmp_path, "when,score,id", f'2024-01-05,5,"{own}"', rows='id = "id"')
    assert entries == [] and "is an id that a spreadsheet has rounded" in wrong[0]


LONG = ["1234567890123456789", "1234567890123456790", "1234567890123456000"]


def test_long_ids_that_were_all_cut_to_15_digits_are_refused(tmp_path: Path) -> None:
    lines = [f"2024-01-05,5,{own[:15]}0000" for own in LONG]
    with pytest.raises(FeedbackError, match="id: a spreadsheet program has rounded these ids"):
        read(tmp_path, "when,score,id", *lines, rows='id = "id"')
    lines = [f"2024-01-05,5,{own}" for own in LONG]
    assert len(read(tmp_path, "when,score,id", *lines, rows='id = "id"')[0]) == 3


def test_a_column_that_is_not_there_is_still_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="no column id"):
        read(tmp_path, "when,score", "2024-01-05,5", rows='id = "id"')
