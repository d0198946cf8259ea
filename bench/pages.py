"""What a dashboard costs on the server, over loopback, at three sizes of the database."""

import http.client
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

import psutil

from bench import servers
from bench.databases import Shop
from bench.rows import Row, at_most, note, percentile
from bench.servers import processor_ms
from bench.sizes import Sizes

PAGES = ("/board", "/trends", "/responses")
LIMIT_MS = 60.0
GROWTH_LIMIT = 1.5


@dataclass(slots=True)
class Browser:
    """One signed-in connection that stays open."""

    connection: http.client.HTTPConnection
    cookie: str
    worker: psutil.Process

    def get(self, path: str, **headers: str) -> "Visit":
        used = processor_ms(self.worker)
        began = time.perf_counter()
        self.connection.request("GET", path, headers={"Cookie": self.cookie} | headers)
        answer = self.connection.getresponse()
        answer.read()
        took = 1000 * (time.perf_counter() - began)
        used = processor_ms(self.worker) - used
        return Visit(answer.status, answer.headers["ETag"], took, used)


@dataclass(frozen=True, slots=True)
class Visit:
    """Time until the whole page was here, and the server's processor time in it."""

    status: int
    tag: str | None
    ms: float
    processor_ms: float


Visits = dict[tuple[str, int], list[Visit]]


def open_browser(server: servers.Server, shop: Shop) -> Browser:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    return Browser(connection, shop.cookie, server.worker())


def dashboards(sizes: Sizes, shops: dict[int, Shop]) -> Iterator[Row]:
    """Times of each page at each size, one after another in turns, so that noise hits all alike."""
    with ExitStack() as running:
        browsers = {}
        for size, shop in shops.items():
            server = running.enter_context(servers.feedback(shop.url))
            browsers[size] = open_browser(server, shop)
        note(f"{sizes.pages} times {', '.join(PAGES)} at {len(shops)} sizes")
        visits = _visit_pages(browsers, sizes.pages)
        unchanged = _statuses_when_unchanged(browsers[sizes.large])
    for path in PAGES:
        yield from _page_rows(path, visits, sizes)
    said = ", ".join(f"{path} {status}" for path, status in unchanged.items())
    is_304 = all(status == 304 for status in unchanged.values())
    yield Row("dashboards, unchanged data by ETag", said, "304", is_304)


def _visit_pages(browsers: dict[int, Browser], repeats: int) -> Visits:
    visits: Visits = {}
    for n in range(-3, repeats):  # the first three warm caches up
        for size, browser in browsers.items():
            for path in PAGES:
                visit = browser.get(path)
                if visit.status != 200:
                    raise RuntimeError(f"{path} answered {visit.status}")
                if n >= 0:
                    visits.setdefault((path, size), []).append(visit)
    return visits


def _page_rows(path: str, visits: Visits, sizes: Sizes) -> Iterator[Row]:
    for size in sizes.stored:
        times = [visit.ms for visit in visits[path, size]]
        p50, p95 = (percentile(times, share) for share in (0.5, 0.95))
        used = [visit.processor_ms for visit in visits[path, size]]
        said = f"p50 {p50:.1f}, p95 {p95:.1f} ms; "
        said += f"processor p50 {percentile(used, 0.5):.1f}, p95 {percentile(used, 0.95):.1f} ms"
        yield at_most(f"{path} at {sizes.name(size)} responses", p95, LIMIT_MS, said, " ms")
    pairs = zip(visits[path, sizes.stored[0]], visits[path, sizes.large], strict=True)
    growth = median(large.ms / small.ms for small, large in pairs)
    name = f"{path} at {sizes.name(sizes.large)} / at {sizes.name(sizes.stored[0])}"
    yield at_most(name, growth, GROWTH_LIMIT, f"{growth:.2f}, median of pairs")


def _statuses_when_unchanged(browser: Browser) -> dict[str, int]:
    statuses = {}
    for path in ("/board", "/trends"):
        tag = browser.get(path).tag
        statuses[path] = browser.get(path, **{"If-None-Match": tag or ""}).status
    return statuses
