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
    ("kind", "media"), [("csv", "text/csv; charset=utf-8"), ("json", "application/json")]
)
async def test_a_file_is_kept_nowhere_and_says_what_it_is(
    alice: Client, shop: Shop, name: str, kind: str, media: str
) -> None:
    answer = await alice.get(f"/{name}.{kind}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == media
    assert answer.headers["cache-control"] == "no-store"
    named = f'attachment; filename="{name}.csv"' if kind == "csv" else None
    assert answer.headers.get("content-disposition") == named


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless_in_every_cell() -> None:
    text = csv_text(["=name", "n"], [["+1", None], ["@SUM(A1)", -1], ["a,b\n", 0.5]])
    assert list(csv.reader(io.StringIO(text))) == [
        ["'=name", "n"],
        ["'+1", ""],
        ["'@SUM(A1)", "-1"],
        ["a,b\n", "0.5"],
    ]


def test_json_keeps_letters_and_numbers_as_they_are() -> None:
    assert json_text({"n": 1 / 3, "name": "Käufe"}) == (
        '{\n  "n": 0.3333333333333333,\n  "name": "Käufe"\n}\n'
    )
