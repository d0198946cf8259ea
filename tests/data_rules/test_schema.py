"""The schema rules of the design, read off the metadata: one schema for every size."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from feedback.db import Id, UtcDateTime
from feedback.models import metadata

TABLES = list(metadata.sorted_tables)
DISTRIBUTED = [table for table in TABLES if table.info.get("placement") == "distributed"]
every_table = pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
every_distributed = pytest.mark.parametrize("table", DISTRIBUTED, ids=lambda t: t.name)


def placement(table: sa.Table) -> str:
    return str(table.info.get("placement"))


def foreign_keys(table: sa.Table) -> Iterator[sa.ForeignKeyConstraint]:
    return (c for c in table.constraints if isinstance(c, sa.ForeignKeyConstraint))


@every_table
def test_1_it_says_where_it_lives(table: sa.Table) -> None:
    assert placement(table) in ("distributed", "reference", "local")


@every_distributed
def test_1_nothing_distributed_points_at_a_local_table(table: sa.Table) -> None:
    assert all(placement(key.referred_table) != "local" for key in foreign_keys(table))


@every_distributed
def test_2_its_key_starts_with_the_workspace(table: sa.Table) -> None:
    names = [column.name for column in table.primary_key.columns]
    assert names[0] == "workspace_id"
    assert names == ["workspace_id", "id"] or table.name in (
        "submission",
        "rating_count",
        "display_count",
        "count_version",
        "contact_key",
        "repeat_count",
        "computed",
        "tag_count",
        "judged_journey",
        "judged_line",
        "erasure",
        "sighting",
        "privacy",
        "comment_due",
        "comment",
        "comment_tag",
        "comment_mark",
    )


@every_distributed
def test_2_every_index_and_unique_constraint_starts_with_the_workspace(table: sa.Table) -> None:
    groups = [list(index.columns) for index in table.indexes]
    groups += [list(c.columns) for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
    assert all(columns[0].name == "workspace_id" for columns in groups)


@every_table
def test_2_ids_are_made_by_the_application(table: sa.Table) -> None:
    for column in table.columns:
        is_id = column.name == "id" or column.name.endswith("_id")
        is_id |= table.name == "comment_mark" and column.name.endswith("_by")
        assert isinstance(column.type, Id) == is_id, column
        assert not isinstance(column.default, sa.Sequence) and column.identity is None
        assert column.autoincrement in ("auto", False)
        assert not (isinstance(column.type, sa.Integer) and [*table.primary_key] == [column])


@every_distributed
def test_3_its_foreign_keys_carry_the_workspace_and_cascade_or_nothing(table: sa.Table) -> None:
    for key in foreign_keys(table):
        if placement(key.referred_table) == "distributed":
            assert key.column_keys[0] == "workspace_id"
            assert [element.column.name for element in key.elements][0] == "workspace_id"
        assert key.ondelete in (None, "CASCADE")


@every_table
def test_4_it_uses_nothing_that_ties_it_to_one_server(table: sa.Table) -> None:
    for column in table.columns:
        assert not isinstance(column.type, sa.Enum | postgresql.ENUM), column
        assert column.computed is None and column.server_default is None, column
    for constraint in table.constraints:
        assert not constraint.deferrable and not isinstance(
            constraint, postgresql.ExcludeConstraint
        )


def test_4_no_migration_makes_a_trigger() -> None:
    for path in Path("migrations/versions").glob("*.py"):
        assert "TRIGGER" not in path.read_text().upper(), path


def test_5_no_statement_moves_a_row_to_another_workspace() -> None:
    for path in Path("feedback").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                assert node.attr != "workspace_id", f"{path}:{node.lineno}"


@pytest.mark.parametrize("is_sqlite", [True, False], ids=["sqlite", "postgresql"])
def test_6_upserts_use_columns_excluded_and_bound_values_only(is_sqlite: bool) -> None:
    from feedback.responses.statements import Statements

    found = Statements(is_sqlite=is_sqlite)
    for statement in (found.add_ratings, found.add_displays, found.next_version):
        after = statement.text.split("DO UPDATE SET")[1]
        assert "(" not in after.replace("(rating_count.n + excluded.n)", "").replace(
            "(display_count.n + excluded.n)", ""
        ).replace("(excluded.n > count_version.n)", "")


@every_table
def test_moments_carry_their_zone(table: sa.Table) -> None:
    for column in table.columns:
        if column.name.endswith("_at"):
            assert isinstance(column.type, UtcDateTime), column
        assert type(column.type) is not sa.DateTime, column
