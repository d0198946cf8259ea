"""The board: one column a stage, its touchpoints under it, everything as it was asked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from feedback.changes.find import Told
from feedback.changes.notes import ChangeNote, note_change
from feedback.changes.words import SaidChanges
from feedback.charts.geometry import SPARK, ChartData, draw
from feedback.charts.lines import (
    Beside,
    askers_at,
    axis_for,
    flag_days,
    line_of,
    line_title,
    seam_marks,
    turn_of,
)
from feedback.dashboards import screen
from feedback.dashboards.read import RECENT, Counts, Scope, changes_of
from feedback.explain import explain_score
from feedback.filters import FilterError
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.kept import scored
from feedback.memory import PAGE, memory
from feedback.readings.filters import Choice, place_of
from feedback.readings.journey import Spot, StageInfo, TouchpointInfo
from feedback.readings.scores import Line
from feedback.scoring import METRICS, Metric, Score
from feedback.surveys.seams import REPLACED
from feedback.web.files import file_links
from feedback.wording import (
    WrittenScore,
    metric_name,
    month_alone,
    month_name,
    write_score,
)

DOT = "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of the board: a stage's headline, or a touchpoint in one of its metrics.

    replaced: what a wording still got in the month chosen, before another took its place. told:
    what is known of its changes, None where it is not watched. is_asked_now: not a metric of old.
    """

    stage: StageInfo
    touchpoint: TouchpointInfo | None
    metric: Metric
    chosen: Score
    running: Score | None
    months: Line
    target: float | None
    replaced: Score | None = None
    told: Told | None = None
    is_asked_now: bool = True


@dataclass(frozen=True, slots=True)
class TouchpointReading:
    touchpoint: TouchpointInfo
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class StageReading:
    """A stage: its headline (None when nothing asks there) and its touchpoints."""

    stage: StageInfo
    headline: Reading | None
    touchpoints: tuple[TouchpointReading, ...]

    @property
    def rows(self) -> list[Reading]:
        """What the page has under the headline: what was answered within its months."""
        return [each for place in self.touchpoints for each in place.readings if each.months]


def read_board(counts: Counts) -> tuple[StageReading, ...]:
    """Every score of the board. A stage pools the answers to its headline metric, no others."""
    return memory.keep(("board", counts.version), lambda: _read(counts), lambda _: PAGE)


def _read(counts: Counts) -> tuple[StageReading, ...]:
    lines = _Lines(counts)
    return tuple(
        StageReading(
            stage,
            _headline(stage, lines),
            tuple(
                TouchpointReading(touchpoint, _readings(stage, touchpoint, lines))
                for touchpoint in stage.touchpoints
                if not touchpoint.is_archived or lines.has(touchpoint)
            ),
        )
        for stage in counts.journey.stages
        if not stage.is_archived or stage.touchpoints
    )


class _Lines:
    """The scores of all stages and touchpoints."""

    def __init__(self, counts: Counts) -> None:
        self.counts, self.changes = counts, changes_of(counts)
        self.lines = counts.tally.lines()
        if counts.recent:
            totals = counts.tally.totals()
            self.lines = {at: {**line, RECENT: totals[at]} for at, line in self.lines.items()}
        self.replaced = {} if counts.recent else counts.tally.lines(REPLACED)

    def has(self, touchpoint: TouchpointInfo) -> bool:
        return any((metric, str(touchpoint.id)) in self.lines for metric in touchpoint.metrics)

    def reading(self, key: str, spot: Spot, target: float | None) -> Reading:
        counts, window, metric = self.counts, self.counts.window, METRICS[key]
        at = (key, str((spot.touchpoint or spot.stage).id))
        line = self.lines.get(at, {})
        is_beside = not counts.recent and window.running != window.chosen
        return Reading(
            stage=spot.stage,
            touchpoint=spot.touchpoint,
            metric=metric,
            chosen=line.get(counts.period) or scored(metric, (0,) * len(metric.scale)),
            running=line.get(window.running) if is_beside else None,
            months=line,
            target=target,
            replaced=self.replaced.get(at, {}).get(counts.period),
            told=self.changes.at(spot, key),
        )


def _headline(stage: StageInfo, lines: _Lines) -> Reading | None:
    if stage.headline is None or not stage.metrics:
        return None
    return lines.reading(stage.headline, Spot(stage, None), stage.target)


def _readings(stage: StageInfo, touchpoint: TouchpointInfo, lines: _Lines) -> tuple[Reading, ...]:
    """The metric asked last, and any older one that still has answers in the window."""
    spot = Spot(stage, touchpoint)
    return tuple(
        lines.reading(metric, spot, touchpoint.target)
        if at == 0
        else replace(lines.reading(metric, spot, None), is_asked_now=False)
        for at, metric in enumerate(touchpoint.metrics)
        if at == 0 or (metric, str(touchpoint.id)) in lines.lines
    )


# The page: what was read, and how the template says and draws each reading.


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

    def made_of(self, reading: Reading) -> tuple[object, ...]:
        """All that the reading's markup depends on."""
        counts, window = self.counts, self.counts.window
        return (
            *(reading.touchpoint or reading.stage, reading.metric.key, reading.target),
            *(reading.is_asked_now, counts.recent, counts.looked_at, counts.time_zone),
            # The stage of a touchpoint too: its flags stand on the lines of its parts.
            *(counts.flags, reading.stage.id, counts.journey.id, tuple(window.months)),
            *(window.running, window.chosen, reading.chosen, reading.running, reading.replaced),
            *(reading.told, reading.months or None),  # the same line is the same object
        )

    def note(self, reading: Reading, score: WrittenScore) -> str:
        """`CSAT 1–5 · ± 4 · 271`: the answers in words only where they are too few."""
        answers = score.size if score.display == "shown" else score.answers
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
        counts, spot = self.counts, Spot(reading.stage, reading.touchpoint)
        points = line_of(reading.months, reading.metric, counts.window, worded=False)
        targets = [] if reading.target is None else [reading.target]
        return draw(
            points,
            title=line_title((reading.touchpoint or reading.stage).name, counts.window),
            axis=axis_for([points], reading.metric, targets, has_ticks=False),
            box=SPARK,
            target=(targets[0], "") if targets else None,
            beside=Beside(
                seams=seam_marks(askers_at(reading.metric.key, spot), counts.time_zone),
                flags=flag_days(counts.flags, spot),
                turn=turn_of(reading.told),
            ),
        )

    def silent(self, stage: StageReading) -> Iterator[str]:
        """Silent touchpoints counted, those never asked apart from those asked in vain."""
        times = self.counts.touchpoints_asked
        quiet = [p.touchpoint for p in stage.touchpoints if not any(r.chosen.n for r in p.readings)]
        if unasked := [each.name for each in quiet if not times.get(str(each.id))]:
            n = len(unasked)
            text = ngettext("%(n)s silent: not asked", "%(n)s silent: not asked", n)
            yield text % {"n": n} + f" ({', '.join(unasked)})"
        if asked := [each.name for each in quiet if times.get(str(each.id))]:
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
    nothing: screen.Nothing | None = None


def board_page(counts: Counts | None, scope: Scope, etag: str = "") -> BoardPage:
    """The board; with an `etag` it looks by itself whether something is new."""
    if counts is None:
        return BoardPage(nothing=screen.no_journey())
    asked, window, choices = scope.asked, counts.window, screen.board_choices(counts, scope)
    page = BoardPage(
        address=asked.address("/board"),
        etag=etag,
        choices=choices,
        journey_id=str(counts.journey.id),
        was=place_of({choice.name: choice.value for choice in choices}),
        exports=file_links(asked.address("/board")),
        nothing=screen.no_answers(),
    )
    if not counts.span.first:
        return page
    running = "" if counts.recent else window.running
    is_running = running == window.chosen
    so_far = _("%(month)s so far") % {"month": month_alone(running, short=True)} if running else ""
    return replace(
        page,
        hint=screen.coarse_hint(counts),
        said=screen.said(counts, scope),
        board=Board(counts, stages) if (stages := read_board(counts)) else None,
        period="" if counts.recent or is_running else month_name(window.chosen),
        running=month_name(running) if running else "",
        so_far=so_far,
    )


def refused_board(page: BoardPage, error: FilterError) -> BoardPage:
    """The page without its numbers, saying what could not be read."""
    choices = screen.mark_wrong(page.choices, error)
    return replace(
        page, choices=choices, error=str(error), board=None, said=None, hint="", nothing=None
    )
