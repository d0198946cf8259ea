"""Every file that pages hand out has the same headers, and is written by the same hand."""

import csv
import io
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback.rows import csv_text, json_text
from tests.cast import Shop

Client = AsyncTestClient[Any]
FILES = ("board", "trends", "map", "priorities", "compare", "actions", "responses")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("kind", "media"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
async def test_a_file_is_kept_nowhere_and_says_what_it_is(
    alice: Client, shop: Shop, name: str, kind: str, media: str
) -> None:
    answer = await alice.get(f"/{name}.{kind}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == media
    assert answer.headers["cache-control"] == "no-store"
    named = None if kind == "json" else f'attachment; filename="{name}.{kind}"'
    assert answer.headers.get("content-disposition") == named


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless_in_every_cell() -> None:
    text = csv_text(["=name", "n"], [["+1", None], ["@SUM(A1)", -1], ["a,b\n", 0.5]])
    assert list(csv.reader(io.StringIO(text))) == [
        ["'=name", "n"],
        ["'+1", ""],
        ["'@SUM(A1)", "-1"],
        ["a,b\n", "0.5"],
    ]


BLANKS = [
    "",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\u00a0",
    "\u2003",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\u2060",
    " \u200b\n",
]
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_no_program_finds_a_live_cell_whatever_it_takes_for_a_separator(separator: str) -> None:
    texts = [blank + sign + "1+cmd" for blank in BLANKS for sign in SIGNS]
    texts += [f"so{cut}{text}" for cut in ";\t\n\r" for text in texts[: len(SIGNS) * 2]]
    for text in texts:
        file = csv_text(["name"], [["a", text, "b"]])
        for line in csv.reader(io.StringIO(file, newline=""), delimiter=separator):
            for cell in line:
                seen = cell.strip("\u200b\ufeff\u2060 \t\r\n\u00a0\u2003\u3000")
                assert not seen.startswith(tuple(SIGNS)), (text, cell)
        if separator != ",":  # as programs read it that do not know our quotes
            for cell in file.replace('"', "").replace("\n", separator).split(separator):
                seen = cell.strip("\u200b\ufeff\u2060 \t\r\n\u00a0\u2003\u3000")
                assert not seen.startswith(tuple(SIGNS)), (text, cell)


def test_what_no_program_would_run_stays_as_it_is() -> None:
    for text in ("well-made", "a+b", "it = good", "(-5)", "me@shop.example", "so, -5", "'quoted'"):
        assert csv_text(["name"], [[text]]).splitlines()[1].strip('"') == text


def test_json_keeps_letters_and_numbers_as_they_are() -> None:
    assert json_text({"n": 1 / 3, "name": "Käufe"}) == (
        '{\n  "n": 0.3333333333333333,\n  "name": "Käufe"\n}\n'
    )
