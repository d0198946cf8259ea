"""CSV files as other programs write them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from feedback.errors import FeedbackError
from feedback.offline.tables import Problems, Table, open_table

Write = Callable[[bytes | str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(content: bytes | str) -> Path:
        path = tmp_path / "answers.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def cells(table: Table) -> list[list[str]]:
    return [row.cells for row in table.rows()]


def test_it_works(write: Write) -> None:
    table = open_table(write("id,rating\n1,9\n2,10\n"))
    assert table.columns == ("id", "rating")
    assert [(row.line, row.cells) for row in table.rows()] == [(2, ["1", "9"]), (3, ["2", "10"])]


def test_the_rows_can_be_read_again(write: Write) -> None:
    table = open_table(write("a\n1\n"))
    assert cells(table) == cells(table) == [["1"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_it_finds_the_separator(write: Write, separator: str) -> None:
    table = open_table(write(f'"a, b; c\td"{separator}e\n1{separator}2\n'))
    assert table.columns == ("a, b; c\td", "e")
    assert cells(table) == [["1", "2"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_it_finds_the_encoding(write: Write, encoding: str) -> None:
    table = open_table(write("étape;note\nréception – été;9\n".encode(encoding)))
    assert table.columns == ("étape", "note")
    assert cells(table) == [["réception – été", "9"]]


def test_an_accent_far_down_still_decides_the_encoding(write: Write) -> None:
    table = open_table(write(b"a\n" + b"x\n" * 600_000 + "é\n".encode("cp1252")))
    assert cells(table)[-1] == ["é"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_every_line_end_is_one(write: Write, end: str) -> None:
    assert cells(open_table(write(end.join(["a,b", "1,2", "3,4"])))) == [["1", "2"], ["3", "4"]]


def test_a_row_is_known_by_the_line_it_starts_on(write: Write) -> None:
    table = open_table(write('a,b\n"two\nlines",1\n\nlast,2\n'))
    assert [(row.line, row.cells[0]) for row in table.rows()] == [(2, "two\nlines"), (5, "last")]


def test_empty_cells_too_many_are_cut_off(write: Write) -> None:
    assert cells(open_table(write("a,b\n1,2,,\n"))) == [["1", "2"]]


def test_a_missing_column_is_answered_with_those_there_are(write: Write) -> None:
    with pytest.raises(FeedbackError) as refusal:
        open_table(write("id,rating,\n1,9,\n")).position("score")
    assert refusal.value.message == "The file has no column score. Its columns are: id, rating."
    assert refusal.value.exit_code == 2


def test_a_column_there_twice_is_refused_only_when_asked_for(write: Write) -> None:
    table = open_table(write("id,rating,rating\n1,9,8\n"))
    assert table.position("id") == 0
    with pytest.raises(FeedbackError, match="2 columns called rating"):
        table.positions(["id", "rating"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a text file"),
        ("a\n1\n".encode("utf-32"), "not a text file"),
        (b"a\nb\n\x81\x8d\x90\n", "line 3: neither UTF-8 nor Windows-1252"),
        (b"a" * 200_000, "line 1: field larger than field limit"),
    ],
    ids=["no byte", "blank", "picture", "utf-32", "no encoding", "no end"],
)
def test_it_refuses_what_is_no_table(write: Write, content: bytes, reason: str) -> None:
    with pytest.raises(FeedbackError, match=reason):
        open_table(write(content))


def test_it_refuses_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="No such file"):
        open_table(tmp_path / "none.csv")
    with pytest.raises(FeedbackError, match="directory"):
        open_table(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a,b\n1,2\n3\n", "answers.csv, line 3: 1 cells where the header has 2."),
        ("a,b\n1,2,3\n", "answers.csv, line 2: 3 cells where the header has 2."),
        ('a,b\n1,"never closed\n2,3\n', "answers.csv, line 2: unexpected end of data."),
        ('a,b\n1,"two" words\n', "answers.csv, line 2: ',' expected after '\"'."),
    ],
    ids=["short", "long", "open quote", "stray quote"],
)
def test_it_refuses_a_broken_row_by_its_line(write: Write, content: str, reason: str) -> None:
    with pytest.raises(FeedbackError) as refusal:
        list(open_table(write(content)).rows())
    assert refusal.value.message == reason


def test_a_row_after_a_header_over_two_lines_is_known_by_its_line(write: Write) -> None:
    table = open_table(write('"rating, 0\nto 10",b\n9,1\n'))
    assert [(row.line, row.cells) for row in table.rows()] == [(3, ["9", "1"])]


def test_broken_rows_can_be_passed_over(write: Write) -> None:
    bad: list[tuple[int, str]] = []
    table = open_table(write("a,b\n1\n3,4\n"))
    kept = [row.cells for row in table.rows(on_bad=lambda line, wrong: bad.append((line, wrong)))]
    assert kept == [["3", "4"]]
    assert bad == [(2, "1 cells where the header has 2")]


def test_problems_are_told_in_one_line() -> None:
    problems = Problems(Path("answers.csv"))
    problems.raise_if_any()
    for line in range(2, 10):
        problems.add(line, "no date")
    with pytest.raises(FeedbackError) as refusal:
        problems.raise_if_any()
    assert refusal.value.message.startswith("answers.csv, line 2: no date; line 3: no date;")
    assert refusal.value.message.endswith("line 6: no date; and 3 more.")


def test_a_quoted_cell_cannot_break_the_line() -> None:
    problems = Problems(Path("answers.csv"))
    problems.add(2, '"a comment\nover lines ' + "and on " * 100 + '" is no date')
    with pytest.raises(FeedbackError) as refusal:
        problems.raise_if_any()
    assert "\n" not in refusal.value.message
    assert len(refusal.value.message) < 200


def test_what_is_wrong_is_told_between_the_rows_before_and_after_it(write: Write) -> None:
    table = open_table(write("a,b\n1,2\n3\n4,5\n6,7,,\n8,9,10\n"))
    told: list[object] = []
    strides = table.strides(lambda line, wrong: told.append((line, wrong)))
    for lines, _ in strides:
        told += lines
    short, long = (f"{n} cells where the header has 2" for n in (1, 3))
    assert told == [2, (3, short), 4, 5, (6, long)]


def test_rows_before_broken_quoting_are_read_first(write: Write) -> None:
    rows = open_table(write('a,b\n1,2\n"3" x,4\n')).rows()
    assert next(rows).cells == ["1", "2"]
    with pytest.raises(FeedbackError, match="line 3"):
        next(rows)
