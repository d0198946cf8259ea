"""Read what is stored of one person, by the list that erasure goes by (`erasure.reach`).

| of the tables that erasing ...   | these rows                                              |
|----------------------------------|---------------------------------------------------------|
| makes anew, forgets, deletes     | of the person's answers                                 |
| lets follow them by a job        | of the person's answers                                 |
| deletes with the person          | of the person's names                                   |
| deletes because it makes again   | none: pictures and computations are made of many people |
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.comments.models import Tag
from feedback.erasure.reach import REACH, Act, metadata
from feedback.privacy.models import Privacy
from feedback.responses.counted_most import name_counted_most
from feedback.responses.listing import Row, find_response

# SQLite takes so many parameters and more.
AT_ONCE = 500
# Not the person's: whose workspace it is, and who of the team did something.
OTHERS = frozenset({"workspace_id", "user_id", "starred_by", "done_by", "hidden_by"})

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """One answer, and what "What counted most?" was answered with, as names."""

    row: Row
    counted_most: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """All that is stored of one person, `tables` as it stands, in plain JSON values."""

    workspace: Workspace
    contact: str
    made_at: datetime
    answers: Sequence[Given]
    tables: Mapping[str, Sequence[Values]]

    def of(self, table: str, response_id: uuid.UUID) -> list[Values]:
        """The rows of a table that hang on one answer."""
        own = str(response_id)
        return [row for row in self.tables[table] if row["response_id"] == own]


def columns(table: str) -> list[str]:
    """The columns that are handed over; none of a table that has no row of one person.

    >>> import feedback.models
    >>> columns("contact_key"), columns("survey")
    (['key', 'person'], [])
    """
    if REACH[table].act not in _WHOSE:
        return []
    return [column.name for column in metadata.tables[table].c if column.name not in OTHERS]


async def gather(
    session: AsyncSession,
    workspace: Workspace,
    response_ids: Sequence[uuid.UUID],
    persons: Sequence[bytes],
    now: datetime,
) -> Disclosure:
    """Everything of these answers and of these names (keyed hashes) of a workspace."""
    ids = sorted(set(response_ids))
    rows = [await find_response(session, workspace.id, id) for id in ids]
    answers = [Given(row, await name_counted_most(session, row.response)) for row in rows if row]
    surveys = {given.row.place.survey.id for given in answers}
    privacy = await session.get(Privacy, workspace.id)
    tables: dict[str, Sequence[Values]] = {}
    for name in REACH:
        if columns(name):
            table = metadata.tables[name]
            keys: Sequence[Any] = persons if REACH[name].act is Act.NAMES else ids
            tables[name] = [
                row
                for start in range(0, len(keys), AT_ONCE)
                for row in await _read(
                    session, table, workspace.id, keys[start : start + AT_ONCE], surveys
                )
            ]
    names = dict(
        (await session.exec(select(Tag.id, Tag.name).where(Tag.workspace_id == workspace.id))).all()
    )
    for row in tables["comment_tag"]:
        row["tag"] = names[uuid.UUID(row["tag_id"])]
    return Disclosure(workspace, privacy.contact if privacy else "", now, answers, tables)


async def _read(
    session: AsyncSession,
    table: sa.Table,
    workspace_id: uuid.UUID,
    keys: Sequence[Any],
    surveys: set[uuid.UUID],
) -> list[Values]:
    whose = [table.c.workspace_id == workspace_id, _WHOSE[REACH[table.name].act](table, keys)]
    if "survey_id" in table.c:  # its key begins with it: the other surveys are not looked through
        whose.append(table.c.survey_id.in_(surveys))
    wanted = sa.select(*(table.c[name] for name in columns(table.name))).where(*whose)
    found = await (await session.connection()).execute(wanted.order_by(*table.primary_key.columns))
    return [{name: plain(value) for name, value in row.items()} for row in found.mappings()]


_WHOSE: Mapping[Act, Callable[[sa.Table, Sequence[Any]], Any]] = {
    Act.ANEW: lambda table, keys: table.c.id.in_(keys),
    Act.BARE: lambda table, keys: table.c.response_id.in_(keys),
    Act.FOLLOWS: lambda table, keys: table.c.response_id.in_(keys),
    Act.GONE: lambda table, keys: table.c.response_id.in_(keys),
    Act.NAMES: lambda table, keys: sa.or_(table.c.key.in_(keys), table.c.person.in_(keys)),
}


def plain(value: Any) -> Any:
    """A stored value as JSON has it; bytes, which are hashes, in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def notes(disclosure: Disclosure) -> Iterator[Values]:
    """What the team did with the answers."""
    for given in disclosure.answers:
        yield from disclosure.of("response_change", given.row.response.id)
