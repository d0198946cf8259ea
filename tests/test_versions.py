"""Whoever changes a count names its month anew, whoever changes what it is of names the shape;
nobody else does, and no name comes back."""

import uuid
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from feedback import clock
from feedback.db import Database, new_id
from feedback.journeys.models import Stage, Touchpoint
from feedback.kept import counts_name, shape_name
from feedback.models import metadata
from feedback.responses.models import RatingCount
from feedback.responses.outcome import Display
from feedback.responses.review import change_state
from feedback.responses.rollup import rebuild
from feedback.responses.writer import make_store
from feedback.settings import Settings
from feedback.versions import CountVersion, forget_versions, note_counts
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


# The shape: what the counts are of.


async def shape_of(database: Database, workspace_id: uuid.UUID) -> str:
    async with database.read() as session:
        return await shape_name(session, workspace_id)


def test_all_that_pages_of_numbers_read_besides_counts_is_shaped() -> None:
    assert {name for name, table in metadata.tables.items() if "is_shaped" in table.info} == {
        "action", "comment_mark", "computed", "journey", "judged_journey", "judged_line",
        "question", "response", "series", "stage", "survey", "touchpoint",
    }  # fmt: skip


async def test_who_changes_a_part_by_its_row_names_the_shape_anew(database: Database) -> None:
    shop, other = await cast.open_shop(database), await cast.open_shop(database, "other")
    before = await shape_of(database, shop.workspace.id)
    others = await shape_of(database, other.workspace.id)
    counts = await names(database, shop)
    for row in (shop.journey, shop.care, shop.payment, shop.nps):
        async with database.write() as session:
            mine: Any = await session.get_one(type(row), (shop.workspace.id, row.id))
            mine.name += "!"
        after = await shape_of(database, shop.workspace.id)
        assert after != before
        before = after
    assert await shape_of(database, other.workspace.id) == others
    assert await names(database, shop) == counts


async def test_a_statement_names_the_shape_anew_too(database: Database) -> None:
    shop = await cast.open_shop(database)
    before = await shape_of(database, shop.workspace.id)
    mine = col(Touchpoint.workspace_id) == shop.workspace.id
    added = sa.insert(Touchpoint).values(
        workspace_id=shop.workspace.id, id=new_id(), stage_id=shop.care.id, name="Returns",
        place="site", position=9, owner="",
    )  # fmt: skip
    gone = sa.delete(Touchpoint).where(mine, col(Touchpoint.name) == "Returns")
    statements: list[Any] = [added, sa.update(Touchpoint).where(mine).values(owner="Ann"), gone]
    for statement in statements:
        async with database.write() as session:
            await session.exec(statement)
        after = await shape_of(database, shop.workspace.id)
        assert after != before
        before = after


async def test_an_insert_that_names_no_workspace_is_refused(database: Database) -> None:
    columns: list[Any] = [Stage.workspace_id, Stage.id, Stage.name]
    mine = sa.select(*columns).where(col(Stage.workspace_id) == new_id())
    copied: Any = sa.insert(Touchpoint).from_select(["workspace_id", "id", "name"], mine)
    with pytest.raises(TypeError, match="touchpoint must name its workspace"):
        async with database.write() as session:
            await session.exec(copied)


async def test_what_is_undone_and_what_is_only_answered_leave_the_shape(
    database: Database, settings: Settings
) -> None:
    shop = await cast.open_shop(database)
    before = await shape_of(database, shop.workspace.id)
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            place = await session.get_one(Touchpoint, (shop.workspace.id, shop.payment.id))
            place.name = "never"
            await session.flush()
            raise RuntimeError
    store = make_store(settings)
    await store.open()
    await store.store([answer(shop, new_id(), Say(0, 1, 9, "counted"))])
    await store.close()
    assert await shape_of(database, shop.workspace.id) == before


def mine(table: Any, shop: Shop) -> Any:
    return table.workspace_id == shop.workspace.id
