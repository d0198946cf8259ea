"""Two years of answers from one seed: busy months and quiet ones, comments that fit.

Two things really change: Payment falls, and Delivery rose before, after an action. Everything
else that moves is chance, as on any board.

Whole months are drawn, then what lies ahead is cut off: so chance falls out alike all month long,
and of the stories that the demo may tell there are twelve, one for each month it may be built in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import compress
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from feedback.demo.comments import ANYWHERE, COMMENTS, MOSTLY, SINCE
from feedback.demo.counted import counted_most
from feedback.demo.shop import (
    ASKED_WHAT_COUNTED,
    DROPPED,
    NUMBER,
    POINTS,
    ROSE,
    TIME_ZONE,
    TRIED,
    Point,
)
from feedback.scoring import METRICS
from feedback.scoring.months import shift_day

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

MONTHS = 24
CUSTOMERS = 30_000
# The first of the customers come again and again, and are known.
REGULARS = 1_000
# How much one's own experience at a touchpoint, and one's temper, tilt the rating there; and how
# much all experiences together tilt the recommendation.
_EXPERIENCE, _TEMPER, _RECOMMENDING = 0.9, 0.35, 3.2

# How often each rating is given when nothing leans either way.
_SHAPES = {
    "nps": (1.5, 0.8, 1.2, 1.6, 2.0, 6.0, 6.5, 13.0, 22.0, 18.0, 27.0),
    "csat_5": (4.0, 6.0, 14.0, 38.0, 38.0),
    "ces_ease_7": (3.0, 4.0, 7.0, 14.0, 22.0, 28.0, 22.0),
}
# January to December: how many come.
_BUSY = (0.85, 0.85, 0.95, 0.95, 1.0, 0.95, 0.8, 0.75, 1.0, 1.1, 1.3, 1.55)
_HOURS = (0, 0, 0, 0, 0, 1, 2, 4, 6, 7, 7, 6, 7, 6, 5, 5, 6, 7, 8, 9, 8, 6, 3, 1)

COUNTRIES = (("FR", 0.52), ("BE", 0.12), ("CH", 0.08), ("GB", 0.16), ("DE", 0.12))
DEVICES = (("phone", 0.58), ("desktop", 0.34), ("tablet", 0.08))
PLANS = (("guest", 0.55), ("member", 0.35), ("subscriber", 0.10))
_FRENCH = ("FR", "BE", "CH")


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the demo."""

    first: date
    age: int  # whole months before the running one


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers at one touchpoint, as columns of equal length in no order.

    at: milliseconds since 1970. month: index into the months. customer: 0 to CUSTOMERS.
    variant: 0 or 1 for the two versions tried, else -1. counted: keys of the touchpoints that
    counted most, None where it was not answered.
    """

    point: Point
    at: "Array"
    month: "Array"
    rating: "Array"
    channel: "Array"
    customer: "Array"
    comment: Sequence[str | None]
    variant: "Array"
    counted: Sequence[tuple[str, ...] | None]

    def until(self, moment: datetime) -> "Answers":
        """Those that were given by then."""
        kept = self.at <= moment.timestamp() * 1000
        columns = (self.at, self.month, self.rating, self.channel, self.customer, self.variant)
        at, month, rating, channel, customer, variant = (column[kept] for column in columns)
        comment = tuple(compress(self.comment, kept))
        counted = tuple(compress(self.counted, kept))
        return Answers(self.point, at, month, rating, channel, customer, comment, variant, counted)


@dataclass(frozen=True, slots=True)
class People:
    """The customers, as columns: how their touchpoints went for them, and which kind each is of.

    experience: a row for each touchpoint.
    """

    temper: "Array"
    experience: "Array"
    country: "Array"
    device: "Array"
    plan: "Array"
    key: bytes  # 16 bytes each

    def is_french(self, customer: int) -> bool:
        return COUNTRIES[self.country[customer]][0] in _FRENCH


def months_until(now: datetime) -> list[Month]:
    """The running month and the 24 before it, oldest first, in the shop's time zone."""
    today = now.astimezone(ZoneInfo(TIME_ZONE)).date()
    return [Month(shift_day(today, -age), age) for age in range(MONTHS, -1, -1)]


def days_in(first: date) -> int:
    return (shift_day(first, 1) - first).days


def make_people(random: "np.random.Generator") -> People:
    plan = _pick(random, PLANS, CUSTOMERS)
    plan[:REGULARS] = 1 + plan[:REGULARS] // 2  # nobody comes again and again as a guest
    return People(
        temper=random.normal(0, 1, CUSTOMERS),
        experience=random.normal(0, 1, (len(POINTS), CUSTOMERS)),
        country=_pick(random, COUNTRIES, CUSTOMERS),
        device=_pick(random, DEVICES, CUSTOMERS),
        plan=plan,
        key=random.bytes(16 * CUSTOMERS),
    )


def make_answers(
    random: "np.random.Generator", point: Point, people: People, now: datetime
) -> Answers:
    """All answers at one touchpoint from the first of the 24 months until `now`."""
    import numpy as np

    months = months_until(now)
    expected = [point.monthly * _BUSY[month.first.month - 1] for month in months]
    month = np.repeat(np.arange(len(months)), random.poisson(expected))
    at = _moments(random, months, month)
    customer = _customers(random, point, len(month))
    age = np.array([each.age for each in months])[month]
    is_tried = (age <= TRIED) & bool(point.variant)
    variant = np.where(is_tried, random.integers(0, 2, len(month)), -1)
    lean = _lean(point, people, customer, age, variant)
    rating = _ratings(point.metric, lean, _luck(random, month))
    channel = _pick(random, point.channels, len(month))
    comment = _comments(random, point, people, rating, customer, age)
    counted: Sequence[tuple[str, ...] | None] = [None] * len(month)
    if point.is_overall:
        feeling = np.array(_feelings(point.metric))[rating]
        asked = age <= ASKED_WHAT_COUNTED
        counted = counted_most(random, people.experience[:, customer], feeling, age, asked)
    whole = Answers(point, at, month, rating, channel, customer, comment, variant, counted)
    return whole.until(now)


def _customers(random: "np.random.Generator", point: Point, n: int) -> "Array":
    """Who answers: regulars take turns, of the others who buys more is heard more often."""
    import numpy as np

    others = CUSTOMERS - REGULARS
    found: Array = REGULARS + (others * random.beta(0.7, 1.6, n)).astype(np.intp)
    chance = point.yearly * REGULARS / (12 * point.monthly) if point.monthly else 0
    turns = np.flatnonzero(random.random(n) < chance)
    found[turns] = random.permutation(REGULARS)[np.arange(len(turns)) % REGULARS]
    return found


def _lean(
    point: Point, people: People, customer: "Array", age: "Array", variant: "Array"
) -> "Array":
    """How each rating tilts: by the touchpoint and what changed there, and by who gives it."""
    import numpy as np

    lean = point.lean + point.rise * (age <= ROSE) - point.drop * (age <= DROPPED)
    # The better version gains what the other loses: the cart as a whole stays where it was.
    lean = lean + point.variant * np.where(variant < 0, 0.0, variant - 0.5)
    lean += _TEMPER * people.temper[customer] - 0.08 * (people.device[customer] == 0)
    if point.is_overall:
        weights = np.array([each.weight for each in POINTS])
        lean += _RECOMMENDING * (weights @ people.experience)[customer]
    else:
        lean += _EXPERIENCE * people.experience[NUMBER[point.key], customer]
    return lean


def _luck(random: "np.random.Generator", month: "Array") -> "Array":
    """A number from 0 to 1 for each answer, chance a little tamed.

    Two thirds of each month's are spread evenly: months then stray about three quarters as far as
    plain chance has them, and the demo tells the same story on whatever day it is built.
    """
    import numpy as np

    found: Array = random.random(len(month))
    _months, starts, sizes = np.unique(month, return_index=True, return_counts=True)
    for start, n in zip(starts, sizes * 2 // 3, strict=True):
        even = slice(start, start + n)
        found[even] = (random.permutation(n) + found[even]) / max(n, 1)
    return found


def _ratings(metric: str, lean: "Array", luck: "Array") -> "Array":
    import numpy as np

    scale = METRICS[metric].scale
    steps = np.linspace(-2, 2, len(scale))
    weights = np.array(_SHAPES[metric]) * np.exp(lean[:, None] * steps)
    reached = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    drawn = (luck[:, None] > reached).sum(axis=1)
    ratings: Array = np.minimum(drawn, len(scale) - 1) + scale.start
    return ratings


def _moments(random: "np.random.Generator", months: Sequence[Month], month: "Array") -> "Array":
    import numpy as np

    lengths = np.array([days_in(m.first) for m in months])
    day = np.floor(random.random(len(month)) * lengths[month]).astype(np.intp)
    hours = random.choice(24, len(month), p=np.array(_HOURS) / sum(_HOURS))
    starts = _day_starts(months)
    offsets = np.cumsum([0, *lengths])[month]
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
    age: "Array",
) -> list[str | None]:
    """The unhappy write more often; a comment fits its rating, its touchpoint, and its time."""
    feeling, lowest = _feelings(point.metric), METRICS[point.metric].minimum
    likely = (0.24, 0.09, 0.07)
    said = COMMENTS.get(point.key, ANYWHERE)
    chance, which = random.random(len(rating)), random.random(len(rating))
    found: list[str | None] = [None] * len(rating)
    for at, who in enumerate(customer.tolist()):
        mood = feeling[rating[at] - lowest]
        if chance[at] < likely[mood]:
            language, turn = 1 if people.is_french(who) else 0, which[at]
            texts = said[mood][language]
            if mood == 0 and age[at] <= DROPPED and point.key in SINCE:
                is_new = turn < MOSTLY
                texts = SINCE[point.key][language] if is_new else texts
                turn = turn / MOSTLY if is_new else (turn - MOSTLY) / (1 - MOSTLY)
            found[at] = texts[int(turn * len(texts))]
    return found


def _feelings(metric: str) -> list[int]:
    """0, 1, 2 for each rating of the scale: unhappy, in between, happy."""
    bands = METRICS[metric]
    return [0 if r in bands.negative else 1 if r in bands.neutral else 2 for r in bands.scale]


def _pick(random: "np.random.Generator", options: Sequence[tuple[str, float]], n: int) -> "Array":
    import numpy as np

    limits = np.cumsum([share for _, share in options])
    return np.minimum(np.searchsorted(limits, random.random(n)), len(options) - 1)
