"""An XLSX file, read back by a library that did not write it."""

import io
from typing import Any

import openpyxl
import pytest

from feedback.rows import CSV_STYLES, Table, csv_text, harmless, xlsx_bytes
from feedback.workbook import MOST_LETTERS, Workbook
from tests.web.test_files import BLANKS, SIGNS


def read(book: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(book))


def test_numbers_stay_numbers_and_texts_texts() -> None:
    row = ["=1+1", 9, 0.1, -0.5, True, None, "", "9", "#N/A", "2026-02-01", 10**17, "a\nb  "]
    sheet = read(xlsx_bytes(Table(["=name", *"bcdefghijkl"], [row]))).active
    assert [cell.value for cell in sheet[1]][:2] == ["=name", "b"]
    assert [cell.value for cell in sheet[2]] == [
        *("=1+1", 9, 0.1, -0.5, True, None, None, "9", "#N/A", "2026-02-01", str(10**17), "a\nb  "),
    ]
    assert sheet["A2"].data_type == "s" and sheet["I2"].data_type == "s"
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("blank", BLANKS, ids=ascii)
def test_no_text_is_a_formula_nor_becomes_one_by_being_looked_at(blank: str) -> None:
    texts = [blank + sign + "1+cmd" for sign in SIGNS]
    sheet = read(xlsx_bytes(Table(["name"], [[text] for text in texts]))).active
    for row, text in enumerate(texts, start=2):
        cell = sheet.cell(row, 1)
        assert harmless(text) != text
        assert (cell.value, cell.data_type) == (text.replace("\r\n", "\n"), "s")
        assert cell.quotePrefix


def test_what_no_such_file_can_hold_is_seen_to_be_missing() -> None:
    texts = ["a\x00b\x1b", "half \ud83d", "x" * (MOST_LETTERS + 1), "<b>&amp;</b>"]
    sheet = read(xlsx_bytes(Table(["name"], [[text] for text in texts]))).active
    found = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert found[:2] == ["a\ufffdb\ufffd", "half \ufffd"]
    assert len(found[2]) == MOST_LETTERS and found[2].endswith("x…")
    assert found[3] == texts[3]


def test_it_comes_out_in_pieces_and_goes_on_in_another_sheet() -> None:
    book, pieces = Workbook(["n"], most_rows=4), []
    for n in range(7):
        book.add([[n]])
        pieces.append(book.take())
    sheets = read(b"".join([*pieces, book.end()])).worksheets
    assert [[cell.value for (cell,) in sheet.iter_rows()] for sheet in sheets] == [
        ["n", 0, 1, 2],
        ["n", 3, 4, 5],
        ["n", 6],
    ]


def test_without_rows_it_is_a_workbook_still() -> None:
    assert read(xlsx_bytes(Table((), ()))).active.max_row == 1


def test_csv_as_a_spreadsheet_of_the_reader_opens_it() -> None:
    rows = [["Käufe; 1", 0.5, -1, "-5", None]]
    head = ["name", "score", "n", "text", "none"]
    assert csv_text(head, rows, CSV_STYLES["bom"]) == (
        "\ufeffname,score,n,text,none\nKäufe; 1,0.5,-1,'-5,\n"
    )
    assert csv_text(head, rows, CSV_STYLES["semicolon"]) == (
        '\ufeffname;score;n;text;none\n"Käufe; 1";0,5;-1;\'-5;\n'
    )
