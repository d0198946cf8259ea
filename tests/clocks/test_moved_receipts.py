"""A private link leads to its answer wherever a moved span has put it, and what was erased there
stays erased."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from feedback import clock
from feedback.backups.make import make_backup
from feedback.backups.restore import restore
from feedback.clocks import spans
from feedback.clocks.models import ClockSpan
from feedback.db import Database
from feedback.responses.rollup import find_differences
from feedback.settings import Settings
from tests.backups.conftest import elsewhere as elsewhere
from tests.backups.conftest import quiet
from tests.cast import Shop
from tests.clocks.test_clock import Clock, assert_sound
from tests.clocks.test_clock import wall as wall
from tests.forms import Client
from tests.receipts.links import change, press, read
from tests.receipts.links import send as message
from tests.receipts.test_erase import erase
from tests.surveys.hosted import answers

DAYS = 40
Moved = tuple[uuid.UUID, uuid.UUID]


@pytest.fixture
async def links(client: Client, shop: Shop, wall: Clock) -> list[str]:
    """Of an answer that names nobody, and of one that does, whose link is sealed; both given while
    the clock was 40 days ahead."""
    wall.pass_by(86_400 * DAYS)
    plain = await message(client, shop, rating=9, comment="nameless")
    sealed = await press(client, f"/s/{shop.nps.key}?id=c-7", rating="9", comment="named")
    wall.pass_by(60)
    wall.at -= timedelta(days=DAYS)
    return [plain, sealed]


async def move(database: Database, shop: Shop) -> Moved:
    span = ClockSpan(
        workspace_id=shop.workspace.id,
        begins_at=clock.now(),
        ends_at=clock.now() + timedelta(days=DAYS + 9),
        seconds=-86_400 * DAYS,
        reason="set by hand",
        user_id=shop.alice.id,
        done_at=clock.now(),
    )
    async with database.write() as session:
        session.add(span)
    assert await spans.carry_out(database, (span.workspace_id, span.id), "UTC") == 2
    return span.workspace_id, span.id


async def test_a_link_opens_its_answer_where_it_was_moved_and_back(
    client: Client, shop: Shop, database: Database, wall: Clock, links: list[str]
) -> None:
    for link, said in zip(links, ("nameless", "named"), strict=True):
        page = await read(client, link)
        assert said in page and "July 30, 2026" in page
    span = await move(database, shop)
    for at, said in enumerate(("nameless", "named")):
        page = await read(client, links[at])
        assert said in page and "June 20, 2026" in page and "July" not in page
        wall.pass_by(60)
        sent = await change(client, links[at], rating="3", comment=f"{said}, changed")
        links[at] = sent.headers["Location"].split("?")[0]
    await assert_sound(database, shop)
    await spans.take_back(database, span, "UTC", clock.now())
    for link, said in zip(links, ("nameless", "named"), strict=True):
        page = await read(client, link)
        assert f"{said}, changed" in page and "3 of 10" in page and "July 30, 2026" in page
    assert len(await answers(database, shop)) == 2
    await assert_sound(database, shop)


async def test_what_was_erased_by_its_link_stays_where_the_span_is_taken_back(
    client: Client, shop: Shop, database: Database, wall: Clock, links: list[str]
) -> None:
    span = await move(database, shop)
    for link in links:
        assert (await erase(client, link)).status_code == 303
    await spans.take_back(database, span, "UTC", clock.now())
    for link in links:
        assert "This answer is erased" in await read(client, link)
    assert [row.comment for row in await answers(database, shop)] == [None, None]
    # The month is the one in which the answers stood when they were erased.
    assert {row.month.month for row in await answers(database, shop)} == {6}
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []


async def test_what_was_erased_after_the_move_is_erased_again_in_a_backup_of_before(
    client: Client, shop: Shop, database: Database, settings: Settings, tmp_path: Path,
    wall: Clock, links: list[str], elsewhere: Callable[[str], Settings],
) -> None:  # fmt: skip
    """There the answers stand under the ids that they had before."""
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    await move(database, shop)
    for link in links:
        assert (await erase(client, link)).status_code == 303
    there = elsewhere("new")
    (tmp_path / "erasures.ndjson").write_bytes(
        (settings.backups_folder / "erasures.ndjson").read_bytes()
    )
    await asyncio.to_thread(restore, there, made.path, say=quiet)
    restored = Database(there.url)
    assert [row.comment for row in await answers(restored, shop)] == [None, None]
    async with restored.read() as session:
        assert await find_differences(session, shop.workspace.id) == []
    await restored.close()
