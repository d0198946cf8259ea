"""The interface does not know the database, so SQLite is enough here."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import URL

from feedback.settings import Settings
from tests.conftest import KEY
from tests.databases import SqliteMaker


@pytest.fixture
def database_url(sqlite_maker: SqliteMaker) -> Iterator[URL]:
    url = sqlite_maker.make()
    yield url
    sqlite_maker.drop(url)


@pytest.fixture
def settings(database_url: URL) -> Settings:
    """With the demo's pages, which speak the reader's language too."""
    url = database_url.render_as_string(hide_password=False)
    return Settings(database_url=url, base_url="http://testserver.local", secret_key=KEY, demo=True)
