"""The board in words: each number with its note, and the lines of what is to be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from feedback.board.read import Month
from feedback.board.to_do import ToDo, say_to_do
from feedback.board.unhappy import as_unhappy
from feedback.changes.answers import change_answers
from feedback.changes.find import Told
from feedback.changes.notes import ChangeNote, note_change
from feedback.changes.words import verdict
from feedback.charts.geometry import SPARK, ChartData, draw
from feedback.charts.lines import (
    Axis,
    Beside,
    askers_at,
    axis_for,
    flag_days,
    line_of,
    line_title,
    points_of,
    seam_marks,
    turn_of,
)
from feedback.dashboards.board import Reading, StageReading
from feedback.dashboards.read import Counts, changes_of
from feedback.dashboards.strands import year_before
from feedback.dashboards.targets import gap_of, to_go
from feedback.explain import explain_score
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.readings.answers import Answers, is_anonymous_at
from feedback.responses.filters import answers_link
from feedback.scoring import Score
from feedback.scoring.months import shift
from feedback.surveys.seams import CURRENT
from feedback.wording import (
    WrittenScore,
    metric_name,
    month_name,
    month_short,
    write_number,
    write_score,
    write_target,
)

YEAR = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """A small line under a number: its name and its value, and the answers it rests on."""

    name: str
    value: str
    href: str = ""
    n: int = 0


@dataclass(frozen=True)
class Board:
    """What was read, and the words of each reading. is_unhappy: all in shares of unhappy answers,
    whose lines have one scale."""

    month: Month
    is_unhappy: bool = False

    @property
    def counts(self) -> Counts:
        return self.month.counts

    @property
    def stages(self) -> tuple[StageReading, ...]:
        return self.month.stages

    @property
    def period(self) -> str:
        return "" if self.counts.recent else month_name(self.counts.window.chosen)

    @property
    def has_targets(self) -> bool:
        headlines = (stage.headline for stage in self.stages)
        return not self.is_unhappy and any(h and h.target is not None for h in headlines)

    def shown(self, reading: Reading) -> Reading:
        return as_unhappy(reading, self.counts) if self.is_unhappy else reading

    def score(self, reading: Reading) -> WrittenScore:
        shown = self.shown(reading)
        return write_score(shown.chosen, shown.metric, self.period)

    def made_of(self, reading: Reading) -> tuple[object, ...]:
        """All that the reading's markup depends on."""
        counts, window = self.counts, self.counts.window
        return (
            *(reading.touchpoint or reading.stage, reading.metric.key, reading.target),
            *(reading.is_asked_now, counts.recent, counts.looked_at, counts.time_zone),
            # The stage of a touchpoint too: its flags stand on the lines of its parts.
            *(counts.flags, reading.stage, counts.journey.id, tuple(window.months)),
            *(window.running, window.chosen, reading.chosen, reading.running, reading.replaced),
            *(reading.told, reading.months or None),  # the same line is the same object
            *(self.is_unhappy, self._axis, counts.channel),
        )

    def link(self, reading: Reading, month: str = "") -> str:
        """The answers that the number was made of."""
        return self._answers(reading, "negative" if self.is_unhappy else "", month)

    def all_link(self, reading: Reading) -> str:
        """All the answers of its period."""
        return self._answers(reading)

    def _answers(
        self,
        reading: Reading,
        band: str = "",
        month: str = "",
        *,
        path: str = "/responses",
        comment: bool = False,
    ) -> str:
        window, spot = self.counts.window, reading.spot
        since, until = month or window.chosen, month or window.chosen
        if self.counts.recent:
            since, until = window.months[0], window.months[-1]
        return answers_link(
            path,
            comment=comment,
            stage=None if spot.touchpoint else spot.stage.id,
            touchpoint=spot.touchpoint and spot.touchpoint.id,
            metric=reading.metric.key,
            # Of another month it is not known here whether a seam parted answers from it.
            wording=CURRENT if month or self.counts.recent or reading.replaced else "",
            channel=self.counts.channel,
            band=band,
            since=since,
            until=until,
        )

    def size(self, reading: Reading) -> int:
        """How many answers its link leads to; 0 where there is none."""
        return self._size(reading, reading.chosen)

    def _size(self, reading: Reading, score: Score) -> int:
        if not self.is_unhappy:
            return score.n
        return 0 if is_anonymous_at(reading.spot) else score.negative

    def is_short_of(self, reading: Reading) -> bool:
        """Whether its answers want words: too few of them, or too few people."""
        return reading.chosen.display != "shown" or reading.chosen.has_few_people

    def comments(self, reading: Reading) -> str:
        """The unhappy comments of its period; blank where nobody was unhappy."""
        if not reading.chosen.negative:
            return ""
        return self._answers(reading, "negative", path="/comments", comment=True)

    def formula(self, reading: Reading) -> tuple[str, ...]:
        """How the number came about, and what it leaves out."""
        shown = self.shown(reading)
        lines = explain_score(shown.chosen, shown.metric), self.left_out(reading)
        return tuple(line for line in lines if line)

    def left_out(self, reading: Reading) -> str:
        """What a seam in this month parted from the number; blank where none did."""
        if reading.replaced is None:
            return ""
        n = reading.replaced.n
        text = ngettext(
            "The question was reworded in this month: %(n)s answer to the former wording is left "
            "out.",
            "The question was reworded in this month: %(n)s answers to the former wording are left "
            "out.",
            n,
        )
        return text % {"n": format_number(n)}

    def change(self, reading: Reading) -> ChangeNote | None:
        """What changed on the line; None where there is nothing to say. As shares of unhappy
        answers it is a fact without a size: that would be of the score."""
        told = reading.told if reading.is_asked_now else None
        if told is None or told.change is None:
            return None
        has_enough = reading.chosen.display == "shown"
        note = note_change(told, changes_of(self.counts).looked_at, has_enough=has_enough)
        if not self.is_unhappy:
            return note
        since = month_short(told.change.began)
        return ChangeNote(_("since %(month)s") % {"month": since}, verdict=verdict(told))

    def since(self, reading: Reading) -> Answers | None:
        """The answers by which its change is shown."""
        return change_answers(reading.told) if reading.told and reading.told.change else None

    def facts(self, reading: Reading) -> Iterator[Fact]:
        """The gap to the target, and the same month of the year before."""
        gap = None if self.is_unhappy else gap_of(reading)
        if gap is not None and gap.is_off_scale:
            words = {"target": f"{gap.target:g}", "metric": metric_name(reading.metric)}
            said = _("The target %(target)s is off the scale of %(metric)s: set it anew") % words
            yield Fact(said, "")
        elif gap is not None:
            name = _("Target %(target)s") % {"target": write_target(gap.target, reading.metric)}
            known = gap.is_reached is not None
            rest = _("reached") if gap.is_reached else to_go(gap, reading) if known else ""
            yield Fact(name, rest)
        before = self._year_before(reading)
        if before is not None:
            month = shift(self.counts.window.chosen, -YEAR)
            shown = self.shown(reading)
            score, n = shown.months[month], self._size(reading, before)
            yield Fact(
                month_short(month),
                write_number(score.score or 0.0, shown.metric),
                self.link(reading, month) if n else "",
                n,
            )

    def _year_before(self, reading: Reading) -> Score | None:
        if self.counts.recent:
            return None
        seams = seam_marks(askers_at(reading.metric.key, reading.spot), self.counts.time_zone)
        return year_before(reading.months, self.counts.window.chosen, seams)

    @cached_property
    def _axis(self) -> Axis | None:
        """One scale for all stages, where they have one unit."""
        found = [self.shown(each.headline) for each in self.stages if each.headline]
        if not self.is_unhappy or not found:
            return None
        lines = [points_of(each.months, each.metric, self.counts.window) for each in found]
        return axis_for([*lines], found[0].metric, has_ticks=False)

    def spark(self, reading: Reading) -> ChartData:
        """The small line of a stage."""
        counts, spot, shown = self.counts, reading.spot, self.shown(reading)
        points = line_of(shown.months, shown.metric, counts.window, worded=False)
        targets = [] if shown.target is None else [shown.target]
        return draw(
            points,
            title=line_title(spot.place.name, counts.window),
            axis=self._axis or axis_for([points], shown.metric, targets, has_ticks=False),
            box=SPARK,
            target=(targets[0], "") if targets else None,
            beside=Beside(
                seams=seam_marks(askers_at(reading.metric.key, spot), counts.time_zone),
                flags=flag_days(counts.flags, spot),
                turn=turn_of(reading.told),
            ),
        )

    def metric_beside(self, reading: Reading) -> str:
        """The metric of a row, where it is another than that of its stage."""
        if self.is_unhappy and reading.is_asked_now:
            return ""
        same = reading.metric.key == reading.stage.headline
        return "" if same and reading.is_asked_now else metric_name(reading.metric)

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

    @property
    def others(self) -> str:
        """The touchpoints of which there is nothing to say, in one line; blank where none has
        anything: the sentence above says so."""
        rows = [each.told for stage in self.stages for each in stage.rows if each.is_asked_now]
        changed = sum(_state(told) == "changed" for told in rows)
        usual = sum(_state(told) == "no clear change" for told in rows)
        if not changed or not usual:
            return ""
        text = ngettext("The other one: as usual", "The other %(n)s: as usual", usual)
        return text % {"n": format_number(usual)}

    @property
    def to_do(self) -> list[ToDo]:
        """At most three lines, in scores as they were asked."""
        return say_to_do(self.month, Board(self.month).link)

    @property
    def first(self) -> str:
        """The touchpoint that the priorities say to start with; blank where none is sure."""
        names = {touchpoint.id: touchpoint.name for touchpoint in self.counts.journey.touchpoints}
        return names.get(self.month.first, "") if self.month.first else ""


def _state(told: Told | None) -> str:
    return told.state if told else ""
