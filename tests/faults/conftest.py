"""A server to be killed, and the databases to kill it on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.faults.program import Program

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
