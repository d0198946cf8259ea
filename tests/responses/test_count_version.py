"""Whoever changes a count names the counts anew; nobody else does, and no name comes back."""

import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback import clock
from feedback.db import Database
from feedback.responses import count_version
from feedback.responses.count_version import forget_processes, read_version
from feedback.responses.models import CountVersion, Response
from feedback.responses.review import change_state
from feedback.responses.rollup import rebuild
from feedback.settings import Settings
from tests import cast
from tests.cast import Shop


async def version(database: Database, shop: Shop) -> str:
    async with database.read() as session:
        return await read_version(session, shop.workspace.id)


async def test_an_answer_a_display_a_reviewer_and_a_recount_name_them_anew(
    database: Database, settings: Settings
) -> None:
    shop = await cast.open_shop(database)
    seen = [await version(database, shop)]
    await cast.answer(database, settings, shop, 9)
    seen.append(await version(database, shop))
    async with database.read() as session:
        mine = Response.workspace_id == shop.workspace.id
        response = (await session.exec(select(Response.id).where(mine))).one()
    for act in ("exclude", "restore"):
        async with database.write() as session:
            await change_state(
                session,
                shop.workspace.id,
                response,
                act,
                reason="A trial",
                user_id=shop.owner.id,
                now=clock.now(),
            )
        seen.append(await version(database, shop))
    async with database.write() as session:
        await rebuild(session, shop.workspace.id)
    seen.append(await version(database, shop))
    assert len(set(seen)) == len(seen)
    assert await version(database, shop) == seen[-1]
