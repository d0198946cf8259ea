"""The interface does not know the database, so SQLite is enough here."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import URL

from tests.databases import SqliteMaker


@pytest.fixture
def database_url(sqlite_maker: SqliteMaker) -> Iterator[URL]:
    url = sqlite_maker.make()
    yield url
    sqlite_maker.drop(url)
