"""The two ledgers, in the database and beside the backups: each is made to hold what both do.

`replay` after a backup was restored, whose database knows nothing of what was erased since. `agree`
each hour: a kill between the line in the file and the commit is made good, and a folder that was
lost or moved gets its list back.
"""

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.erasure import file
from feedback.erasure.erase import MOST_AT_ONCE, Erased, record, take_away
from feedback.erasure.ids import erased_id, is_erased
from feedback.erasure.masked import mask_again, masked_key
from feedback.erasure.models import MASKED, PERSON, RESPONSE, Erasure
from feedback.responses.models import Response, Submission
from feedback.versions import note_counts

_PAGE = 20_000


async def replay(database: Database, folder: Path) -> tuple[int, Erased]:
    """Erase again what the file in `folder` names and this database does not know to be erased.

    How many acts that were, and what they took. May be done at any time, and again after a kill.
    Acts in workspaces that are not here are passed over. Raises FeedbackError when the file cannot
    be read; `tidy` is still to be done.
    """
    known = await _known_acts(database)
    entries = [entry for entry in file.read(folder) if entry.id not in known]
    async with database.read() as session:
        here = set(await session.exec(select(Workspace.id)))
    acts, said = 0, Erased()
    for workspace_id in sorted({entry.workspace for entry in entries} & here):
        own = [entry for entry in entries if entry.workspace == workspace_id]
        ids = await _ids_of(database, workspace_id, own)
        for entry in own:
            said += await _again(database, entry, ids)
            acts += 1
    return acts, said


async def agree(database: Database, folder: Path) -> None:
    """Replay what only the file knows, and write into the file what only the database knows."""
    await replay(database, folder)
    in_file = {entry.id for entry in file.read(folder)}
    if missing := await _known_acts(database) - in_file:
        file.append(folder, await _entries(database, missing))


async def compare(database: Database, folder: Path) -> tuple[int, int, int]:
    """How many acts of this database's workspaces the file holds, then how many it holds alone,
    and how many the database holds alone. Raises FeedbackError when the file cannot be read."""
    known = await _known_acts(database)
    async with database.read() as session:
        here = set(await session.exec(select(Workspace.id)))
    listed = {entry.id for entry in file.read(folder) if entry.workspace in here}
    return len(listed), len(listed - known), len(known - listed)


async def _known_acts(database: Database) -> set[uuid.UUID]:
    acts = set()
    async for _workspace_id, row in _rows(database):
        acts.add(row.id)
    return acts


async def _rows(database: Database) -> AsyncIterator[tuple[uuid.UUID, Erasure]]:
    async with database.read() as session:
        for workspace_id in await session.exec(select(Workspace.id)):
            own = select(Erasure).where(Erasure.workspace_id == workspace_id)
            for row in await session.exec(own):
                yield workspace_id, row


async def _ids_of(
    database: Database, workspace_id: uuid.UUID, entries: Sequence[file.Entry]
) -> dict[str, uuid.UUID]:
    """By its hash, the id of each answer that is named: nothing but a look at all ids tells it."""
    wanted = {key for entry in entries for key in entry.answers}
    masked = {key for entry in entries for key in entry.masked}
    found: dict[str, uuid.UUID] = {}
    last = uuid.UUID(int=0)
    while wanted or masked:
        statement = (
            select(Response.id)
            .where(Response.workspace_id == workspace_id, col(Response.id) > last)
            .order_by(col(Response.id))
            .limit(_PAGE)
        )
        async with database.read() as session:
            ids = (await session.exec(statement)).all()
        found |= {key: id for id in ids if (key := erased_id(workspace_id, id).hex) in wanted}
        if masked:
            hashed = {masked_key(workspace_id, id).hex(): id for id in ids}
            found |= {key: id for key, id in hashed.items() if key in masked}
        if len(ids) < _PAGE:
            break
        last = ids[-1]
    return found


async def _again(database: Database, entry: file.Entry, ids: dict[str, uuid.UUID]) -> Erased:
    persons = [bytes.fromhex(key) for key in entry.persons]
    said = Erased()
    named = [ids[key] for key in entry.answers if key in ids]
    named += await _sent_as(database, entry, [key for key in entry.answers if key not in ids])
    named += await _answers_of(database, entry, persons)
    for start in range(0, len(named), MOST_AT_ONCE):
        async with database.write() as session:
            some = named[start : start + MOST_AT_ONCE]
            gone = await take_away(session, entry.workspace, some, ())
            await note_counts(session, entry.workspace, {row.month for row in gone.rows})
        said += gone.said
    async with database.write() as session:  # last: only then it is known to be done
        await mask_again(session, entry, ids)
        said += (await take_away(session, entry.workspace, (), persons)).said
        await _know_as_sent(session, entry)
        await record(session, entry)
    return said


async def _sent_as(
    database: Database, entry: file.Entry, keys: Sequence[str]
) -> Sequence[uuid.UUID]:
    """The answers that stand under other ids than when they were erased, as before a span of a
    wrong clock was moved: their messages lead to them."""
    sent = [message for key in keys for message in entry.answers[key]]
    found: set[uuid.UUID] = set()
    for start in range(0, len(sent), MOST_AT_ONCE):
        some = set(sent[start : start + MOST_AT_ONCE])
        statement = select(Submission).where(
            Submission.workspace_id == entry.workspace,
            col(Submission.survey_id).in_({survey for survey, _, _ in some}),
            col(Submission.submission_id).in_({submission for _, submission, _ in some}),
        )
        async with database.read() as session:
            rows = (await session.exec(statement)).all()
        found |= {r.response_id for r in rows if (r.survey_id, r.submission_id, r.test) in some}
    return sorted(id for id in found if not is_erased(id))


async def _answers_of(
    database: Database, entry: file.Entry, persons: Sequence[bytes]
) -> Sequence[uuid.UUID]:
    if not persons:
        return ()
    async with database.read() as session:
        found = await session.exec(
            select(Response.id).where(
                Response.workspace_id == entry.workspace,
                col(Response.respondent_key).in_(persons),
                Response.received_at <= entry.erased_at,
            )
        )
        return found.all()


async def _know_as_sent(session: AsyncSession, entry: file.Entry) -> None:
    """A message that a restored database never saw, sent again from a phone, is known all the
    same."""
    rows = [
        {"workspace_id": entry.workspace, "survey_id": survey, "submission_id": sent}
        | {"test": test, "response_id": uuid.UUID(key), "digest": b"", "first_seq": 1, "seq": 1}
        for key, messages in entry.answers.items()
        for survey, sent, test in messages
    ]
    if rows:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        made: Any = (sqlite.insert if is_sqlite else postgresql.insert)(Submission)
        key = ("workspace_id", "survey_id", "submission_id", "test")
        bare = {name: made.excluded[name] for name in ("response_id", "digest")}
        known = made.on_conflict_do_update(index_elements=key, set_=bare)
        await (await session.connection()).execute(known, rows)


async def _entries(database: Database, acts: set[uuid.UUID]) -> list[file.Entry]:
    """As they would stand in the file, from what the database has; the oldest first."""
    rows: dict[tuple[datetime, uuid.UUID], list[Erasure]] = {}
    async for _workspace_id, row in _rows(database):
        if row.id in acts:
            rows.setdefault((row.erased_at, row.id), []).append(row)
    return [await _entry(database, own) for _, own in sorted(rows.items(), key=itemgetter(0))]


async def _entry(database: Database, rows: Sequence[Erasure]) -> file.Entry:
    act = rows[0]
    persons = [row.key.hex() for row in rows if row.kind == PERSON]
    masked = {row.key.hex(): file.Masked() for row in rows if row.kind == MASKED}
    answers: dict[str, list[file.Sent]] = {r.key.hex(): [] for r in rows if r.kind == RESPONSE}
    sent = select(
        Submission.response_id, Submission.survey_id, Submission.submission_id, Submission.test
    ).where(
        Submission.workspace_id == act.workspace_id,
        col(Submission.response_id).in_([uuid.UUID(key) for key in answers]),
    )
    async with database.read() as session:
        for response_id, survey_id, submission_id, test in await session.exec(sent):
            answers[response_id.hex].append((survey_id, submission_id, test))
    said = (act.comments, act.changes, masked)
    return file.Entry(act.id, act.workspace_id, act.erased_at, persons, answers, *said)


async def erased_names(session: AsyncSession, workspace_id: uuid.UUID) -> dict[bytes, datetime]:
    """When each person of a workspace was erased last, by the keyed hash."""
    found = await session.exec(
        select(Erasure.key, sa.func.max(Erasure.erased_at))
        .where(Erasure.workspace_id == workspace_id, Erasure.kind == PERSON)
        .group_by(col(Erasure.key))
    )
    return dict(found.all())
