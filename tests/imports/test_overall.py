"""`overall = true` in a mapping: the question that asks about the whole journey."""

from pathlib import Path

import pytest

from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.imports.mapping_file import read_mapping
from feedback.surveys.models import Survey
from feedback.surveys.overall import mark_overall
from tests.imports.conftest import MAPPING, ROWS, Import
from tests.imports.stored import stored_in

OVERALL = MAPPING.replace('column = "nps"\n', 'column = "nps"\noverall = true\n')


async def marked(database: Database) -> list[str]:
    return [survey.name for survey in (await stored_in(database)).surveys if survey.is_overall]


async def test_it_works(import_rows: Import, database: Database) -> None:
    await import_rows(*ROWS, mapping=OVERALL)
    assert await marked(database) == ["Payment"]


async def test_without_it_none_is_marked(import_rows: Import, database: Database) -> None:
    await import_rows(*ROWS)
    assert await marked(database) == []
    await import_rows(*ROWS, mapping=OVERALL)
    assert await marked(database) == ["Payment"]


async def test_what_an_editor_marked_stays(import_rows: Import, database: Database) -> None:
    await import_rows(*ROWS, mapping=OVERALL)
    stored = await stored_in(database)
    help_id = next(survey.id for survey in stored.surveys if survey.name == "Help")
    async with database.write() as session:
        await mark_overall(session, await session.get_one(Survey, (stored.workspace.id, help_id)))
    await import_rows(*ROWS, mapping=OVERALL)
    assert await marked(database) == ["Help"]


REFUSED = {
    "two": (
        OVERALL.replace('column = "help"\n', 'column = "help"\noverall = true\n'),
        "nps and help both say overall = true",
    ),
    "named by the row": (
        OVERALL.replace('touchpoint = "Payment"', 'touchpoint = { column = "where" }'),
        "nps: overall = true needs one touchpoint and one metric",
    ),
    "no truth": (OVERALL.replace("overall = true", 'overall = "yes"'), "Expected bool"),
}


@pytest.mark.parametrize("text, said", REFUSED.values(), ids=list(REFUSED))
def test_it_is_said_once_and_of_one_survey(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    with pytest.raises(FeedbackError, match=said):
        read_mapping(path)


def test_the_airport_mapping_names_its_question() -> None:
    mapping = read_mapping(Path("examples/sfo-airport.toml"))
    assert [rating.column for rating in mapping.ratings if rating.overall] == ["Q7ALL"]
