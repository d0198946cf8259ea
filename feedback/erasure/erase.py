"""Erase answers: what stays is the rating, in its month and channel."""

import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.db import new_id
from feedback.erasure import file
from feedback.erasure.file import Sent
from feedback.erasure.ids import erased_id, is_erased
from feedback.erasure.models import MASKED, PERSON, RESPONSE, Erasure
from feedback.erasure.reach import Act, staying, tables
from feedback.outbox.queue import ask_to_tidy
from feedback.repeats.erased import move_repeats
from feedback.responses.models import ContactKey, Response, Submission
from feedback.surveys.models import Series
from feedback.tenancy import refers
from feedback.versions import note_counts

# Responses in one transaction: on SQLite all others wait for it.
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Erased:
    """What went: answers, how many of them had a comment, the team's notes on them, names."""

    answers: int = 0
    comments: int = 0
    changes: int = 0
    names: int = 0

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(
            self.answers + other.answers,
            self.comments + other.comments,
            self.changes + other.changes,
            self.names + other.names,
        )


async def erase_responses(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    *,
    folder: Path,
    now: datetime,
    persons: Sequence[bytes] = (),
) -> Erased:
    """Erase these answers of a workspace, and these names, in the caller's transaction, which is
    to be committed at once: the line in `folder` (see `file`) has been written by then.

    Each answer becomes another row, of its month's first moment, that nothing leads to. What it was
    sent as stays known, so that the same message, or a later one of it, is answered and ignored.
    Answers that are not there, or erased already, are passed over. At most MOST_AT_ONCE.

    persons: keyed hashes whose names go too, and from now on are dropped from older files.
    Raises FeedbackError when the line cannot be written; then the transaction is to be given up.
    """
    gone = await take_away(session, workspace_id, response_ids, persons)
    if not gone.rows and not persons:
        return Erased()
    entry = file.Entry(
        new_id(),
        workspace_id,
        now,
        tuple(key.hex() for key in sorted(set(persons))),
        {key.hex(): sent for key, sent in gone.bare.items()},
        gone.said.comments,
        gone.said.changes,
    )
    await record(session, entry)
    await note_counts(session, workspace_id, {row.month for row in gone.rows})
    await session.flush()
    file.append(folder, [entry])  # last: whatever fails before it leaves nothing behind
    return gone.said


@dataclass(frozen=True, slots=True)
class Gone:
    """What `take_away` took: the rows as they were, and by the hash of each what it was sent as."""

    rows: Sequence[Response]
    bare: Mapping[bytes, Sequence[Sent]]
    said: Erased


async def take_away(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    persons: Sequence[bytes],
) -> Gone:
    """The rows that erasing changes, without a word about it in either ledger."""
    wanted = sorted({id for id in response_ids if not is_erased(id)})
    sent = await _lock_submissions(session, workspace_id, wanted)
    rows = await _lock_responses(session, workspace_id, wanted)
    if session.get_bind().dialect.name != "sqlite":  # one that joined an answer while we waited
        sent = await _lock_submissions(session, workspace_id, wanted)
    ids = [row.id for row in rows]
    bare = {erased_id(workspace_id, id).bytes: sent.get(id, []) for id in ids}
    changes = await _delete_what_hangs_on(session, workspace_id, ids)
    await move_repeats(session, workspace_id, rows)
    await _make_anew(session, workspace_id, rows)
    await _forget_which(session, workspace_id, bare)
    names = await _forget_names(session, workspace_id, persons)
    await _drop_what_was_made(session, workspace_id)
    comments = sum(bool(row.comment) for row in rows)
    return Gone(rows, bare, Erased(len(rows), comments, changes, names))


async def record(session: AsyncSession, entry: file.Entry) -> None:
    """The entry's rows of the ledger in the database, once; what it left is tidied up soon."""
    keys = [(bytes.fromhex(key), PERSON) for key in entry.persons]
    keys += [(bytes.fromhex(key), RESPONSE) for key in entry.answers]
    keys += [(bytes.fromhex(key), MASKED) for key in entry.masked]
    shared = {"workspace_id": entry.workspace, "id": entry.id, "erased_at": entry.erased_at}
    shared |= {"answers": len(entry.answers), "comments": entry.comments, "changes": entry.changes}
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    made: Any = (sqlite.insert if is_sqlite else postgresql.insert)(Erasure)
    if rows := [shared | {"key": key, "kind": kind} for key, kind in sorted(keys)]:
        await (await session.connection()).execute(made.on_conflict_do_nothing(), rows)
    await ask_to_tidy(session, clock.now())


async def _lock_submissions(
    session: AsyncSession, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[Sent]]:
    """By response. Locked first and in the order of their key, as the writer does."""
    if not ids:
        return {}
    # No index leads from an answer to its messages, since only this asks: those of its survey are
    # looked through.
    surveys = (
        select(Series.survey_id)
        .join(Response, refers(Response.series_id, Series))
        .where(
            Series.workspace_id == workspace_id,
            Response.workspace_id == workspace_id,
            col(Response.id).in_(ids),
        )
    )
    found: Any = await session.exec(
        select(
            Submission.response_id,
            Submission.survey_id,
            Submission.submission_id,
            Submission.test,
        )
        .where(
            Submission.workspace_id == workspace_id,
            col(Submission.survey_id).in_(surveys),
            col(Submission.response_id).in_(ids),
        )
        .order_by(col(Submission.survey_id), col(Submission.submission_id), col(Submission.test))
        .with_for_update()
    )
    sent: dict[uuid.UUID, list[Sent]] = {}
    for response_id, *key in found:
        sent.setdefault(response_id, []).append(tuple(key))
    return sent


async def _lock_responses(
    session: AsyncSession, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> Sequence[Response]:
    found = await session.exec(
        select(Response)
        .where(Response.workspace_id == workspace_id, col(Response.id).in_(ids))
        .order_by(col(Response.id))
        .with_for_update()
    )
    rows = list(found)
    for row in rows:
        session.expunge(row)
    return rows


async def _delete_what_hangs_on(
    session: AsyncSession, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> int:
    counted = 0
    for table in tables(Act.GONE):
        own = (table.c.workspace_id == workspace_id, table.c.response_id.in_(ids))
        gone = await (await session.connection()).execute(sa.delete(table).where(*own))
        counted += gone.rowcount
    return counted


async def _make_anew(
    session: AsyncSession, workspace_id: uuid.UUID, gone: Sequence[Response]
) -> None:
    if not gone:
        return
    own: Any = col(Response.workspace_id) == workspace_id
    deleted = sa.delete(Response).where(own, col(Response.id).in_([row.id for row in gone]))
    await session.exec(deleted.execution_options(synchronize_session=False))
    zone = await _zone(session, workspace_id)
    stays = staying("response")
    rows = []
    for row in gone:
        moment = _first_moment(row.month, zone)
        kept = {name: getattr(row, name) for name in stays}
        moments = {"answered_at": moment, "received_at": moment}
        rows.append(kept | moments | {"id": _id_at(moment)})
    secrets.SystemRandom().shuffle(rows)
    await (await session.connection()).execute(sa.insert(Response), rows)


async def _zone(session: AsyncSession, workspace_id: uuid.UUID) -> ZoneInfo:
    found = await session.exec(select(Workspace.time_zone).where(Workspace.id == workspace_id))
    return ZoneInfo(found.one())


def _first_moment(month: date, zone: ZoneInfo) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=zone).astimezone(UTC)


def _id_at(moment: datetime) -> uuid.UUID:
    """In the order of time as all ids of responses are, and by its version seen to be erased."""
    milliseconds = int(moment.timestamp() * 1000) & 0xFFFFFFFFFFFF
    chance = secrets.randbits(74)
    marked = milliseconds << 80 | 0x8 << 76 | (chance >> 62) << 64 | 0x2 << 62
    return uuid.UUID(int=marked | chance & 0x3FFFFFFFFFFFFFFF)


async def _forget_which(
    session: AsyncSession, workspace_id: uuid.UUID, bare: Mapping[bytes, Sequence[Sent]]
) -> None:
    """Messages stay known by their id alone: the digest could be tried against guessed texts.

    bare: by the hash of an answer, what it was sent as.
    """
    rows = [
        {"hash": uuid.UUID(bytes=key), "survey": survey, "sent": submission, "is_test": test}
        for key, sent in bare.items()
        for survey, submission, test in sent
    ]
    if not rows:
        return
    s = SQLModel.metadata.tables["submission"]
    forgets = (
        sa.update(s)
        .where(
            s.c.workspace_id == workspace_id,
            s.c.survey_id == sa.bindparam("survey"),
            s.c.submission_id == sa.bindparam("sent"),
            s.c.test == sa.bindparam("is_test"),
        )
        .values(response_id=sa.bindparam("hash"), digest=b"")
    )
    await (await session.connection()).execute(forgets, rows)


async def _forget_names(
    session: AsyncSession, workspace_id: uuid.UUID, persons: Sequence[bytes]
) -> int:
    if not persons:
        return 0
    own: Any = col(ContactKey.workspace_id) == workspace_id
    named = sa.or_(col(ContactKey.key).in_(persons), col(ContactKey.person).in_(persons))
    gone: Any = sa.delete(ContactKey).where(own, named).returning(col(ContactKey.key))
    return len((await session.exec(gone)).all())


async def _drop_what_was_made(session: AsyncSession, workspace_id: uuid.UUID) -> None:
    for table in tables(Act.MADE):
        if "workspace_id" in table.c:
            await session.exec(sa.delete(table).where(table.c.workspace_id == workspace_id))
