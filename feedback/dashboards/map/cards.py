"""The journey map: its stages and touchpoints as they were read, and how each is said.

The words are made once, when they are first asked for: page, paper and picture take the same ones,
and the files take none.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from feedback.dashboards.behind import reading_answers
from feedback.dashboards.board import Reading, TouchpointReading, read_board
from feedback.dashboards.map.read import MapCounts, Mentions
from feedback.dashboards.read import Counts
from feedback.dashboards.targets import Gap, gap_of, to_go
from feedback.i18n import current_locale, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.readings.answers import Answers
from feedback.readings.journey import StageInfo, TouchpointInfo
from feedback.scoring import HIDDEN_BELOW, Metric, round_half_away
from feedback.surveys.labels import place_names
from feedback.wording import (
    PERCENT,
    WrittenScore,
    metric_name,
    month_name,
    month_short,
    write_number,
    write_score,
    write_target,
)

Silence = Literal["", "not_asked", "no_answer"]


@dataclass(frozen=True)
class Card:
    """One touchpoint. asked: how often it was shown or sent in the period."""

    touchpoint: TouchpointInfo
    readings: tuple[Reading, ...]
    asked: int
    found: MapCounts

    @property
    def named(self) -> int | None:
        """How many named it as counting most; None where nobody could, or it is not known."""
        mentions = self.found.mentions
        if mentions is None or self.touchpoint.is_overall:
            return None
        return mentions.named.get(str(self.touchpoint.id), 0)

    @property
    def of(self) -> int | None:
        """How many were asked that and answered."""
        mentions = self.found.mentions
        return mentions.answered if mentions and not self.touchpoint.is_overall else None

    @property
    def silence(self) -> Silence:
        if any(reading.chosen.n or reading.replaced for reading in self.readings):
            return ""
        return "no_answer" if self.asked else "not_asked"

    @property
    def is_never_mentioned(self) -> bool:
        """Said only when enough people could have named it."""
        return self.named == 0 and (self.of or 0) >= HIDDEN_BELOW

    @cached_property
    def scores(self) -> tuple["MapScore", ...]:
        return tuple(_score(reading, self.found.counts) for reading in self.readings)

    @cached_property
    def place_name(self) -> str:
        return place_names().get(self.touchpoint.place, self.touchpoint.place)

    @cached_property
    def silence_said(self) -> str:
        return _silence(self)

    @cached_property
    def never_mentioned(self) -> str:
        return _never_mentioned(self, self.found.mentions)


@dataclass(frozen=True)
class Column:
    """One stage with its headline, None when nothing asks there, and its touchpoints."""

    stage: StageInfo
    headline: Reading | None
    cards: tuple[Card, ...]
    found: MapCounts

    @cached_property
    def score(self) -> "MapScore | None":
        return _score(self.headline, self.found.counts) if self.headline else None


def read_map(found: MapCounts) -> tuple[Column, ...]:
    """The journey as it stands: what was put away is left out, and read on the board."""
    return tuple(
        Column(
            reading.stage,
            reading.headline,
            tuple(
                _card(each, found)
                for each in reading.touchpoints
                if not each.touchpoint.is_archived
            ),
            found,
        )
        for reading in read_board(found.counts)
        if not reading.stage.is_archived
    )


def _card(reading: TouchpointReading, found: MapCounts) -> Card:
    asked = found.counts.touchpoints_asked.get(str(reading.touchpoint.id), 0)
    readings = tuple(
        each
        for at, each in enumerate(reading.readings)
        if at == 0 or each.chosen.n or each.replaced
    )
    return Card(reading.touchpoint, readings, asked, found)


# The words.


@dataclass(frozen=True, slots=True)
class MapTarget:
    """The future state beside the current one; `state` is reached, to_go or unknown."""

    now: str
    future: str
    rest: str
    state: str


@dataclass(frozen=True, slots=True)
class MapScore:
    """One number of the map. shares: (band, its share in words, its answers), negative first.
    left_out: what a seam in this month parted from the number, empty where none did."""

    metric: Metric
    score: WrittenScore
    shares: tuple[tuple[str, str, Answers], ...]
    target: MapTarget | None
    left_out: str
    answers: Answers
    replaced: Answers


def _score(reading: Reading, counts: Counts) -> MapScore:
    written, found = write_score(reading.chosen, reading.metric, period_of(counts)), reading.chosen
    answers, replaced = reading_answers(reading, counts)
    return MapScore(
        metric=reading.metric,
        score=written,
        shares=tuple(
            (name, _percent(share), answers.of(getattr(found, name), band=name))
            for name, _from, share in written.bands.parts
        ),
        target=_target(gap_of(reading), reading, counts),
        left_out=_left_out(reading),
        answers=answers,
        replaced=replaced,
    )


def _left_out(reading: Reading) -> str:
    if reading.replaced is None:
        return ""
    return ngettext(
        "%(n)s answer from before this month's seam is left out",
        "%(n)s answers from before this month's seam are left out",
        reading.replaced.n,
    ) % {"n": format_number(reading.replaced.n)}


def period_of(counts: Counts) -> str:
    """`March 2026`; empty where a young workspace is one period."""
    return "" if counts.recent else month_name(counts.window.chosen)


def _percent(share: float) -> str:
    return format_number(round_half_away(share, 0), 0) + PERCENT[current_locale()]


# The future state beside the current state.


def _target(gap: Gap | None, reading: Reading, counts: Counts) -> MapTarget | None:
    if gap is None:
        return None
    if gap.is_off_scale:
        words = {"target": f"{gap.target:g}", "metric": metric_name(reading.metric)}
        said = _("The target %(target)s is off the scale of %(metric)s: set it anew") % words
        return MapTarget("", said, "", "unknown")
    future = _("target %(target)s") % {"target": write_target(gap.target, reading.metric)}
    if gap.to_go is None:
        return MapTarget("", future, "", "unknown")
    now = _current(write_number(reading.chosen.score or 0.0, reading.metric), counts)
    if gap.is_reached:
        return MapTarget(now, future, _("reached"), "reached")
    return MapTarget(now, future, to_go(gap, reading), "to_go")


def _current(score: str, counts: Counts) -> str:
    # A window that holds the running month shows the month before it, or that month itself.
    if counts.recent or counts.window.running:
        return _("today %(score)s") % {"score": score}
    month = month_short(counts.window.chosen)
    return _("%(month)s: %(score)s") % {"month": month, "score": score}


# The three kinds of silence.


def _silence(card: "Card") -> str:
    if card.silence == "no_answer":
        return ngettext(
            "Asked %(n)s time, not answered", "Asked %(n)s times, not answered", card.asked
        ) % {"n": format_number(card.asked)}
    if card.silence == "not_asked":
        if card.touchpoint.is_live:
            return _("Not asked: its survey is live, and was shown to nobody")
        if card.touchpoint.series:
            return _("Not asked: its survey is not live")
        return _("Not asked: no survey here yet")
    return ""


def _never_mentioned(card: "Card", mentions: Mentions | None) -> str:
    if mentions is None or not card.is_never_mentioned:
        return ""
    words = {"n": format_number(mentions.answered)}
    if not mentions.since:
        return _("Never mentioned by the %(n)s who said what counted most") % words
    words |= {"since": month_short(mentions.since), "until": month_short(mentions.until)}
    return (
        _("Never mentioned by the %(n)s who said what counted most, %(since)s to %(until)s") % words
    )
