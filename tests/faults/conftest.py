"""A server to be killed, and the databases to kill it on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.faults.program import Program


@pytest.fixture
def program(database_url: URL, tmp_path: Path) -> Iterator[Program]:
    """`feedback serve` on the test's database, not yet started."""
    made = Program(database_url, tmp_path / "server.log")
    yield made
    made.close()
