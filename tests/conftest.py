"""The cast and the stage: both databases, a real application, Alice, Bob and Charlie."""

import gc
import tomllib
from collections.abc import AsyncIterator, Generator, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory
from typing import Any

import coverage
import hypothesis
import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy.engine import URL

import feedback
from feedback import i18n
from feedback.db import Database
from feedback.memory import memory
from feedback.settings import Settings
from tests import cast
from tests.applications import application
from tests.databases import PostgresMaker, SqliteMaker, postgres_server, shop_in, sqlite_folder
from tests.spent import pytest_terminal_summary as pytest_terminal_summary

# Each test makes an application of thousands of small objects; collecting garbage
# rarely saves a fifth of the time.
gc.set_threshold(100_000, 50, 50)

# How long an example takes says how busy the machine is, not whether the promise holds.
hypothesis.settings.register_profile(
    "any machine",
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("any machine")

# Named with the reason; every other test that asks for a database runs on both kinds.
ON_ONE_DATABASE = [
    name
    for names in tomllib.loads((Path(__file__).parent / "one_database.toml").read_text()).values()
    for name in names
]

OF_STATEMENTS = tuple(
    f"tests/{folder}/" for folder in ("data_rules", "faults", "imports", "outbox", "responses")
)
KEY = "a-key-for-tests-that-is-long-enough-000"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = {
        item
        for item in items
        if item.get_closest_marker("postgres") and item.nodeid.partition("[")[0] in ON_ONE_DATABASE
    }
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


@cache
def _import_all() -> None:
    """What a module says as it is imported, it says once: it must be heard."""
    for found in walk_packages(feedback.__path__, "feedback."):
        import_module(found.name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Coverage is half of what a test costs, and most tests run the same lines on PostgreSQL as on
    SQLite: there only those are measured that are about statements."""
    measured = coverage.Coverage.current()
    is_twin = item.get_closest_marker("postgres") and not item.nodeid.startswith(OF_STATEMENTS)
    if measured is None or not is_twin:
        return (yield)
    _import_all()
    measured.stop()
    try:
        return (yield)
    finally:
        measured.start()


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """A test that set another language leaves it to nobody."""
    i18n.set_locale(i18n.DEFAULT)


@pytest.fixture(scope="session")
def sqlite_maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteMaker]:
    folder = sqlite_folder(otherwise=tmp_path_factory.getbasetemp())
    with TemporaryDirectory(prefix="feedback-sqlite-", dir=folder) as made:
        yield SqliteMaker(Path(made))


@pytest.fixture(scope="session")
def postgres_maker() -> Iterator[PostgresMaker]:
    for server in postgres_server():
        maker = PostgresMaker(server)
        yield maker
        maker.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[URL]:
    """A migrated database, empty but for the shop where that is asked for too.

    Every test that asks for it runs on both kinds.
    """
    maker = request.getfixturevalue(
        "sqlite_maker" if request.param == "sqlite" else "postgres_maker"
    )
    url = maker.make(with_shop="shop" in request.fixturenames)
    memory.clear()  # a copy has the ids of the others, and its numbers rise from where theirs did
    yield url
    maker.drop(url)


@pytest.fixture
def settings(database_url: URL, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url.render_as_string(hide_password=False),
        backups=tmp_path / "backups",
        base_url="http://testserver.local",
        secret_key=KEY,
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    made = Database(settings.url)
    yield made
    await made.close()


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[AsyncTestClient[Any]]:
    """The application, answering as `http://testserver.local`, nobody signed in."""
    with application(settings) as app:
        async with AsyncTestClient(app, raise_server_exceptions=False) as made:
            yield made


@pytest.fixture
async def shop(database: Database, database_url: URL) -> cast.Shop:
    """Alice's workspace: one journey, two stages, a live NPS survey and a live CSAT survey."""
    return shop_in(database_url) or await cast.open_shop(database)


@pytest.fixture
async def alice(
    client: AsyncTestClient[Any], shop: cast.Shop, database: Database
) -> AsyncTestClient[Any]:
    """The client with Alice, who owns the shop, signed in."""
    await cast.sign_in(client, database, shop.alice, shop.workspace)
    return client
