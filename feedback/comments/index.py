"""The job: what search knows of comments follows the answers, some seconds behind.

An answer whose comment is due is read, its stems are made off the loop, and in one short
transaction it is taken from `comment_due` and its row in `comment` written, changed or deleted,
with what the database searches. Killed at any moment it has done that for a comment or not; two at
once share what is due. A text that changed between reading and transaction is due again.
"""

import asyncio
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.comments import fts
from feedback.comments.facets import Facet, pack
from feedback.comments.indexed import indexed
from feedback.comments.models import Comment, Tag
from feedback.comments.numbering import numbered
from feedback.comments.stems import STEMMERS, words_of
from feedback.comments.tag_words import tag_by_words
from feedback.comments.words import ask_for_words
from feedback.crossing import again
from feedback.db import Database
from feedback.numbers import COUNTED
from feedback.responses.due import look_again
from feedback.responses.models import CommentDue, Response
from feedback.scoring import METRICS
from feedback.surveys.models import Series
from feedback.tenancy import refers

# Comments in one transaction: on SQLite all who write wait for it, some hundredths of a second.
AT_ONCE = 100
LOOK_AGAIN_SECONDS = 0.05
MOST_WAITED = 3600
COMMENT: sa.Table = sa.inspect(Comment).local_table  # type: ignore[assignment]
# All of a row but its number.
COLUMNS = tuple(c.name for c in COMMENT.c if c.name not in ("workspace_id", "number"))


class Said(NamedTuple):
    """A comment as it is written, and its language: "" where it is neither of ours."""

    text: str
    language: str


class Made(NamedTuple):
    """What was made of it: how many words, and the text that is searched."""

    words: int
    stems: str


async def workspaces_due(database: Database) -> Sequence[uuid.UUID]:
    """Those in which a comment is to be looked at; the look of a worker that has nothing to do."""
    waits = sa.exists().where(col(CommentDue.workspace_id) == Workspace.id)
    return [id for (id,) in await database.glance(sa.select(Workspace.id).where(waits), {})]  # type: ignore[call-overload]


async def follow(database: Database) -> bool:
    """Some of what is due in each workspace; whether more may be."""
    is_more = False
    for workspace_id in await workspaces_due(database):
        is_more |= await follow_some(database, workspace_id) == AT_ONCE
    return is_more


async def follow_all(
    database: Database, workspace_id: uuid.UUID, *, only_known: bool = False
) -> int:
    """All that is due in a workspace; how many comments. only_known: of those that search knows,
    so that nothing is left of what was masked or erased."""
    n = 0
    while (some := await follow_some(database, workspace_id, only_known=only_known)) is not None:
        n += some
        if not some:  # another worker has them
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return n


async def follow_some(
    database: Database, workspace_id: uuid.UUID, *, only_known: bool = False
) -> int | None:
    """The newest that are due, at most AT_ONCE; how many are no more, None where nothing was."""
    async with database.read() as session:
        ids = await _due(session, workspace_id, only_known=only_known)
        said = await _said(session, workspace_id, ids)
    if not ids:
        return None
    made = await asyncio.to_thread(make, set(said))

    async def settle() -> int:
        async with database.write() as session:
            n, is_less = await _settle(session, workspace_id, ids, made)
            await ask_for_words(session, workspace_id, clock.now(), at_once=is_less)
            return n

    return await again(settle, IntegrityError)  # another worker took the same number


async def look_again_at(
    connection: AsyncConnection, workspace_id: uuid.UUID, ids: Iterable[uuid.UUID]
) -> None:
    """Note that these answers' comments are due."""
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    if rows := [{"workspace_id": workspace_id, "response_id": id} for id in sorted(ids)]:
        await connection.execute(look_again(insert), rows)


def make(said: Collection[Said]) -> dict[Said, Made]:
    """What search knows of each text: some 0.1 ms one, where its words were met before."""
    return {each: Made(len(words_of(each.text)), indexed(*each)) for each in said}


def language_of(locale: str | None) -> str:
    """That of the stems, of an answer's locale.

    >>> language_of("fr-CA"), language_of("de"), language_of(None)
    ('fr', '', '')
    """
    language = (locale or "").replace("_", "-").split("-")[0].lower()
    return language if language in STEMMERS else ""


async def _due(
    session: AsyncSession, workspace_id: uuid.UUID, *, only_known: bool
) -> Sequence[uuid.UUID]:
    wanted = select(CommentDue.response_id).where(CommentDue.workspace_id == workspace_id)
    if only_known:
        of_it: Any = Comment.response_id == CommentDue.response_id
        wanted = wanted.where(sa.exists().where(col(Comment.workspace_id) == workspace_id, of_it))
    newest = wanted.order_by(col(CommentDue.response_id).desc()).limit(AT_ONCE)
    return (await session.exec(newest)).all()


async def _said(
    session: AsyncSession, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> list[Said]:
    found = await session.exec(
        select(Response.comment, Response.locale).where(
            Response.workspace_id == workspace_id, col(Response.id).in_(ids)
        )
    )
    return [Said(text, language_of(locale)) for text, locale in found if text]


async def _settle(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    ids: Sequence[uuid.UUID],
    made: Mapping[Said, Made],
) -> tuple[int, bool]:
    """How many are no longer due, and whether words went that were known before."""
    connection = await session.connection()
    taken = await _take(connection, workspace_id, ids)
    known = await _known(connection, workspace_id, taken)
    wanted: dict[uuid.UUID, dict[str, Any]] = {}
    late, waited, now = [], 0.0, clock.now()
    for row in await read_answers(connection, workspace_id, taken):
        if not row.comment:
            continue
        found = made.get(Said(row.comment, language_of(row.locale)))
        if found is None:
            late.append(row.id)
        else:
            wanted[row.id] = row_of(row, found)
            waited += _waited(row, now)
    await look_again_at(connection, workspace_id, late)
    for id in late:
        known.pop(id, None)
    is_less = await _write(connection, workspace_id, known, wanted)
    told = [id for id in taken if id not in late]
    if told and await _has_tags(connection, workspace_id):
        await tag_by_words(session, workspace_id, told)
    COUNTED["comments", "told"] += len(told)
    COUNTED["comments", "waited ms"] += round(1000 * waited)
    return len(told), is_less


async def _has_tags(connection: AsyncConnection, workspace_id: uuid.UUID) -> bool:
    own: Any = Tag.workspace_id == workspace_id
    found = await connection.execute(sa.select(sa.literal(1)).select_from(Tag).where(own).limit(1))
    return found.first() is not None


async def _take(
    connection: AsyncConnection, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> list[uuid.UUID]:
    """Deleted before anything is read: who notes one of them again waits for our end then."""
    own = (col(CommentDue.workspace_id) == workspace_id, col(CommentDue.response_id).in_(ids))
    # What another worker has, or whoever changes the answer at this moment, is left to them.
    free = sa.select(CommentDue.response_id).where(*own).with_for_update(skip_locked=True)  # type: ignore[call-overload]
    mine = col(CommentDue.response_id).in_(free)
    gone = sa.delete(CommentDue).where(own[0], mine).returning(col(CommentDue.response_id))
    return sorted((await connection.execute(gone)).scalars())


async def _known(
    connection: AsyncConnection, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Mapping[str, Any]]:
    own = (COMMENT.c.workspace_id == workspace_id, COMMENT.c.response_id.in_(ids))
    found = await connection.execute(sa.select(COMMENT).where(*own))
    return {row["response_id"]: dict(row) for row in found.mappings()}


async def read_answers(
    connection: AsyncConnection, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> Sequence[Any]:
    """What `row_of` takes, in the order of time."""
    r = Response
    columns: Any = (
        *(r.id, r.comment, r.locale, r.series_id, r.month, r.rating, r.channel, r.state),
        *(r.respondent_key, r.received_at, r.changed_at, Series.metric),
    )
    own = (col(r.workspace_id) == workspace_id, col(r.id).in_(ids))
    of_series: Any = refers(r.series_id, Series)
    found = sa.select(*columns).join_from(r, Series, of_series).where(*own).order_by(col(r.id))
    return (await connection.execute(found)).all()


def row_of(answer: Any, made: Made | None) -> dict[str, Any]:
    """What search is to know of an answer, but its number; without `made` neither its stems."""
    metric, language = METRICS[answer.metric], language_of(answer.locale)
    band = (answer.rating in metric.positive) - (answer.rating in metric.negative)
    return {
        "response_id": answer.id,
        "series_id": answer.series_id,
        "month": answer.month,
        "band": band,
        "rating": answer.rating,
        "channel": answer.channel,
        "language": language,
        "person": answer.respondent_key,
        "state": answer.state,
        "facet": pack(Facet(answer.series_id, answer.state, band, answer.channel, language)),
        **(made._asdict() if made else {}),
    }


def _waited(answer: Any, now: datetime) -> float:
    """Seconds, as far as they are known: of a change long ago nobody knows when it was noted."""
    since: datetime = max(answer.received_at, answer.changed_at or answer.received_at)
    waited = (now - since).total_seconds()
    return waited if 0 < waited < MOST_WAITED else 0.0


async def _write(
    connection: AsyncConnection,
    workspace_id: uuid.UUID,
    known: Mapping[uuid.UUID, Mapping[str, Any]],
    wanted: Mapping[uuid.UUID, dict[str, Any]],
) -> bool:
    """The rows in `known` become those in `wanted`, with what the database searches; whether any
    lost words."""
    changed = [
        row | {"number": known[id]["number"]}
        for id, row in wanted.items()
        if id in known and any(known[id][name] != row[name] for name in COLUMNS)
    ]
    gone = [dict(row) for id, row in known.items() if id not in wanted]
    other = [row for row in changed if row["stems"] != known[row["response_id"]]["stems"]]
    await fts.forget(connection, [*gone, *(known[row["response_id"]] for row in other)])
    own = (
        COMMENT.c.workspace_id == workspace_id,
        COMMENT.c.number == sa.bindparam("key_number"),
    )
    if gone:
        rows = [{"key_number": row["number"]} for row in gone]
        await connection.execute(sa.delete(COMMENT).where(*own), rows)
    new = await numbered(connection, workspace_id, [wanted[id] for id in wanted.keys() - known])
    if new:
        await connection.execute(sa.insert(COMMENT), new)
    if changed:
        values: dict[str, Any] = {name: sa.bindparam(name) for name in COLUMNS}
        rows = [{"key_number": row.pop("number"), **row} for row in map(dict, changed)]
        await connection.execute(sa.update(COMMENT).where(*own).values(values), rows)
    await fts.learn(connection, [*new, *other])
    return bool(gone or other)
