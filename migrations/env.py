"""Alembic's entry: the same engine, metadata and types as the application."""

import asyncio
from threading import Thread
from typing import Any

from alembic import context
from sqlalchemy import Connection

from feedback.comments.models import SEARCH
from feedback.migrate import plain_engine
from feedback.models import metadata


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Freeze our own types, so that an old migration never follows a later change of them."""
    if kind != "type":
        return False
    name = type(item).__name__
    if name == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    if name == "AutoString":  # SQLModel's; a migration that names it fails with a NameError
        return f"sa.String(length={item.length})"
    if name == "Id":
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.LargeBinary(16).with_variant(postgresql.UUID(), 'postgresql')"
    if name == "JSON":
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_item,
        render_as_batch=True,
        compare_type=_compare_type,
        include_name=_is_known,
        transaction_per_migration=False,  # all or nothing: a stopped upgrade leaves the old schema
    )
    with context.begin_transaction():
        context.run_migrations()


def _is_known(name: str | None, kind: str, _parents: Any) -> bool:
    """What searches comments is no table on SQLite and no plain index on PostgreSQL: its own
    migration makes it, and no model can say it."""
    return kind not in ("table", "index") or not (name or "").startswith(SEARCH)


def _compare_type(_context: Any, _inspected: Any, _column: Any, found: Any, wanted: Any) -> Any:
    # The application's decorators and the plain types of the database compare as their storage.
    if type(wanted).__name__ in ("Id", "UtcDateTime"):
        return False
    return None


async def connect() -> None:
    engine = plain_engine(context.config.attributes["url"])
    try:
        async with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                await connection.run_sync(run_on_sqlite)
            else:
                await connection.run_sync(run_on_postgresql)
    finally:
        await engine.dispose()


def run_on_sqlite(connection: Connection) -> None:
    """A batch migration drops and recreates tables: with foreign keys on, dropping a rebuilt
    parent would cascade its children away. The switch works only outside a transaction."""
    # Otherwise the driver begins a transaction of its own, and the switch below does nothing.
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.isolation_level = None
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    connection.exec_driver_sql("PRAGMA busy_timeout=5000")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    run(connection)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        connection.exec_driver_sql("ROLLBACK")
        raise RuntimeError(f"the migration would break {len(broken)} references: {broken[:3]}")
    connection.exec_driver_sql("COMMIT")


# Any number does, as long as every node that migrates asks for the same one.
MIGRATION_LOCK = 4607168


def run_on_postgresql(connection: Connection) -> None:
    """Several nodes may start at once: the first migrates, the others wait and find it done. The
    lock is the transaction's: pgbouncer may give the next one to another process."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    run(connection)
    connection.commit()


def main() -> None:
    # Alembic is synchronous; a caller may already have a loop, so ours runs in its own thread.
    failure: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(connect())
        except BaseException as error:  # handed to the caller's thread below
            failure.append(error)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]


main()
