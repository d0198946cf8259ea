"""What a database that came back needs before it is served."""

import sqlite3
from collections.abc import Set

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import Session, SetupLink
from feedback.backups.facts import Facts
from feedback.backups.order import Order
from feedback.db import Database
from feedback.erasure import file
from feedback.erasure.ledger import compare, replay
from feedback.errors import FeedbackError
from feedback.logs import describe
from feedback.migrate import NEWEST, upgrade
from feedback.outbox.leases import is_open
from feedback.outbox.models import Job
from feedback.tidy import tidy


async def finish(url: URL, order: Order) -> None:
    """Bring it to the newest schema; erase again who was erased since; end what a copy must not
    open again. Nobody uses it yet."""
    import feedback.models  # noqa: F401 (what is erased is read off all the tables)

    upgrade(url)
    if order.facts.schema != NEWEST:
        order.say(f"Migrated from schema {order.facts.schema} to {NEWEST}.")
    database = Database(url, is_patient=True)
    try:
        await _erase_again(database, order)
        async with database.write() as session:
            ended = await _end_sessions(session)
            held = await hold_jobs(session, order.outside, order.facts)
    except (SQLAlchemyError, sqlite3.Error) as error:  # a full disk, most of all
        said = f"The restored copy could not be made ready: {describe(error, with_place=False)}"
        raise FeedbackError(f"{said}. Nothing was changed.", exit_code=1) from error
    finally:
        await database.close()
    order.say(f"Everybody is signed out ({ended} sessions and links ended).")
    if held:
        order.say(f"{held} jobs wait for you, they may be done already: feedback worker --status")


async def _erase_again(database: Database, order: Order) -> None:
    found = [folder for folder in order.lists if (folder / file.NAME).is_file()]
    _, _, unlisted = await compare(database, order.lists[0])
    if not found and unlisted and not order.without_erasures:
        raise FeedbackError(
            f"People were erased here before, and {file.NAME} is not in "
            f"{' or '.join(map(str, order.lists))}: whoever was erased since would come back. Put "
            "it there, or go on without it: --without-erasures"
        )
    acts = answers = 0
    for folder in found:
        some, erased = await replay(database, folder)
        acts, answers = acts + some, answers + erased.answers
    if acts:
        await tidy(database)
    where = f"{found[0] / file.NAME}" if found else f"there is no {file.NAME}"
    order.say(f"Erased again: {acts} erasures since then, {answers} answers ({where}).")


async def _end_sessions(session: AsyncSession) -> int:
    """A session or a link that ended since would be open again."""
    connection = await session.connection()
    sessions = await connection.execute(sa.delete(Session))
    links = await connection.execute(sa.delete(SetupLink).where(col(SetupLink.kind) != "done"))
    return sessions.rowcount + links.rowcount


async def hold_jobs(session: AsyncSession, outside: Set[str], facts: Facts) -> int:
    """Free the leases of workers that are no more. What somebody outside would get twice is dead
    until a person frees it; how many that are. Everything else may well be done twice."""
    connection = await session.connection()
    opened = sa.update(Job).where(is_open())
    await connection.execute(opened.values(locked_by=None, locked_until=None))
    said = f"restored from the backup of {facts.made_at}, so it may have been done already"
    held = await connection.execute(
        opened.where(col(Job.kind).in_(outside)).values(dead_at=clock.now(), last_error=said)
    )
    return held.rowcount
