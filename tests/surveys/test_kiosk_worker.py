"""`/k/worker.js`: what keeps the kiosk's page on the device. `tests/browser` has it at work."""

import html
import json
import re
from typing import Any

import pytest

from feedback.db import Database
from feedback.kiosk import worker as kiosk_worker
from tests.cast import Shop
from tests.forms import Client
from tests.surveys.kiosk import told


async def read(client: Client) -> dict[str, Any]:
    script = (await client.get("/k/worker.js")).text
    found = re.findall(r"^const (VERSION|FILES) = (.+);$", script, re.M)
    return {name: json.loads(value) for name, value in found}


@pytest.fixture
def forgetful() -> Any:
    """The files are read again, as after a restart, and once more when the test is over."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    for made in (kiosk_worker.files, kiosk_worker.files_version, kiosk_worker.worker_script):
        made.cache_clear()


async def test_it_keeps_all_that_the_page_loads(client: Client, shop: Shop) -> None:
    page = (await client.get(f"/k/{shop.nps.key}")).text
    loaded = {html.unescape(a) for a in re.findall(r'(?:src|href)="(/static/[^"]+)"', page)}
    assert loaded == set((await read(client))["FILES"])
    for address in loaded:
        assert (await client.get(address)).status_code == 200, address


async def test_it_lies_where_it_answers_for_the_kiosk_alone(client: Client) -> None:
    answer = await client.get("/k/worker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
    assert "service-worker-allowed" not in answer.headers


async def test_another_file_makes_another_worker_and_another_page(
    client: Client, shop: Shop, forgetful: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/k/{shop.nps.key}"
    page, version = await client.head(address), kiosk_worker.files_version()
    _forget()
    monkeypatch.setattr(kiosk_worker, "static_address", lambda name: f"/static/{name}?v=next")
    assert kiosk_worker.files_version() != version
    later = await client.head(address)
    assert later.headers["X-Feedback-Version"] != page.headers["X-Feedback-Version"]


async def test_an_address_turns_it_off(client: Client, shop: Shop, database: Database) -> None:
    for query, is_kept in (("", True), ("?offline=off", False), ("?offline=0", False)):
        page = await client.get(f"/k/{shop.nps.key}{query}")
        assert told(page.text)["offline"] is is_kept, query
    async with database.write() as session:
        (await session.merge(shop.nps)).state = "closed"
    client.app.state.catalog.forget()
    shut = await client.get(f"/k/{shop.nps.key}?offline=off")
    assert shut.status_code == 410 and told(shut.text)["offline"] is False
