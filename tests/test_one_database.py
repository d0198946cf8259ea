"""The list of what runs on one database names tests that there are, each once."""

import re
from pathlib import Path

from tests.conftest import OF_STATEMENTS, ON_ONE_DATABASE

ROOT = Path(__file__).parents[1]


def test_each_is_a_test_that_asks_for_a_database() -> None:
    for name in ON_ONE_DATABASE:
        path, _, function = name.partition("::")
        assert re.search(rf"^async def {function}\(", (ROOT / path).read_text(), re.M), name


def test_what_writes_statements_of_its_own_runs_on_both() -> None:
    others = tuple(folder for folder in OF_STATEMENTS if folder != "tests/data_rules/")
    assert not [name for name in ON_ONE_DATABASE if name.startswith(others)]
    assert len(ON_ONE_DATABASE) == len(set(ON_ONE_DATABASE))
