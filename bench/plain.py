"""What a page costs in plain pages: its processor time over that of `/noise` on the same server.

Machines differ by two and a half in what a page costs them, hardly in this.
"""

import http.client
import json
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from statistics import median

from bench import servers
from bench.browsing import Browser, Visit
from bench.databases import Shop
from bench.rows import Row, at_most, note
from bench.sizes import Sizes
from feedback import clock
from feedback.scoring.months import month_at, shift

PLAIN = "/noise"
UNCHANGED, AFTER_AN_ANSWER, NEVER_SEEN = 6.0, 12.0, 25.0
SETTINGS, OTHER, NOT_MODIFIED = 4.0, 8.0, 2.0
CHANGING = ("/board", "/trends", "/trends?touchpoint", "/map")
MONTHS = 22  # whole ones that have answers: no look is at one that was looked at

Look = Callable[[], Visit]


def plain_pages(
    sizes: Sizes, shop: Shop, server: servers.Server, browser: Browser, where: str = ""
) -> Iterator[Row]:
    """Every page of the largest database: unchanged, after each answer, at months never seen."""
    others = {"/settings": "/settings", "/surveys": "/surveys"}
    paths = browser.paths | others
    for path in (PLAIN, *paths.values()) * min(3, sizes.pages):
        browser.get(path)
    cost = _Cost(browser, sizes, where)
    yield Row(f"a plain page, {PLAIN}{where}", f"processor {cost.plain():.2f} ms")
    for name, path in paths.items():
        yield cost.row(name, _limit(name), partial(browser.get, path))
    for name in CHANGING:
        path, tag = paths[name], browser.get(paths[name]).tag
        if tag is not None:
            yield cost.row(
                f"{name}, 304", NOT_MODIFIED,
                partial(browser.get, path, **{"If-None-Match": tag}), 304,
            )  # fmt: skip
    for name in CHANGING:
        # Months first: an answer may make the kept ones be computed anew.
        months = iter(_unseen(paths[name]))
        yield cost.row(
            f"{name}, unseen month", NEVER_SEEN,
            partial(_look_at_next, browser, months), most=MONTHS,
        )  # fmt: skip
    with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as connection:
        answers = _Answers(connection, shop)
        for name in CHANGING:
            yield cost.row(
                f"{name}, after each answer", AFTER_AN_ANSWER,
                partial(browser.get, paths[name]), before=answers.send,
            )  # fmt: skip


class _Cost:
    """Looks at a page and at the plain one in turns, so that noise hits both alike."""

    def __init__(self, browser: Browser, sizes: Sizes, where: str) -> None:
        self._browser = browser
        self._looks = sizes.pages
        self._at = f"at {sizes.name(sizes.large)}{where}, in plain pages"

    def plain(self) -> float:
        return median(self._browser.get(PLAIN).processor_ms for _ in range(self._looks))

    def row(
        self,
        name: str,
        limit: float,
        look: Look,
        status: int = 200,
        *,
        before: Callable[[], None] = lambda: None,
        most: int = 1_000,
    ) -> Row:
        note(f"{name} in plain pages")
        ours, plain = [], []
        for _ in range(min(self._looks, most)):
            plain.append(self._browser.get(PLAIN).processor_ms)
            before()
            visit = look()
            if visit.status != status:
                raise RuntimeError(f"{name} answered {visit.status}")
            ours.append(visit.processor_ms)
        ratio = median(ours) / (median(plain) or 1.0)
        said = f"{ratio:.1f}; processor {median(ours):.1f} of {median(plain):.2f} ms"
        return at_most(f"{name} {self._at}", ratio, limit, said)


class _Answers:
    """Customers who answer, each at a touchpoint that chance chose."""

    def __init__(self, connection: http.client.HTTPConnection, shop: Shop) -> None:
        self._connection = connection
        self._keys = [slot.key for slot in shop.slots]
        self._chance = random.Random(7)

    def send(self) -> None:
        # On every scale of the shop.
        body = json.dumps({"rating": self._chance.randint(1, 5), "channel": "api"})
        path = f"/r/{self._chance.choice(self._keys)}"
        self._connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 201:
            raise RuntimeError(f"{path} answered {answer.status}")


def _limit(name: str) -> float:
    return UNCHANGED if name in CHANGING else SETTINGS if name == "/settings" else OTHER


def _look_at_next(browser: Browser, paths: Iterator[str]) -> Visit:
    return browser.get(next(paths))


def _unseen(path: str) -> list[str]:
    name = "to" if path.startswith("/trends") else "month"
    running = month_at(clock.now(), "UTC")
    return [
        f"{path}{'&' if '?' in path else '?'}{name}={shift(running, -n)}"
        for n in range(1, MONTHS + 1)
    ]
