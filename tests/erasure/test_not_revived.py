"""SAFETY E3, E4: neither a file, nor a late message, nor a restored backup brings anybody back."""

import shutil
import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.erasure import file
from feedback.erasure.erase import MOST_AT_ONCE, Erased, erase_responses
from feedback.erasure.ids import is_erased
from feedback.erasure.ledger import agree, replay
from feedback.erasure.models import Erasure
from feedback.erasure.people import (
    erase_found,
    keys_of,
    look_for_person,
    names_in,
)
from feedback.imports.undo import undo_import
from feedback.responses.models import Response, Submission
from feedback.responses.rollup import find_differences
from feedback.settings import Settings
from tests.cast import Shop
from tests.conftest import KEY
from tests.imports.conftest import MAPPING, Import
from tests.imports.conftest import import_rows as import_rows
from tests.imports.test_names import BOTH
from tests.surveys.hosted import Client, answers, fill_in, hidden


async def forget(database: Database, workspace: Workspace, who: str, folder: Path) -> Erased:
    async with database.read() as session:
        names = names_in(KEY.encode(), workspace.id, who)
        keys = await keys_of(session, workspace.id, names.get("address") or names["id"])
        found = await look_for_person(session, workspace.id, keys)
    now = clock.now()
    return await erase_found(database, workspace.id, found, folder=folder, now=now)


async def all_of(database: Database) -> tuple[Workspace, list[Response]]:
    async with database.read() as session:
        workspace = (await session.exec(select(Workspace))).one()
        own = select(Response).where(Response.workspace_id == workspace.id)
        return workspace, list(await session.exec(own))


def words(rows: list[Response]) -> set[str | None]:
    return {row.comment for row in rows}


ANNA = ("1,2024-03-31 23:30,anna,10,Satisfait,Great,pro", "3,2024-04-02,anna,6,3,,pro")
BERT = "2,2024-04-01T10:00:00Z,bert,9,5,Mine,"


@pytest.mark.parametrize(
    "edited",
    [
        ANNA,
        ("1,2024-03-31 23:30,anna,2,Satisfait,Great indeed,free",),
        ("1,2024-03-30 11:00,anna,10,Satisfait,Great,pro",),
        ("77,2024-03-31 23:30,anna,10,Satisfait,Great,pro",),
    ],
    ids=["as it was", "other content", "another time", "another id"],
)
async def test_a_file_imported_again_does_not_bring_a_person_back(
    import_rows: Import, database: Database, tmp_path: Path, edited: tuple[str, ...]
) -> None:
    await import_rows(*ANNA, BERT)
    workspace, before = await all_of(database)
    assert (await forget(database, workspace, "anna", tmp_path)).answers == 4
    result = await import_rows(*edited, BERT, name="edited.csv")
    _, after = await all_of(database)
    assert result.stored == 0 and result.erased == 2 * len(edited)
    assert words(after) == {None, "Mine"} and len(after) == len(before)


async def test_taking_an_import_back_takes_the_ratings_too_and_revives_nobody(
    import_rows: Import, database: Database, settings: Settings, tmp_path: Path
) -> None:
    run = await import_rows(*ANNA, BERT)
    workspace, before = await all_of(database)
    mine = [row.id for row in before if row.comment == "Mine"]
    await forget(database, workspace, "anna", tmp_path)
    async with database.write() as session:
        await erase_responses(session, workspace.id, mine, folder=tmp_path, now=clock.now())
    assert await undo_import(settings, None, str(run.run_id)) == len(before)
    async with database.read() as session:
        assert not await find_differences(session, workspace.id)
    again = await import_rows(*ANNA, BERT, name="again.csv")
    assert (again.erased, again.already_stored) == (4, len(mine))
    assert words((await all_of(database))[1]) <= {None}


async def test_what_a_person_answered_later_is_new(
    import_rows: Import, database: Database, tmp_path: Path
) -> None:
    await import_rows(*ANNA, BERT)
    workspace, _ = await all_of(database)
    await forget(database, workspace, "anna", tmp_path)
    later = f"9,{clock.now():%Y-%m-%dT%H:%M:%S.%fZ},anna,4,3,Again,"
    result = await import_rows(*ANNA, later, name="later.csv")
    assert (result.stored, result.erased) == (2, 4)


async def test_a_file_joins_no_names_of_who_was_erased(
    import_rows: Import, database: Database, tmp_path: Path
) -> None:
    from tests.imports.test_names import ROWS, joins

    await import_rows(*ROWS, mapping=BOTH)
    workspace, _ = await all_of(database)
    assert (await forget(database, workspace, "anna@shop.example", tmp_path)).answers == 4
    result = await import_rows(*ROWS, mapping=BOTH, name="again.csv")
    assert result.stored == 0 and await joins(database) == 0


@pytest.mark.parametrize("known_by", ["id", ""])
async def test_a_row_of_nobody_stays_erased(
    import_rows: Import, database: Database, tmp_path: Path, known_by: str
) -> None:
    mapping = MAPPING.replace('respondent = "who"\n', "")
    mapping = mapping if known_by else mapping.replace('id = "id"\n', "")
    rows = ("1,2024-03-31 23:30,x,10,,Great,pro", "1,2024-03-31 23:30,x,9,,Other,pro", BERT)
    await import_rows(*rows, mapping=mapping)
    workspace, before = await all_of(database)
    ids = [row.id for row in before if row.comment != "Mine"]
    async with database.write() as session:
        own: dict[str, Any] = {"folder": tmp_path, "now": clock.now()}
        await erase_responses(session, workspace.id, ids, **own)
    result = await import_rows(*rows, mapping=mapping, name="again.csv")
    assert result.stored == 0 and words((await all_of(database))[1]) == {None, "Mine"}


@pytest.mark.parametrize("who", ["", "?id=c-7"], ids=["nobody", "named"])
async def test_a_late_comment_of_the_hosted_page_is_not_kept(
    client: Client, shop: Shop, database: Database, tmp_path: Path, who: str
) -> None:
    address = f"/s/{shop.nps.key}{who}"
    sent = hidden((await client.get(address)).text) | {"rating": "3"}
    headers = {"Origin": "null"}
    went = await client.post(address, data=sent, headers=headers, follow_redirects=False)
    assert went.status_code == 303, went.text
    (row,) = await answers(database, shop)
    async with database.write() as session:
        own: dict[str, Any] = {"folder": tmp_path, "now": clock.now()}
        await erase_responses(session, shop.workspace.id, [row.id], **own)
    late = sent | {"asked": "negative", "comment": "canary"}
    went = await client.post(address, data=late, headers=headers, follow_redirects=False)
    assert went.status_code in (200, 303)
    (after,) = await answers(database, shop)
    assert is_erased(after.id) and after.comment is None
    if who:  # pressed anew, it is another answer
        await fill_in(client, address, rating="9")
        assert len(await answers(database, shop)) == 2


async def test_a_restored_backup_forgets_again(
    client: Client, shop: Shop, database: Database, tmp_path: Path
) -> None:
    """The rows of before are put back, as a restore does; the file says what to erase."""
    sent = {"submission_id": str(uuid.uuid4()), "rating": 3, "comment": "canary"}
    later = {"submission_id": str(uuid.uuid4()), "rating": 4, "comment": "canary, after the backup"}
    named = {"rating": 5, "comment": "canary", "contact": {"id": "c-7"}}
    for body in (sent, named):
        await client.post(f"/r/{shop.nps.key}", json=body)
    backup = await _rows_of(database, shop)
    await client.post(f"/r/{shop.nps.key}", json=later)
    unnamed = [row.id for row in await answers(database, shop) if row.respondent_key is None]
    async with database.write() as session:
        own: dict[str, Any] = {"folder": tmp_path, "now": clock.now()}
        await erase_responses(session, shop.workspace.id, unnamed, **own)
    await forget(database, shop.workspace, "c-7", tmp_path)
    await _put_back(database, shop, backup)

    acts, said = await replay(database, tmp_path)
    assert acts == 3 and said.answers == 2
    assert words(await answers(database, shop)) == {None}
    for body in (sent, later):
        again = await client.post(f"/r/{shop.nps.key}", json=body | {"seq": 7})
        assert again.status_code == 200
    assert len(await answers(database, shop)) == 2
    assert await replay(database, tmp_path) == (0, Erased())


async def _rows_of(database: Database, shop: Shop) -> list[Any]:
    async with database.read() as session:
        found: list[Any] = []
        for model in (Response, Submission):
            own = select(model).where(model.workspace_id == shop.workspace.id)
            found += [model(**row.model_dump()) for row in await session.exec(own)]
        return found


async def _put_back(database: Database, shop: Shop, rows: list[Any]) -> None:
    async with database.write() as session:
        for model in (Response, Submission, Erasure):
            await session.exec(sa.delete(model).where(col(model.workspace_id) == shop.workspace.id))
        for row in rows:
            session.add(row)


async def test_a_kill_between_file_and_commit_is_made_good(
    client: Client, shop: Shop, database: Database, tmp_path: Path
) -> None:
    body = {"rating": 3, "comment": "canary"}
    await client.post(f"/r/{shop.nps.key}", json=body)
    (row,) = await answers(database, shop)
    with pytest.raises(KeyboardInterrupt):
        async with database.write() as session:
            own: dict[str, Any] = {"folder": tmp_path, "now": clock.now()}
            await erase_responses(session, shop.workspace.id, [row.id], **own)
            raise KeyboardInterrupt
    assert words(await answers(database, shop)) == {"canary"}
    await agree(database, tmp_path)
    assert words(await answers(database, shop)) == {None}
    assert len(list(file.read(tmp_path))) == 1


async def test_a_lost_file_is_written_again(
    client: Client, shop: Shop, database: Database, tmp_path: Path
) -> None:
    body = {"rating": 3, "comment": "canary", "contact": {"id": "c-7"}}
    await client.post(f"/r/{shop.nps.key}", json=body)
    await forget(database, shop.workspace, "c-7", tmp_path)
    before = list(file.read(tmp_path))
    assert len(before) == 2
    shutil.move(tmp_path / file.NAME, tmp_path / "moved")
    await agree(database, tmp_path)
    assert sorted(file.read(tmp_path), key=lambda e: e.id) == sorted(before, key=lambda e: e.id)


async def test_thousands_of_answers_go_in_slices(
    import_rows: Import, database: Database, tmp_path: Path
) -> None:
    n = MOST_AT_ONCE + 3
    rows = [f"{i},2024-04-01T10:{i % 60:02}:{i // 60:02}Z,anna,9,,Word {i},pro" for i in range(n)]
    await import_rows(*rows)
    workspace, _ = await all_of(database)
    assert (await forget(database, workspace, "anna", tmp_path)).answers == n
    assert words((await all_of(database))[1]) == {None}
    assert len(list(file.read(tmp_path))) == 3
