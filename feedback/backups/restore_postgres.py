"""Back into PostgreSQL: a database of its own is filled, then the two change names at once."""

import asyncio
from typing import TYPE_CHECKING

from feedback.backups import postgres
from feedback.backups.afterwards import finish
from feedback.backups.facts import copy_whole, never
from feedback.backups.order import Order
from feedback.errors import FeedbackError
from feedback.migrate import current_revision
from feedback.settings import Settings

if TYPE_CHECKING:
    import asyncpg

# Any number does, as long as every restore asks for the same one.
RESTORE_LOCK = 4607169
LONGEST_NAME = 63
PATIENCE_SECONDS = 10
TABLES = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema)'
"""
SESSIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


async def restore(order: Order) -> str | None:
    """The name under which what was there is kept. Raises FeedbackError before anything changes."""
    settings, now, say = order.settings, order.now, order.say
    url = settings.url
    target = url.database or ""
    part = f"{target[: LONGEST_NAME - 10]}_restoring"
    aside = f"{target[: LONGEST_NAME - 24]}_before_{now}"
    keeper = await _reach_other(settings)
    try:
        if not await keeper.fetchval("SELECT pg_try_advisory_lock($1)", RESTORE_LOCK):
            raise FeedbackError("Another restore runs on this server.", exit_code=1)
        await _require_rights(keeper)
        program = await postgres.find_program("pg_restore", keeper)
        is_there = bool(await keeper.fetchval("SELECT 1 FROM pg_database WHERE datname=$1", target))
        if is_there:
            await _require_nobody(keeper, target)
        is_full = is_there and await _holds_tables(settings)
        if is_full and not order.replace:
            raise FeedbackError(f"{target} is not empty. To put it aside and go on: --replace")
        await keeper.execute(f"DROP DATABASE IF EXISTS {_quoted(part)}")
        await keeper.execute(f"CREATE DATABASE {_quoted(part)} TEMPLATE template0")
        try:
            with postgres.restoring(program, url.set(database=part)) as write:
                await asyncio.to_thread(copy_whole, order.facts, order.path, write, never)
            say("The file is whole and was read to its end.")
            await finish(url.set(database=part), order)
            if is_there:
                await _require_nobody(keeper, target)
            await _swap(keeper, target, part, aside if is_there else None)
        except BaseException:
            await keeper.execute(f"DROP DATABASE IF EXISTS {_quoted(part)} WITH (FORCE)")
            raise
        if is_there and not is_full:
            await keeper.execute(f"DROP DATABASE {_quoted(aside)}")
        return aside if is_full else None
    finally:
        await keeper.close()


async def _reach_other(settings: Settings) -> "asyncpg.Connection":
    """A connection to a database that is not renamed: every server has these two."""
    others = [name for name in ("postgres", "template1") if name != settings.url.database]
    try:
        return await postgres.reach(settings.url.set(database=others[0]))
    except FeedbackError:
        if len(others) == 1:
            raise
        return await postgres.reach(settings.url.set(database=others[1]))


async def _require_rights(keeper: "asyncpg.Connection") -> None:
    may = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    if not await keeper.fetchval(may):
        who = await keeper.fetchval("SELECT current_user")
        raise FeedbackError(
            f"The role {who} may not create databases, and a restore prepares one beside the old "
            f"one. Run: ALTER ROLE {_quoted(who)} CREATEDB",
            exit_code=1,
        )


async def _require_nobody(keeper: "asyncpg.Connection", database: str) -> None:
    if count := await keeper.fetchval(SESSIONS, database):
        raise FeedbackError(
            f"{database} is in use ({count} sessions): stop feedback serve and feedback worker "
            "first, and a pool before it."
        )


async def _holds_tables(settings: Settings) -> bool:
    """Raises FeedbackError when they are another program's."""
    await current_revision(settings.url)
    connection = await postgres.reach(settings.url)
    try:
        return bool(await connection.fetchval(TABLES))
    finally:
        await connection.close()


async def _swap(keeper: "asyncpg.Connection", target: str, part: str, aside: str | None) -> None:
    """Both names in one transaction: nobody finds neither, nor half of one."""
    import asyncpg

    until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        try:
            async with keeper.transaction():
                if aside:
                    await keeper.execute(
                        f"ALTER DATABASE {_quoted(target)} RENAME TO {_quoted(aside)}"
                    )
                await keeper.execute(f"ALTER DATABASE {_quoted(part)} RENAME TO {_quoted(target)}")
            return
        except asyncpg.ObjectInUseError:  # our own last connections take a moment to end
            if asyncio.get_running_loop().time() > until:
                raise FeedbackError(f"{target} is in use: stop what uses it first.") from None
        await asyncio.sleep(0.2)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
