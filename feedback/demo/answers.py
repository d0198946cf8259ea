"""Two years of answers from one seed: seasons, drifts, one real drop, comments that fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from feedback.demo.comments import ANYWHERE, COMMENTS
from feedback.demo.shop import TIME_ZONE, Point
from feedback.scoring import METRICS

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

MONTHS = 24
DROP_MONTHS = 3
CUSTOMERS = 30_000

# How often each rating is given when nothing leans either way.
_SHAPES = {
    "nps": (1.5, 0.8, 1.2, 1.6, 2.0, 6.0, 6.5, 13.0, 22.0, 18.0, 27.0),
    "csat_5": (4.0, 6.0, 14.0, 38.0, 38.0),
    "ces_ease_7": (3.0, 4.0, 7.0, 14.0, 22.0, 28.0, 22.0),
}
# January to December: how many come, and how a rushed Christmas feels.
_BUSY = (0.85, 0.85, 0.95, 0.95, 1.0, 0.95, 0.8, 0.75, 1.0, 1.1, 1.3, 1.55)
_HOURS = (0, 0, 0, 0, 0, 1, 2, 4, 6, 7, 7, 6, 7, 6, 5, 5, 6, 7, 8, 9, 8, 6, 3, 1)

COUNTRIES = (("FR", 0.52), ("BE", 0.12), ("CH", 0.08), ("GB", 0.16), ("DE", 0.12))
DEVICES = (("phone", 0.58), ("desktop", 0.34), ("tablet", 0.08))
PLANS = (("guest", 0.55), ("member", 0.35), ("subscriber", 0.10))
_FRENCH = ("FR", "BE", "CH")


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the demo; `share` is how much of it has passed."""

    first: date
    share: float
    age: int  # whole months before the running one


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers at one touchpoint, as columns of equal length in no order.

    at: milliseconds since 1970. month: index into the months. customer: 0 to CUSTOMERS.
    """

    point: Point
    at: "Array"
    month: "Array"
    rating: "Array"
    channel: "Array"
    customer: "Array"
    comment: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class People:
    """The customers, as columns: how content they are, and which kind each is of."""

    content: "Array"
    country: "Array"
    device: "Array"
    plan: "Array"
    key: bytes  # 16 bytes each

    def is_french(self, customer: int) -> bool:
        return COUNTRIES[self.country[customer]][0] in _FRENCH


def months_until(now: datetime) -> list[Month]:
    """The running month and the 24 before it, oldest first, in the shop's time zone."""
    today = now.astimezone(ZoneInfo(TIME_ZONE)).date()
    found = []
    for age in range(MONTHS, -1, -1):
        index = today.year * 12 + today.month - 1 - age
        first = date(index // 12, index % 12 + 1, 1)
        share = 1.0 if age else today.day / days_in(first)
        found.append(Month(first, share, age))
    return found


def days_in(first: date) -> int:
    return ((first + timedelta(days=32)).replace(day=1) - first).days


def make_people(random: "np.random.Generator") -> People:
    return People(
        content=random.normal(0, 1, CUSTOMERS),
        country=_pick(random, COUNTRIES, CUSTOMERS),
        device=_pick(random, DEVICES, CUSTOMERS),
        plan=_pick(random, PLANS, CUSTOMERS),
        key=random.bytes(16 * CUSTOMERS),
    )


def make_answers(
    random: "np.random.Generator", point: Point, people: People, now: datetime
) -> Answers:
    """All answers at one touchpoint from the first of the 24 months until `now`."""
    import numpy as np

    months = months_until(now)
    expected = [point.monthly * _BUSY[month.first.month - 1] * month.share for month in months]
    month = np.repeat(np.arange(len(months)), random.poisson(expected))
    at = _moments(random, months, month)
    is_past = at <= int(now.timestamp() * 1000)
    month, at = month[is_past], at[is_past]
    # Who buys more is heard more often.
    customer = (CUSTOMERS * random.beta(0.7, 1.6, len(month))).astype(np.intp)
    lean = _leans(random, point, months)[month] + 0.16 * people.content[customer]
    lean -= 0.08 * (people.device[customer] == 0)
    rating = _ratings(random, point.metric, lean)
    channel = _pick(random, point.channels, len(month))
    comment = _comments(random, point, people, rating, customer)
    return Answers(point, at, month, rating, channel, customer, comment)


def _leans(random: "np.random.Generator", point: Point, months: Sequence[Month]) -> "Array":
    """How the ratings of each month tilt."""
    import numpy as np

    leans = []
    for month in months:
        is_winter = month.first.month in (12, 1)
        has_dropped = month.age <= DROP_MONTHS
        leans.append(
            point.lean
            + point.drift * (1 - month.age / MONTHS)
            - point.winter * is_winter
            - point.drop * has_dropped
        )
    return np.array(leans) + random.normal(0, 0.015, len(months))


def _ratings(random: "np.random.Generator", metric: str, lean: "Array") -> "Array":
    import numpy as np

    scale = METRICS[metric].scale
    steps = np.linspace(-2, 2, len(scale))
    weights = np.array(_SHAPES[metric]) * np.exp(lean[:, None] * steps)
    reached = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    drawn = (random.random(len(lean))[:, None] > reached).sum(axis=1)
    ratings: Array = np.minimum(drawn, len(scale) - 1) + scale.start
    return ratings


def _moments(random: "np.random.Generator", months: Sequence[Month], month: "Array") -> "Array":
    import numpy as np

    lengths = np.array([days_in(m.first) * m.share for m in months])
    day = np.floor(random.random(len(month)) * np.ceil(lengths)[month]).astype(np.intp)
    hours = random.choice(24, len(month), p=np.array(_HOURS) / sum(_HOURS))
    starts = _day_starts(months)
    offsets = np.cumsum([0, *(days_in(m.first) for m in months)])[month]
    within = hours * 3_600_000 + random.integers(0, 3_600_000, len(month))
    moments: Array = starts[offsets + day] + within
    return moments


def _day_starts(months: Sequence[Month]) -> "Array":
    """Midnight of every day, in milliseconds since 1970."""
    import numpy as np

    zone = ZoneInfo(TIME_ZONE)
    days = (m.first + timedelta(days=n) for m in months for n in range(days_in(m.first)))
    midnights = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in days)
    return np.array([int(at.astimezone(UTC).timestamp()) * 1000 for at in midnights])


def _comments(
    random: "np.random.Generator",
    point: Point,
    people: People,
    rating: "Array",
    customer: "Array",
) -> list[str | None]:
    """The unhappy write more often; a comment fits its rating and its touchpoint."""
    metric = METRICS[point.metric]
    feeling = [0 if r in metric.negative else 1 if r in metric.neutral else 2 for r in metric.scale]
    likely = (0.24, 0.09, 0.07)
    said = COMMENTS.get(point.key, ANYWHERE)
    chance, which = random.random(len(rating)), random.random(len(rating))
    found: list[str | None] = [None] * len(rating)
    for at, who in enumerate(customer.tolist()):
        mood = feeling[rating[at] - metric.minimum]
        if chance[at] < likely[mood]:
            texts = said[mood][1 if people.is_french(who) else 0]
            found[at] = texts[int(which[at] * len(texts))]
    return found


def _pick(random: "np.random.Generator", options: Sequence[tuple[str, float]], n: int) -> "Array":
    import numpy as np

    limits = np.cumsum([share for _, share in options])
    return np.minimum(np.searchsorted(limits, random.random(n)), len(options) - 1)
