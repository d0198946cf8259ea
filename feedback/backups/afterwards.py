"""What a database that came back needs before it is served."""

from collections.abc import Callable, Set
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import Session, SetupLink
from feedback.backups.facts import Facts
from feedback.db import Database
from feedback.erasure.ledger import replay
from feedback.erasure.tidy import tidy
from feedback.migrate import NEWEST, upgrade
from feedback.outbox.leases import is_open
from feedback.outbox.models import Job

Say = Callable[[str], None]


async def finish(url: URL, facts: Facts, outside: Set[str], say: Say, erasures: Path) -> None:
    """Bring it to the newest schema; end what a copy must not open again, and erase again who was
    erased since. Nobody uses it yet.

    outside: kinds of jobs that somebody outside gets to see. erasures: the folder with their list.
    """
    import feedback.models  # noqa: F401 (what is erased is read off all the tables)

    upgrade(url)
    if facts.schema != NEWEST:
        say(f"Migrated from schema {facts.schema} to {NEWEST}.")
    database = Database(url)
    try:
        async with database.write() as session:
            ended = await _end_sessions(session)
            held = await hold_jobs(session, outside, facts)
        acts, erased = await replay(database, erasures)
        if acts:
            await tidy(database)
    finally:
        await database.close()
    if acts:
        say(f"Erased again, as {acts} erasures since then say: {erased.answers} answers.")
    say(f"Everybody is signed out ({ended} sessions and links ended).")
    if held:
        say(f"{held} jobs wait for you, they may have been done since: feedback worker --status")


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
