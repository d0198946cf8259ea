"""What a page costs on the server, over loopback, at several sizes of the database."""

from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

from bench import servers
from bench.browsing import Browser, Visit, open_browser
from bench.databases import Shop, open_shop, postgres, postgres_url
from bench.filling import fill
from bench.finding import find_priorities
from bench.plain import PLAIN, plain_pages
from bench.rows import Row, at_most, note, percentile
from bench.sizes import Sizes

LIMIT_MS = 60.0
GROWTH_LIMIT = 1.5

Visits = dict[tuple[str, int], list[Visit]]


def on_sqlite(sizes: Sizes, shops: dict[int, Shop]) -> Iterator[Row]:
    yield from _measured(sizes, shops)


def on_postgres(sizes: Sizes) -> Iterator[Row]:
    """The same on PostgreSQL, at the smallest and the largest size."""
    with ExitStack() as running:
        maker = running.enter_context(postgres())
        shops = {}
        for size in sorted({sizes.stored[0], sizes.large}):
            note(f"filling PostgreSQL with {sizes.name(size)} responses")
            shops[size] = open_shop(running.enter_context(postgres_url(maker)))
            fill(shops[size], size)
        yield from _measured(sizes, shops, ", PostgreSQL")


def _measured(sizes: Sizes, shops: dict[int, Shop], where: str = "") -> Iterator[Row]:
    yield from find_priorities(sizes, shops, where)
    with ExitStack() as running:
        opened = {
            size: running.enter_context(servers.feedback(shop.url)) for size, shop in shops.items()
        }
        browsers = {
            size: running.enter_context(open_browser(server, shops[size]))
            for size, server in opened.items()
        }
        yield from dashboards(sizes, browsers, where)
        shop, server = shops[sizes.large], opened[sizes.large]
        yield from plain_pages(sizes, shop, server, browsers[sizes.large], where)


def dashboards(sizes: Sizes, browsers: dict[int, Browser], where: str = "") -> Iterator[Row]:
    """Times of each page at each size, one after another in turns, so that noise hits all alike."""
    names = list(browsers[sizes.large].paths)
    note(f"{sizes.pages} times {len(names)} pages at {len(browsers)} sizes")
    visits = _visit_pages(browsers, sizes.pages)
    unchanged = _statuses_when_unchanged(browsers[sizes.large])
    for name in names:
        yield from _page_rows(name, visits, sizes, where)
    said = ", ".join(f"{name} {status}" for name, status in unchanged.items())
    is_304 = all(status == 304 for status in unchanged.values())
    yield Row(f"dashboards, unchanged data by ETag{where}", said, "304", is_304)


def _visit_pages(browsers: dict[int, Browser], repeats: int) -> Visits:
    visits: Visits = {}
    for n in range(-min(3, repeats), repeats):  # the first ones warm caches up
        for name in (PLAIN, *next(iter(browsers.values())).paths):
            for size, browser in browsers.items():
                visit = browser.get(browser.paths.get(name, name))
                if visit.status != 200:
                    raise RuntimeError(f"{name} answered {visit.status}")
                if n >= 0:
                    visits.setdefault((name, size), []).append(visit)
    return visits


def _page_rows(name: str, visits: Visits, sizes: Sizes, where: str) -> Iterator[Row]:
    for size in (size for size in sizes.stored if (name, size) in visits):
        times = [visit.ms for visit in visits[name, size]]
        p50, p95 = (percentile(times, share) for share in (0.5, 0.95))
        plain = percentile([visit.ms for visit in visits[PLAIN, size]], 0.95)
        used = [visit.processor_ms for visit in visits[name, size]]
        said = f"p50 {p50:.1f}, p95 {p95:.1f} ms, {p95 / plain:.1f} of a plain page's {plain:.1f}; "
        said += f"processor p50 {percentile(used, 0.5):.1f}, p95 {percentile(used, 0.95):.1f} ms"
        at = f"{name} at {sizes.name(size)} responses{where}"
        yield at_most(at, p95, LIMIT_MS, said, " ms")
    if sizes.stored[0] == sizes.large:
        return
    pairs = zip(visits[name, sizes.stored[0]], visits[name, sizes.large], strict=True)
    growth = median(large.ms / small.ms for small, large in pairs)
    ratio = f"{name} at {sizes.name(sizes.large)} / at {sizes.name(sizes.stored[0])}{where}"
    yield at_most(ratio, growth, GROWTH_LIMIT, f"{growth:.2f}, median of pairs")


def _statuses_when_unchanged(browser: Browser) -> dict[str, int]:
    """Of the pages that have a tag."""
    statuses = {}
    for name, path in browser.paths.items():
        tag = browser.get(path).tag
        if tag is not None:
            statuses[name] = browser.get(path, **{"If-None-Match": tag}).status
    return statuses
