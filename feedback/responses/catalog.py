"""What ingest must know of a survey, kept in memory: an answer never waits for a look-up."""

import asyncio
import time
import uuid
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from feedback import clock
from feedback.accounts.models import PublicKey, Workspace
from feedback.calendar.models import Action
from feedback.calendar.public import Sentences, read_sentences
from feedback.db import Database, is_away
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.scoring import METRICS, Metric
from feedback.surveys.endings import Ending, read_endings
from feedback.surveys.follow_ups import FollowUp, read_follow_ups
from feedback.surveys.models import Question, Series, Survey
from feedback.surveys.overall import Moment, load_moments
from feedback.tenancy import refers

Found = TypeVar("Found")
# Another process may have closed the survey: after this long it is read again.
FRESH_SECONDS = 5.0
# What definitions, and the sites that follow them, are read from.
MADE_OF = frozenset(
    str(table.__tablename__)
    for table in (
        PublicKey, Workspace, Journey, Stage, Touchpoint, Survey, Question, Series, Action
    )
)  # fmt: skip
# Strangers may ask for any key; what they invent must not fill the memory.
MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class SurveyDefinition:
    """A survey as an answer meets it. `texts` maps a language to its texts.

    moments: the other touchpoints of the journey, which "What counted most?" may name.
    sentences: what we did at its touchpoint, in each language it is told in.
    follow_ups: asked after the rating, those put away too; empty: the comment alone.
    kept_properties: of an anonymous survey, the names of those that are stored.
    """

    workspace_id: uuid.UUID
    survey_id: uuid.UUID
    series_id: uuid.UUID | None
    touchpoint_id: uuid.UUID
    key: str
    name: str
    workspace_name: str
    state: str
    metric: Metric
    texts: dict[str, dict[str, Any]]
    default_language: str
    zone: ZoneInfo
    is_overall: bool
    needs_signature: bool
    moments: tuple[Moment, ...]
    sentences: Sentences
    follow_ups: tuple[FollowUp, ...] = ()
    endings: Mapping[str, Ending] = field(default_factory=dict)
    look: Mapping[str, Any] = field(default_factory=dict)
    is_anonymous: bool = False
    kept_properties: frozenset[str] = frozenset()


class Remembered(Generic[Found]):
    """What is read of a public key, at most `FRESH_SECONDS` old.

    others: what follows its edits, and is forgotten with it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._edits = 0
        self._found: dict[str, tuple[float, Found | None]] = {}
        self._reading = asyncio.Lock()
        self._failed: tuple[float, Exception] | None = None
        self.others: list[Remembered[Any]] = []

    async def find(self, key: str) -> Found | None:
        """What there is of this key, or None."""
        if not key.isprintable():  # PostgreSQL would not even look for a NUL
            return None
        entry = self._fresh(key)
        if entry is None:
            # One at a time: when an entry ages, a hundred waiting answers read it once.
            came = time.monotonic()
            async with self._reading:
                entry = self._fresh(key) or await self._read_unless_failed(key, came)
        return entry[1]

    async def _read_unless_failed(self, key: str, came: float) -> tuple[float, Found | None]:
        """Where the database is silent a look takes seconds: who waited for one that failed is
        told the same, and does not look again after all others."""
        if self._failed is not None and self._failed[0] >= came:
            raise self._failed[1]
        try:
            return await self._read(key)
        except Exception as error:
            if is_away(error):
                self._failed = time.monotonic(), error
            raise

    def _fresh(self, key: str) -> tuple[float, Found | None] | None:
        entry = self._found.get(key)
        is_fresh = entry is not None and time.monotonic() - entry[0] < FRESH_SECONDS
        return entry if is_fresh else None

    async def _read(self, key: str) -> tuple[float, Found | None]:
        edits = self._edits
        entry = (time.monotonic(), await self._load(key))
        if len(self._found) >= MOST_KEYS:
            self._found.clear()
        if edits == self._edits:  # else it was changed while it was read: this one reads the old
            self._found[key] = entry
        return entry

    async def _load(self, key: str) -> Found | None:
        raise NotImplementedError

    def follow(self, written: Set[str]) -> None:
        """Told of every edit in this process: the next answer meets the new survey."""
        if not MADE_OF.isdisjoint(written):
            self.forget()

    def forget(self) -> None:
        self._found.clear()
        self._edits += 1
        for other in self.others:
            other.forget()


class Catalog(Remembered[SurveyDefinition]):
    """Survey definitions by their public key."""

    async def _load(self, key: str) -> SurveyDefinition | None:
        return await load_definition(self._database, key)


async def load_definition(database: Database, key: str) -> SurveyDefinition | None:
    """Read one survey by its public key."""
    async with database.read() as session:
        public = await session.get(PublicKey, key)
        if public is None or public.kind != "survey":
            return None
        found = await session.exec(
            select(Survey, Question, Series, Workspace)
            .join(Question, refers(Survey.question_id, Question))
            .outerjoin(
                Series,
                refers(Series.survey_id, Survey) & col(Series.closed_at).is_(None),
            )
            .join(Workspace, col(Workspace.id) == Survey.workspace_id)
            .where(Survey.workspace_id == public.workspace_id, Survey.id == public.id)
        )
        row = found.first()
        if row is None:
            return None
        survey, question, series, workspace = row
        zone, touchpoint_id = ZoneInfo(workspace.time_zone), survey.touchpoint_id
        moments = await load_moments(session, survey.workspace_id, touchpoint_id)
        today = clock.now().astimezone(zone).date()
        told = await read_sentences(session, survey.workspace_id, [touchpoint_id], today)
    return SurveyDefinition(
        workspace_id=survey.workspace_id,
        survey_id=survey.id,
        series_id=series.id if series else None,
        touchpoint_id=survey.touchpoint_id,
        key=survey.key,
        name=survey.name,
        workspace_name=workspace.name,
        state="closed" if survey.archived_at else survey.state,
        metric=METRICS[question.metric],
        texts=question.texts,
        default_language=question.default_language,
        zone=zone,
        is_overall=survey.is_overall,
        needs_signature=survey.needs_signature,
        moments=moments,
        sentences=told.get(touchpoint_id, {}),
        follow_ups=read_follow_ups(survey.follow_ups),
        endings=read_endings(survey.endings),
        look=survey.look or {},
        is_anonymous=survey.is_anonymous,
        kept_properties=frozenset(survey.kept_properties or ()),
    )
