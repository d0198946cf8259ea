"""What ingest and the widget remember of surveys follows from what was written, wherever it was."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import SQLModel, select

from feedback.accounts.models import PublicKey
from feedback.db import Database
from feedback.responses.catalog import MADE_OF, Catalog
from feedback.surveys.models import Survey
from feedback.surveys.overall import mark_overall
from feedback.widget.sites import Sites
from tests.cast import Shop


class Memory:
    """Catalog and sites over one database, as the application wires them."""

    def __init__(self, database: Database, shop: Shop) -> None:
        self.database = database
        self.catalog = Catalog(database)
        self.sites = Sites(database, self.catalog)
        self.shop = shop
        database.followers.append(self.catalog.follow)

    async def look(self) -> tuple[Any, Any]:
        survey = await self.catalog.find(self.shop.nps.key)
        async with self.database.read() as session:
            of_sites = select(PublicKey.key).where(
                PublicKey.workspace_id == self.shop.workspace.id, PublicKey.kind == "site"
            )
            site = await self.sites.find((await session.exec(of_sites)).one())
        assert survey is not None and site is not None
        return survey, site


@pytest.fixture
def memory(database: Database, shop: Shop) -> Memory:
    return Memory(database, shop)


def touch(name: str, shop: Shop) -> Any:
    table = SQLModel.metadata.tables[name]
    owner = table.c.id if name == "workspace" else table.c.workspace_id
    return sa.update(table).where(owner == shop.workspace.id).values({owner.name: owner})


@pytest.mark.parametrize("name", sorted(MADE_OF))
async def test_a_write_to_a_table_that_it_is_made_of_makes_the_next_look_fresh(
    database: Database, shop: Shop, memory: Memory, name: str
) -> None:
    survey, site = await memory.look()
    assert [a is b for a, b in zip(await memory.look(), (survey, site), strict=True)] == [True] * 2
    async with database.write() as session:
        await session.exec(touch(name, shop))
    assert [a is b for a, b in zip(await memory.look(), (survey, site), strict=True)] == [False] * 2


async def test_what_was_taken_back_and_what_it_is_not_made_of_cost_nothing(
    database: Database, shop: Shop, memory: Memory
) -> None:
    before = await memory.look()
    with pytest.raises(ZeroDivisionError):
        async with database.write() as session:
            (await session.get_one(Survey, (shop.workspace.id, shop.nps.id))).name = "Other"
            await session.flush()
            raise ZeroDivisionError
    async with database.write() as session:
        await session.exec(touch("rating_count", shop))
        await session.exec(touch("response", shop))
    assert [a is b for a, b in zip(await memory.look(), before, strict=True)] == [True] * 2


async def test_a_changed_row_is_seen_and_a_deleted_one(
    database: Database, shop: Shop, memory: Memory
) -> None:
    await memory.look()
    async with database.write() as session:
        (await session.get_one(Survey, (shop.workspace.id, shop.nps.id))).name = "Other"
    survey, _site = await memory.look()
    assert survey.name == "Other"
    async with database.write() as session:
        await session.exec(
            sa.delete(SQLModel.metadata.tables["public_key"]).where(
                SQLModel.metadata.tables["public_key"].c.workspace_id == shop.workspace.id
            )
        )
    assert await memory.catalog.find(shop.nps.key) is None


async def test_what_is_changed_while_it_is_read_is_not_remembered(
    database: Database, shop: Shop, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read_and_edit(*args: Any) -> Any:
        found = await load(*args)
        memory.catalog.follow({"survey"})
        return found

    from feedback.responses import catalog

    load = catalog.load_definition
    monkeypatch.setattr(catalog, "load_definition", read_and_edit)
    first = await memory.catalog.find(shop.nps.key)
    assert await memory.catalog.find(shop.nps.key) is not first


async def test_it_is_made_of_the_tables_that_are_read(
    database: Database, shop: Shop, memory: Memory
) -> None:
    async with database.write() as session:
        await mark_overall(session, await session.get_one(Survey, (shop.workspace.id, shop.nps.id)))
    read: set[str] = set()

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        read.update(re.findall(r"(?:FROM|JOIN) \"?(\w+)", statement))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    await memory.look()
    assert read == MADE_OF
