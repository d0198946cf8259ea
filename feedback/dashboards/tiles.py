"""The board in words and lines, ready for its template: tiles for stages, rows for touchpoints."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.changes.words import ChangeNote, note_change
from feedback.charts.flags import flag_days
from feedback.charts.geometry import ChartData
from feedback.charts.lines import sparkline
from feedback.charts.plot import Beside
from feedback.charts.seam_marks import Place, askers_at, seam_marks
from feedback.dashboards.board import BoardSource, Reading, StageReading, TouchpointReading
from feedback.dashboards.formula import explain_score
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.wording import (
    WrittenScore,
    headline_meaning,
    metric_name,
    month_name,
    write_score,
    write_target,
)

DOT = "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class TouchpointRow:
    id: str
    metric: str
    name: str
    score: WrittenScore
    note: str
    formula: tuple[str, ...]
    change: ChangeNote | None
    chart: ChartData


@dataclass(frozen=True, slots=True)
class StageColumn:
    id: str
    name: str
    metric: str
    metric_name: str
    meaning: str
    score: WrittenScore | None
    formula: tuple[str, ...]
    change: ChangeNote | None
    chart: ChartData | None
    target: str
    running: WrittenScore | None
    touchpoints: tuple[TouchpointRow, ...]
    silent: tuple[str, ...]


def write_board(readings: Sequence[StageReading], source: BoardSource) -> list[StageColumn]:
    """The board in words and lines, ready for its template."""
    return [_column(reading, source) for reading in readings]


def _column(reading: StageReading, source: BoardSource) -> StageColumn:
    stage, headline = reading.stage, reading.headline
    return StageColumn(
        id=str(stage.id),
        name=stage.name,
        metric=headline.metric.key if headline else "",
        metric_name=metric_name(headline.metric) if headline else "",
        meaning=headline_meaning(headline.metric) if headline else "",
        score=_written(headline, source) if headline else None,
        formula=_formula(headline) if headline else (),
        change=_change(headline, source) if headline else None,
        chart=_spark((stage, None), headline, source) if headline else None,
        target=_target(headline),
        running=_running(headline),
        touchpoints=tuple(_rows(reading, source)),
        silent=tuple(_silent(reading.touchpoints, source)),
    )


def _written(reading: Reading, source: BoardSource) -> WrittenScore:
    period = "" if source.recent else month_name(source.window.chosen)
    return write_score(reading.chosen, reading.metric, period)


def _formula(reading: Reading) -> tuple[str, ...]:
    """How the number came about, and what it leaves out."""
    lines = [explain_score(reading.chosen, reading.metric)]
    if reading.replaced is not None:
        n = reading.replaced.n
        text = ngettext(
            "The question was reworded in this month: %(n)s answer to the former wording is left "
            "out.",
            "The question was reworded in this month: %(n)s answers to the former wording are left "
            "out.",
            n,
        )
        lines.append(text % {"n": format_number(n)})
    return tuple(line for line in lines if line)


def _change(reading: Reading, source: BoardSource) -> ChangeNote | None:
    """What is known of the line's changes; nothing of a metric asked formerly, or of no answers."""
    if source.changes is None or not reading.is_asked_now:
        return None
    has_enough = reading.chosen.display == "shown"
    return note_change(reading.told, source.changes.looked_at, has_enough=has_enough)


def _spark(place: Place, reading: Reading, source: BoardSource) -> ChartData:
    stage, touchpoint = place
    asked = askers_at(reading.metric.key, place)
    title = _("%(name)s, month by month from %(first)s to %(last)s") % {
        "name": (touchpoint or stage).name,
        "first": month_name(source.window.months[0]),
        "last": month_name(source.window.months[-1]),
    }
    return sparkline(
        reading.months,
        reading.metric,
        source.window,
        title=title,
        target=reading.target,
        beside=Beside(
            seams=seam_marks(asked, source.time_zone),
            flags=flag_days(source.flags, stage, touchpoint),
            is_changed=reading.told is not None and reading.told.change is not None,
        ),
    )


def _target(reading: Reading | None) -> str:
    if reading is None or reading.target is None:
        return ""
    return write_target(reading.target, reading.metric)


def _running(reading: Reading | None) -> WrittenScore | None:
    if reading is None or reading.running is None:
        return None
    return write_score(reading.running, reading.metric)


def _rows(stage: StageReading, source: BoardSource) -> list[TouchpointRow]:
    return [
        TouchpointRow(
            id=str(touchpoint.touchpoint.id),
            metric=reading.metric.key,
            name=touchpoint.touchpoint.name,
            score=(written := _written(reading, source)),
            note=_note(reading, written),
            formula=_formula(reading),
            change=_change(reading, source),
            chart=_spark((stage.stage, touchpoint.touchpoint), reading, source),
        )
        for touchpoint in stage.touchpoints
        for reading in touchpoint.readings
        if reading.months
    ]


def _note(reading: Reading, written: WrittenScore) -> str:
    """`CSAT 1–5 · ± 4 · 271`: the answers in words only where they are too few."""
    answers = format_number(written.n) if written.display == "shown" else written.answers
    score = f"{written.margin}{DOT}{answers}" if written.margin else answers
    return f"{metric_name(reading.metric)} · {score}"


def _silent(touchpoints: Sequence[TouchpointReading], source: BoardSource) -> list[str]:
    """Silent touchpoints counted, those never asked apart from those asked in vain."""
    silent = [t.touchpoint for t in touchpoints if t.is_silent]
    asked = [t for t in silent if source.asked.get(str(t.id), 0)]
    unasked = [t for t in silent if not source.asked.get(str(t.id), 0)]
    lines = []
    if unasked:
        lines.append(
            ngettext("%(n)s silent: not asked", "%(n)s silent: not asked", len(unasked))
            % {"n": len(unasked)}
            + f" ({', '.join(t.name for t in unasked)})"
        )
    if asked:
        lines.append(
            ngettext("%(n)s silent: asked, no answer", "%(n)s silent: asked, no answer", len(asked))
            % {"n": len(asked)}
            + f" ({', '.join(t.name for t in asked)})"
        )
    return lines
