"""A file that a spreadsheet saved: nothing twice where rows have an id, told where they do not."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.imports.undo import undo_import
from feedback.settings import Settings
from tests.imports.conftest import HEADER, MAPPING, Import
from tests.imports.stored import stored_in

ROWS = [
    "1,2024-03-01 10:15:42,anna,9,,Great,pro",
    "2,2024-03-02 11:20:07,bert,3,Satisfait,,",
    "003,2024-03-31 23:30:59,carl,0,2,,free",
]
BY_WHO = MAPPING.replace('id = "id"\n', "")
BY_ROW = BY_WHO.replace('respondent = "who"\n', "")


def each(change: Callable[[list[str]], list[str]]) -> list[str]:
    return [",".join(change(row.split(","))) for row in ROWS]


def cut(cells: list[str]) -> list[str]:
    return [cells[0], cells[1][:-3], *cells[2:]]


def as_number(cells: list[str]) -> list[str]:
    return [f"{float(cells[0])}", *cells[1:3], *[c and f"{c}.0" for c in cells[3:4]], *cells[4:]]


def french(cells: list[str]) -> list[str]:
    (year, month, day), clock = cells[1][:10].split("-"), cells[1][11:16]
    return [cells[0], f"{day}/{month}/{year} {clock}", *cells[2:]]


FRENCH = MAPPING.replace('time = "when"', 'time = "when"\ntime_format = "%d/%m/%Y %H:%M"')
LINES = "\n".join([HEADER, *ROWS])
# What is changed on saving: the content, the mapping that reads it, how many ids it moves.
SAVED = {
    "nothing": (LINES, MAPPING, 0),
    "seconds cut": ("\n".join([HEADER, *each(cut)]), MAPPING, 3),
    "seconds cut of some": ("\n".join([HEADER, each(cut)[0], *ROWS[1:]]), MAPPING, 1),
    "ids and ratings as floats": ("\n".join([HEADER, *each(as_number)]), MAPPING, 0),
    "both": ("\n".join([HEADER, *each(lambda cells: as_number(cut(cells)))]), MAPPING, 3),
    "dates localised": ("\n".join([HEADER, *each(french)]), FRENCH, 3),
    "a byte order mark": ("\ufeff" + LINES, MAPPING, 0),
    "semicolons and their line ends": (LINES.replace(",", ";").replace("\n", "\r\n"), MAPPING, 0),
    "zeros in front": (LINES.replace("\n003,", "\n3,"), MAPPING, 0),
    "another order of rows": ("\n".join([HEADER, *ROWS[::-1]]), MAPPING, 0),
    "another zone": (LINES, MAPPING.replace("Europe/Paris", "America/New_York"), 3),
    "columns the other way round": (
        "\n".join(",".join(line.split(",")[::-1]) for line in LINES.split("\n")), MAPPING, 0,
    ),
    "a new row beside": (LINES + "\n4,2024-03-01 10:15,anna,,,,", MAPPING, 0),
}  # fmt: skip


async def test_a_spreadsheet_may_save_a_file_with_ids_as_it_likes(
    import_rows: Import, database: Database
) -> None:
    await import_rows(*ROWS)
    before = await stored_in(database)
    for name, (content, mapping, n) in SAVED.items():
        if n:
            with pytest.raises(FeedbackError) as refused:
                await import_rows(content=content.encode(), mapping=mapping)
            ids = "1 id is" if n == 1 else f"{n} ids are"
            assert f"{ids} stored already at another time" in refused.value.message, name
        left = await import_rows(content=content.encode(), mapping=mapping, moved="skip")
        assert (left.stored, left.already_stored + left.differing, left.moved) == (0, 5, n), name
    after = await stored_in(database)
    assert [r.id for r in after.responses] == [r.id for r in before.responses]
    assert after.counts == before.counts and after.rollup_agrees


async def test_a_workbook_of_it_stores_nothing(
    import_rows: Import, database: Database, tmp_path: Path
) -> None:
    await import_rows(*ROWS)
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEADER.split(","))
    for row in ROWS:
        own, *rest = row.split(",")
        book.active.append([float(own), *[cell or None for cell in rest]])
    book.save(tmp_path / "saved.xlsx")
    again = await import_rows(content=(tmp_path / "saved.xlsx").read_bytes(), name="answers.xlsx")
    assert (again.stored, again.already_stored) == (0, 5)


async def test_the_refusal_names_ids_and_both_times(import_rows: Import) -> None:
    await import_rows(*ROWS)
    with pytest.raises(FeedbackError) as refused:
        await import_rows(*each(cut))
    assert refused.value.exit_code == 2 and "--moved skip" in refused.value.message
    assert "\n  1: stored 2024-03-01 09:15:42, here 2024-03-01 09:15:00" in refused.value.message


async def test_refused_it_leaves_no_run_and_no_survey(
    import_rows: Import, database: Database
) -> None:
    await import_rows(*ROWS)
    mapping = MAPPING + '[[ratings]]\ncolumn = "plan"\nstage = "Checkout"\ntouchpoint = "Plan"\n'
    mapping += 'metric = "ces_ease_5"\nlabels = { "pro" = 5, "free" = 1 }\n'
    with pytest.raises(FeedbackError, match="3 ids are stored already"):
        await import_rows(*each(cut), mapping=mapping)
    found = await stored_in(database)
    assert len(found.runs) == 1 and len(found.surveys) == 2 and "Plan" not in found.touchpoints


async def test_what_is_new_beside_is_stored(import_rows: Import, database: Database) -> None:
    await import_rows(*ROWS)
    result = await import_rows("9,2024-05-01,dora,8,,,", *each(cut), moved="skip")
    assert (result.stored, result.already_stored, result.moved) == (1, 5, 3)
    assert (await stored_in(database)).rollup_agrees


async def test_new_answers_under_an_old_id_are_stored_when_it_is_said(
    import_rows: Import, database: Database
) -> None:
    """Where the column named is no id but a customer's number."""
    await import_rows("7,2024-03-01,anna,9,,,")
    with pytest.raises(FeedbackError, match="1 id is stored already"):
        await import_rows("7,2024-04-01,anna,2,,,")
    result = await import_rows("7,2024-04-01,anna,2,,,", moved="store")
    assert (result.stored, result.moved) == (1, 1)
    longer = await import_rows(
        "7,2024-03-01,anna,9,,,", "7,2024-04-01,anna,2,,,", "7,2024-05-01,anna,4,,,"
    )
    assert (longer.stored, longer.already_stored) == (1, 2)  # the file holds the stored times too
    assert (await stored_in(database)).counts == {"Payment": {9: 1, 2: 1, 4: 1}}  # fmt: skip


async def test_what_was_taken_back_is_stored_nowhere(
    import_rows: Import, settings: Settings, database: Database
) -> None:
    first = await import_rows(*ROWS)
    await undo_import(settings, None, str(first.run_id))
    assert (await import_rows(*each(cut))).stored == 5


async def test_many_ids_are_found_in_pieces(
    import_rows: Import, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback.imports.spool._SORTED", 50)
    monkeypatch.setattr("feedback.responses.elsewhere._TOGETHER", 7)
    rows = [f"{n},2024-{n % 12 + 1:02d}-11 10:20:{n % 60:02d},p{n},{n % 11},," for n in range(300)]
    await import_rows(*[row + "," for row in rows])
    saved = [f"{n},2024-{n % 12 + 1:02d}-11 10:20,p{n},{n % 11},,," for n in range(300)]
    result = await import_rows(*saved, moved="skip")
    assert (result.stored, result.moved) == (0, 300 - 300 // 60)  # five were answered at :00
    assert (await stored_in(database)).rollup_agrees


@pytest.mark.parametrize("mapping", [BY_WHO, BY_ROW], ids=["by respondent", "by row"])
async def test_without_an_id_answers_that_may_be_the_same_are_told(
    mapping: str, import_rows: Import, database: Database
) -> None:
    assert (await import_rows(*ROWS, mapping=mapping)).beside == 0
    assert (await import_rows(*ROWS, mapping=mapping)).beside == 0
    grown = await import_rows("8,2024-02-01,eve,7,,,", *ROWS, mapping=mapping)
    assert (grown.stored, grown.beside) == (1, 0)
    rows = [f"{n},2024-04-0{n} 08:00:30,p{n},7,,," for n in range(1, 6)]
    later = await import_rows(*rows, mapping=mapping)
    assert (later.stored, later.beside) == (5, 0)  # it begins within a day of what was there
    again = await import_rows(*each(cut), mapping=mapping)
    assert (again.stored, again.beside) == (5, 3)  # among them; carl's are after the last of these
    turned = "\n".join(",".join(line.split(",")[::-1]) for line in [HEADER, *rows[::-1]])
    form = 'time = "when"\ntime_format = "%d/%m/%Y %H:%M:%S"'
    dated = [f"{n},0{n}/04/2024 08:00:30,p{n},7,,," for n in range(1, 6)]
    assert (await import_rows(content=turned.encode(), mapping=mapping)).stored == 0
    other = mapping.replace('time = "when"', form)
    assert (await import_rows(*dated, mapping=other)).stored == 0
    alone = await import_rows(rows[-1].replace(":30,", ","), mapping=mapping)
    assert (alone.stored, alone.beside) == (1, 2)  # p4's and p5's within a day


async def test_a_day_stays_that_day_where_it_is_counted(
    import_rows: Import, database: Database
) -> None:
    mapping = MAPPING.replace("Europe/Paris", "America/Los_Angeles")
    await import_rows("1,2024-02-01,,9,,,", mapping=mapping)
    mapping = MAPPING.replace("Europe/Paris", "Pacific/Auckland")
    await import_rows("2,2024-02-01,,3,,,", "3,2024-03-01,,3,,,", mapping=mapping)
    other = mapping.replace('time = "when"', 'time = "when"\ntime_format = "%d/%m/%Y"')
    await import_rows("4,01/04/2024,,3,,,", mapping=other)
    months = [r.month.isoformat() for r in (await stored_in(database)).responses]
    assert months == ["2024-02-01", "2024-02-01", "2024-03-01", "2024-04-01"]
