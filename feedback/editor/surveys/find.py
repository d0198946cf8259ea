"""The list of surveys: searched, by state, a page at a time, in the order of the journeys."""

import unicodedata
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.editor.surveys.queries import count_answers
from feedback.filters import no_such_choice, read_filters
from feedback.readings.journey import JourneyInfo, StageInfo, TouchpointInfo, read_journeys
from feedback.surveys.models import STATES, Question, Survey
from feedback.tenancy import refers

PAGE_SIZE = 50
ARCHIVED, UNASKED = "archived", "unasked"
# The filter's choices: the states of a survey, and two that no survey has itself.
CHOICES = (*STATES, UNASKED, ARCHIVED)
NAMES = ("q", "state", "page")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader looks for; without a state everything but what is archived."""

    q: str = ""
    state: str = ""
    page: int = 1

    def query(self, **changed: object) -> str:
        """The address's query for this, `changed` ones replaced; empty for the first page of all.

        >>> Wanted("café", "live", 3).query(page=2)
        'q=caf%C3%A9&state=live&page=2'
        """
        wanted = replace(self, **changed)  # type: ignore[arg-type]
        page = wanted.page if wanted.page > 1 else ""
        values = {"q": wanted.q, "state": wanted.state, "page": page}
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def is_narrow(self) -> bool:
        return bool(self.q or self.state)


class Asked(NamedTuple):
    """A survey as the list shows it."""

    id: uuid.UUID
    touchpoint_id: uuid.UUID
    question_id: uuid.UUID
    name: str
    key: str
    state: str
    is_archived: bool
    metric: str
    is_anonymous: bool


class Line(NamedTuple):
    """One line of the list; a touchpoint where nobody asks has no survey, a bare journey no
    touchpoint."""

    journey: JourneyInfo
    stage: StageInfo | None = None
    touchpoint: TouchpointInfo | None = None
    survey: Asked | None = None
    state: str = ""

    @property
    def words(self) -> str:
        """All that a search looks through."""
        named = [self.journey, self.stage, self.touchpoint, self.survey]
        key = self.survey.key if self.survey else ""
        return folded(" ".join([*(each.name for each in named if each), key]))


@dataclass(frozen=True, slots=True)
class Found:
    """One page of lines. `n` of `total` lines fit; `archived`: how many surveys are put away."""

    journeys: Sequence[JourneyInfo]
    lines: Sequence[Line]
    n: int
    total: int
    page: int
    pages: int
    archived: int
    answers: dict[uuid.UUID, int]
    sharing: Counter[uuid.UUID]

    def by_journey(self) -> Iterator[tuple[JourneyInfo, list[tuple[StageInfo, list[Line]]]]]:
        """As the page draws them: each journey with its stages, each stage with its lines."""
        for journey, lines in groupby(self.lines, key=lambda line: line.journey):
            placed = [line for line in lines if line.stage]
            stages = groupby(placed, key=lambda line: line.stage)
            yield journey, [(stage, list(some)) for stage, some in stages if stage]


def parse_wanted(pairs: Iterable[tuple[str, str]]) -> Wanted:
    """Read the address once. Raises FilterError."""
    query = read_filters(pairs, NAMES)
    state, page = query.get("state", ""), query.get("page", "") or "1"
    if state and state not in CHOICES:
        raise no_such_choice("state")
    if not page.isascii() or not page.isdigit() or len(page) > 6:
        raise no_such_choice("page")
    return Wanted(query.get("q", ""), state, max(1, int(page)))


async def find_surveys(session: AsyncSession, workspace_id: uuid.UUID, wanted: Wanted) -> Found:
    """The page of the list that is wanted; past the last one it is the last."""
    journeys = await read_journeys(session, workspace_id)
    surveys = await _read_surveys(session, workspace_id)
    lines = list(_all_lines(journeys, surveys))
    state, words = wanted.state, folded(wanted.q).split()
    fitting = [
        line
        for line in lines
        if (line.state == state if state else line.state != ARCHIVED)
        and (not words or all(word in line.words for word in words))
    ]
    pages = max(1, -(-len(fitting) // PAGE_SIZE))
    page = min(wanted.page, pages)
    shown = fitting[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    ids = [line.survey.id for line in shown if line.survey]
    return Found(
        journeys=[journey for journey in journeys if not journey.is_archived],
        lines=shown,
        n=len(fitting),
        total=len(lines),
        page=page,
        pages=pages,
        archived=sum(line.state == ARCHIVED for line in lines),
        answers=await count_answers(session, workspace_id, of=ids) if ids else {},
        sharing=Counter(survey.question_id for survey in surveys),
    )


def folded(text: str) -> str:
    """Without case and accents, as a search compares.

    >>> folded("Élégant, ﬁn, STRASSE, Straße")
    'elegant, fin, strasse, strasse'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


async def _read_surveys(session: AsyncSession, workspace_id: uuid.UUID) -> list[Asked]:
    found = await session.exec(
        select(  # type: ignore[call-overload]
            Survey.id,
            Survey.touchpoint_id,
            Survey.question_id,
            Survey.name,
            Survey.key,
            Survey.state,
            col(Survey.archived_at).is_not(None),
            Question.metric,
            Survey.is_anonymous,
        )
        .join(Question, refers(Survey.question_id, Question))
        .where(Survey.workspace_id == workspace_id)
        .order_by(col(Survey.id))
    )
    return [Asked(*row) for row in found]


def _all_lines(journeys: Iterable[JourneyInfo], surveys: Iterable[Asked]) -> Iterator[Line]:
    at: dict[uuid.UUID, list[Asked]] = defaultdict(list)
    for survey in surveys:
        at[survey.touchpoint_id].append(survey)
    for journey in journeys:
        if not journey.is_archived and not journey.active_touchpoints:
            yield Line(journey)
        for stage in journey.stages:
            for touchpoint in stage.touchpoints:
                here = Line(journey, stage, touchpoint)
                is_gone = journey.is_archived or stage.is_archived or touchpoint.is_archived
                asked = at[touchpoint.id]
                for survey in asked:
                    is_archived = is_gone or survey.is_archived
                    state = ARCHIVED if is_archived else survey.state
                    yield here._replace(survey=survey, state=state)
                if not is_gone and all(survey.is_archived for survey in asked):
                    yield here._replace(state=UNASKED)
