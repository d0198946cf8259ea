"""Erasing somebody: how sure a score is stays what it was, and nothing tells whose answers were."""

from pathlib import Path
from typing import Any

from sqlmodel import col, select

from feedback import clock
from feedback.db import Database
from feedback.erasure.erase import erase_responses
from feedback.erasure.people import erase_found, look_for_person
from feedback.repeats.models import RepeatCount
from feedback.repeats.read import KnownRepeats, read_repeats
from feedback.responses.models import Response
from tests.cast import Shop
from tests.repeats.conftest import People


async def known(database: Database, shop: Shop) -> KnownRepeats:
    async with database.read() as session:
        return await read_repeats(session, shop.workspace.id)


async def erase(database: Database, shop: Shop, who: int, folder: Path) -> None:
    async with database.read() as session:
        found = await look_for_person(session, shop.workspace.id, {who.to_bytes(16, "big")})
    await erase_found(database, shop.workspace.id, found, folder=folder, now=clock.now())


async def three_months(people: People, shop: Shop) -> None:
    await people.answer(shop.nps_series, "2025-12", [(1, 10), (1, 10), (2, 0), (3, 8)])
    await people.answer(shop.nps_series, "2026-01", [(1, 9), (2, 0), (2, 3), (None, 8)])
    await people.answer(shop.nps_series, "2026-02", [(1, 10), (2, 0), (3, 8), (3, 8)])


async def test_every_window_stays_what_it_was(
    people: People, database: Database, shop: Shop, tmp_path: Path
) -> None:
    await three_months(people, shop)
    await people.count()
    before = await known(database, shop)
    await erase(database, shop, 1, tmp_path)
    assert await known(database, shop) == before
    assert await people.count() > 0  # those still named are counted anew
    assert await known(database, shop) == before
    assert await people.count() == 0


async def test_windows_to_come_hold_who_was_erased_before_they_were_counted(
    people: People, database: Database, shop: Shop, tmp_path: Path
) -> None:
    await three_months(people, shop)
    await erase(database, shop, 1, tmp_path)
    await people.answer(shop.nps_series, "2026-03", [(3, 8), (4, 1)])
    await people.count()
    erased = (await known(database, shop)).of(shop.payment.id, "nps", 3)["2026-03"]
    # Of January to March: the erased one answered twice, 2 and 3 three times, 4 and nobody once.
    assert erased.fewer == 1 + 2 + 2 and erased.sizes == 2 + 6 + 6


async def test_all_of_them_may_go(
    people: People, database: Database, shop: Shop, tmp_path: Path
) -> None:
    await three_months(people, shop)
    await people.count()
    before = await known(database, shop)
    for who in (1, 2, 3):
        await erase(database, shop, who, tmp_path)
    await people.count()
    assert await known(database, shop) == before
    async with database.read() as session:
        own: Any = (
            Response.workspace_id == shop.workspace.id,
            col(Response.respondent_key).is_not(None),
        )
        assert not (await session.exec(select(Response.id).where(*own))).all()
        kept = select(RepeatCount).where(RepeatCount.workspace_id == shop.workspace.id)
        for row in await session.exec(kept):
            assert not any(isinstance(value, bytes) for value in row.model_dump().values())


async def test_one_answer_of_somebody_is_another_persons_afterwards(
    people: People, database: Database, shop: Shop, tmp_path: Path
) -> None:
    one, *_ = await people.answer(shop.nps_series, "2026-02", [(1, 10), (1, 10), (1, 0)])
    await people.count()
    async with database.write() as session:
        await erase_responses(session, shop.workspace.id, [one], folder=tmp_path, now=clock.now())
    await people.count()
    found = (await known(database, shop)).of(shop.payment.id, "nps", 1)["2026-02"]
    assert (found.fewer, found.sizes) == (1, 2)


async def test_who_answered_once_leaves_nothing(
    people: People, database: Database, shop: Shop, tmp_path: Path
) -> None:
    await people.answer(shop.nps_series, "2026-02", [(1, 10), (2, 3)])
    await people.count()
    await erase(database, shop, 1, tmp_path)
    await people.count()
    async with database.read() as session:
        kept = select(RepeatCount).where(RepeatCount.workspace_id == shop.workspace.id)
        assert not any(row.of_erased for row in await session.exec(kept))
