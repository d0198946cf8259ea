"""Does the server's memory stay flat? Thousands of different pages while answers come in, in a
workspace of 300 touchpoints and eleven years."""

import http.client
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from random import Random
from statistics import median

from bench import servers
from bench.answers import Answers
from bench.browsing import Browser, open_browser
from bench.databases import STAGES, Shop, open_shop, sqlite_url
from bench.rows import Row, at_most, note
from bench.sizes import Sizes
from feedback import clock
from feedback.scoring import METRICS
from feedback.scoring.months import first_day, month_at, shift

MONTHS = 11 * 12
CHANNELS = ("widget", "email")
ANSWER_EACH = 4  # pages between two answers
LIMIT_MB = 300
GROWTH = 1.02  # between the middle and the end
PARTS = 20  # how often memory is looked at


def soak(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """Resident memory at the end, and how much it grew in the second half."""
    shop = open_shop(
        sqlite_url(folder / "wide.db"),
        [f"Place {n}" for n in range(sizes.wide // len(STAGES))],
    )
    note(f"filling {len(shop.slots)} touchpoints of {MONTHS} months with counts")
    _fill_counts(shop)
    note(f"{sizes.requests} requests")
    with servers.feedback(shop.url) as server, open_browser(server, shop) as browser:
        seen = list(_looks(shop, browser, sizes.requests, server.port))
    first, second = seen[: len(seen) // 2], seen[len(seen) // 2 :]
    said = f"{seen[-1]:.0f} MB (after a twentieth {seen[0]:.0f}, most {max(seen):.0f})"
    name = f"resident memory after {sizes.requests:,} requests"
    yield at_most(name, max(seen), LIMIT_MB, said, " MB")
    growth = max(second) / max(median(first[len(first) // 2 :]), 1)
    said = f"{growth:.3f}; MB along the way: {', '.join(f'{mb:.0f}' for mb in seen)}"
    yield at_most("memory of the second half / second quarter", growth, GROWTH, said)


def _fill_counts(shop: Shop) -> None:
    """Dashboards read counts alone: the answers behind them are left out."""
    chance, now = Random(7), month_at(clock.now(), "UTC")
    months = [first_day(shift(now, -back)) for back in range(MONTHS)]
    with closing(sqlite3.connect(shop.url.database or "")) as connection:
        for slot in shop.slots:
            connection.executemany(
                "INSERT INTO rating_count VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        shop.workspace_id.bytes,
                        slot.series_id.bytes,
                        channel,
                        str(month),
                        rating,
                        chance.randrange(1, 60),
                    )
                    for channel, month, rating in product(
                        CHANNELS, months, METRICS[slot.metric].scale
                    )
                ],
            )
        connection.commit()


def _looks(shop: Shop, browser: Browser, requests: int, port: int) -> Iterator[float]:
    """Resident MB after each part of the requests."""
    chance, bodies = Random(11), iter(Answers(11))
    answering = http.client.HTTPConnection("127.0.0.1", port)
    with closing(answering):
        for number in range(1, requests + 1):
            if number % (ANSWER_EACH + 1) == 0:
                slot = chance.choice(shop.slots)
                answering.request("POST", f"/r/{slot.key}", next(bodies))
                answering.getresponse().read()
            else:
                path = _any_page(shop, chance)
                if (status := browser.get(path).status) != 200:
                    raise RuntimeError(f"{path} answered {status}")
            if number % max(1, requests // PARTS) == 0:
                yield browser.worker.memory_info().rss / 1e6


def _any_page(shop: Shop, chance: Random) -> str:
    slot = chance.choice(shop.slots)
    month = shift(month_at(clock.now(), "UTC"), -chance.randrange(MONTHS))
    return chance.choice(
        (
            f"/board?month={month}",
            "/board",
            f"/board?channel={chance.choice(CHANNELS)}",
            f"/trends?touchpoint={slot.touchpoint_id}",
            f"/trends?touchpoint={slot.touchpoint_id}&to={month}",
            "/trends",
            f"/map?month={month}",
            "/map",
            "/priorities",
            "/actions",
            f"/actions/{shop.action_id}",
            "/compare",
            f"/responses?touchpoint={slot.touchpoint_id}",
            "/responses",
            "/surveys",
            "/board.csv",
            f"/surveys/{slot.survey_id}",
        )
    )
