"""Millions of stored responses in a minute or two: rows made inside SQLite, month by month."""

import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from bench.databases import Shop
from feedback import clock
from feedback.dashboards.months import first_day, month_at, months_between, shift
from feedback.scoring import METRICS

MONTHS = 24
FAST = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY")

# `made` is one month of answers: number, moment in milliseconds, place in `slot`, dice for more.
# A UUIDv7 of the moment is the id of the response and of its submission, as with an import.
MADE = """
    CREATE TEMP TABLE made AS
    WITH RECURSIVE number(n) AS (
        SELECT :first UNION ALL SELECT n + 1 FROM number WHERE n + 1 < :first + :count
    )
    SELECT n, ms, uuid7(ms, n) AS id, n % :slots AS place, (n * 7919 % 1009) AS dice
    FROM (SELECT n, :start + (n - :first) * :step AS ms FROM number)
"""
RESPONSES = """
    INSERT INTO response (workspace_id, id, series_id, rating, comment, properties, channel,
        locale, page, answered_at, received_at, month, state, seq)
    SELECT :workspace, id, series_id, minimum + dice % width,
        CASE WHEN n % 4 = 0 THEN 'Very quick checkout, thank you' END,
        '{"plan":"pro","country":"FR"}', channel, 'en', 'https://shop.example/cart',
        at, at, :month, 'counted', 1
    FROM (SELECT *, strftime('%Y-%m-%d %H:%M:%f000', ms / 1000.0, 'unixepoch') AS at FROM made)
    JOIN slot USING (place) JOIN kind ON kind.number = dice % 4
    ORDER BY n
"""
SUBMISSIONS = """
    INSERT INTO submission (workspace_id, survey_id, submission_id, response_id, first_seq, seq,
        digest)
    SELECT :workspace, survey_id, id, id, 1, 1, zeroblob(16)
    FROM made JOIN slot USING (place) ORDER BY place, n
"""
COUNTS = """
    INSERT INTO rating_count (workspace_id, series_id, channel, month, rating, n)
    SELECT :workspace, series_id, channel, :month, minimum + dice % width, sum(n)
    FROM (SELECT place, dice, count(*) AS n FROM made GROUP BY place, dice)
    JOIN slot USING (place) JOIN kind ON kind.number = dice % 4
    GROUP BY series_id, channel, minimum + dice % width
"""


def fill(shop: Shop, responses: int) -> None:
    """Store this many responses of the last 24 months, with their submissions and counts."""
    connection = sqlite3.connect(shop.url.database or "")
    connection.create_function("uuid7", 2, _uuid7, deterministic=True)
    for setting in FAST:
        connection.execute(f"PRAGMA {setting}")
    _make_places(connection, shop)
    for values in _months(responses):
        bound = values | {"slots": len(shop.slots), "workspace": shop.workspace_id.bytes}
        for statement in (MADE, RESPONSES, SUBMISSIONS, COUNTS, "DROP TABLE made"):
            connection.execute(statement, bound)
        connection.commit()
    connection.execute("ANALYZE")
    connection.commit()
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _make_places(connection: sqlite3.Connection, shop: Shop) -> None:
    connection.execute(
        "CREATE TEMP TABLE slot (place INTEGER PRIMARY KEY, series_id, survey_id, minimum, width)"
    )
    for place, slot in enumerate(shop.slots):
        metric = METRICS[slot.metric]
        width = metric.maximum - metric.minimum + 1
        row = (place, slot.series_id.bytes, slot.survey_id.bytes, metric.minimum, width)
        connection.execute("INSERT INTO slot VALUES (?, ?, ?, ?, ?)", row)
    connection.execute("CREATE TEMP TABLE kind (number INTEGER PRIMARY KEY, channel)")
    channels = list(enumerate(("widget", "page", "email", "api")))
    connection.executemany("INSERT INTO kind VALUES (?, ?)", channels)


def _months(responses: int) -> Iterator[dict[str, int | str]]:
    now = clock.now()
    this_month = month_at(now, "UTC")
    done = 0
    for number, month in enumerate(months_between(shift(this_month, 1 - MONTHS), this_month), 1):
        begins = _midnight(first_day(month))
        ends = min(_midnight(first_day(shift(month, 1))), now)
        count = responses * number // MONTHS - done
        step = max(1, (ends - begins) // timedelta(milliseconds=1) // max(1, count))
        start = int(begins.timestamp() * 1000)
        yield {
            "first": done, "count": count, "start": start, "step": step,
            "month": first_day(month).isoformat(),
        }  # fmt: skip
        done += count


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _uuid7(milliseconds: int, number: int) -> bytes:
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62 | number).bytes
