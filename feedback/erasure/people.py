"""Whom a text names: their answers under every name that was proven to be theirs."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.db import Database
from feedback.erasure.erase import MOST_AT_ONCE, Erased, erase_responses
from feedback.erasure.ids import erased_id, is_erased
from feedback.erasure.models import Erasure
from feedback.erasure.reach import Act, tables
from feedback.identity import Name, email_of, id_of, who_of
from feedback.responses.models import ContactKey, Response

# Who answered so short a time ago may still be writing.
JUST_NOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of somebody, or of one answer: what erasing it takes, before it does.

    keys: the hashes of all their names; none for one answer alone. names: how many of them were
    joined. first, last: the months of the answers. just_now: how many came in the last ten minutes.
    """

    keys: tuple[bytes, ...] = ()
    response_id: uuid.UUID | None = None
    answers: int = 0
    comments: int = 0
    changes: int = 0
    names: int = 0
    just_now: int = 0
    first: Any = None
    last: Any = None
    erased_at: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.answers or self.names)


def names_in(key: bytes, workspace_id: uuid.UUID, text: str) -> dict[str, Name]:
    """What a text may name: an address, an id; both where an id looks like an address.

    key: the server's own secret.

    >>> sorted(names_in(b"k" * 32, uuid.UUID(int=1), "anna@shop.example"))
    ['address', 'id']
    """
    email, own = who_of(key, workspace_id, None, email_of(text)), None
    if (external_id := id_of(text)) is not None:
        own = who_of(key, workspace_id, external_id, None)
    named = {"address": email, "id": own}
    return {what: who.names[0] for what, who in named.items() if who is not None}


async def keys_of(session: AsyncSession, workspace_id: uuid.UUID, name: Name) -> set[bytes]:
    """The hashes of all names of the person who goes by this one, as far as they were joined.

    A hash of an earlier version is theirs if they claimed it, or nobody did.
    """
    known = await _joined(session, workspace_id, {name.key, name.old})
    keys = {name.key}
    if name.key not in known and known.get(name.old) == name.old:
        keys.add(name.old)
    while True:
        met = {key for row in (await _joined(session, workspace_id, keys)).items() for key in row}
        if met <= keys:
            return keys
        keys |= met


async def _joined(
    session: AsyncSession, workspace_id: uuid.UUID, keys: set[bytes]
) -> dict[bytes, bytes]:
    either = sa.or_(col(ContactKey.key).in_(keys), col(ContactKey.person).in_(keys))
    own = select(ContactKey).where(ContactKey.workspace_id == workspace_id, either)
    return {row.key: row.person for row in await session.exec(own)}


async def person_of_answer(
    session: AsyncSession, workspace_id: uuid.UUID, response_id: uuid.UUID
) -> set[bytes]:
    """All names of whoever gave an answer; none where nobody is named."""
    found = await session.exec(
        select(Response.respondent_key).where(
            Response.workspace_id == workspace_id, Response.id == response_id
        )
    )
    person = found.first()
    if person is None:
        return set()
    return await keys_of(session, workspace_id, Name(person, person))


async def look_for_person(
    session: AsyncSession, workspace_id: uuid.UUID, keys: set[bytes]
) -> Found:
    """What is stored under these names."""
    listed = tuple(sorted(keys))
    own = (Response.workspace_id == workspace_id, col(Response.respondent_key).in_(listed))
    joined: Any = (
        select(sa.func.count())
        .select_from(ContactKey)
        .where(
            ContactKey.workspace_id == workspace_id,
            sa.or_(col(ContactKey.key).in_(listed), col(ContactKey.person).in_(listed)),
        )
    )
    names = (await session.exec(joined)).one()
    return await _look(session, workspace_id, own, listed, names=names, keys=listed)


async def look_for_answer(
    session: AsyncSession, workspace_id: uuid.UUID, response_id: uuid.UUID
) -> Found:
    """What is stored of one answer; nothing of one that is erased."""
    if is_erased(response_id):
        return Found(response_id=response_id)
    own = (Response.workspace_id == workspace_id, Response.id == response_id)
    hashes = (erased_id(workspace_id, response_id).bytes,)
    return await _look(session, workspace_id, own, hashes, response_id=response_id)


async def _look(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    own: tuple[Any, ...],
    ledger: Sequence[bytes],
    **given: Any,
) -> Found:
    recent = sa.case((col(Response.received_at) > clock.now() - JUST_NOW, 1), else_=0)
    counted: Any = sa.select(
        sa.func.count(),
        sa.func.count(col(Response.comment)),
        sa.func.sum(recent),
        sa.func.min(col(Response.month)),
        sa.func.max(col(Response.month)),
    ).where(*own)
    answers, comments, just_now, first, last = (await session.exec(counted)).one()
    ids = select(Response.id).where(*own)
    changes = 0
    for table in tables(Act.GONE):
        hanging: Any = sa.select(sa.func.count()).where(
            table.c.workspace_id == workspace_id, table.c.response_id.in_(ids)
        )
        changes += (await session.exec(hanging)).scalar_one()
    erased = select(sa.func.max(Erasure.erased_at)).where(
        Erasure.workspace_id == workspace_id, col(Erasure.key).in_(ledger)
    )
    return Found(
        answers=answers,
        comments=comments,
        changes=changes,
        just_now=just_now or 0,
        first=first,
        last=last,
        erased_at=(await session.exec(erased)).one(),
        **given,
    )


async def erase_found(
    database: Database, workspace_id: uuid.UUID, found: Found, *, folder: Path, now: datetime
) -> Erased:
    """Erase it, thousands of answers in short transactions. Stopped in the middle, the same call
    goes on: the names go last, with the answers gone nothing else leads to them.

    What is received after `now` is another answer, and stays. Raises FeedbackError when the list
    beside the backups cannot be written; what is erased until then is in it.
    """
    said = Erased()
    if found.response_id is not None:
        async with database.write() as session:
            ids = [found.response_id]
            return await erase_responses(session, workspace_id, ids, folder=folder, now=now)
    while ids := await _some(database, workspace_id, found.keys, now):
        async with database.write() as session:
            said += await erase_responses(session, workspace_id, ids, folder=folder, now=now)
    async with database.write() as session:
        return said + await erase_responses(
            session, workspace_id, (), folder=folder, now=now, persons=found.keys
        )


async def _some(
    database: Database, workspace_id: uuid.UUID, keys: Sequence[bytes], now: datetime
) -> list[uuid.UUID]:
    async with database.read() as session:
        found = await session.exec(
            select(Response.id)
            .where(
                Response.workspace_id == workspace_id,
                col(Response.respondent_key).in_(keys),
                Response.received_at <= now,
            )
            .limit(MOST_AT_ONCE)
        )
        return list(found.all())
