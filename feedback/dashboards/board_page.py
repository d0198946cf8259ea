"""The board as its template takes it: words and lines, nothing to compute."""

from dataclasses import dataclass, replace
from functools import lru_cache

from feedback.changes.words import SaidChanges
from feedback.dashboards.board import read_board
from feedback.dashboards.empty import Nothing, no_answers, no_journey
from feedback.dashboards.pages import (
    KEPT,
    Key,
    board_source,
    coarse_hint,
    exports,
    mark_wrong,
    said,
)
from feedback.dashboards.read import Counts, Scope
from feedback.dashboards.tiles import StageColumn, write_board
from feedback.i18n import current_locale
from feedback.i18n import gettext as _
from feedback.readings.choices import Choice, channel_choice, journey_choice, month_choice
from feedback.readings.filters import FilterError, place_of
from feedback.wording import month_alone, month_name


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
    said: SaidChanges | None = None
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
        exports=exports(asked, "/board", "csv", "json"),
        nothing=no_answers(),
    )
    if not counts.span.first:
        return page
    running = "" if counts.recent else window.running
    is_running = running == window.chosen
    return replace(
        page,
        hint=coarse_hint(counts),
        said=said(counts, scope),
        stages=_columns(Key(counts, counts.version, current_locale())),
        period="" if counts.recent or is_running else month_name(window.chosen),
        running=month_name(running) if running else "",
        so_far=_so_far(running) if running else "",
    )


def _so_far(running: str) -> str:
    return _("%(month)s so far") % {"month": month_alone(running, short=True)}


@lru_cache(maxsize=KEPT)
def _columns(key: Key) -> tuple[StageColumn, ...]:
    source = board_source(key.counts)
    return tuple(write_board(read_board(source), source))


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


def refused_board(page: BoardPage, error: FilterError) -> BoardPage:
    """The page without its numbers, saying what could not be read."""
    choices = mark_wrong(page.choices, error)
    return replace(
        page, choices=choices, error=str(error), stages=(), said=None, hint="", nothing=None
    )
