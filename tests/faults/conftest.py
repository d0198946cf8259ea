"""A server to be killed, and the databases to kill it on."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import URL

from feedback.db import Database
from feedback.migrate import upgrade
from tests import cast
from tests.faults.cluster import Cluster, cluster
from tests.faults.program import Program
from tests.waiting import PATIENCE

on_postgres = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)

# With two workers and a file each at a time, a long one that begins last leaves a processor idle.
FIRST = (
    "bench/test_bench.py",
    "faults/test_kills.py",
    "faults/test_outbox_kills.py",
    "browser/test_widget_away.py",
    "faults/test_postgres_stops.py",
    "browser/test_cx_lead.py",
    "browser/test_own_origin.py",
    "browser/",
    "packaging/test_wheel.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, whatever order chance gave the others."""
    items.sort(key=lambda item: _rank(item.path.as_posix()))


def _rank(path: str) -> int:
    return next((at for at, name in enumerate(FIRST) if f"tests/{name}" in path), len(FIRST))


@pytest.fixture
def program(database_url: URL, tmp_path: Path) -> Iterator[Program]:
    """`feedback serve` on the test's database, not yet started."""
    made = Program(database_url, tmp_path / "server.log")
    yield made
    made.close()


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL that a test may hurt, with one migrated database."""
    with cluster() as made:
        upgrade(made.url.set(drivername="postgresql+asyncpg"))
        yield made


@pytest.fixture
async def page(
    program: Program, shop: cast.Shop, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the program with Alice signed in."""
    async with httpx.AsyncClient(base_url=program.base, timeout=PATIENCE) as made:
        await cast.sign_in(made, database, shop.alice, shop.workspace)
        yield made
