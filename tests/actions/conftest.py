"""It is the middle of March 2026; the shop has answers, and somebody does something about them."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import time_machine

from feedback.db import Database
from tests.cast import Shop
from tests.dashboards.counted import Counted
from tests.forms import Client, id_in, send

TODAY = "2026-03-15T12:00:00+00:00"
Adder = Callable[..., Awaitable[str]]


@pytest.fixture
def march() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


@pytest.fixture
async def counted(database: Database, shop: Shop) -> Counted:
    return Counted(database, shop)


@pytest.fixture
def add(alice: Client, shop: Shop, march: None) -> Adder:
    """Sends the form of a new action at Payment, with these fields changed; its address."""

    async def add(**fields: Any) -> str:
        answer = await send(alice, "/actions/new", **filled(shop, **fields))
        assert answer.status_code == 303, answer.text
        return f"/actions/{id_in(answer.headers['location'])}"

    return add


def filled(shop: Shop, **fields: Any) -> dict[str, Any]:
    """The form as somebody fills it in."""
    return {
        "kind": "action",
        "title": "Wallets are in",
        "place": f"touchpoint:{shop.payment.id}",
        "done_on": "2025-12-10",
        "done_by": "Ana",
        "details": "",
    } | fields
