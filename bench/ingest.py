"""Answers a second against a handler that stores nothing, in rounds that take turns."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy.engine import URL

from bench import servers
from bench.databases import Shop, open_shop, sqlite_url
from bench.rows import Row, at_least, note, spread
from bench.shim import slow_fsync
from bench.sizes import Sizes
from tests.databases import PostgresMaker, postgres_server

CONNECTIONS = 64
FSYNC_DELAY_MS = 2


@dataclass(frozen=True, slots=True)
class Load:
    """What one round of requests met."""

    per_second: float
    p99_ms: float


def against_bare(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """SQLite and PostgreSQL, each round beside one of the bare handler."""
    with ExitStack() as running:
        bare = running.enter_context(servers.app("bench.bare:handler_app"))
        products = {}
        shop = open_shop(sqlite_url(folder / "ingest.db"))
        products["SQLite FULL"] = running.enter_context(servers.feedback(shop.url)).url(_path(shop))
        shop = open_shop(_postgres(running))
        products["PostgreSQL"] = running.enter_context(servers.feedback(shop.url)).url(_path(shop))
        urls = {"bare": bare.url("/r/any")} | products
        rounds = _rounds(urls, sizes)
    for name in products:
        yield _ratio_row(f"ingest, {name} / bare handler", rounds, name, "bare", 0.5)


def against_small(sizes: Sizes, small: Shop, large: Shop) -> Iterator[Row]:
    """The same database file, nearly empty and very full."""
    with servers.feedback(small.url) as one, servers.feedback(large.url) as other:
        urls = {"small": one.url(_path(small)), "large": other.url(_path(large))}
        rounds = _rounds(urls, sizes)
    name = f"ingest at {sizes.name(sizes.large)} responses / at {sizes.name(sizes.tiny)}"
    yield _ratio_row(name, rounds, "large", "small", 0.8)


def against_single_commits(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """Group commit against a commit for each answer, when every fsync takes 2 ms longer."""
    name = f"ingest, group commit / single commits, fsync + {FSYNC_DELAY_MS} ms"
    library = slow_fsync(folder)
    if library is None:
        yield Row(name, "not measured: no C compiler here", ">= 12")
        return
    slow = {"LD_PRELOAD": str(library), "SLOW_FSYNC_US": str(FSYNC_DELAY_MS * 1000)}
    grouped, single = (open_shop(sqlite_url(folder / f"{n}.db")) for n in ("grouped", "single"))
    settings = servers.product_environment(single.url) | slow
    one_by_one = servers.app("bench.one_by_one:single_commit_app", "/widget.js", **settings)
    with servers.feedback(grouped.url, **slow) as one, one_by_one as other:
        urls = {"single": other.url(_path(single)), "grouped": one.url(_path(grouped))}
        rounds = _rounds(urls, sizes)
    yield _ratio_row(name, rounds, "grouped", "single", 12)


def _path(shop: Shop) -> str:
    return f"/r/{shop.slots[0].key}"


def _postgres(running: ExitStack) -> URL:
    """An empty database on a server of the wheel, or on the one of TEST_DATABASE_URL."""
    server = postgres_server()
    url = next(server)
    running.callback(lambda: next(server, None))
    maker = PostgresMaker(url)
    running.callback(maker.close)
    made = maker.make()
    running.callback(maker.drop, made)
    return made.set(drivername="postgresql+asyncpg")


def _rounds(urls: dict[str, str], sizes: Sizes) -> list[dict[str, Load]]:
    for url in urls.values():
        _load(url, sizes.warm_seconds)
    rounds = []
    for n in range(sizes.rounds):
        note(f"round {n + 1} of {sizes.rounds}: {', '.join(urls)}")
        rounds.append({name: _load(url, sizes.round_seconds) for name, url in urls.items()})
    return rounds


def _load(url: str, seconds: float) -> Load:
    command = [sys.executable, "-m", "bench.load", url, "--connections", str(CONNECTIONS)]
    command += ["--seconds", str(seconds)]
    said = subprocess.run(command, check=True, capture_output=True, env=dict(os.environ)).stdout
    found = json.loads(said)
    if set(found["statuses"]) != {"201"}:
        raise RuntimeError(f"{url} answered {found['statuses']}")
    return Load(found["per_second"], found["p99_ms"])


def _ratio_row(
    name: str, rounds: list[dict[str, Load]], product: str, peer: str, limit: float
) -> Row:
    ratios = [one[product].per_second / one[peer].per_second for one in rounds]
    rates = [median(one[who].per_second for one in rounds) for who in (product, peer)]
    p99 = median(one[product].p99_ms for one in rounds)
    said = f"{spread(ratios)}; {rates[0]:,.0f} of {rates[1]:,.0f}/s, p99 {p99:.0f} ms"
    return at_least(name, median(ratios), limit, said)
