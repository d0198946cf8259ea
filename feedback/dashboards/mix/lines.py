"""Why a line stands elsewhere: its parts score differently, or it is made of other parts.

Two periods of complete months are held against each other: the last three and the three before;
on a line that changed, the very months that the change is told by, so that a change has one size
on the whole page. Each split is one of `feedback.scoring.decompose`.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedback.changes.find import NamedChange
from feedback.dashboards.read import Counts, changes_of
from feedback.readings.answers import NO_LIST, Answers, answers_at
from feedback.readings.journey import Spot, StageInfo, TouchpointInfo
from feedback.readings.queries import RATINGS, CountRow, TwoPeriods
from feedback.responses.models import CHANNELS
from feedback.scoring import FEW_BELOW, Metric, Mix, MixGroup, Score, decompose, score
from feedback.scoring.months import month_of, months_between, shift
from feedback.scoring.scores import HIDDEN_BELOW
from feedback.surveys.seams import Seams, read_seams

SPAN = 3  # months of each period, where no change is named
OTHERS = "others"  # groups too small to be shown, as one


@dataclass(frozen=True, slots=True)
class Period:
    """Months YYYY-MM, in order; some between may be missing, which had too few answers."""

    months: tuple[str, ...]

    @property
    def first(self) -> str:
        return self.months[0]

    @property
    def last(self) -> str:
        return self.months[-1]


@dataclass(frozen=True, slots=True)
class Split:
    """A difference by the groups of one kind; groups are named by channel or touchpoint's id."""

    by: str  # channel or touchpoint
    mix: Mix


@dataclass(frozen=True, slots=True)
class MixLine:
    """One line in counts, its two periods and what their difference is made of.

    answers: of the two scores, before and after.
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
    answers: tuple[Answers, ...] = ()

    @property
    def name(self) -> str:
        return (self.touchpoint or self.stage).name

    def answers_of(self, by: str, group: MixGroup) -> tuple[Answers, ...]:
        """What a group's two scores are made of; no list of what is shown of no score."""
        if group.name == OTHERS or is_hidden(group):
            return NO_LIST, NO_LIST
        sizes = zip(self.answers, (group.n_before, group.n_after), strict=True)
        return tuple(side.of(n, **{by: group.name}) for side, n in sizes)


Groups = dict[str, Counter[int]]  # by group: how many gave each rating


@dataclass(frozen=True, slots=True)
class _Plan:
    """A line and its periods, before anything is read. homes: the touchpoints of its series."""

    spot: Spot
    homes: Mapping[uuid.UUID, TouchpointInfo]
    before: Period
    after: Period
    is_since: bool
    seam: str

    @property
    def window(self) -> TwoPeriods:
        return TwoPeriods(self.before.months, self.after.months)


def wanted_windows(counts: Counts) -> dict[TwoPeriods, list[uuid.UUID]]:
    """What must be read for the lines in view: the series of each window."""
    found: dict[TwoPeriods, dict[uuid.UUID, None]] = {}
    for plan in _plans(counts):
        found.setdefault(plan.window, {}).update(dict.fromkeys(plan.homes))
    return {window: list(series) for window, series in found.items()}


def mix_lines(counts: Counts) -> list[MixLine]:
    """Every line in view that has answers in both periods, in the order of the journey."""
    seams = _seams(counts)
    lines = (_line(counts, plan, seams) for plan in _plans(counts))
    return [line for line in lines if line.score_before.n and line.score_after.n]


def _seams(counts: Counts) -> Seams:
    return read_seams((line for _, _, line in counts.journey.placed_series), counts.time_zone)


def _plans(counts: Counts) -> list[_Plan]:
    seams = _seams(counts)
    return [_plan(counts, spot, seams) for spot in _spots(counts)]


def _plan(counts: Counts, spot: Spot, seams: Seams) -> _Plan:
    homes = _series(counts, spot.touchpoints)
    last = changes_of(counts).looked_at
    seam = seams.newest(homes, last)
    change = _change(counts, spot)
    if change is None:
        return _Plan(spot, homes, *_usual(last), False, seam)
    return _Plan(spot, homes, Period(change.held), Period(change.after), True, seam)


def _spots(counts: Counts) -> Iterator[Spot]:
    """The stages; of a stage looked at it and its touchpoints."""
    focus = counts.focus
    if focus.touchpoint is not None and focus.stage is not None:
        yield Spot(focus.stage, focus.touchpoint)
        return
    for stage in counts.journey.stages if focus.stage is None else (focus.stage,):
        askers = [each for each in stage.touchpoints if _series(counts, (each,))]
        if askers:
            yield Spot(stage, None)
        if focus.stage is not None and len(askers) > 1:
            yield from (Spot(stage, touchpoint) for touchpoint in askers)


def _series(
    counts: Counts, touchpoints: Iterable[TouchpointInfo]
) -> dict[uuid.UUID, TouchpointInfo]:
    key = counts.metric.key
    return {line.id: t for t in touchpoints for line in t.series if line.metric == key}


def _line(counts: Counts, plan: _Plan, seams: Seams) -> MixLine:
    # A series replaced within the window leaves the line untold, so its first month decides.
    rows = [
        row
        for row in counts.by_channel.periods.get(plan.window, ())
        if row.series in plan.homes and not seams.is_replaced(row.series, plan.before.first)
    ]
    sides = _within(rows, plan.before), _within(rows, plan.after)
    scores = [score(_pooled(side), counts.metric) for side in sides]
    state = _state(scores, is_anew=plan.seam > plan.before.first)
    splits = () if state else tuple(_splits(sides, plan.homes, counts.metric))
    return MixLine(
        *plan.spot, plan.before, plan.after, plan.is_since,
        state or ("split" if splits else "one group"), scores[0], scores[1], splits,
        tuple(
            _answers(counts, plan, period, found)
            for period, found in zip((plan.before, plan.after), scores, strict=True)
        ),
    )  # fmt: skip


def _answers(counts: Counts, plan: _Plan, period: Period, found: Score) -> Answers:
    if tuple(months_between(period.first, period.last)) != period.months:
        return NO_LIST  # those of the months between would be among them
    return answers_at(
        plan.spot,
        period.months,
        found.n,
        metric=counts.metric.key,
        channel=counts.channel,
        apart=1 if plan.seam else 0,
    )


def _change(counts: Counts, spot: Spot) -> NamedChange | None:
    told = changes_of(counts).at(spot, counts.metric.key)
    return told.change if told else None


def _usual(last: str) -> tuple[Period, Period]:
    between = shift(last, 1 - SPAN)
    before = months_between(shift(between, -SPAN), shift(between, -1))
    return Period(tuple(before)), Period(tuple(months_between(between, last)))


def _within(rows: Sequence[CountRow], period: Period) -> list[CountRow]:
    return [row for row in rows if month_of(row.month) in period.months]


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
) -> Groups:
    found: Groups = {}
    for row in rows:
        group = row.channel if by == "channel" else str(homes[row.series].id)
        found.setdefault(group, Counter()).update(_given(row))
    return {group: found[group] for group in dict.fromkeys([*order, *found]) if group in found}


def _pool_small(before: Groups, after: Groups) -> None:
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
