"""One person or one id twice at one time: no answer is lost, and none is stored twice."""

from itertools import permutations

import pytest

from feedback.db import Database
from feedback.imports import load
from tests.imports.conftest import MAPPING, Import
from tests.imports.stored import stored_in

BY_WHO = MAPPING.replace('id = "id"\n', "")
BY_MAIL = BY_WHO.replace('respondent = "who"', 'email = "who"')
BY_ROW = BY_WHO.replace('respondent = "who"\n', "")

# Rows at one time: the mapping, the rows, and what is stored of them.
REPEATS = {
    "a person rates twice a day": (
        BY_WHO, ["x,2024-03-01,ana,9,,,", "x,2024-03-01,ana,2,,,", "x,2024-03-01,bo,10,,,"],
        {"Payment": {9: 1, 2: 1, 10: 1}},
    ),
    "an address, in any case": (
        BY_MAIL, ["x,2024-03-01,Ana@x.org,9,,,", "x,2024-03-01, ana@x.org,2,,,"],
        {"Payment": {9: 1, 2: 1}},
    ),
    "a person says the same of two orders": (
        BY_WHO, ["x,2024-03-01,ana,9,,,", "x,2024-03-01,ana,9,,,", "x,2024-03-01,ana,9,,,pro"],
        {"Payment": {9: 3}},
    ),
    "a ticket": (
        MAPPING, ["77,2024-03-01,,9,,,", "77.0,2024-03-01,,2,,,", "77,2024-03-01,,0,,,"],
        {"Payment": {9: 1, 2: 1, 0: 1}},
    ),
    "a ticket with two comments": (
        MAPPING, ["77,2024-03-01,,9,,good,", "77,2024-03-01,,9,,,", "77,2024-03-01,,9,,quick,"],
        {"Payment": {9: 3}},
    ),
    "another question differs": (
        MAPPING, ["77,2024-03-01,,9,4,,", "77,2024-03-01,,9,2,,"],
        {"Payment": {9: 2}, "Help": {4: 1, 2: 1}},
    ),
    "the same line under one id is one answer": (
        MAPPING, ["77,2024-03-01,,9,4,,pro", "77,2024-03-01,,9,4,,pro"],
        {"Payment": {9: 1}, "Help": {4: 1}},
    ),
    "rows that say nothing else": (
        BY_ROW, ["x,2024-03-01,,9,,,"] * 4 + ["x,2024-03-01,,2,,,"], {"Payment": {9: 4, 2: 1}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("mapping", "rows", "counts"), REPEATS.values(), ids=list(REPEATS))
async def test_no_answer_is_lost_and_none_stored_twice(
    mapping: str,
    rows: list[str],
    counts: object,
    import_rows: Import,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(load, "BATCH", 2)  # what is one time is in several batches
    monkeypatch.setattr("feedback.imports.spool._SORTED", 2)
    await import_rows(*rows, mapping=mapping)
    assert (await stored_in(database)).counts == counts
    for again in list(permutations(rows))[:6]:
        assert (await import_rows(*again, mapping=mapping)).stored == 0
    found = await stored_in(database)
    assert found.counts == counts and found.rollup_agrees


@pytest.mark.parametrize("mapping", [MAPPING, BY_WHO], ids=["by id", "by respondent"])
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_longer_file_adds_the_one_that_is_new(
    mapping: str, place: int, import_rows: Import, database: Database
) -> None:
    rows = ["1,2024-03-01,ana,9,,Great,pro", "2,2024-03-01,bo,3,,,"]
    await import_rows(*rows, mapping=mapping)
    rows.insert(place, "1,2024-03-01,ana,2,,,")
    for stored in (1, 0):
        assert (await import_rows(*rows, mapping=mapping)).stored == stored
    assert (await stored_in(database)).counts == {"Payment": {9: 1, 3: 1, 2: 1}}


async def test_a_property_written_in_another_way_makes_no_other_answer(
    import_rows: Import, database: Database
) -> None:
    rows = ["77,2024-03-01,,9,,good,12.50", "77,2024-03-01,,2,,,12.50", "77,2024-03-01,,9,,,3.0"]
    await import_rows(*rows)
    saved = [row.replace("12.50", "12.5").replace("3.0", "3") for row in rows]
    again = await import_rows(*saved)
    assert (again.stored, again.differing) == (0, 3)
    assert (await stored_in(database)).counts == {"Payment": {9: 2, 2: 1}}


async def test_an_answer_that_was_edited_stays_one(import_rows: Import, database: Database) -> None:
    await import_rows("77,2024-03-01,,9,,,", "78,2024-03-01,,9,,,")
    result = await import_rows("77,2024-03-01,,2,,,", "78,2024-03-01,,9,,,")
    assert (result.stored, result.differing) == (0, 1)
