"""What a stage's panel shows, read for the months that end with one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.comments.marks import marks_of
from feedback.comments.words import Where, Words, read_words
from feedback.empathy.notes import Note, read_notes
from feedback.i18n import format_months, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.journeys.models import Stage
from feedback.readings.answers import Answers, answers_at
from feedback.readings.counted import answered_span, read_counts
from feedback.readings.filters import Asked, Choice, month_choice
from feedback.readings.journey import JourneyInfo, SeriesInfo, StageInfo, find_journey
from feedback.readings.queries import CountQuery
from feedback.readings.scores import Tally
from feedback.responses.filters import BANDS, Filters
from feedback.responses.listing import Row, list_responses
from feedback.scoring import METRICS, Metric, Score
from feedback.scoring.months import month_at, months_between, shift
from feedback.surveys.queries import load_asked_series
from feedback.surveys.seams import REPLACED
from feedback.wording import WrittenBands, band_names, write_score, write_share

NAMES = ("month", "months")
SPANS = ("1", "3", "12")
MOST_SAID = 6  # on one sheet


@dataclass(frozen=True, slots=True)
class Felt:
    """How the answers to one metric fall into its bands. bands: name, count and share as written,
    and the answers it is made of, negative first."""

    metric: Metric
    bar: WrittenBands
    n: str
    bands: Sequence[tuple[str, str, str, Answers]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One stage in some months. said: its starred comments, the newest first, of `starred`. waits:
    a job counts its words."""

    journey: JourneyInfo
    stage: StageInfo
    months: Sequence[str]
    words: Words
    choices: Sequence[Choice] = ()
    felt: Sequence[Felt] = ()
    said: Sequence[Row] = ()
    starred: int = 0
    notes: Mapping[str, Sequence[Note]] = field(default_factory=dict)
    waits: bool = False

    @property
    def period(self) -> str:
        return format_months(self.months[0], self.months[-1])

    @property
    def span(self) -> Mapping[str, str]:
        """The months as filters of lists."""
        return {"since": self.months[0], "until": self.months[-1]}


async def read_panel(
    session: AsyncSession, workspace: Workspace, stage: Stage, asked: Asked, now: datetime
) -> Panel:
    """The panel of a stage of the workspace, for the months asked for: three up to the last
    complete month that has answers, unless told otherwise."""
    journey = await find_journey(session, workspace.id, stage.journey_id)
    info = next(each for each in journey.stages if each.id == stage.id) if journey else None
    if journey is None or info is None:
        raise LookupError(stage.id)  # deleted between two statements
    series = tuple(series.id for _, _, series in _placed(info))
    span = await answered_span(session, workspace.id, series)
    running = month_at(now, workspace.time_zone)
    last = min(span.last or running, shift(running, -1))
    month, n = asked.get("month") or last, int(asked.get("months") or SPANS[1])
    months = months_between(shift(month, 1 - n), month)
    said, starred = await _said(session, workspace, info, months)
    return Panel(
        journey=journey,
        stage=info,
        months=months,
        words=await read_words(session, workspace.id, Where("stage", info.id), months[0], month),
        choices=_choices(month, str(n), span.first or last, running),
        felt=await _felt(session, workspace, journey, info, months),
        said=said,
        starred=starred,
        notes=await read_notes(session, workspace.id, stage.id),
    )


def _placed(stage: StageInfo) -> Sequence[tuple[Any, Any, SeriesInfo]]:
    return [(stage, point, series) for point in stage.touchpoints for series in point.series]


def _choices(month: str, n: str, first: str, running: str) -> tuple[Choice, ...]:
    spans = tuple(
        (span, ngettext("%(n)s month", "%(n)s months", int(span)) % {"n": span}) for span in SPANS
    )
    return (
        month_choice("month", _("Until"), month, first, running),
        Choice("months", _("Span"), n, spans),
    )


async def _felt(
    session: AsyncSession,
    workspace: Workspace,
    journey: JourneyInfo,
    stage: StageInfo,
    months: Sequence[str],
) -> list[Felt]:
    """The metric that the stage is read by comes first."""
    series = tuple(line.id for _, _, line in _placed(stage))
    rows = await read_counts(session, workspace.id, CountQuery(series, months[0], months[-1]))
    tally = Tally(journey, rows, workspace.time_zone, as_of=months[-1])
    totals, replaced = tally.totals(), tally.lines(REPLACED)
    found = []
    for key in dict.fromkeys([stage.headline, *stage.metrics]):
        score = totals.get((key, str(stage.id))) if key else None
        if key and score is not None and score.display != "hidden":
            apart = sum(each.n for each in replaced.get((key, str(stage.id)), {}).values())
            answers = answers_at(stage, months, score.n, metric=key, apart=apart)
            found.append(_felt_by(score, METRICS[key], answers))
    return found


def _felt_by(score: Score, metric: Metric, answers: Answers) -> Felt:
    counts = (score.negative, score.neutral, score.positive)
    return Felt(
        metric,
        write_score(score, metric).bands,
        ngettext("%(n)s answer", "%(n)s answers", score.n) % {"n": format_number(score.n)},
        tuple(
            (name, format_number(n), write_share(n, score.n), answers.of(n, band=band))
            for band, name, n in zip(BANDS, band_names(metric), counts, strict=True)
        ),
    )


async def _said(
    session: AsyncSession, workspace: Workspace, stage: StageInfo, months: Sequence[str]
) -> tuple[Sequence[Row], int]:
    """The starred comments of the stage in these months, as the list of comments has them."""
    places = await load_asked_series(session, workspace.id)
    filters = Filters(
        stage=stage.id, since=months[0], until=months[-1], comment=True, mark="starred"
    )
    zone = ZoneInfo(workspace.time_zone)
    page = await list_responses(session, workspace.id, places, filters, zone, size=MOST_SAID)
    marks = await marks_of(session, workspace.id, [row.response.id for row in page.rows])
    hidden = {id for id, mark in marks.items() if mark.hidden_at}
    shown = [row for row in page.rows if row.response.id not in hidden]
    return shown, page.total.n if page.total else len(shown)
