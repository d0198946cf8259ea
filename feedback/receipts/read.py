"""What a private link opens: the answer as it is, and what was done where it was given."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.calendar.public import Sentences, read_told
from feedback.db import Database
from feedback.erasure.models import RESPONSE, Erasure
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.models import Response, Submission
from feedback.responses.receipts import Token, is_sealed_for
from feedback.surveys.models import Series

State = Literal["open", "outdated", "erased"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer as its private link finds it; `response` and `series` are there while it is open.

    outdated: another message has changed the answer since the token was made. erased_at: None
    where nobody noted it. done: what was done, with its day, the newest first.
    """

    token: Token
    state: State
    response: Response | None = None
    series: Series | None = None
    erased_at: datetime | None = None
    done: tuple[tuple[date, Sentences], ...] = ()


async def find_receipt(
    database: Database, survey: SurveyDefinition, token: Token, key: bytes, now: datetime
) -> Receipt | None:
    """What the token opens now; None where there is nothing, and of what was imported."""
    async with database.read() as session:
        found = await session.exec(
            select(Submission.response_id, Response, Series)
            .join(Response, _has_id(Response, Submission.response_id), isouter=True)
            .join(Series, _has_id(Series, Response.series_id), isouter=True)
            .where(
                Submission.workspace_id == survey.workspace_id,
                Submission.survey_id == survey.survey_id,
                Submission.submission_id == token.submission_id,
                Submission.test == token.test,
            )
        )
        row = found.first()
        if row is None:
            return None
        response_id, response, series = row
        if response is None:
            erased_at = await _erased_at(session, survey.workspace_id, response_id)
            return Receipt(token, "erased", erased_at=erased_at)
        if response.import_id is not None:
            return None
        if not _is_open(key, token, response):
            return Receipt(token, "outdated")
        today = now.astimezone(survey.zone).date()
        done = await read_told(session, survey.workspace_id, survey.touchpoint_id, today)
    return Receipt(token, "open", response, series, done=tuple(done))


def _has_id(table: Any, id: Any) -> Any:
    return (col(table.workspace_id) == Submission.workspace_id) & (col(table.id) == id)


def _is_open(key: bytes, token: Token, response: Response) -> bool:
    """Whether nobody but the token's holder can have written what stands there."""
    if token.seal:
        return is_sealed_for(key, token, response)
    # A later message may have left out whom and what it names: they were named all the same.
    return response.about_key is None or response.respondent_key is None


async def _erased_at(
    session: AsyncSession, workspace_id: uuid.UUID, response_id: uuid.UUID
) -> datetime | None:
    """When the answer was erased that a message leads to no more, where the ledger has it."""
    found = await session.exec(
        select(Erasure.erased_at)
        .where(
            Erasure.workspace_id == workspace_id,
            Erasure.key == response_id.bytes,
            Erasure.kind == RESPONSE,
        )
        .order_by(col(Erasure.erased_at))
    )
    return found.first()
