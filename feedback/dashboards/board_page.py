"""The page of the board: its readings, and how the template says and draws each of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from feedback.changes.words import ChangeNote, SaidChanges, note_change
from feedback.charts.geometry import SPARK, ChartData, draw
from feedback.charts.lines import Beside, askers_at, axis_for, flag_days, line_of, seam_marks
from feedback.dashboards.board import Reading, StageReading, read_board
from feedback.dashboards.pages import (
    KEPT,
    Key,
    Nothing,
    changes_of,
    coarse_hint,
    exports,
    mark_wrong,
    no_answers,
    no_journey,
    said,
)
from feedback.dashboards.read import Counts, Scope
from feedback.filters import FilterError
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.readings.filters import (
    Choice,
    channel_choice,
    journey_choice,
    month_choice,
    place_of,
)
from feedback.readings.journey import Spot
from feedback.wording import (
    WrittenScore,
    explain_score,
    metric_name,
    month_alone,
    month_name,
    write_score,
)

DOT = "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Board:
    """What was read, and the words of each reading."""

    counts: Counts
    stages: tuple[StageReading, ...]

    @property
    def has_targets(self) -> bool:
        shown = (reading for each in self.stages for reading in (each.headline, *each.rows))
        return any(reading and reading.target is not None for reading in shown)

    def score(self, reading: Reading) -> WrittenScore:
        period = "" if self.counts.recent else month_name(self.counts.window.chosen)
        return write_score(reading.chosen, reading.metric, period)

    def note(self, reading: Reading, score: WrittenScore) -> str:
        """`CSAT 1–5 · ± 4 · 271`: the answers in words only where they are too few."""
        answers = format_number(score.n) if score.display == "shown" else score.answers
        note = f"{score.margin}{DOT}{answers}" if score.margin else answers
        return f"{metric_name(reading.metric)} · {note}"

    def formula(self, reading: Reading) -> tuple[str, ...]:
        """How the number came about, and what it leaves out."""
        lines = [explain_score(reading.chosen, reading.metric)]
        if reading.replaced is not None:
            n = reading.replaced.n
            text = ngettext(
                "The question was reworded in this month: %(n)s answer to the former wording is "
                "left out.",
                "The question was reworded in this month: %(n)s answers to the former wording are "
                "left out.",
                n,
            )
            lines.append(text % {"n": format_number(n)})
        return tuple(line for line in lines if line)

    def change(self, reading: Reading) -> ChangeNote | None:
        """What is known of the line's changes; nothing of a metric asked formerly."""
        if not reading.is_asked_now:
            return None
        has_enough = reading.chosen.display == "shown"
        return note_change(reading.told, changes_of(self.counts).looked_at, has_enough=has_enough)

    def spark(self, reading: Reading) -> ChartData:
        """The small line of a tile, on a scale of its own."""
        spot, window = Spot(reading.stage, reading.touchpoint), self.counts.window
        asked = askers_at(reading.metric.key, spot)
        title = _("%(name)s, month by month from %(first)s to %(last)s") % {
            "name": (spot.touchpoint or spot.stage).name,
            "first": month_name(window.months[0]),
            "last": month_name(window.months[-1]),
        }
        points = line_of(reading.months, reading.metric, window, worded=False)
        targets = [] if reading.target is None else [reading.target]
        return draw(
            points,
            title=title,
            axis=axis_for([points], reading.metric, targets, has_ticks=False),
            box=SPARK,
            target=None if reading.target is None else (reading.target, ""),
            beside=Beside(
                seams=seam_marks(asked, self.counts.time_zone),
                flags=flag_days(self.counts.flags, spot),
                is_changed=reading.told is not None and reading.told.change is not None,
            ),
        )

    def silent(self, stage: StageReading) -> Iterator[str]:
        """Silent touchpoints counted, those never asked apart from those asked in vain."""
        times = self.counts.touchpoints_asked
        silent = [each.touchpoint for each in stage.touchpoints if each.is_silent]
        if unasked := [each.name for each in silent if not times.get(str(each.id))]:
            n = len(unasked)
            text = ngettext("%(n)s silent: not asked", "%(n)s silent: not asked", n)
            yield text % {"n": n} + f" ({', '.join(unasked)})"
        if asked := [each.name for each in silent if times.get(str(each.id))]:
            n = len(asked)
            text = ngettext("%(n)s silent: asked, no answer", "%(n)s silent: asked, no answer", n)
            yield text % {"n": n} + f" ({', '.join(asked)})"


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
    board: Board | None = None
    period: str = ""
    running: str = ""
    so_far: str = ""
    nothing: Nothing | None = None


def board_page(counts: Counts | None, scope: Scope, etag: str = "") -> BoardPage:
    """The board; with an `etag` it looks by itself whether something is new."""
    if counts is None:
        return BoardPage(nothing=no_journey())
    asked, window, choices = scope.asked, counts.window, board_choices(counts, scope)
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
        board=_board(Key(counts, counts.version, "")),
        period="" if counts.recent or is_running else month_name(window.chosen),
        running=month_name(running) if running else "",
        so_far=_so_far(running) if running else "",
    )


def _so_far(running: str) -> str:
    return _("%(month)s so far") % {"month": month_alone(running, short=True)}


@lru_cache(maxsize=KEPT)
def _board(key: Key) -> Board | None:
    stages = read_board(key.counts)
    return Board(key.counts, stages) if stages else None


def board_choices(counts: Counts, scope: Scope) -> tuple[Choice, ...]:
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
        page, choices=choices, error=str(error), board=None, said=None, hint="", nothing=None
    )
