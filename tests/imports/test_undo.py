"""Taking an import back."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.imports import undo
from feedback.imports.undo import undo_import
from feedback.responses.models import RatingCount, Response
from feedback.settings import Settings
from tests.imports.conftest import ROWS, Import
from tests.imports.stored import stored_in


async def test_it_works(import_rows: Import, settings: Settings, database: Database) -> None:
    result = await import_rows(*ROWS)
    assert await undo_import(settings, None, str(result.run_id)) == 5
    found = await stored_in(database)
    assert (found.responses, found.submissions, found.counts) == ([], 0, {})
    assert found.runs[0].undone_at is not None


async def test_twice_is_once(import_rows: Import, settings: Settings, database: Database) -> None:
    result = await import_rows(*ROWS)
    await undo_import(settings, None, str(result.run_id))
    assert await undo_import(settings, None, str(result.run_id)) == 0


async def test_the_file_can_be_imported_again(
    import_rows: Import, settings: Settings, database: Database
) -> None:
    result = await import_rows(*ROWS)
    await undo_import(settings, None, str(result.run_id))
    again = await import_rows(*ROWS)
    found = await stored_in(database)
    assert again.stored == 5 and again.run_id != result.run_id and found.rollup_agrees


async def test_only_that_import_goes(
    import_rows: Import, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo, "BATCH", 3)
    await import_rows(*ROWS)
    second = await import_rows(*[f"{n},2024-05-01,,9,,," for n in range(10, 20)])
    assert await undo_import(settings, None, str(second.run_id)) == 10
    found = await stored_in(database)
    assert len(found.responses) == 5 and found.rollup_agrees


async def test_what_was_excluded_meanwhile_is_not_taken_off_twice(
    import_rows: Import, settings: Settings, database: Database
) -> None:
    await import_rows("1,2024-05-01,,9,,,")
    second = await import_rows("2,2024-05-01,,9,,,")
    own = (await stored_in(database)).workspace.id
    async with database.write() as session:
        await session.exec(
            sa.update(Response)
            .where(col(Response.workspace_id) == own, col(Response.import_id) == second.run_id)
            .values(state="excluded")
        )
        await session.exec(
            sa.update(RatingCount).where(col(RatingCount.workspace_id) == own).values(n=1)
        )
    await undo_import(settings, None, str(second.run_id))
    found = await stored_in(database)
    assert found.counts == {"Payment": {9: 1}} and found.rollup_agrees


async def test_an_unknown_id_lists_the_imports(import_rows: Import, settings: Settings) -> None:
    result = await import_rows(*ROWS)
    with pytest.raises(FeedbackError, match=f"The imports are:\n  {result.run_id}  2"):
        await undo_import(settings, None, str(uuid4()))
