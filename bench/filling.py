"""Runs the statements of `fill` in SQLite or PostgreSQL."""

import asyncio
import hashlib
import sqlite3
import uuid

import asyncpg

from bench.databases import Shop, dsn
from bench.fill import Dialect, statements

SQLITE = Dialect(
    lambda id: f"x'{id.hex}'",
    {
        "id": "uuid7(ms, n)",
        "id_type": "BLOB",
        "numbers": (
            "(WITH RECURSIVE number(n) AS (SELECT $first UNION ALL SELECT n + 1 FROM number "
            "WHERE n < $last) SELECT n FROM number) AS numbers"
        ),
        "json": "TEXT",
        "day": "TEXT",
        "moment": "strftime('%Y-%m-%d %H:%M:%f000', ms / 1000.0, 'unixepoch')",
        "digest": "zeroblob(16)",
        "key": "CASE WHEN person IS NOT NULL THEN person_key(person) END",
    },
)
POSTGRES = Dialect(
    lambda id: f"'{id}'::uuid",
    {
        "id": "(lpad(to_hex(ms), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid",
        "id_type": "uuid",
        "numbers": "generate_series($first::bigint, $last::bigint) AS numbers(n)",
        "json": "jsonb",
        "day": "date",
        "moment": "to_timestamp(ms / 1000.0)",
        "digest": "decode(repeat('00', 16), 'hex')",
        "key": "decode(md5(person::text), 'hex')",
    },
)
FAST = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY")
# Rows are sound by the way they are made, and nobody pulls the plug meanwhile.
POSTGRES_FAST = {
    "session_replication_role": "replica",
    "synchronous_commit": "off",
    "work_mem": "256MB",
}


def fill(shop: Shop, responses: int) -> None:
    """Store this many responses of the last 24 months, with all that belongs to them."""
    if shop.url.get_backend_name() == "sqlite":
        _fill_sqlite(shop, responses)
    else:
        asyncio.run(_fill_postgres(shop, responses))


def _fill_sqlite(shop: Shop, responses: int) -> None:
    connection = sqlite3.connect(shop.url.database or "")
    connection.create_function("uuid7", 2, _uuid7, deterministic=True)
    connection.create_function("person_key", 1, _person_key, deterministic=True)
    for setting in FAST:
        connection.execute(f"PRAGMA {setting}")
    for part in statements(shop, responses, SQLITE):
        for statement in part:
            connection.execute(statement)
        connection.commit()
    connection.execute("ANALYZE")
    connection.commit()
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


async def _fill_postgres(shop: Shop, responses: int) -> None:
    connection = await asyncpg.connect(dsn(shop.url), server_settings=POSTGRES_FAST)
    try:
        for part in statements(shop, responses, POSTGRES):
            async with connection.transaction():
                for statement in part:
                    await connection.execute(statement)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


def _uuid7(milliseconds: int, number: int) -> bytes:
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62 | number).bytes


def _person_key(person: int) -> bytes:
    return hashlib.md5(str(person).encode(), usedforsecurity=False).digest()
