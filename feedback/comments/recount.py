"""Is what search knows of comments what the answers say? Answers that wait for the job are told
apart from those that it will never come to."""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments import fts
from feedback.comments.index import (
    COLUMNS,
    COMMENT,
    Said,
    follow_all,
    language_of,
    look_again_at,
    make,
    read_answers,
    row_of,
)
from feedback.comments.numbering import LOW
from feedback.db import Database
from feedback.responses.models import CommentDue, Response

STRIDE = 1000
FIRST = uuid.UUID(int=0)
# So many milliseconds later than its answer a number may be, where many are of one moment.
MOST_LATER = 1 << 20


class Recounted(NamedTuple):
    """How many comments differ from a recount: for ever, and until the job has looked at them."""

    wrong: int = 0
    waiting: int = 0


async def differing_comments(
    database: Database, workspace_id: uuid.UUID, *, with_stems: bool = True
) -> Recounted:
    """Compare each answer with a text, and each comment that search knows. Without their stems it
    is a few seconds for a million answers; making them takes some 50 us each."""
    wrong = waiting = 0
    after: uuid.UUID | None = FIRST
    while after is not None:
        async with database.read() as session:
            if not database.is_sqlite:  # one look for all that is compared
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            ids, last = await _next(session, workspace_id, after)
            differing = await _differing(session, workspace_id, ids, with_stems=with_stems)
            due = await _due_of(session, workspace_id, differing)
        wrong, waiting, after = wrong + len(differing) - len(due), waiting + len(due), last
    return Recounted(wrong, waiting)


async def recount_comments(database: Database, workspace_id: uuid.UUID) -> None:
    """Look at every comment again; what is right already is not written. For search to have all
    of them meanwhile, call it as often as you like."""
    after: uuid.UUID | None = FIRST
    while after is not None:
        async with database.read() as session:
            ids, after = await _next(session, workspace_id, after)
        async with database.write() as session:
            await look_again_at(await session.connection(), workspace_id, ids)
        await follow_all(database, workspace_id)


async def differing_words(database: Database) -> int:
    """Of how many words FTS5 has other numbers than its comments, of all workspaces of the file.
    PostgreSQL's index is its own business: 0."""
    if not database.is_sqlite:
        return 0
    async with database.read() as session:
        connection = await session.connection()
        known: Counter[str] = Counter()
        async for stems in fts.all_stems(connection):
            known.update(stems.split())
        return len((known - (found := await fts.words(connection))) + (found - known))


async def rebuild_words(database: Database) -> None:
    """FTS5 is told of every comment again, in one transaction."""
    if database.is_sqlite and await differing_words(database):
        async with database.write() as session:
            await fts.learn_anew(await session.connection())


async def _next(
    session: AsyncSession, workspace_id: uuid.UUID, after: uuid.UUID
) -> tuple[list[uuid.UUID], uuid.UUID | None]:
    """The ids of answers with a text and of known comments that come next, and where to go on."""
    r: Any = Response
    texts = sa.select(r.id).where(
        r.workspace_id == workspace_id, r.id > after, col(r.comment).is_not(None)
    )
    known = sa.select(COMMENT.c.response_id).where(
        COMMENT.c.workspace_id == workspace_id, COMMENT.c.response_id > after
    )
    found: set[uuid.UUID] = set()
    connection = await session.connection()
    ends = []
    for each, key in ((texts, r.id), (known, COMMENT.c.response_id)):
        some = list((await connection.execute(each.order_by(key).limit(STRIDE))).scalars())
        found.update(some)
        if len(some) == STRIDE:
            ends.append(some[-1])
    last = min(ends, default=None)  # past it only one of both was read
    return sorted(id for id in found if last is None or id <= last), last


async def _differing(
    session: AsyncSession, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID], *, with_stems: bool
) -> list[uuid.UUID]:
    connection = await session.connection()
    own = (COMMENT.c.workspace_id == workspace_id, COMMENT.c.response_id.in_(ids))
    rows = (await connection.execute(sa.select(COMMENT).where(*own))).mappings()
    known = {row["response_id"]: row for row in rows}
    answers = [row for row in await read_answers(connection, workspace_id, ids) if row.comment]
    wrong = known.keys() ^ {row.id for row in answers}
    for answer in answers:
        if (row := known.get(answer.id)) is None:
            continue
        said = Said(answer.comment, language_of(answer.locale))
        made = make([said])[said] if with_stems else None
        wanted = row_of(answer, made)
        later = (row["number"] >> LOW) - (answer.id.int >> 80)
        if not 0 <= later < MOST_LATER or any(
            row[name] != wanted[name] for name in COLUMNS if name in wanted
        ):
            wrong.add(answer.id)
    return sorted(wrong)


async def _due_of(
    session: AsyncSession, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> Sequence[uuid.UUID]:
    own = (CommentDue.workspace_id == workspace_id, col(CommentDue.response_id).in_(ids))
    return (await session.exec(select(CommentDue.response_id).where(*own))).all()
