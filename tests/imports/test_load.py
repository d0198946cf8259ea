"""Importing a file: what is stored, once, and what becomes of it when it is stopped."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.imports import load
from feedback.imports.load import Request, import_file
from feedback.imports.undo import undo_import
from feedback.responses import bulk
from feedback.responses.bulk import BulkStore, make_bulk_store
from feedback.responses.bulk_rows import BatchResult
from feedback.scoring import METRICS, score
from feedback.settings import Settings
from feedback.surveys.models import Series, Survey
from tests.cast import Shop
from tests.imports.conftest import HEADER, MAPPING, ROWS, Import
from tests.imports.stored import stored_in

EXAMPLES = Path(__file__).parents[2] / "examples"


async def test_it_works(import_rows: Import, database: Database) -> None:
    result = await import_rows(*ROWS)
    assert (result.stored, result.already_stored, result.blank, result.skipped) == (5, 0, 1, 0)
    found = await stored_in(database)
    assert found.counts == {"Payment": {10: 1, 6: 1}, "Help": {5: 2, 3: 1}}
    assert found.rollup_agrees and found.submissions == 5
    first = found.responses[0]
    assert first.channel == "import" and first.state == "counted"
    assert first.properties == {"plan": "pro"} and first.import_id == result.run_id


async def test_it_makes_the_workspace_and_the_journey_of_the_mapping(
    import_rows: Import, database: Database
) -> None:
    await import_rows(*ROWS)
    found = await stored_in(database)
    assert (found.workspace.key, found.workspace.time_zone) == ("default", "Europe/Paris")
    stages = sorted(found.stages, key=lambda stage: stage.position)
    assert [(s.name, s.headline_metric) for s in stages] == [
        ("Checkout", "nps"),
        ("After-sales", "csat_5"),
    ]
    payment = found.touchpoints["Payment"]
    assert (payment.place, payment.target) == ("app", 40.0)
    assert {survey.state for survey in found.surveys} == {"closed"}
    # By this the site's own first publish is known (feedback/privacy/read.py).
    assert all(s.published_at and s.published_at < s.created_at for s in found.surveys)


async def test_the_mappings_time_zone_reads_the_times(
    import_rows: Import, database: Database
) -> None:
    await import_rows(*ROWS)
    moments = {r.answered_at: r.month for r in (await stored_in(database)).responses}
    assert moments == {
        datetime(2024, 3, 31, 21, 30, tzinfo=UTC): date(2024, 3, 1),
        datetime(2024, 4, 1, 10, 0, tzinfo=UTC): date(2024, 4, 1),
        datetime(2024, 4, 2, 10, 0, tzinfo=UTC): date(2024, 4, 1),  # a day alone is its noon
    }


async def test_a_comment_is_kept_once_a_row(import_rows: Import, database: Database) -> None:
    await import_rows(*ROWS)
    found = await stored_in(database)
    assert [r.comment for r in found.responses if r.comment] == ["Great"]


async def test_a_person_is_joined_by_a_keyed_hash(import_rows: Import, database: Database) -> None:
    await import_rows(*ROWS)
    keys = [r.respondent_key for r in (await stored_in(database)).responses]
    assert len(set(keys)) == 2 and None not in keys


async def test_the_same_file_again_stores_nothing(import_rows: Import, database: Database) -> None:
    await import_rows(*ROWS)
    before = await stored_in(database)
    again = await import_rows(*ROWS, name="renamed.csv")
    after = await stored_in(database)
    assert (again.stored, again.already_stored) == (0, 5)
    assert [r.id for r in after.responses] == [r.id for r in before.responses]
    assert after.counts == before.counts and len(after.series) == len(before.series)
    assert len(after.stages) == 2 and len(after.journeys) == 1


async def test_a_longer_file_adds_what_is_new(import_rows: Import, database: Database) -> None:
    await import_rows(*ROWS)
    result = await import_rows("0,2024-05-01,carl,9,4,,", *ROWS)
    assert (result.stored, result.already_stored) == (2, 5)
    assert (await stored_in(database)).rollup_agrees


async def test_a_stored_answer_is_never_changed(import_rows: Import, database: Database) -> None:
    await import_rows("1,2024-03-31,anna,10,,,")
    result = await import_rows("1,2024-03-31,anna,2,,,")
    assert (result.stored, result.differing) == (0, 1)
    assert (await stored_in(database)).counts == {"Payment": {10: 1}}


async def test_rows_without_an_id_are_told_apart_wherever_they_stand(
    import_rows: Import, database: Database
) -> None:
    mapping = MAPPING.replace('id = "id"\n', "").replace('respondent = "who"\n', "")
    rows = ["7,2024-03-31,,9,,,", "7,2024-03-31,,9,,,"]
    assert (await import_rows(*rows, mapping=mapping)).stored == 2
    assert (await import_rows(*rows, mapping=mapping)).stored == 0
    longer = ["8,2024-04-30,,7,,,", *rows, "7,2024-03-31,,9,,,"]
    assert (await import_rows(*longer, mapping=mapping)).stored == 2
    assert (await stored_in(database)).counts == {"Payment": {9: 3, 7: 1}}


async def test_a_person_may_answer_again_on_another_day(
    import_rows: Import, database: Database
) -> None:
    mapping = MAPPING.replace('id = "id"\n', "")
    rows = ["x,2024-03-31,anna,9,,,", "x,2024-04-30,anna,7,,,"]
    assert (await import_rows(*rows, mapping=mapping)).stored == 2


MANY = [f"{n},2024-03-{n % 28 + 1:02d},p{n % 9},{n % 11},{n % 5 + 1},," for n in range(300)]


@pytest.fixture
def pulled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fourth batch fails; those after it do not."""
    monkeypatch.setattr(load, "BATCH", 64)
    real, calls = make_bulk_store, list[int]()

    def failing(settings: Settings) -> BulkStore:
        store = real(settings)
        whole = store.store

        async def once_too_often(ready: Any) -> BatchResult:
            calls.append(len(ready.batch))
            if len(calls) == 4:
                raise OSError("pulled out")
            return await whole(ready)

        store.store = once_too_often  # type: ignore[method-assign]
        return store

    monkeypatch.setattr(bulk, "make_bulk_store", failing)


@pytest.mark.usefixtures("pulled_out")
async def test_stopped_in_the_middle_it_goes_on(import_rows: Import, database: Database) -> None:
    with pytest.raises(OSError, match="pulled out"):
        await import_rows(*MANY)
    half = await stored_in(database)
    assert 0 < len(half.responses) < 600 and half.rollup_agrees
    result = await import_rows(*MANY, name="renamed.csv")
    whole = await stored_in(database)
    assert result.stored + len(half.responses) == 600 == len(whole.responses)
    assert whole.rollup_agrees and [run.id for run in whole.runs] == [result.run_id]


@pytest.mark.usefixtures("pulled_out")
async def test_another_file_of_that_name_is_not_the_one_that_was_stopped(
    import_rows: Import, settings: Settings, database: Database
) -> None:
    with pytest.raises(OSError, match="pulled out"):
        await import_rows(*MANY)
    half = len((await stored_in(database)).responses)
    other = await import_rows("900,2024-05-01,zoe,9,,,")
    mapped = await import_rows("900,2024-05-01,zoe,9,,,", mapping=MAPPING + "# another\n")
    assert len({other.run_id, mapped.run_id}) == 2
    assert await undo_import(settings, None, str(other.run_id)) == 1
    found = await stored_in(database)
    assert len(found.responses) == half and len(found.runs) == 3 and found.rollup_agrees


async def test_a_file_in_no_order_of_time_is_stored_whole(
    import_rows: Import, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback.imports.spool._SORTED", 50)
    rows = [f"{n},2024-{n * 7 % 12 + 1:02d}-1{n % 10},,{n % 11},,," for n in range(400)]
    result = await import_rows(*rows)
    found = await stored_in(database)
    assert result.stored == len(found.responses) == 400 and found.rollup_agrees


async def test_history_never_joins_a_line_with_other_words(
    import_rows: Import, shop: Shop, database: Database
) -> None:
    await import_rows("1,2022-03-31,anna,10,,,")
    async with database.read() as session:
        series = list(
            await session.exec(
                select(Series)
                .where(Series.workspace_id == shop.workspace.id, Series.survey_id == shop.nps.id)
                .order_by(col(Series.number))
            )
        )
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
    assert [(s.number, s.closed_at is None) for s in series] == [(1, True), (2, False)]
    assert survey.state == "live"


async def test_the_airport_file_gives_its_published_numbers(
    settings: Settings, database: Database
) -> None:
    request = Request(
        Path(__file__).parents[1] / "data" / "sfo-2017.csv", EXAMPLES / "sfo-airport.toml"
    )
    result = await import_file(settings, request, lambda doing, n: None)
    again = await import_file(settings, request, lambda doing, n: None)
    assert (again.stored, again.already_stored) == (0, result.stored)
    found = await stored_in(database)
    assert found.rollup_agrees and len(found.touchpoints) == 26
    for name, metric, n, mean, positive in AIRPORT:
        got = score(found.counts[name], METRICS[metric])
        share = 100 * got.positive / got.n
        assert (got.n, round(got.mean or 0, 4), round(share, 2)) == (n, mean, positive)
    nps = score(found.counts["Recommendation"], METRICS["nps"])
    assert (nps.n, nps.negative, nps.neutral, nps.positive) == (2746, 342, 968, 1436)
    assert round(nps.score or 0, 4) == 39.8398


AIRPORT = (
    ("Restaurants", "csat_5", 2421, 3.6154, 55.72),
    ("The airport as a whole", "csat_5", 2688, 4.0644, 82.07),
    ("Passing through security", "ces_ease_5", 2407, 4.3070, 82.01),
)


async def test_the_delighted_example_is_read_as_it_is(
    settings: Settings, database: Database
) -> None:
    request = Request(EXAMPLES / "delighted-sample.csv", EXAMPLES / "delighted.toml")
    result = await import_file(settings, request, lambda doing, n: None)
    found = await stored_in(database)
    assert result.stored == 120 and result.skipped == 0
    assert set(found.counts) == {
        "The relationship",
        "After an order",
        "After a support case",
        "Rated with smileys",
    }
    assert set(found.responses[0].properties or {}) == {"Plan", "Country"}


LONG = """
[workspace]
name = "Long"
time_zone = "UTC"
[rows]
time = "when"
time_format = "%d/%m/%Y %H:%M"
id = "id"
[journey]
name = "J"
[[journey.stages]]
name = "S"
touchpoints = [{ name = "Cart" }, { name = "Payment" }]
[[ratings]]
column = "rating"
touchpoint = { column = "where" }
metric = { column = "kind", values = { "NPS" = "nps", "CSAT" = "csat_5" } }
"""


async def test_a_long_file_names_touchpoint_and_metric_in_its_rows(
    import_rows: Import, database: Database
) -> None:
    rows = ["1,31/12/2023 23:59,Cart,NPS,9", "2,01/01/2024 00:01,Payment,CSAT,5"]
    result = await import_rows(*rows, header="id,when,where,kind,rating", mapping=LONG)
    found = await stored_in(database)
    assert result.stored == 2 and found.counts == {"Cart": {9: 1}, "Payment": {5: 1}}
    assert [r.month.isoformat() for r in found.responses] == ["2023-12-01", "2024-01-01"]


async def test_an_unknown_workspace_is_refused(
    import_rows: Import, shop: Shop, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "answers.csv").write_text("\n".join([HEADER, *ROWS]))
    (tmp_path / "mapping.toml").write_text(MAPPING)
    request = Request(tmp_path / "answers.csv", tmp_path / "mapping.toml", "elsewhere")
    with pytest.raises(FeedbackError, match="no workspace 'elsewhere'"):
        await import_file(settings, request, lambda doing, n: None)
