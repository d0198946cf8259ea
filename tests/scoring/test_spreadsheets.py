"""XLSX and Parquet files read as a CSV file of the same content."""

import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from feedback.errors import FeedbackError
from feedback.offline import spreadsheets
from feedback.offline.tables import Table, open_table

Row = list[Any]
Book = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A workbook with one sheet of rows for each argument, named a, b, ..."""

    def written(*sheets: list[Row], name: str = "answers.xlsx") -> Path:
        workbook = openpyxl.Workbook()
        for title, rows in zip("abc", sheets, strict=False):
            sheet = workbook.create_sheet(title)
            for row in rows:
                sheet.append(row)
        workbook.remove(workbook.worksheets[0])
        workbook.save(tmp_path / name)
        return tmp_path / name

    return written


@pytest.fixture
def columns(tmp_path: Path) -> Callable[..., Path]:
    """A Parquet file with these columns, or the columns of a dictionary."""

    def written(**named: Any) -> Path:
        parquet.write_table(pa.table(named), tmp_path / "answers.parquet")
        return tmp_path / "answers.parquet"

    return written


def read(path: Path | str) -> list[tuple[int, list[str]]]:
    return [(row.line, row.cells) for row in open_table(path).rows()]


def cells(path: Path | str) -> list[list[str]]:
    return [row.cells for row in open_table(path).rows()]


def refused(path: Path | str) -> str:
    with pytest.raises(FeedbackError) as refusal:
        list(open_table(path).rows())
    assert "\n" not in refusal.value.message
    assert refusal.value.exit_code == 2
    return refusal.value.message


def test_a_workbook_is_a_table(book: Book) -> None:
    table = open_table(book([["id", "rating"], [1, 9], [2, "10"]]))
    assert isinstance(table, Table)
    assert table.columns == ("id", "rating")
    assert [(row.line, row.cells) for row in table.rows()] == [(2, ["1", "9"]), (3, ["2", "10"])]


def test_a_parquet_file_is_a_table(columns: Callable[..., Path]) -> None:
    path = columns(id=[1, 2], rating=["9", None])
    assert open_table(path).columns == ("id", "rating")
    assert read(path) == [(2, ["1", "9"]), (3, ["2", ""])]


def test_the_rows_of_both_can_be_read_again(book: Book, columns: Callable[..., Path]) -> None:
    for path in (book([["a"], [1]]), columns(a=[1])):
        table = open_table(path)
        assert list(table.rows()) == list(table.rows())


def test_the_content_decides_and_not_the_name(book: Book, tmp_path: Path) -> None:
    assert cells(book([["a"], [1]], name="answers.csv")) == [["1"]]
    (tmp_path / "answers.xlsx").write_text("a,b\n1,2\n")
    assert cells(tmp_path / "answers.xlsx") == [["1", "2"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9.0, "9"),
        (9, "9"),
        (-0.0, "0"),
        (7.5, "7.5"),
        (0.1 + 0.2, "0.3"),
        ("007", "007"),
        (" 9 ", " 9 "),
        (True, "TRUE"),
        (None, ""),
        (date(2017, 5, 8), "2017-05-08"),
        (datetime(2017, 5, 8, 10, 30), "2017-05-08T10:30:00"),
        (time(10, 30), "10:30:00"),
        ("#N/A", "#N/A"),
        ("two\nlines", "two\nlines"),
    ],
    ids=str,
)
def test_a_cell_of_a_workbook_is_its_text(book: Book, value: Any, text: str) -> None:
    assert cells(book([["before", "a"], ["x", value]])) == [["x", text]]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pa.array([9.0]), "9"),
        (pa.array([0.1], pa.float32()), "0.1"),
        (pa.array([0.1 + 0.2]), "0.30000000000000004"),
        (pa.array([12345678901.0]), "12345678901"),
        (pa.array([float("nan")]), ""),
        (pa.array([2**62]), "4611686018427387904"),
        (pa.array([True]), "TRUE"),
        (pa.array([None], pa.int8()), ""),
        (pa.array(["é"], pa.large_string()), "é"),
        (pa.array(["A"]).dictionary_encode(), "A"),
        (pa.array(["é".encode()]), "é"),
        (pa.array([Decimal("9.00")]), "9"),
        (pa.array([Decimal("9.50")]), "9.50"),
        (pa.array([date(2017, 5, 8)]), "2017-05-08"),
        (pa.array([datetime(2017, 5, 8)]), "2017-05-08"),
        (pa.array([datetime(2017, 5, 8, 10, 30)], pa.timestamp("ns")), "2017-05-08T10:30:00"),
        (pa.array([datetime(2017, 5, 8, tzinfo=UTC)]), "2017-05-08T00:00:00+00:00"),
        (pa.array([1], pa.timestamp("ns")), "1970-01-01"),
        (pa.array([timedelta(hours=1)]), "1:00:00"),
        (pa.array([[1, 2]]), "[1, 2]"),
        (pa.array([{"a": Decimal("1.5")}]), '{"a": "1.5"}'),
        (pa.nulls(1), ""),
    ],
    ids=str,
)
def test_a_cell_of_parquet_is_its_text(
    columns: Callable[..., Path], values: "pa.Array", text: str
) -> None:
    assert cells(columns(before=["x"], a=values)) == [["x", text]]


def test_a_formula_is_its_last_result(book: Book, tmp_path: Path) -> None:
    path = book([["a"], ["=4+5"]])
    assert cells(path) == []  # nobody computed it yet
    computed = tmp_path / "computed.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(computed, "w") as target:
        for name in source.namelist():
            target.writestr(
                name,
                source.read(name).replace(b"<v></v>", b"<v>9</v>").replace(b"<v />", b"<v>9</v>"),
            )
    assert cells(computed) == [["9"]]


def test_rows_without_a_value_are_passed_over_and_keep_their_place(book: Book) -> None:
    path = book([[None, None], ["a", "b", None], [1, 2], [], [None, ""], [None, 4]])
    assert open_table(path).columns == ("a", "b")
    assert read(path) == [(3, ["1", "2"]), (6, ["", "4"])]


def test_a_merged_cell_stands_in_its_first_row(book: Book, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(book([["area", "rating"], ["A", 9], ["B", 8]]))
    workbook.active.merge_cells("A2:A3")
    workbook.save(tmp_path / "merged.xlsx")
    assert cells(tmp_path / "merged.xlsx") == [["A", "9"], ["", "8"]]


def test_a_cell_beyond_the_header_is_refused_by_its_row(book: Book) -> None:
    message = refused(book([["a", "b"], [1, 2], [1, 2, 3]]))
    assert message == "answers.xlsx, line 3: 3 cells where the header has 2."


def test_a_wrong_size_in_the_file_does_not_cut_it(book: Book, tmp_path: Path) -> None:
    path, wrong = book([["a", "b"], [1, 2]]), tmp_path / "wrong.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(wrong, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'ref="A1:B2"', b'ref="A1"'))
    assert cells(wrong) == [["1", "2"]]


def test_empty_and_hidden_sheets_do_not_count(book: Book, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(book([], [["a"], [1]], [["codes"], ["x"]]))
    workbook["c"].sheet_state = "hidden"
    workbook.save(tmp_path / "sheets.xlsx")
    assert cells(tmp_path / "sheets.xlsx") == [["1"]]
    assert cells(f"{tmp_path}/sheets.xlsx#c") == [["x"]]


def test_of_several_sheets_one_must_be_named(book: Book) -> None:
    path = book([["a"], [1]], [["a"], [2]])
    message = refused(path)
    assert message.startswith("answers.xlsx has 2 sheets: a, b. Name the one to read:")
    assert f'"{path.name}#a"' in message
    assert cells(f"{path}#b") == [["2"]]


def test_a_sheet_that_is_not_there_is_refused(book: Book, tmp_path: Path) -> None:
    assert refused(f"{book([['a'], [1]])}#May") == (
        "answers.xlsx has no sheet May. Its sheets are: a."
    )
    (tmp_path / "answers.csv").write_text("a\n1\n")
    assert refused(tmp_path / "answers.csv#May") == (
        "answers.csv is no XLSX file: it has no sheet May."
    )


def test_a_file_may_have_a_hash_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "answers #2.csv").write_text("a\n1\n")
    assert cells(tmp_path / "answers #2.csv") == [["1"]]


def test_it_refuses_an_empty_workbook_and_an_empty_parquet_file(
    book: Book, columns: Callable[..., Path]
) -> None:
    assert refused(book([])) == "answers.xlsx is empty: its first line must name the columns."
    assert refused(columns()) == "answers.parquet is empty: its first line must name the columns."


def test_a_header_alone_is_a_table_without_rows(book: Book, columns: Callable[..., Path]) -> None:
    assert cells(book([["a"]])) == cells(columns(a=pa.array([], pa.int64()))) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04\0\0", "is a broken XLSX file: File is not a zip file."),
        (b"PK\x05\x06" + b"\0" * 18, "is no XLSX file. Save it as XLSX or as CSV UTF-8."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password-protected Excel file"),
        (b"PAR1", "is a broken Parquet file"),
        (b"PAR1" + b"\0" * 100 + b"PAR1", "is a broken Parquet file"),
        (b"PARE" + b"\0" * 100 + b"PARE", "is an encrypted Parquet file"),
        (b"PAR1" + b"\0" * 100 + b"PARE", "is an encrypted Parquet file"),
    ],
    ids=["zip", "empty zip", "encrypted", "head", "no footer", "sealed", "sealed footer"],
)
def test_it_refuses_a_broken_file_in_one_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "answers.xlsx"
    path.write_bytes(content)
    assert reason in refused(path)


def test_without_the_extra_a_parquet_file_is_refused_in_one_line(
    columns: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = columns(rating=[9])
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # how Python itself notes "there is none"
    with pytest.raises(FeedbackError) as refusal:
        open_table(path)
    assert refusal.value.message == (
        "answers.parquet is a Parquet file, which takes an extra: "
        "pip install 'feedback[parquet]', or save it as CSV UTF-8."
    )
    assert refusal.value.exit_code == 1


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_it_refuses_a_file_cut_short(
    book: Book, columns: Callable[..., Path], share: float
) -> None:
    rows = [[place, place * 7 % 11] for place in range(300)]
    for path in (book([["a", "b"], *rows]), columns(a=[row[1] for row in rows])):
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])
        assert "is a broken" in refused(path)


def test_it_refuses_a_workbook_whose_sheet_is_broken(book: Book, tmp_path: Path) -> None:
    path, broken = book([["a"], [1], [2]]), tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:-40] if "worksheets" in name else content)
    assert "broken.xlsx is a broken XLSX file" in refused(broken)


def test_it_refuses_another_office_programs_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "answers.ods", "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert refused(tmp_path / "answers.ods").startswith("answers.ods is no XLSX file.")


def test_it_refuses_a_workbook_that_unpacks_to_too_much(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "_MOST_TEXT", 1000)
    assert refused(book([["a"], ["x" * 10_000]])).startswith("answers.xlsx unpacks to too much")


def test_a_giant_cell_is_refused_before_it_is_held(tmp_path: Path) -> None:
    sheet = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006'
        b'/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
    )
    for kind in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
        file = tmp_path / "answers.xlsx"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr("[Content_Types].xml", "<Types/>")
            parts.writestr("xl/workbook.xml", "<workbook/>")
            with parts.open(kind, "w", force_zip64=True) as part:
                part.write(sheet)
                for _ in range(60 if kind.endswith("Strings.xml") else 400):
                    part.write(b"x" * (1 << 20))
        tracemalloc.start()
        with pytest.raises(FeedbackError, match="holds a cell of more than 8 MB"):
            spreadsheets.open_spreadsheet(file)
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
        tracemalloc.stop()


def test_a_giant_column_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "answers.parquet"
    giant = pa.table({"comment": [str(n) * 500_000 for n in range(10)]})
    parquet.write_table(giant, file, use_dictionary=False)
    assert spreadsheets.open_spreadsheet(file) is not None
    monkeypatch.setattr(spreadsheets, "_MOST_COLUMN", 1 << 20)
    with pytest.raises(FeedbackError, match="too much text in one column"):
        spreadsheets.open_spreadsheet(file)
