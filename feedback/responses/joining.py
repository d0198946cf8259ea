"""Names of many people at once, proven by a file: joined, and their older answers with them."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.identity import Who
from feedback.responses.models import ContactKey, Response, Submission
from feedback.responses.people import Move, settle_names, told_again
from feedback.surveys.models import Series
from feedback.tenancy import refers

# SQLite takes 32,766 parameters; each person has up to four hashes.
MOST_AT_ONCE = 2_000


async def join_people(
    session: AsyncSession, workspace_id: uuid.UUID, whos: Sequence[Who]
) -> list[bytes]:
    """The person of each, after every join among them. At most MOST_AT_ONCE; in one transaction."""
    keys = {key for who in whos for name in who.names for key in name}
    own: Any = ContactKey.workspace_id == workspace_id
    found = await session.exec(select(ContactKey).where(own, col(ContactKey.key).in_(keys)))
    joined = {(workspace_id, row.key): row.person for row in found}
    persons, part = settle_names(workspace_id, whos, joined)
    if part.released:
        released = col(ContactKey.key).in_([key for (_, key), _ in part.released])
        await session.exec(sa.delete(ContactKey).where(own, released))
    await _insert(
        session,
        ContactKey,
        [
            {"workspace_id": workspace, "key": key, "person": person}
            for (workspace, key), person in part.named
        ],
    )
    await _move(session, workspace_id, part.moves)
    return persons


async def has_names(session: AsyncSession, workspace_id: uuid.UUID) -> bool:
    """Whether any name here is another's, or unclaimed; else each stands for itself."""
    own = select(ContactKey.key).where(ContactKey.workspace_id == workspace_id).limit(1)
    return (await session.exec(own)).first() is not None


async def _move(session: AsyncSession, workspace_id: uuid.UUID, moves: Iterable[Move]) -> None:
    by_key = {move.moved: move for move in moves}
    if not by_key:
        return
    own: Any = Response.workspace_id == workspace_id
    columns: Any = (Response.id, Series.survey_id, Response.about_key, Response.state)
    columns += (Response.respondent_key,)
    given = await session.exec(
        select(*columns)
        .join(Series, refers(Response.series_id, Series))
        .where(own, col(Response.respondent_key).in_(by_key))
    )
    told: dict[bytes, list[Any]] = {}
    for *answer, key in given:
        told.setdefault(key, []).append(answer)
    for key, answers in told.items():
        again = told_again(by_key[key], [answer for answer in answers if answer[2] is not None])
        names = ("workspace_id", "survey_id", "submission_id", "test")
        await _insert(
            session,
            Submission,
            [
                dict(zip(names, name, strict=True))
                | {"response_id": known.response_id, "first_seq": known.first_seq}
                | {"seq": known.seq, "digest": known.digest}
                for name, known in again
            ],
        )
        moved = sa.update(Response).where(own, col(Response.respondent_key) == key)
        await session.exec(moved.values(respondent_key=by_key[key].person))


async def _insert(
    session: AsyncSession, model: type[SQLModel], rows: Sequence[dict[str, Any]]
) -> None:
    """What another process has put there meanwhile stays."""
    if rows:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        insert: Any = (sqlite.insert if is_sqlite else postgresql.insert)(model)
        await session.exec(insert.on_conflict_do_nothing(), params=list(rows))
