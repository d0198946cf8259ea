"""The net under the tenants: a statement that forgets its workspace never reaches the database."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression

# Table.info: where a table may live when one server is not enough (ARCHITECTURE.md, Tenants).
DISTRIBUTED = {"placement": "distributed"}
REFERENCE = {"placement": "reference"}
LOCAL = {"placement": "local"}


class TenancyError(RuntimeError):
    """A distributed table was touched without naming its workspace: a defect of ours."""


def belongs_to(table: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """A foreign key `<table>_id`: it names a row of the same workspace, and none of another."""
    own = ["workspace_id", f"{table}_id"]
    return sa.ForeignKeyConstraint(own, [f"{table}.workspace_id", f"{table}.id"], ondelete=ondelete)


def refers(foreign: Any, table: Any) -> Any:
    """The condition of a join: the row of `table` that a foreign key names, in its own workspace.

    foreign: the key's attribute, such as `Survey.question_id`.
    """
    return sa.and_(
        table.workspace_id == foreign.class_.workspace_id,
        table.id == foreign,
    )


def check_tenancy(_connection: Any, statement: Any, *_rest: Any) -> None:
    """Raise TenancyError unless every distributed table is compared on its `workspace_id`.

    A join may compare with the other table's `workspace_id`; an alias counts for itself. Text
    is not seen: the few statements written by hand live in `responses/` and are tested there.
    A statement of the same shape is looked at once: walking it takes longer than running it.
    """
    if not isinstance(statement, sa.Select | sa.Update | sa.Delete | sa.CompoundSelect):
        return
    # Private to SQLAlchemy: one reason to stay below 2.1 until this is tried there.
    shape = statement._generate_cache_key()
    if shape is None or shape.key not in _sound:
        _check(statement)
        if shape is not None:
            _remember(shape.key)


# What SQLAlchemy keeps compiled statements by: all of a statement but the values bound to it.
_sound: dict[Any, None] = {}
MOST_SHAPES = 1000


def _remember(shape: Any) -> None:
    if len(_sound) >= MOST_SHAPES:
        _sound.clear()
    _sound[shape] = None


def _check(statement: Any) -> None:
    missing = set(_distributed_sources(statement)) - set(_scoped_sources(statement))
    if missing:
        names = ", ".join(sorted(source.name for source in missing))
        raise TenancyError(f"no workspace named for {names}: {statement}")


def _distributed_sources(statement: Any) -> Iterator[Any]:
    for element in visitors.iterate(statement):
        if isinstance(element, sa.Select):
            sources = [leaf for source in element.get_final_froms() for leaf in _leaves(source)]
        elif isinstance(element, sa.Update | sa.Delete):
            sources = [element.table]
        else:
            continue
        for source in sources:
            table = source.element if isinstance(source, sa.Alias) else source
            if isinstance(table, sa.Table) and table.info.get("placement") == "distributed":
                yield source


def _leaves(source: Any) -> Iterator[Any]:
    if isinstance(source, sa.Join):
        yield from _leaves(source.left)
        yield from _leaves(source.right)
    else:
        yield source


def _scoped_sources(statement: Any) -> Iterator[Any]:
    for element in visitors.iterate(statement):
        if isinstance(element, BinaryExpression) and element.operator is operators.eq:
            # Both sides: a join names its workspace by the other table's column.
            for side in (element.left, element.right):
                if getattr(side, "name", None) == "workspace_id":
                    yield getattr(side, "table", None)
