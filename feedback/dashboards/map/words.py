"""The journey map in words: what its template prints and its picture draws."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.dashboards.board import Reading
from feedback.dashboards.map.read import MapCounts, Mentions
from feedback.dashboards.map.rows import Card, Column, Gap, gap_of
from feedback.dashboards.read import Counts
from feedback.i18n import current_locale, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import round_half_away
from feedback.surveys.labels import place_names
from feedback.wording import (
    PERCENT,
    WrittenScore,
    headline_meaning,
    metric_name,
    month_name,
    month_short,
    write_number,
    write_score,
    write_target,
)


@dataclass(frozen=True, slots=True)
class MapTarget:
    """The future state beside the current one; `state` is reached, to_go or unknown."""

    now: str
    future: str
    rest: str
    state: str


@dataclass(frozen=True, slots=True)
class MapScore:
    """One number of the map. shares: (band, its share in words), negative first. left_out: what
    a seam in this month parted from the number, empty where none did."""

    metric: str
    metric_name: str
    meaning: str
    score: WrittenScore
    shares: tuple[tuple[str, str], ...]
    target: MapTarget | None
    left_out: str


@dataclass(frozen=True, slots=True)
class MapCard:
    """One touchpoint. `silence` and `never_mentioned` are empty where there is nothing to say."""

    id: str
    name: str
    place: str
    place_name: str
    owner: str
    scores: tuple[MapScore, ...]
    silence_kind: str
    silence: str
    never_mentioned: str


@dataclass(frozen=True, slots=True)
class MapColumn:
    """One stage; `score` is None as long as nothing asks there."""

    id: str
    name: str
    score: MapScore | None
    cards: tuple[MapCard, ...]


def write_map(columns: Sequence[Column], found: MapCounts) -> tuple[MapColumn, ...]:
    """Every stage and touchpoint of the map, ready for its template."""
    places = place_names()
    return tuple(
        MapColumn(
            id=str(column.stage.id),
            name=column.stage.name,
            score=_score(column.headline, found.counts) if column.headline else None,
            cards=tuple(_card(card, found, places) for card in column.cards),
        )
        for column in columns
    )


def _card(card: Card, found: MapCounts, places: dict[str, str]) -> MapCard:
    touchpoint = card.touchpoint
    return MapCard(
        id=str(touchpoint.id),
        name=touchpoint.name,
        place=touchpoint.place,
        place_name=places.get(touchpoint.place, touchpoint.place),
        owner=touchpoint.owner,
        scores=tuple(_score(reading, found.counts) for reading in card.readings),
        silence_kind=card.silence,
        silence=_silence(card),
        never_mentioned=_never_mentioned(card, found.mentions),
    )


def _score(reading: Reading, counts: Counts) -> MapScore:
    written = write_score(reading.chosen, reading.metric, period_of(counts))
    return MapScore(
        metric=reading.metric.key,
        metric_name=metric_name(reading.metric),
        meaning=headline_meaning(reading.metric),
        score=written,
        shares=tuple((name, _percent(share)) for name, _from, share in written.bands.parts),
        target=_target(gap_of(reading), reading, counts),
        left_out=_left_out(reading),
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
    return MapTarget(now, future, _to_go(gap, reading), "to_go")


def _current(score: str, counts: Counts) -> str:
    # A window that holds the running month shows the month before it, or that month itself.
    if counts.recent or counts.window.running:
        return _("today %(score)s") % {"score": score}
    month = month_short(counts.window.chosen)
    return _("%(month)s: %(score)s") % {"month": month, "score": score}


def _to_go(gap: Gap, reading: Reading) -> str:
    """What is missing between the two numbers as they are written, or less than one step."""
    score = reading.chosen.score or 0.0
    if reading.metric.headline == "mean":
        missing = abs(round_half_away(gap.target, 1) - round_half_away(score, 1))
        if missing < 0.1 - 1e-9:
            return _("less than 0.1 to go")
        return _("%(n)s to go") % {"n": format_number(missing, 1)}
    missing = abs(round_half_away(gap.target, 0) - round_half_away(score, 0))
    if missing < 1:
        return _("less than 1 point to go")
    return ngettext("%(n)s point to go", "%(n)s points to go", int(missing)) % {
        "n": format_number(missing)
    }


# The three kinds of silence.


def _silence(card: Card) -> str:
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


def _never_mentioned(card: Card, mentions: Mentions | None) -> str:
    if mentions is None or not card.is_never_mentioned:
        return ""
    words = {"n": format_number(mentions.answered)}
    if not mentions.since:
        return _("Never mentioned by the %(n)s who said what counted most") % words
    words |= {"since": month_short(mentions.since), "until": month_short(mentions.until)}
    return (
        _("Never mentioned by the %(n)s who said what counted most, %(since)s to %(until)s") % words
    )
