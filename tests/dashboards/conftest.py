"""It is the middle of March 2026, and the shop has answers since January 2025."""

from collections.abc import Iterator

import pytest
import time_machine

from feedback.db import Database
from feedback.scoring.months import months_between
from tests.cast import Shop
from tests.dashboards.counted import Counted

TODAY = "2026-03-15T12:00:00+00:00"


@pytest.fixture
def march() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


@pytest.fixture
async def counted(database: Database, shop: Shop) -> Counted:
    return Counted(database, shop)


@pytest.fixture
async def years(counted: Counted, shop: Shop, march: None) -> Counted:
    """Each month 20 detractors, 30 passives, 50 promoters at Payment; 45 of 50 content at
    Delivery; nobody answered there in June 2025."""
    months = list(months_between("2025-01", "2026-03"))
    await counted.monthly(shop.nps_series, months, {3: 20, 8: 30, 10: 50})
    months.remove("2025-06")
    await counted.monthly(shop.csat_series, months, {2: 5, 4: 25, 5: 20}, "email")
    return counted
