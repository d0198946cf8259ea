"""Why a line stands elsewhere: its parts score differently, or it is made of other parts.

Two periods of complete months are held against each other: the last three and the three before;
on a line that changed, the months since the change began and as many before. Each split is one of
`feedback.scoring.decompose`.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedback.dashboards.changes import NamedChange
from feedback.dashboards.journey_map import StageInfo, TouchpointInfo
from feedback.dashboards.mix_read import MONTHS
from feedback.dashboards.months import month_of, shift
from feedback.dashboards.queries import RATINGS, CountRow
from feedback.dashboards.seams import Seams, read_seams
from feedback.dashboards.trends import TrendsSource
from feedback.responses.models import CHANNELS
from feedback.scoring import FEW_BELOW, Metric, Mix, MixGroup, Score, decompose, score
from feedback.scoring.scores import HIDDEN_BELOW

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


def mix_lines(source: TrendsSource) -> list[MixLine]:
    """Every line in view that has answers in both periods, in the order of the journey."""
    seams = read_seams((line for _, _, line in source.journey.placed_series), source.time_zone)
    lines = (_line(source, place, seams) for place in _places(source))
    return [line for line in lines if line.score_before.n and line.score_after.n]


Place = tuple[StageInfo, TouchpointInfo | None]
Counts = dict[str, Counter[int]]  # by group: how many gave each rating


def _places(source: TrendsSource) -> Iterator[Place]:
    """The stages; of a stage looked at it and its touchpoints."""
    focus = source.focus
    if focus.touchpoint is not None and focus.stage is not None:
        yield focus.stage, focus.touchpoint
        return
    for stage in source.journey.stages if focus.stage is None else (focus.stage,):
        askers = [each for each in stage.touchpoints if _series(source, (each,))]
        if askers:
            yield stage, None
        if focus.stage is not None and len(askers) > 1:
            yield from ((stage, touchpoint) for touchpoint in askers)


def _series(
    source: TrendsSource, touchpoints: Iterable[TouchpointInfo]
) -> dict[uuid.UUID, TouchpointInfo]:
    key = source.metric.key
    return {line.id: t for t in touchpoints for line in t.series if line.metric == key}


def _line(source: TrendsSource, place: Place, seams: Seams) -> MixLine:
    stage, touchpoint = place
    homes = _series(source, stage.touchpoints if touchpoint is None else (touchpoint,))
    last = source.changes.looked_at
    seam = seams.newest(homes, last)
    change = _change(source, place)
    since = _since_change(change, seam, last)
    before, after = since or _usual(last)
    rows = [
        row
        for row in source.by_channel.answers
        if row.series in homes and not seams.is_replaced(row.series, month_of(row.month))
    ]
    sides = _within(rows, before), _within(rows, after)
    scores = [score(_pooled(side), source.metric) for side in sides]
    state, splits = _state(scores, is_anew=seam > before.first), list[Split]()
    if not state:
        splits = list(_splits(sides, homes, source.metric))
    return MixLine(
        stage, touchpoint, before, after, since is not None,
        state or ("split" if splits else "one group"), scores[0], scores[1], tuple(splits),
    )  # fmt: skip


def _change(source: TrendsSource, place: Place) -> NamedChange | None:
    stage, touchpoint = place
    key = (str(stage.id), str(touchpoint.id) if touchpoint else None, source.metric.key)
    told = source.changes.by_place.get(key)
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
