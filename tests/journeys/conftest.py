"""Rows that journey tests read back, and a stranger's workspace."""

import uuid
from typing import TypeVar

import pytest
from sqlmodel import SQLModel

from feedback.db import Database
from feedback.readings.journey import JourneyInfo, find_journey
from tests import cast
from tests.cast import Shop

Row = TypeVar("Row", bound=SQLModel)


class Rows:
    """Reads rows of the shop as they are now."""

    def __init__(self, database: Database, shop: Shop) -> None:
        self.database = database
        self.workspace_id = shop.workspace.id

    async def get(self, table: type[Row], id: uuid.UUID) -> Row | None:
        async with self.database.read() as session:
            return await session.get(table, (self.workspace_id, id))

    async def need(self, table: type[Row], id: uuid.UUID) -> Row:
        found = await self.get(table, id)
        assert found is not None
        return found

    async def tree(self, journey_id: uuid.UUID) -> JourneyInfo:
        async with self.database.read() as session:
            found = await find_journey(session, self.workspace_id, journey_id)
        assert found is not None
        return found


@pytest.fixture
def rows(database: Database, shop: Shop) -> Rows:
    return Rows(database, shop)


@pytest.fixture
async def stranger(database: Database, shop: Shop) -> Shop:
    """Charlie's workspace, of which Alice must see nothing."""
    return await cast.open_shop(database, key="charlie")
