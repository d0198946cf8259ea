"""The live surveys of a site key, kept in memory: a page view costs no query."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import PublicKey, Workspace
from feedback.calendar.public import Sentences, read_sentences
from feedback.db import Database
from feedback.responses.catalog import Catalog, Remembered
from feedback.surveys.models import Question, Survey
from feedback.surveys.overall import Moment, load_moments
from feedback.surveys.queries import load_surveys


@dataclass(frozen=True, eq=False)
class Site:
    """The live surveys of a workspace, in the order of its journey.

    sentences: what we did, by the touchpoint it was done at, in each language it is told in.
    moments: what "What counted most?" lists, by the survey that asks it.
    """

    time_zone: str
    surveys: tuple[tuple[Survey, Question], ...]
    sentences: Mapping[uuid.UUID, Sentences]
    moments: Mapping[uuid.UUID, tuple[Moment, ...]]


class Sites(Remembered[Site]):
    """Sites by their public key, as fresh as the catalog: an edit there empties this too."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        super().__init__(database)
        catalog.others.append(self)

    async def _load(self, key: str) -> Site | None:
        return await _load_site(self._database, key)


async def _load_site(database: Database, key: str) -> Site | None:
    async with database.read() as session:
        public = await session.get(PublicKey, key)
        if public is None or public.kind != "site":
            return None
        surveys = await _live_surveys(session, public.workspace_id)
        workspace = await session.get_one(Workspace, public.workspace_id)
        today = clock.now().astimezone(ZoneInfo(workspace.time_zone)).date()
        asked_at = {survey.touchpoint_id for survey, _ in surveys}
        sentences = await read_sentences(session, workspace.id, asked_at, today)
        return Site(workspace.time_zone, surveys, sentences, await _moments(session, surveys))


async def _moments(
    session: AsyncSession, surveys: tuple[tuple[Survey, Question], ...]
) -> dict[uuid.UUID, tuple[Moment, ...]]:
    found = {}
    for survey, _ in surveys:
        if survey.is_overall:  # one of a journey at most
            listed = await load_moments(session, survey.workspace_id, survey.touchpoint_id)
            found[survey.id] = tuple(moment for moment in listed if moment.is_asked)
    return found


async def _live_surveys(
    session: AsyncSession, workspace_id: uuid.UUID
) -> tuple[tuple[Survey, Question], ...]:
    asking = (Survey.state == "live", col(Survey.archived_at).is_(None))
    places = await load_surveys(session, workspace_id, *asking)
    return tuple((place.survey, place.question) for place in places)
