"""SAFETY E4: masked words do not come back with a backup, nor do their bytes stay in a file."""

import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback.comments.index import follow_all
from feedback.db import Database
from feedback.erasure import file
from feedback.erasure.ledger import agree, replay
from feedback.erasure.models import Erasure
from feedback.outbox.models import Job
from feedback.responses.masking.frozen import is_masked
from feedback.responses.masking.words import MARK
from feedback.responses.models import Response, ResponseChange
from feedback.settings import Settings
from feedback.tidy import tidy
from tests.cast import Shop
from tests.erasure.test_nothing_left import CANARY, hits, words_searched
from tests.forms import Client
from tests.responses.test_masking import mask, stored
from tests.responses.test_pages import give

COMMENT = f"I am {CANARY} and cold, {CANARY}!"
MASKED = f"I am {MARK} and cold, {MARK}!"


async def restored(database: Database, shop: Shop, id: str, comment: str) -> None:
    """The database as a backup of before the masking has it."""
    own: Any = shop.workspace.id
    async with database.write() as session:
        for table in (Erasure, ResponseChange):
            await session.exec(sa.delete(table).where(col(table.workspace_id) == own))
        row = (col(Response.workspace_id) == own, col(Response.id) == uuid.UUID(id))
        await session.exec(sa.update(Response).where(*row).values(comment=comment))


async def test_no_byte_of_a_masked_word_stays_in_the_files(
    alice: Client, shop: Shop, database: Database, settings: Settings
) -> None:
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    for n in range(20):
        await give(alice, shop.nps, 3, comment=f"number {n}")
        await follow_all(database, shop.workspace.id)  # a list of words of its own in FTS5
    assert await words_searched(database, CANARY)
    await mask(alice, id, typed=CANARY)
    async with database.read() as session:
        assert "tidy" in list(await session.exec(select(Job.kind)))
    await tidy(database)
    assert not await words_searched(database, CANARY) and await words_searched(database, "cold")
    assert (await stored(database, shop, id)).comment == MASKED
    assert await hits(database) == []
    assert CANARY not in (settings.backups_folder / file.NAME).read_text()


@pytest.mark.parametrize(
    ("held", "becomes"),
    [(COMMENT, MASKED), (f"I am {CANARY}", None)],
    ids=["the same comment", "an earlier one"],
)
async def test_a_restored_comment_is_masked_again(
    alice: Client,
    shop: Shop,
    database: Database,
    settings: Settings,
    held: str,
    becomes: str | None,
) -> None:
    """Where it is another text than was masked, all of it goes."""
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    await mask(alice, id, typed=CANARY)
    await restored(database, shop, id, held)
    for _ in range(2):
        await replay(database, settings.backups_folder)
        row = await stored(database, shop, id)
        assert row.comment == becomes
    async with database.read() as session:
        assert await is_masked(session, shop.workspace.id, row.id)
    done = "Words masked in 2 places by alice@" if becomes else "Comment erased by alice@"
    assert done in (await alice.get(f"/responses/{id}")).text


async def test_masked_twice_it_is_masked_twice_again(
    alice: Client, shop: Shop, database: Database, settings: Settings
) -> None:
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    await mask(alice, id, typed=CANARY)
    await mask(alice, id, typed="cold")
    await restored(database, shop, id, COMMENT)
    await replay(database, settings.backups_folder)
    assert (await stored(database, shop, id)).comment == f"I am {MARK} and {MARK}, {MARK}!"


async def test_a_line_of_an_attempt_that_was_given_up_takes_nothing_more(
    alice: Client, shop: Shop, database: Database, settings: Settings
) -> None:
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    await mask(alice, id, typed=CANARY)
    [entry] = file.read(settings.backups_folder)
    file.append(settings.backups_folder, [msgspec.structs.replace(entry, id=uuid.uuid4())])
    await agree(database, settings.backups_folder)
    assert (await stored(database, shop, id)).comment == MASKED


async def test_a_list_that_was_lost_is_written_again(
    alice: Client, shop: Shop, database: Database, settings: Settings, tmp_path: Path
) -> None:
    """It no longer says where the words stood: a restored comment goes whole."""
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    await mask(alice, id, typed=CANARY)
    await agree(database, tmp_path / "another")
    await restored(database, shop, id, COMMENT)
    await replay(database, tmp_path / "another")
    assert (await stored(database, shop, id)).comment is None


async def test_where_the_list_cannot_be_written_nothing_is_masked(
    alice: Client, shop: Shop, database: Database, settings: Settings
) -> None:
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    settings.backups_folder.write_text("a file where the folder should be")
    answer = await mask(alice, id, typed=CANARY)
    assert answer.status_code == 422 and "Nothing is masked" in answer.text
    assert (await stored(database, shop, id)).comment == COMMENT
