"""What a dashboard costs on the server, over loopback, at three sizes of the database."""

import http.client
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from bench import servers
from bench.databases import Shop
from bench.rows import Row, at_most, note, percentile
from bench.sizes import Sizes

PAGES = ("/board", "/trends", "/responses")
LIMIT_MS = 60.0
GROWTH_LIMIT = 1.5


@dataclass(slots=True)
class Browser:
    """One signed-in connection that stays open."""

    connection: http.client.HTTPConnection
    cookie: str

    def get(self, path: str, **headers: str) -> tuple[int, str | None, float]:
        """Status, ETag and milliseconds until the whole page is here."""
        began = time.perf_counter()
        self.connection.request("GET", path, headers={"Cookie": self.cookie} | headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, answer.headers["ETag"], 1000 * (time.perf_counter() - began)


Times = dict[tuple[str, int], list[float]]


def dashboards(sizes: Sizes, shops: dict[int, Shop]) -> Iterator[Row]:
    """Times of each page at each size, one after another in turns, so that noise hits all alike."""
    with ExitStack() as running:
        browsers = {}
        for size, shop in shops.items():
            server = running.enter_context(servers.feedback(shop.url))
            connection = http.client.HTTPConnection("127.0.0.1", server.port)
            browsers[size] = Browser(connection, shop.cookie)
        note(f"{sizes.pages} times {', '.join(PAGES)} at {len(shops)} sizes")
        times = _time_pages(browsers, sizes.pages)
        unchanged = _statuses_when_unchanged(browsers[sizes.large])
    for path in PAGES:
        yield from _page_rows(path, times, sizes)
    said = ", ".join(f"{path} {status}" for path, status in unchanged.items())
    is_304 = all(status == 304 for status in unchanged.values())
    yield Row("dashboards, unchanged data by ETag", said, "304", is_304)


def _time_pages(browsers: dict[int, Browser], repeats: int) -> Times:
    times: Times = {}
    for n in range(-3, repeats):  # the first three warm caches up
        for size, browser in browsers.items():
            for path in PAGES:
                status, _, milliseconds = browser.get(path)
                if status != 200:
                    raise RuntimeError(f"{path} answered {status}")
                if n >= 0:
                    times.setdefault((path, size), []).append(milliseconds)
    return times


def _page_rows(path: str, times: Times, sizes: Sizes) -> Iterator[Row]:
    for size in sizes.stored:
        p50, p95 = (percentile(times[path, size], share) for share in (0.5, 0.95))
        said = f"p50 {p50:.1f} ms, p95 {p95:.1f} ms"
        name = f"{path} at {sizes.name(size)} responses"
        yield at_most(name, p95, LIMIT_MS, said, " ms")
    smallest, largest = (times[path, size] for size in (sizes.stored[0], sizes.large))
    growth = percentile(largest, 0.5) / percentile(smallest, 0.5)
    name = f"{path} at {sizes.name(sizes.large)} / at {sizes.name(sizes.stored[0])}"
    yield at_most(name, growth, GROWTH_LIMIT, f"{growth:.2f}")


def _statuses_when_unchanged(browser: Browser) -> dict[str, int]:
    statuses = {}
    for path in ("/board", "/trends"):
        _, tag, _ = browser.get(path)
        statuses[path] = browser.get(path, **{"If-None-Match": tag or ""})[0]
    return statuses
