"""Which answer a press on the hosted page belongs to, when it names somebody."""

import uuid
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import Database
from feedback.identity import Name
from feedback.responses.models import ContactKey, Response, Submission
from feedback.responses.outcome import Answer, answer_id
from feedback.responses.people import person_of

# So long after somebody's answer was given a press changes it; later it is another answer.
STILL_THE_SAME = timedelta(days=7)


async def which_answer(
    database: Database, answer: Answer, old_id: uuid.UUID, *, completes: bool = False
) -> uuid.UUID:
    """The submission id of this person's answer: the one that the press changes, or a new one.

    With `about_key` it is always the same. Without, each answer's id is made from the one before,
    so that two presses at once are one. old_id: what an earlier version made of this person.
    completes: the press says more of an answer that was given; erased meanwhile, it stays so.
    """
    assert answer.who is not None
    name = answer.who.names[0]
    async with database.read() as session:
        person = await _person(session, answer.workspace_id, name)
        if answer.about_key is not None:
            return answer_id(answer.survey_id, person, answer.about_key)
        first = old_id if person == name.old else answer_id(answer.survey_id, person, b"")
        starts = [(person, first)]
        for key in await _other_names(session, answer.workspace_id, person):
            starts.append((key, answer_id(answer.survey_id, key, b"")))
        ends = [await _end(session, answer, *start, completes) for start in starts]
    fresh = [(at, id) for id, at in ends if at is not None]
    return max(fresh)[1] if fresh else ends[0][0]


async def _person(session: AsyncSession, workspace_id: uuid.UUID, name: Name) -> bytes:
    found = await session.exec(
        select(ContactKey.key, ContactKey.person).where(
            ContactKey.workspace_id == workspace_id, col(ContactKey.key).in_(name)
        )
    )
    return person_of(workspace_id, name, {(workspace_id, key): person for key, person in found})


async def _other_names(
    session: AsyncSession, workspace_id: uuid.UUID, person: bytes
) -> list[bytes]:
    found = await session.exec(
        select(ContactKey.key).where(
            ContactKey.workspace_id == workspace_id,
            ContactKey.person == person,
            ContactKey.key != person,
        )
    )
    return list(found)


async def _end(
    session: AsyncSession, answer: Answer, person: bytes, first: uuid.UUID, completes: bool
) -> tuple[uuid.UUID, datetime | None]:
    """The answer of this row that may still be changed, and when it was given; else the next id."""
    submission_id, erased = first, None
    while True:
        found = await session.exec(
            select(Submission.response_id, Response.answered_at)
            .join(
                Response,
                (col(Response.workspace_id) == Submission.workspace_id)
                & (col(Response.id) == Submission.response_id),
                isouter=True,
            )
            .where(
                Submission.workspace_id == answer.workspace_id,
                Submission.survey_id == answer.survey_id,
                Submission.submission_id == submission_id,
                Submission.test == answer.test,
            )
        )
        row = found.first()
        if row is None:
            return erased if completes and erased else submission_id, None
        if row[1] is not None and answer.received_at - row[1] <= STILL_THE_SAME:
            return submission_id, row[1]
        erased = submission_id if row[1] is None else None
        submission_id = answer_id(answer.survey_id, person, submission_id.bytes)
