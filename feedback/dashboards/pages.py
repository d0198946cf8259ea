"""The board and the trends as their templates take them: words and lines, nothing to compute."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from feedback.dashboards.board import (
    COARSE_BELOW,
    BoardSource,
    StageColumn,
    read_board,
    write_board,
)
from feedback.dashboards.choices import (
    Choice,
    channel_choice,
    journey_choice,
    metric_choice,
    month_choice,
    stage_choice,
    touchpoint_choice,
)
from feedback.dashboards.empty import Nothing, no_answers, no_journey
from feedback.dashboards.filters import Asked, FilterError, place_of
from feedback.dashboards.read import Counts, Scope
from feedback.dashboards.trends import (
    TrendPanel,
    TrendsSource,
    TrendTableRow,
    draw_panels,
    read_strands,
    unasked,
    write_table,
)
from feedback.i18n import current_locale, ngettext
from feedback.i18n import gettext as _
from feedback.wording import (
    headline_meaning,
    metric_name,
    month_alone,
    month_name,
    month_short,
)

KEPT = 64  # computed pages kept in memory: a page looked at by many is computed once


@dataclass(frozen=True, slots=True)
class BoardPage:
    address: str = "/board"
    etag: str = ""
    choices: tuple[Choice, ...] = ()
    journey_id: str = ""
    was: str = ""
    exports: tuple[tuple[str, str], ...] = ()
    error: str = ""
    hint: str = ""
    stages: tuple[StageColumn, ...] = ()
    period: str = ""
    running: str = ""
    so_far: str = ""
    nothing: Nothing | None = None

    @property
    def has_targets(self) -> bool:
        charts = [stage.chart for stage in self.stages]
        charts += [place.chart for stage in self.stages for place in stage.touchpoints]
        return any(chart.target for chart in charts if chart is not None)


@dataclass(frozen=True, slots=True)
class TrendsPage:
    address: str = "/trends"
    choices: tuple[Choice, ...] = ()
    was: str = ""
    exports: tuple[tuple[str, str], ...] = ()
    error: str = ""
    heading: str = ""
    meaning: str = ""
    panels: tuple[TrendPanel, ...] = ()
    months: tuple[tuple[str, str], ...] = ()
    rows: tuple[TrendTableRow, ...] = ()
    unasked: tuple[str, ...] = ()
    nothing: Nothing | None = None

    @property
    def has_seams(self) -> bool:
        return any(panel.chart.seams for panel in self.panels)

    @property
    def has_targets(self) -> bool:
        return any(panel.chart.target for panel in self.panels)


def board_page(counts: Counts | None, scope: Scope, etag: str = "") -> BoardPage:
    """The board; with an `etag` it looks by itself whether something is new."""
    if counts is None:
        return BoardPage(nothing=no_journey())
    asked, window, choices = scope.asked, counts.window, _board_choices(counts, scope)
    page = BoardPage(
        address=asked.address("/board"),
        etag=etag,
        choices=choices,
        journey_id=str(counts.journey.id),
        was=place_of({choice.name: choice.value for choice in choices}),
        exports=_exports(asked, "/board", "csv", "json"),
        nothing=no_answers(),
    )
    if not counts.span.first:
        return page
    running = "" if counts.recent else window.running
    is_running = running == window.chosen
    return replace(
        page,
        hint=coarse_hint(counts),
        stages=_columns(_Key(counts, counts.version, current_locale())),
        period="" if counts.recent or is_running else month_name(window.chosen),
        running=month_name(running) if running else "",
        so_far=_so_far(running) if running else "",
    )


def _so_far(running: str) -> str:
    return _("%(month)s so far") % {"month": month_alone(running, short=True)}


@dataclass(frozen=True, slots=True)
class _Key:
    """What a computed page depends on; the counts themselves are told apart by their version."""

    counts: Counts = field(compare=False)
    version: str
    locale: str


@lru_cache(maxsize=KEPT)
def _columns(key: _Key) -> tuple[StageColumn, ...]:
    source = board_source(key.counts)
    return tuple(write_board(read_board(source), source))


def board_source(counts: Counts) -> BoardSource:
    return BoardSource(
        journey=counts.journey,
        frame=counts.frame(),
        window=counts.window,
        recent=counts.recent,
        asked=counts.touchpoints_asked or {},
    )


def _board_choices(counts: Counts, scope: Scope) -> tuple[Choice, ...]:
    recent = [("", _("Last 30 days"))] if counts.recent else []
    chosen = counts.window.chosen
    first = counts.span.first or chosen or scope.running
    choices = [
        month_choice("month", _("Month"), chosen, first, scope.running, recent),
        channel_choice(scope.asked),
    ]
    if len(counts.journeys) > 1:
        choices.insert(0, journey_choice(counts.journeys, counts.journey))
    return tuple(choices)


def _exports(asked: Asked, path: str, *kinds: str) -> tuple[tuple[str, str], ...]:
    return tuple((kind.upper(), asked.address(f"{path}.{kind}")) for kind in kinds)


def coarse_hint(counts: Counts) -> str:
    """Says that a journey of few touchpoints tells that something is wrong, not what."""
    n = len(counts.journey.touchpoints)
    if n >= COARSE_BELOW:
        return ""
    return ngettext(
        "This journey has %(n)s touchpoint. With fewer than eight, a low score says that "
        "something is wrong, not what.",
        "This journey has %(n)s touchpoints. With fewer than eight, a low score says that "
        "something is wrong, not what.",
        n,
    ) % {"n": n}


def trends_page(counts: Counts | None, scope: Scope) -> TrendsPage:
    if counts is None:
        return TrendsPage(nothing=no_journey())
    asked, choices = _settled(scope.asked, counts), _trends_choices(counts, scope)
    drawn = _drawn(_Key(counts, counts.version, current_locale()), scope.workspace.time_zone)
    return TrendsPage(
        address=asked.address("/trends"),
        choices=choices,
        was=place_of({choice.name: choice.value for choice in choices}),
        exports=_exports(asked, "/trends", "csv", "json", "svg", "png", "pdf"),
        heading=metric_name(counts.metric),
        meaning=headline_meaning(counts.metric),
        panels=drawn.panels,
        months=tuple((month, month_short(month)) for month in reversed(counts.window.months)),
        rows=drawn.rows,
        unasked=drawn.unasked,
        nothing=no_answers() if not counts.span.first else None,
    )


def _settled(asked: Asked, counts: Counts) -> Asked:
    """What is really shown: after a move the metric may be another than the form said."""
    if not asked.get("metric"):
        return asked
    return Asked({**asked.values, "metric": counts.metric.key})


@dataclass(frozen=True, slots=True)
class _Drawn:
    panels: tuple[TrendPanel, ...]
    rows: tuple[TrendTableRow, ...]
    unasked: tuple[str, ...]


@lru_cache(maxsize=KEPT)
def _drawn(key: _Key, time_zone: str) -> _Drawn:
    source = trends_source(key.counts, time_zone)
    strands = read_strands(source)
    return _Drawn(
        tuple(draw_panels(strands, source)),
        tuple(write_table(strands, source)),
        tuple(unasked(source)),
    )


def trends_source(counts: Counts, time_zone: str) -> TrendsSource:
    return TrendsSource(
        journey=counts.journey,
        focus=counts.focus,
        metric=counts.metric,
        frame=counts.frame(),
        window=counts.window,
        time_zone=time_zone,
    )


def _trends_choices(counts: Counts, scope: Scope) -> tuple[Choice, ...]:
    asked, window, focus = scope.asked, counts.window, counts.focus
    since, until = window.months[0], window.months[-1]
    first = counts.span.first or since
    stage = str(focus.stage.id) if focus.stage else ""
    touchpoint = str(focus.touchpoint.id) if focus.touchpoint else ""
    choices = [
        metric_choice(counts.journey, counts.metric.key),
        stage_choice(counts.journey, stage),
        touchpoint_choice(counts.journey, stage, touchpoint),
        channel_choice(asked),
        month_choice("from", _("From"), since, first, scope.running),
        month_choice("to", _("To"), until, first, scope.running),
    ]
    if len(counts.journeys) > 1:
        choices.insert(0, journey_choice(counts.journeys, counts.journey))
    return tuple(choices)


def refused_board(page: BoardPage, error: FilterError) -> BoardPage:
    """The page without its numbers, saying what could not be read."""
    choices = _marked(page.choices, error)
    return replace(page, choices=choices, error=str(error), stages=(), hint="", nothing=None)


def refused_trends(page: TrendsPage, error: FilterError) -> TrendsPage:
    """The page without its numbers, saying what could not be read."""
    choices = _marked(page.choices, error)
    return replace(page, choices=choices, error=str(error), panels=(), rows=(), nothing=None)


def _marked(choices: tuple[Choice, ...], error: FilterError) -> tuple[Choice, ...]:
    return tuple(replace(choice, is_wrong=choice.name == error.name) for choice in choices)
