"""A second place, where a backup of the test's database may come back."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import URL, make_url

from feedback.settings import Settings
from tests.conftest import KEY


@pytest.fixture
def elsewhere(database_url: URL, tmp_path: Path) -> Iterator[Callable[[str], Settings]]:
    """The settings of another machine: a database of this name that is not there yet."""
    made = []

    def name(of: str) -> Settings:
        if database_url.get_backend_name() == "sqlite":
            url = make_url(f"sqlite:///{tmp_path}/{of}.db")
        else:
            url = database_url.set(database=f"{database_url.database}_{of}")
            made.append(url)
        address = url.render_as_string(hide_password=False)
        return Settings(database_url=address, secret_key=KEY, backups=tmp_path / "backups")

    yield name
    if made:
        asyncio.run(_drop(database_url, [url.database or "" for url in made]))


def quiet(_said: str) -> None:
    """Who restores without a terminal."""


async def _drop(server: URL, names: list[str]) -> None:
    """Each, and what a restore into it put aside."""
    connection = await asyncpg.connect(server.render_as_string(hide_password=False))
    for name in names:
        like = f"{name}%"
        found = await connection.fetch(
            "SELECT datname FROM pg_database WHERE datname LIKE $1", like
        )
        for (database,) in found:
            await connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    await connection.close()
