"""Whoever changes a count names its month anew; nobody else does, and no name comes back."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from feedback import clock
from feedback.db import Database, new_id
from feedback.readings.kept import counts_name
from feedback.responses.count_version import forget_versions, note_counts
from feedback.responses.models import CountVersion, RatingCount
from feedback.responses.outcome import Display
from feedback.responses.review import change_state
from feedback.responses.rollup import rebuild
from feedback.responses.writer import make_store
from feedback.settings import Settings
from tests import cast
from tests.cast import Shop
from tests.responses.test_states import Say, answer

MARCH = ("2026-03", "2026-03")


async def names(database: Database, shop: Shop) -> tuple[str, str, str]:
    """Of all counts, of March's, and of those before."""
    async with database.read() as session:
        return (
            await counts_name(session, shop.workspace.id),
            await counts_name(session, shop.workspace.id, *MARCH),
            await counts_name(session, shop.workspace.id, "", "2026-02"),
        )


async def test_what_changes_a_count_names_its_month_anew(
    database: Database, settings: Settings
) -> None:
    shop = await cast.open_shop(database)
    seen = [await names(database, shop)]
    store = make_store(settings)
    await store.open()
    first = answer(shop, new_id(), Say(0, 1, 9, "counted"))
    shown = Display(shop.workspace.id, shop.nps_series.id, "widget", date(2026, 3, 1), "shown")
    for item in (first, shown):
        await store.store([item])
        seen.append(await names(database, shop))
    await store.store([first])  # the same again counts nothing
    assert await names(database, shop) == seen[-1]
    await store.close()
    for act in ("exclude", "restore"):
        async with database.write() as session:
            await change_state(
                session, shop.workspace.id, first.response_id, act,
                reason="a trial", user_id=shop.alice.id, now=clock.now(),
            )  # fmt: skip
        seen.append(await names(database, shop))
    everything, march, before = zip(*seen, strict=True)
    assert len(set(everything)) == len(set(march)) == len(seen)
    assert len(set(before)) == 1  # February is as it was
    async with database.write() as session:
        await rebuild(session, shop.workspace.id)
    assert (await names(database, shop))[0] not in everything


async def test_another_workspace_keeps_its_names(database: Database, settings: Settings) -> None:
    shop, other = await cast.open_shop(database), await cast.open_shop(database, "other")
    before = await names(database, other)
    async with database.write() as session:
        row = RatingCount(
            workspace_id=shop.workspace.id, series_id=shop.nps_series.id, channel="api",
            month=date(2026, 3, 1), rating=9, n=1,
        )  # fmt: skip
        session.add(row)
        await note_counts(session, shop.workspace.id)
    assert await names(database, other) == before


async def test_what_is_forgotten_never_comes_back_under_its_old_name(
    database: Database, settings: Settings
) -> None:
    shop = await cast.open_shop(database)
    seen = [await names(database, shop)]
    store = make_store(settings)
    await store.open()
    for seq in range(1, 4):
        await store.store([answer(shop, new_id(), Say(0, seq, 9, "counted"))])
        seen.append(await names(database, shop))
        async with database.write() as session:
            old = sa.update(CountVersion).where(mine(CountVersion, shop))
            await session.exec(old.values(n=CountVersion.n - 8 * 24 * 3600 * 10**9))
        async with database.write() as session:
            await forget_versions(session, shop.workspace.id)
        seen.append(await names(database, shop))
    await store.close()
    assert len({everything for everything, _, _ in seen}) == len(seen)


def mine(table: Any, shop: Shop) -> Any:
    return table.workspace_id == shop.workspace.id
