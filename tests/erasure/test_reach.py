"""The list of what erasing touches is whole: nothing that may hold words is left out of it."""

import pytest
import sqlalchemy as sa

from feedback.erasure.reach import REACH, Act, Holds, must_be_classed
from feedback.models import metadata

TABLES = list(metadata.sorted_tables)
every_table = pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)


@every_table
def test_what_may_hold_words_or_bytes_is_classed(table: sa.Table) -> None:
    classed = REACH[table.name].columns if table.name in REACH else {}
    forgotten = [c.name for c in table.c if must_be_classed(c) and c.name not in classed]
    assert not forgotten, f"say in feedback/erasure/reach.py what {table.name} holds: {forgotten}"
    assert set(classed) <= set(table.c.keys())


def test_it_lists_no_table_that_is_gone() -> None:
    assert set(REACH) <= set(metadata.tables)


@pytest.mark.parametrize("name", REACH)
def test_what_a_respondent_said_is_never_left_as_it_is(name: str) -> None:
    held = set(REACH[name].columns.values())
    if held & {Holds.WORDS, Holds.PERSON, Holds.OUR_WORDS}:
        assert REACH[name].act not in (Act.NOTHING, Act.MADE)


@every_table
def test_what_hangs_on_an_answer_goes_with_it(table: sa.Table) -> None:
    """A table that names a response is no longer told which, or is deleted with it."""
    if "response_id" in table.c:
        assert REACH[table.name].act in (Act.BARE, Act.GONE, Act.FOLLOWS)
