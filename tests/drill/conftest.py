"""It is the middle of March 2026, and the shop has two years of answers."""

from collections.abc import Iterator

import pytest
import time_machine

from feedback.db import Database
from tests.cast import Shop
from tests.drill.world import World


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel("2026-03-15T12:00:00+00:00"):
        yield


@pytest.fixture
async def world(database: Database, shop: Shop, march: None) -> World:
    made = World(shop, database)
    await made.build()
    return made
