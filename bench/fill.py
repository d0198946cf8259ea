"""Millions of stored responses in a minute or two: rows made inside the database, month by month.

Each twenty answers in a row are one visit, one at each touchpoint. Who visits in a good mood rates
all of it better, three in ten visitors are known by a key and come again, one touchpoint gets
worse after a year and a half, and those who rate the whole journey say what counted most.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from string import Template

from bench.databases import Shop
from feedback import clock
from feedback.scoring import METRICS
from feedback.scoring.months import first_day, month_at, months_between, shift

MONTHS = 24
WORSE_FROM = 18  # the month in which WORSE begins to get worse
WORSE = 5
VISITS_EACH = 2  # how often a known visitor comes
KNOWN_OF_TEN = 3

# What differs between databases is named by a dollar sign; see `Dialect`.
MADE = """
    CREATE TEMP TABLE made AS
    SELECT n, ms, $id AS id, place, dice, series_id, survey_id, minimum + level * width / 1000
        AS rating, is_varied, is_overall, CASE dice % 4 WHEN 0 THEN 'widget' WHEN 1 THEN 'page'
        WHEN 2 THEN 'email' ELSE 'api' END AS channel, CASE WHEN visit % 10 < $known
        THEN visit % $people * 3 + CASE is_overall WHEN 1 THEN 0 ELSE dice % 3 END END AS person
    FROM (
        SELECT made.*, slot.*, (999 - (mood + dice) / 2 * ((mood + dice) / 2) / 1000) *
            CASE WHEN made.place = $worse THEN $share ELSE 1000 END / 1000 AS level
        FROM (
            SELECT n, n % $slots AS place, n / $slots AS visit, $start + (n - $first) * $step AS ms,
                $dice AS dice, $mood AS mood
            FROM $numbers
        ) AS made JOIN slot ON slot.slot = made.place
    ) AS rated
"""
# Chance that both databases throw alike: 0 to 999, by a cube modulo a prime.
DICE = "(($m * $m % 1000003 * $m + 7919 * $m) % 1000003 % 1000)"
RESPONSES = """
    INSERT INTO response (workspace_id, id, series_id, rating, comment, answers, properties,
        channel, locale, page, answered_at, received_at, month, state, seq, respondent_key)
    SELECT $workspace, id, series_id, rating,
        CASE WHEN n % 4 = 0 THEN 'Very quick checkout, thank you' END,
        CASE WHEN is_overall = 1 AND dice % 3 > 0
            THEN CAST('{"counted_most": ["' || touchpoint_id || '"]}' AS $json) END,
        CAST(CASE WHEN is_varied = 0 THEN '{"plan":"pro","country":"FR"}'
            WHEN dice % 2 = 0 THEN '{"plan":"pro","country":"FR","variant":"a"}'
            ELSE '{"plan":"pro","country":"FR","variant":"b"}' END AS $json),
        channel, 'en', 'https://shop.example/cart', $moment, $moment, $month, 'counted', 1, $key
    FROM made JOIN named ON named.slot = CASE WHEN rating < 7 AND dice % 4 = 0 THEN $worse
        ELSE dice % ($slots - 1) END
    ORDER BY n
"""
SUBMISSIONS = """
    INSERT INTO submission (workspace_id, survey_id, submission_id, response_id, first_seq, seq,
        digest)
    SELECT $workspace, survey_id, id, id, 1, 1, $digest FROM made ORDER BY place, n
"""
COUNTS = """
    INSERT INTO rating_count (workspace_id, series_id, channel, month, rating, n)
    SELECT $workspace, series_id, channel, $month, rating, count(*)
    FROM made GROUP BY series_id, channel, rating
"""
DISPLAYS = """
    INSERT INTO display_count (workspace_id, series_id, channel, month, kind, n)
    SELECT $workspace, series_id, made.channel, $month, kind, times * count(*)
    FROM made JOIN (
        SELECT 'widget' AS channel, 'shown' AS kind, 6 AS times
        UNION ALL SELECT 'widget', 'dismissed', 3 UNION ALL SELECT 'email', 'invited', 9
    ) AS asking ON asking.channel = made.channel
    GROUP BY series_id, made.channel, kind, times
"""
SLOTS = """
    CREATE TEMP TABLE slot (slot INTEGER PRIMARY KEY, series_id $id_type, survey_id $id_type,
        minimum INTEGER, width INTEGER, is_varied INTEGER, is_overall INTEGER)
"""
NAMED = "CREATE TEMP TABLE named (slot INTEGER PRIMARY KEY, touchpoint_id TEXT)"
EACH_MONTH = (MADE, RESPONSES, SUBMISSIONS, COUNTS, DISPLAYS, "DROP TABLE made")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database writes what the statements leave open. uuid: an id as a literal."""

    uuid: Callable[[uuid.UUID], str]
    words: dict[str, str]


def statements(shop: Shop, responses: int, dialect: Dialect) -> Iterator[list[str]]:
    """What is to be executed: what is said of the places, then a list for each month."""
    yield [Template(SLOTS).substitute(dialect.words), NAMED, *_places(shop, dialect)]
    slots = len(shop.slots)
    always = dialect.words | {
        "workspace": dialect.uuid(shop.workspace_id),
        "slots": str(slots),
        "people": str(max(1, responses // slots // VISITS_EACH)),
        "known": str(KNOWN_OF_TEN),
        "worse": str(WORSE),
        "dice": DICE.replace("$m", "(n % 1000003)"),
        "mood": DICE.replace("$m", f"((n / {slots} + 500000) % 1000003)"),
    }
    for month in _months(responses):
        yield [_written(statement, always | month) for statement in EACH_MONTH]


def _places(shop: Shop, dialect: Dialect) -> Iterator[str]:
    for place, slot in enumerate(shop.slots):
        metric = METRICS[slot.metric]
        width = metric.maximum - metric.minimum + 1
        ids = f"{dialect.uuid(slot.series_id)}, {dialect.uuid(slot.survey_id)}"
        numbers = f"{metric.minimum}, {width}, {slot.is_varied:d}, {slot.is_overall:d}"
        yield f"INSERT INTO slot VALUES ({place}, {ids}, {numbers})"
        yield f"INSERT INTO named VALUES ({place}, '{slot.touchpoint_id}')"


def _written(statement: str, words: dict[str, str]) -> str:
    """Words may hold other words."""
    while "$" in statement:
        statement = Template(statement).substitute(words)
    return statement


def _months(responses: int) -> Iterator[dict[str, str]]:
    now = clock.now()
    this_month = month_at(now, "UTC")
    done = 0
    for number, month in enumerate(months_between(shift(this_month, 1 - MONTHS), this_month), 1):
        begins = _midnight(first_day(month))
        ends = min(_midnight(first_day(shift(month, 1))), now)
        count = responses * number // MONTHS - done
        step = max(1, (ends - begins) // timedelta(milliseconds=1) // max(1, count))
        yield {
            "first": str(done),
            "last": str(done + count - 1),
            "start": str(int(begins.timestamp() * 1000)),
            "step": str(step),
            "month": f"CAST('{first_day(month)}' AS $day)",
            "share": "700" if number >= WORSE_FROM else "1000",
        }
        done += count


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
