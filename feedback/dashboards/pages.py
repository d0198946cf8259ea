"""The trends as their template take them: words and lines, nothing to compute."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from feedback.changes.find import JourneyChanges, find_changes
from feedback.changes.words import SaidChanges, say_changes
from feedback.charts.lines import TrendPanel
from feedback.dashboards.mix.page import MixPage, say_mix
from feedback.dashboards.panels import draw_panels, write_table
from feedback.dashboards.rates_words import RatesPage, say_rates
from feedback.dashboards.read import Counts, Scope
from feedback.dashboards.trends import TrendsSource, TrendTableRow, read_strands, unasked
from feedback.i18n import current_locale, ngettext
from feedback.i18n import gettext as _
from feedback.readings.choices import (
    Choice,
    channel_choice,
    journey_choice,
    metric_choice,
    month_choice,
    stage_choice,
    touchpoint_choice,
)
from feedback.readings.filters import Asked, FilterError, place_of
from feedback.readings.months import shift
from feedback.wording import (
    headline_meaning,
    metric_name,
    month_short,
)

COARSE_BELOW = 8  # touchpoints: a coarser journey says that something is wrong, not what
KEPT = 64  # computed pages kept in memory: a page looked at by many is computed once


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty page: what will be here, and the one next step."""

    title: str
    text: str
    href: str
    action: str


def no_journey() -> Nothing:
    return Nothing(
        _("No journey yet"),
        _(
            "Here each stage of your customers' journey will show its score of the month, "
            "its trend and its touchpoints. Start with a journey and its stages."
        ),
        "/journeys/new",
        _("Make a journey"),
    )


def no_answers() -> Nothing:
    return Nothing(
        _("No answers yet"),
        _(
            "Publish a survey at one touchpoint and share it: its first answer shows here "
            "within seconds. Tests are not counted."
        ),
        "/surveys",
        _("Go to the surveys"),
    )


@dataclass(frozen=True, slots=True)
class TrendsPage:
    address: str = "/trends"
    choices: tuple[Choice, ...] = ()
    was: str = ""
    exports: tuple[tuple[str, str], ...] = ()
    error: str = ""
    heading: str = ""
    meaning: str = ""
    said: SaidChanges | None = None
    panels: tuple[TrendPanel, ...] = ()
    months: tuple[tuple[str, str], ...] = ()
    rows: tuple[TrendTableRow, ...] = ()
    unasked: tuple[str, ...] = ()
    under: tuple[MixPage | None, RatesPage] | None = None
    nothing: Nothing | None = None

    @property
    def action_address(self) -> str:
        """Where an action at the very place looked at is written down."""
        names = ("journey", "stage", "touchpoint")
        given = [f"{n}={v}" for n, v in zip(names, self.was.split(","), strict=True) if v]
        return f"/actions/new?{given[-1]}" if given else "/actions/new"

    @property
    def has_seams(self) -> bool:
        return any(panel.chart.seams for panel in self.panels)

    @property
    def has_targets(self) -> bool:
        return any(panel.chart.target for panel in self.panels)

    @property
    def has_apart(self) -> bool:
        return any(dot.kind == "apart" for panel in self.panels for dot in panel.chart.dots)

    @property
    def has_flags(self) -> bool:
        return any(panel.chart.flags for panel in self.panels)


@dataclass(frozen=True, slots=True)
class Key:
    """What a computed page depends on; the counts themselves are told apart by their version."""

    counts: Counts = field(compare=False)
    version: str
    locale: str


def changes_of(counts: Counts) -> JourneyChanges:
    """What changed up to the month looked at; computed once for the same data."""
    return _changes(Key(counts, counts.watched_version, ""))


@lru_cache(maxsize=KEPT)
def _changes(key: Key) -> JourneyChanges:
    counts = key.counts
    return find_changes(counts.journey, counts.watched, counts.looked_at, counts.time_zone)


def said(counts: Counts, scope: Scope) -> SaidChanges:
    """The sentence above board and trends."""
    return say_changes(
        changes_of(counts),
        is_newest=counts.looked_at == shift(scope.running, -1),
        has_channel=bool(scope.asked.get("channel")),
    )


def exports(asked: Asked, path: str, *kinds: str) -> tuple[tuple[str, str], ...]:
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
    drawn = _drawn(Key(counts, counts.version, current_locale()), scope.workspace.time_zone)
    return TrendsPage(
        address=asked.address("/trends"),
        choices=choices,
        was=place_of({choice.name: choice.value for choice in choices}),
        exports=exports(asked, "/trends", "csv", "json", "svg", "png", "pdf"),
        heading=metric_name(counts.metric),
        meaning=headline_meaning(counts.metric),
        said=said(counts, scope) if counts.span.first else None,
        panels=drawn.panels,
        months=tuple((month, month_short(month)) for month in reversed(counts.window.months)),
        rows=drawn.rows,
        unasked=drawn.unasked,
        under=_under(Key(counts, counts.page_version, current_locale())),
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
def _drawn(key: Key, time_zone: str) -> _Drawn:
    source = trends_source(key.counts, time_zone)
    strands = read_strands(source)
    return _Drawn(
        tuple(draw_panels(strands, source)),
        tuple(write_table(strands, source)),
        tuple(unasked(source)),
    )


@lru_cache(maxsize=KEPT)
def _under(key: Key) -> tuple[MixPage | None, RatesPage]:
    source = trends_source(key.counts, key.counts.time_zone)
    return say_mix(source), say_rates(source)


def trends_source(counts: Counts, time_zone: str) -> TrendsSource:
    return TrendsSource(
        journey=counts.journey,
        focus=counts.focus,
        metric=counts.metric,
        frame=counts.frame(),
        window=counts.window,
        time_zone=time_zone,
        changes=changes_of(counts),
        flags=counts.flags,
        by_channel=counts.by_channel,
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


def refused_trends(page: TrendsPage, error: FilterError) -> TrendsPage:
    """The page without its numbers, saying what could not be read."""
    choices = mark_wrong(page.choices, error)
    return replace(
        page, choices=choices, error=str(error), said=None, panels=(), rows=(), nothing=None
    )


def mark_wrong(choices: tuple[Choice, ...], error: FilterError) -> tuple[Choice, ...]:
    return tuple(replace(choice, is_wrong=choice.name == error.name) for choice in choices)
