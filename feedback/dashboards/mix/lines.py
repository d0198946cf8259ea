"""Why a line stands elsewhere: its parts score differently, or it is made of other parts.

Two periods of complete months are held against each other: the last three and the three before;
on a line that changed, the months since the change began and as many before. Each split is one of
`feedback.scoring.decompose`.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedback.changes.find import JourneyChanges, NamedChange
from feedback.dashboards.mix.read import Window
from feedback.dashboards.trends import TrendsSource
from feedback.readings.filters import Focus
from feedback.readings.journey import JourneyInfo, StageInfo, TouchpointInfo
from feedback.readings.months import month_of, shift
from feedback.readings.queries import RATINGS, CountRow
from feedback.readings.seams import Seams, read_seams
from feedback.responses.models import CHANNELS
from feedback.scoring import FEW_BELOW, Metric, Mix, MixGroup, Score, decompose, score
from feedback.scoring.scores import HIDDEN_BELOW

MONTHS = 24  # complete ones, that a change and the months before it may reach back
SPAN = 3  # months of each period, where no change is named
OTHERS = "others"  # groups too small to be shown, as one


@dataclass(frozen=True, slots=True)
class Period:
    """Months YYYY-MM, both included."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Split:
    """A difference by the groups of one kind; groups are named by channel or touchpoint's id."""

    by: str  # channel or touchpoint
    mix: Mix


@dataclass(frozen=True, slots=True)
class MixLine:
    """One line in view, its two periods and what their difference is made of.

    state: `split`, `too few` (below 30 answers in a period), `asked anew` (a wording was replaced
    meanwhile) or `one group` (neither several channels nor several touchpoints). is_since: the
    line changed, and `after` begins with that change.
    """

    stage: StageInfo
    touchpoint: TouchpointInfo | None
    before: Period
    after: Period
    is_since: bool
    state: str
    score_before: Score
    score_after: Score
    splits: tuple[Split, ...] = ()

    @property
    def name(self) -> str:
        return (self.touchpoint or self.stage).name


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at, and what is known of its changes."""

    journey: JourneyInfo
    focus: Focus
    metric: Metric
    changes: JourneyChanges
    time_zone: str


Place = tuple[StageInfo, TouchpointInfo | None]
Counts = dict[str, Counter[int]]  # by group: how many gave each rating


@dataclass(frozen=True, slots=True)
class _Plan:
    """A line and its periods, before anything is read. homes: the touchpoints of its series."""

    place: Place
    homes: Mapping[uuid.UUID, TouchpointInfo]
    before: Period
    after: Period
    is_since: bool
    seam: str

    @property
    def window(self) -> Window:
        return Window(self.before.first, self.after.first, self.after.last)


def wanted_windows(view: View) -> dict[Window, list[uuid.UUID]]:
    """What must be read for the lines in view: the series of each window."""
    found: dict[Window, dict[uuid.UUID, None]] = {}
    for plan in _plans(view):
        found.setdefault(plan.window, {}).update(dict.fromkeys(plan.homes))
    return {window: list(series) for window, series in found.items()}


def mix_lines(source: TrendsSource) -> list[MixLine]:
    """Every line in view that has answers in both periods, in the order of the journey."""
    view = View(source.journey, source.focus, source.metric, source.changes, source.time_zone)
    seams = _seams(view)
    lines = (_line(source, plan, seams) for plan in _plans(view))
    return [line for line in lines if line.score_before.n and line.score_after.n]


def _seams(view: View) -> Seams:
    return read_seams((line for _, _, line in view.journey.placed_series), view.time_zone)


def _plans(view: View) -> list[_Plan]:
    seams = _seams(view)
    return [_plan(view, place, seams) for place in _places(view)]


def _plan(view: View, place: Place, seams: Seams) -> _Plan:
    stage, touchpoint = place
    homes = _series(view, stage.touchpoints if touchpoint is None else (touchpoint,))
    last = view.changes.looked_at
    seam = seams.newest(homes, last)
    since = _since_change(_change(view, place), seam, last)
    before, after = since or _usual(last)
    return _Plan(place, homes, before, after, since is not None, seam)


def _places(view: View) -> Iterator[Place]:
    """The stages; of a stage looked at it and its touchpoints."""
    focus = view.focus
    if focus.touchpoint is not None and focus.stage is not None:
        yield focus.stage, focus.touchpoint
        return
    for stage in view.journey.stages if focus.stage is None else (focus.stage,):
        askers = [each for each in stage.touchpoints if _series(view, (each,))]
        if askers:
            yield stage, None
        if focus.stage is not None and len(askers) > 1:
            yield from ((stage, touchpoint) for touchpoint in askers)


def _series(view: View, touchpoints: Iterable[TouchpointInfo]) -> dict[uuid.UUID, TouchpointInfo]:
    key = view.metric.key
    return {line.id: t for t in touchpoints for line in t.series if line.metric == key}


def _line(source: TrendsSource, plan: _Plan, seams: Seams) -> MixLine:
    # A series replaced within the window leaves the line untold, so its first month decides.
    rows = [
        row
        for row in source.by_channel.periods.get(plan.window, ())
        if row.series in plan.homes and not seams.is_replaced(row.series, plan.before.first)
    ]
    sides = _within(rows, plan.before), _within(rows, plan.after)
    scores = [score(_pooled(side), source.metric) for side in sides]
    state = _state(scores, is_anew=plan.seam > plan.before.first)
    splits = () if state else tuple(_splits(sides, plan.homes, source.metric))
    return MixLine(
        *plan.place, plan.before, plan.after, plan.is_since,
        state or ("split" if splits else "one group"), scores[0], scores[1], splits,
    )  # fmt: skip


def _change(view: View, place: Place) -> NamedChange | None:
    stage, touchpoint = place
    key = (str(stage.id), str(touchpoint.id) if touchpoint else None, view.metric.key)
    told = view.changes.by_place.get(key)
    return told.change if told else None


def _since_change(change: NamedChange | None, seam: str, last: str) -> tuple[Period, Period] | None:
    """Since it began and as many months before, as far as they were asked alike and are read."""
    if change is None:
        return None
    months = 1
    while shift(change.began, months) <= last:
        months += 1
    first = max(shift(change.began, -months), seam, shift(last, 1 - MONTHS))
    if first >= change.began:
        return None
    return Period(first, shift(change.began, -1)), Period(change.began, last)


def _usual(last: str) -> tuple[Period, Period]:
    between = shift(last, 1 - SPAN)
    return Period(shift(between, -SPAN), shift(between, -1)), Period(between, last)


def _within(rows: Sequence[CountRow], period: Period) -> list[CountRow]:
    return [row for row in rows if period.first <= month_of(row.month) <= period.last]


def _state(scores: Sequence[Score], *, is_anew: bool) -> str:
    if is_anew:
        return "asked anew"
    return "too few" if min(each.n for each in scores) < FEW_BELOW else ""


def _splits(
    sides: tuple[list[CountRow], list[CountRow]],
    homes: Mapping[uuid.UUID, TouchpointInfo],
    metric: Metric,
) -> Iterator[Split]:
    """By channel and by touchpoint, each where there is more than one group."""
    places = [str(home.id) for home in dict.fromkeys(homes.values())]
    for by, order in (("channel", CHANNELS), ("touchpoint", places)):
        before, after = (_by_group(rows, by, homes, order) for rows in sides)
        _pool_small(before, after)
        if len(before.keys() | after.keys()) > 1:
            yield Split(by, decompose(before, after, metric))


def _by_group(
    rows: Iterable[CountRow],
    by: str,
    homes: Mapping[uuid.UUID, TouchpointInfo],
    order: Sequence[str],
) -> Counts:
    found: Counts = {}
    for row in rows:
        group = row.channel if by == "channel" else str(homes[row.series].id)
        found.setdefault(group, Counter()).update(_given(row))
    return {group: found[group] for group in dict.fromkeys([*order, *found]) if group in found}


def _pool_small(before: Counts, after: Counts) -> None:
    """Groups with 1 to 4 answers in either period become one: no score is shown of so few."""
    sides = (before, after)
    small = {
        group for side in sides for group, counts in side.items() if counts.total() < HIDDEN_BELOW
    }
    for side in sides:
        others = _sum(side.pop(group) for group in small & side.keys())
        if others:
            side[OTHERS] = others


def _pooled(rows: Iterable[CountRow]) -> Counter[int]:
    return _sum(_given(row) for row in rows)


def _sum(parts: Iterable[Mapping[int, int]]) -> Counter[int]:
    whole: Counter[int] = Counter()
    for part in parts:
        whole.update(part)
    return whole


def _given(row: CountRow) -> dict[int, int]:
    return {rating: n for rating, n in zip(RATINGS, row.counts, strict=True) if n}


def is_hidden(group: MixGroup) -> bool:
    """So few answers in a period that neither its score nor its part is shown."""
    return 0 < group.n_before < HIDDEN_BELOW or 0 < group.n_after < HIDDEN_BELOW


def group_names(line: MixLine) -> dict[str, str]:
    """The names of touchpoints by id; other groups are named by their key."""
    return {str(each.id): each.name for each in line.stage.touchpoints}
