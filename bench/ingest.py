"""Answers a second against a handler that stores nothing, in rounds that take turns."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from bench import servers
from bench.databases import Shop, backends, open_shop, postgres, postgres_url, sqlite_url
from bench.rows import Row, at_least, note, spread
from bench.shim import SLOW_FSYNC, shim
from bench.sizes import Sizes

CONNECTIONS = 64
FSYNC_DELAY_MS = 2


@dataclass(frozen=True, slots=True)
class Target:
    """Where answers go, the process that takes them, and the database's own that run here."""

    url: str
    worker: psutil.Process
    database: tuple[psutil.Process, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """What one round of requests met; the server's time for each, and the database's own."""

    per_second: float
    p99_ms: float
    processor_us: float
    database_us: float


def against_bare(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """SQLite and PostgreSQL, each round beside one of the bare handler."""
    with ExitStack() as running:
        bare = running.enter_context(servers.app("bench.bare:handler_app"))
        targets = {"bare": Target(bare.url("/r/any"), bare.worker())}
        shop = open_shop(sqlite_url(folder / "ingest.db"))
        targets["SQLite FULL"] = _target(running.enter_context(servers.feedback(shop.url)), shop)
        maker = running.enter_context(postgres())
        shop = open_shop(running.enter_context(postgres_url(maker)))
        targets["PostgreSQL"] = _target(running.enter_context(servers.feedback(shop.url)), shop)
        rounds = _rounds(targets, sizes)
    for name, limit in (("SQLite FULL", 0.55), ("PostgreSQL", 0.5)):
        yield _ratio_row(f"ingest, {name} / bare handler", rounds, name, "bare", limit)


def against_small(sizes: Sizes, small: Shop, large: Shop) -> Iterator[Row]:
    """The same database file, nearly empty and very full."""
    with servers.feedback(small.url) as one, servers.feedback(large.url) as other:
        rounds = _rounds({"small": _target(one, small), "large": _target(other, large)}, sizes)
    name = f"ingest at {sizes.name(sizes.large)} responses / at {sizes.name(sizes.tiny)}"
    yield _ratio_row(name, rounds, "large", "small", 0.8)


def against_single_commits(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """Group commit against a commit for each answer, when every fsync takes 2 ms longer."""
    name = f"ingest, group commit / single commits, fsync + {FSYNC_DELAY_MS} ms"
    library = shim(SLOW_FSYNC, folder)
    if library is None:
        yield Row(name, "not measured: no C compiler here", ">= 12")
        return
    slow = {"LD_PRELOAD": str(library), "SLOW_FSYNC_US": str(FSYNC_DELAY_MS * 1000)}
    grouped, single = (open_shop(sqlite_url(folder / f"{n}.db")) for n in ("grouped", "single"))
    settings = servers.product_environment(single.url) | slow
    one_by_one = servers.app("bench.one_by_one:single_commit_app", "/widget.js", **settings)
    with servers.feedback(grouped.url, **slow) as one, one_by_one as other:
        targets = {"single": _target(other, single), "grouped": _target(one, grouped)}
        rounds = _rounds(targets, sizes)
    yield _ratio_row(name, rounds, "grouped", "single", 12)


def _target(server: servers.Server, shop: Shop) -> Target:
    database = tuple(backends(shop.url))
    return Target(server.url(f"/r/{shop.slots[0].key}"), server.worker(), database)


def _rounds(targets: dict[str, Target], sizes: Sizes) -> list[dict[str, Load]]:
    for target in targets.values() if sizes.warm_seconds else ():
        _load(target, sizes.warm_seconds, seed=0)
    rounds = []
    for n in range(sizes.rounds):
        note(f"round {n + 1} of {sizes.rounds}: {', '.join(targets)}")
        rounds.append({name: _load(t, sizes.round_seconds, n + 1) for name, t in targets.items()})
    return rounds


def _load(target: Target, seconds: float, seed: int) -> Load:
    command = [sys.executable, "-m", "bench.load", target.url]
    command += ["--connections", str(CONNECTIONS), "--seconds", str(seconds), "--seed", str(seed)]
    used, stored = servers.processor_ms(target.worker), _database_ms(target)
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    used = servers.processor_ms(target.worker) - used
    stored = _database_ms(target) - stored
    if set(found["statuses"]) != {"201"}:
        raise RuntimeError(f"{target.url} answered {found['statuses']}")
    each = 1000 / found["requests"]
    return Load(found["per_second"], found["p99_ms"], used * each, stored * each)


def _database_ms(target: Target) -> float:
    return sum(servers.processor_ms(process) for process in target.database)


def _ratio_row(
    name: str, rounds: list[dict[str, Load]], product: str, peer: str, limit: float
) -> Row:
    ratios = [one[product].per_second / one[peer].per_second for one in rounds]
    rates = [median(one[who].per_second for one in rounds) for who in (product, peer)]
    used = [median(one[who].processor_us for one in rounds) for who in (product, peer)]
    p99 = median(one[product].p99_ms for one in rounds)
    said = f"{spread(ratios)}; {rates[0]:,.0f} of {rates[1]:,.0f}/s, p99 {p99:.0f} ms, "
    said += f"processor {used[0]:.0f} of {used[1]:.0f} us ({used[1] / used[0]:.2f})"
    if any(one[product].database_us for one in rounds):
        said += f", PostgreSQL's own {median(one[product].database_us for one in rounds):.0f}"
    return at_least(name, median(ratios), limit, said)
