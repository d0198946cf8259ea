"""One file as CSV, XLSX and Parquet: the same answers, the same scores."""

import csv
from pathlib import Path

import openpyxl
import pytest
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from feedback.db import Database
from feedback.imports.load import Request, import_file
from feedback.offline.drivers import file_drivers
from feedback.offline.score import score_file
from feedback.scoring import METRICS
from feedback.settings import Settings
from tests.imports.stored import stored_in

ROOT = Path(__file__).parents[2]
AIRPORT = ROOT / "tests" / "data" / "sfo-2017.csv"
PEOPLE = 700


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The first people of the airport survey as CSV, XLSX and Parquet."""
    folder = tmp_path_factory.mktemp("kinds")
    plain, workbook, columns = (folder / f"airport.{end}" for end in ("csv", "xlsx", "parquet"))
    plain.write_text("".join(AIRPORT.read_text().splitlines(keepends=True)[: PEOPLE + 1]))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Responses")
    with plain.open(newline="") as file:
        for row in csv.reader(file):
            sheet.append([as_number(cell) for cell in row])
    book.save(workbook)
    parquet.write_table(arrow_csv.read_csv(plain), columns, row_group_size=300)
    return plain, workbook, columns


def as_number(cell: str) -> float | str | None:
    try:
        return float(cell)
    except ValueError:
        return cell or None


@pytest.mark.parametrize(
    ("by", "weight"), [(["BAREA"], None), (["LANG", "Q7ALL"], None), ([], "WEIGHT")], ids=str
)
def test_the_scores_are_the_same(
    kinds: tuple[Path, ...], by: list[str], weight: str | None
) -> None:
    expected, *others = (
        score_file(
            path, metric=METRICS["nps"], rating="NETPRO", by=by, missing=["11"], weight=weight
        )
        for path in kinds
    )
    assert others == [expected, expected]


def test_the_drivers_are_the_same(kinds: tuple[Path, ...]) -> None:
    expected, *others = (
        file_drivers(
            path, outcome="NETPRO", drivers_named=["Q7FOOD", "Q7SIGN"], missing=["0", "NETPRO=11"]
        )
        for path in kinds
    )
    assert others == [expected, expected]
    assert expected.found.n > 500


async def test_an_import_of_one_kind_knows_the_answers_of_another(
    settings: Settings, database: Database, kinds: tuple[Path, ...]
) -> None:
    mapping = ROOT / "examples" / "sfo-airport.toml"
    results = [
        await import_file(settings, Request(path, mapping), lambda doing, n: None)
        for path in reversed(kinds)
    ]
    stored = results[0].stored
    assert stored > 10_000
    found = [(result.stored, result.already_stored, result.differing) for result in results]
    assert found == [(stored, 0, 0), (0, stored, 0), (0, stored, 0)]
    assert len({result.blank for result in results}) == 1
    assert (await stored_in(database)).rollup_agrees
