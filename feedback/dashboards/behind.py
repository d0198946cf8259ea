"""The answers behind the numbers of a trend, each in its months and wording."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.charts.lines import Point, askers_at
from feedback.dashboards.board import Reading
from feedback.dashboards.rates import MonthRate
from feedback.dashboards.read import Counts
from feedback.dashboards.strands import Strand
from feedback.readings.answers import NO_LIST, Answers, Place, answers_at, replaced_at
from feedback.readings.journey import Spot
from feedback.readings.scores import POOLED
from feedback.scoring import Score
from feedback.scoring.months import months_between
from feedback.surveys.seams import pooled_from


@dataclass(frozen=True, slots=True)
class Behind:
    """What every number of one page has in common."""

    metric: str
    channel: str

    def month(self, strand: Strand, month: str) -> Answers | None:
        """Of a month of the line."""
        return self._at(strand, [month], strand.line.get(month))

    def pooled(self, strand: Strand, month: str) -> Answers | None:
        """Of the three months up to one, or of those since a seam among them."""
        since = pooled_from(month, POOLED, [seam.month for seam in strand.seams])
        return self._at(strand, months_between(since, month), strand.pooled.get(month))

    def replaced(self, strand: Strand, month: str) -> Answers | None:
        """Of a former wording, in the month in which it was replaced."""
        score = strand.apart.get(month)
        if score is None:
            return None
        return replaced_at(strand.spot, month, score.n, metric=self.metric, channel=self.channel)

    def points(self, strand: Strand, points: Sequence[Point]) -> list[Point]:
        """The points of the line, each with its answers."""
        return [replace(each, answers=self.month(strand, each.month)) for each in points]

    def points_apart(self, strand: Strand, points: Sequence[Point]) -> list[Point]:
        return [replace(each, answers=self.replaced(strand, each.month)) for each in points]

    def _at(self, strand: Strand, months: Sequence[str], score: Score | None) -> Answers | None:
        if score is None or not score.n:
            return None
        apart = sum(strand.apart[each].n for each in months if each in strand.apart)
        return answers_at(
            strand.spot, months, score.n, metric=self.metric, channel=self.channel, apart=apart
        )


def reading_answers(reading: Reading, counts: Counts) -> tuple[Answers, Answers]:
    """Those of a number of board or map, in its month, and those that a seam parted from it."""
    spot, metric = Spot(reading.stage, reading.touchpoint), reading.metric.key
    if counts.recent:
        months, apart = [counts.span.first, counts.span.last], len(_replaced(spot, metric))
    else:
        months, apart = [counts.period], reading.replaced.n if reading.replaced else 0
    chosen = answers_at(
        spot, months, reading.chosen.n, metric=metric, channel=counts.channel, apart=apart
    )
    if reading.replaced is None:
        return chosen, NO_LIST
    return chosen, replaced_at(spot, months[-1], apart, metric=metric, channel=counts.channel)


def _replaced(spot: Spot, metric: str) -> list[uuid.UUID]:
    """The surveys of a place that asked the metric in other words before."""
    surveys = [series.survey_id for _, series in askers_at(metric, spot)]
    return [survey for survey in set(surveys) if surveys.count(survey) > 1]


@dataclass(frozen=True, slots=True)
class RateAnswers:
    """What the rates of one page have in common: its place, metric and channel."""

    place: Place
    metric: str
    channel: str

    def month(self, rate: MonthRate) -> Answers:
        """The answers of a rate. No list where some of the month came by channels that asked
        nobody: it would hold them too."""
        if rate.left_out:
            return NO_LIST
        months = [rate.month]
        return answers_at(
            self.place, months, rate.answers, metric=self.metric, channel=self.channel
        )


def rate_answers(counts: Counts) -> RateAnswers:
    stage, touchpoint = counts.focus.stage, counts.focus.touchpoint
    place = counts.journey if stage is None else Spot(stage, touchpoint)
    return RateAnswers(place, counts.metric.key, counts.channel)
