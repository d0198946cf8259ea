"""What an act changed, row by row, and how to put exactly that back.

Every act on comments and tags returns its `Changes`; `keep` stores them for an hour under an id
that the page's *Undo* sends back. Undone is only what still stands as the act left it: what a
colleague did meanwhile stays.
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.models import (
    CommentMark,
    CommentNote,
    CommentTag,
    CommentUndo,
    StageNote,
    Tag,
)
from feedback.db import Id, UtcDateTime, new_id
from feedback.responses.models import Response

KEPT = timedelta(hours=1)
AT_ONCE = 500
TABLES: Mapping[str, type[SQLModel]] = {
    each.__tablename__: each  # type: ignore[misc]
    for each in (CommentMark, CommentNote, CommentTag, StageNote, Tag)
}
Values = dict[str, Any]
Key = tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Some columns of a row before and after; None: there was no row, or there is none now."""

    table: str
    key: Key
    before: Values | None
    after: Values | None


@dataclass(slots=True)
class Changes:
    """What one act changed, in its order. `said`: how many things that were, for the reader."""

    rows: list[Change] = field(default_factory=list)
    said: int = 0

    def added(self, row: SQLModel) -> None:
        self.rows.append(Change(_name(row), key_of(row), None, _values(row)))

    def gone(self, row: SQLModel) -> None:
        self.rows.append(Change(_name(row), key_of(row), _values(row), None))

    def put(self, row: SQLModel, **values: Any) -> None:
        """Change these columns of a row, and note what they were."""
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        self.rows.append(Change(_name(row), key_of(row), before, values))

    def of_tags(self) -> set[uuid.UUID]:
        """Whose counts, or words, are others now."""
        return {each.key[0] for each in self.rows if each.table in ("comment_tag", "tag")}

    def hides(self) -> bool:
        """Whether a comment is hidden now that was not, or the other way round."""
        return any("hidden_at" in (each.after or each.before or {}) for each in self.rows)

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(self.rows + other.rows, self.said + other.said)


async def keep(
    session: AsyncSession, workspace_id: uuid.UUID, user_id: uuid.UUID, made: Changes, now: datetime
) -> uuid.UUID | None:
    """Store what undoes an act, in its transaction: the id of it, None where nothing changed."""
    if not made.rows:
        return None
    own = col(CommentUndo.workspace_id) == workspace_id
    await session.exec(sa.delete(CommentUndo).where(own, col(CommentUndo.made_at) < now - KEPT))
    body = json.dumps([_plain(each) for each in made.rows], separators=(",", ":"))
    row = CommentUndo(
        workspace_id=workspace_id, id=new_id(), user_id=user_id, made_at=now, changes=body
    )
    session.add(row)
    await session.flush()
    return row.id


async def undo(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    user_id: uuid.UUID,
    undo_id: uuid.UUID,
    now: datetime,
) -> Changes | None:
    """Put back what the act of this id changed, once; None where there is none of this user's."""
    kept = await session.get(CommentUndo, (workspace_id, undo_id), with_for_update=True)
    if kept is None or kept.user_id != user_id or kept.made_at < now - KEPT:
        return None
    rows = [_change(each) for each in json.loads(kept.changes)]
    await session.delete(kept)
    made = Changes()
    for start in range(len(rows), 0, -AT_ONCE):
        some = rows[max(0, start - AT_ONCE) : start]
        # The last first: what was made to hang on a row goes before it.
        for table, changes in _runs(reversed(some)):
            await _put_back(session, workspace_id, TABLES[table], changes, made)
            await session.flush()
    return made


def _runs(changes: Iterable[Change]) -> list[tuple[str, list[Change]]]:
    found: list[tuple[str, list[Change]]] = []
    for each in changes:
        if not found or found[-1][0] != each.table:
            found.append((each.table, []))
        found[-1][1].append(each)
    return found


async def _put_back(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    table: type[SQLModel],
    changes: Sequence[Change],
    made: Changes,
) -> None:
    there = await rows_of(session, workspace_id, table, [each.key for each in changes])
    again: list[SQLModel] = []
    for each in changes:
        row = there.get(each.key)
        if row is None:
            if each.after is None and each.before is not None:
                again.append(_row(table, workspace_id, each.key, each.before))
        elif each.after is None or any(getattr(row, n) != v for n, v in each.after.items()):
            continue
        elif each.before is not None:
            made.put(row, **each.before)
            session.add(row)
        elif not isinstance(row, Tag) or not await _is_used(session, row):
            made.gone(row)
            await session.delete(row)
    for row in await insert_missing(session, table, await _with_answers(session, again)):
        made.added(row)


async def insert_missing(
    session: AsyncSession, table: type[SQLModel], rows: Sequence[SQLModel]
) -> list[SQLModel]:
    """Insert those rows whose key is not there, whoever inserts the same at this moment: those
    that were."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    mapper: Any = sa.inspect(table)
    keys = [mapper.local_table.c[name] for name in _key_names(table)]
    # Written once and told the rows: a statement that holds them takes ten times as long to make.
    insert: Any = (sqlite.insert if is_sqlite else postgresql.insert)(mapper.local_table)
    insert = insert.on_conflict_do_nothing().returning(*keys)
    connection = await session.connection()
    found: list[SQLModel] = []
    for start in range(0, len(rows), AT_ONCE):
        some = sorted(rows[start : start + AT_ONCE], key=key_of)  # one order for all: no deadlock
        returned = await connection.execute(insert, [each.model_dump() for each in some])
        added = {tuple(key) for key in returned}
        found += [each for each in some if key_of(each) in added]
    return found


async def rows_of(
    session: AsyncSession, workspace_id: uuid.UUID, table: Any, keys: Sequence[Key]
) -> dict[Key, Any]:
    """The rows of these keys that are there, held until the transaction ends."""
    first, *more = [getattr(table, name) for name in _key_names(table)]
    wanted = select(table).where(
        table.workspace_id == workspace_id, col(first).in_({key[0] for key in keys})
    )
    if more:
        wanted = wanted.where(col(more[0]).in_({key[1] for key in keys}))
    ordered = wanted.order_by(*(col(each) for each in (first, *more))).with_for_update()
    return {key_of(row): row for row in await session.exec(ordered)}


async def answers_of(
    session: AsyncSession, workspace_id: uuid.UUID, ids: Iterable[uuid.UUID]
) -> list[uuid.UUID]:
    """Which of these answers the workspace has, in the order of time."""
    listed, found = sorted(set(ids)), list[uuid.UUID]()
    for start in range(0, len(listed), AT_ONCE):
        some = listed[start : start + AT_ONCE]
        own = (Response.workspace_id == workspace_id, col(Response.id).in_(some))
        found += (await session.exec(select(Response.id).where(*own))).all()
    return sorted(found)


async def _with_answers(session: AsyncSession, rows: Sequence[SQLModel]) -> list[SQLModel]:
    """Those whose answer is still there, or that hang on none."""
    answered: dict[Any, list[Any]] = {}
    for row in rows:
        if hasattr(row, "response_id"):
            answered.setdefault(row.workspace_id, []).append(row.response_id)  # type: ignore[attr-defined]
    there = set[uuid.UUID]()
    for workspace_id, ids in answered.items():
        there |= set(await answers_of(session, workspace_id, ids))
    return [row for row in rows if getattr(row, "response_id", None) in there | {None}]


async def _is_used(session: AsyncSession, tag: Tag) -> bool:
    own = (CommentTag.workspace_id == tag.workspace_id, CommentTag.tag_id == tag.id)
    return (await session.exec(select(CommentTag.tag_id).where(*own).limit(1))).first() is not None


def key_of(row: SQLModel) -> Key:
    """Its primary key without the workspace."""
    return tuple(getattr(row, name) for name in _key_names(type(row)))


def _key_names(table: type[SQLModel]) -> list[str]:
    mapper: Any = sa.inspect(table)
    return [c.key for c in mapper.primary_key if c.key != "workspace_id"]


def _name(row: SQLModel) -> str:
    return str(row.__tablename__)


def _values(row: SQLModel) -> Values:
    keys = {"workspace_id", *_key_names(type(row))}
    return {name: value for name, value in row.model_dump().items() if name not in keys}


def _row(table: Any, workspace_id: uuid.UUID, key: Key, values: Values) -> SQLModel:
    made: SQLModel = table(
        workspace_id=workspace_id, **dict(zip(_key_names(table), key, strict=True)), **values
    )
    return made


def _plain(change: Change) -> list[Any]:
    def text(values: Values | None) -> Values | None:
        return values and {
            name: value.isoformat() if isinstance(value, datetime) else
            value.hex if isinstance(value, uuid.UUID) else value
            for name, value in values.items()
        }  # fmt: skip

    key = [part.hex for part in change.key]
    return [change.table, key, text(change.before), text(change.after)]


def _change(plain: list[Any]) -> Change:
    name, key, before, after = plain
    mapper: Any = sa.inspect(TABLES[name])
    columns = mapper.columns

    def read(values: Values | None) -> Values | None:
        return values and {n: _read(columns[n].type, value) for n, value in values.items()}

    return Change(name, tuple(map(uuid.UUID, key)), read(before), read(after))


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Id):
        return uuid.UUID(value)
    return datetime.fromisoformat(value) if isinstance(kind, UtcDateTime) else value
