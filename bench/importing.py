"""A CSV file into a database: against the same rows by the bare driver, and beside a server."""

import http.client
import json
import os
import random
import resource
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median

import psutil

from bench import raw, servers
from bench.databases import Shop, open_shop, postgres, postgres_url, sqlite_url
from bench.rows import Row, at_least, at_most, note, percentile, spread
from bench.sizes import Sizes
from feedback import clock

RAW_SHARE = 0.6
ROUNDS = 3
MEMORY_LIMIT = 1.25
WAIT_LIMIT_MS = 1000
PAUSE_SECONDS = 0.05
MAPPING = """
[workspace]
name = "Shop"
time_zone = "UTC"

[rows]
time = "at"
id = "id"
properties = ["country"]

[journey]
name = "Buying"

[[journey.stages]]
name = "Pay"

[[ratings]]
column = "score"
stage = "Pay"
touchpoint = "Checkout"
metric = "nps"
"""


@dataclass(slots=True)
class Run(raw.Took):
    """What one import took, its start included."""

    peak_bytes: int = 0


@dataclass(slots=True)
class Visitor:
    """Sends an answer every 50 ms and notes how long each took, until told to stop."""

    port: int
    path: str
    waits_ms: list[float] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            while not self.enough.wait(PAUSE_SECONDS):
                began = time.perf_counter()
                connection.request("POST", self.path, json.dumps({"rating": 9}))
                answer = connection.getresponse()
                answer.read()
                if answer.status != 201:
                    raise RuntimeError(f"an answer during the import met {answer.status}")
                self.waits_ms.append(1000 * (time.perf_counter() - began))


def importing(sizes: Sizes, folder: Path) -> Iterator[Row]:
    mapping = folder / "mapping.toml"
    mapping.write_text(MAPPING)
    small, large = (_make_file(folder, n) for n in sizes.imported)
    note(f"importing {sizes.imported[0]:,} and {sizes.imported[1]:,} ratings")
    alone = _import(open_shop(sqlite_url(folder / "import_small.db")), small, mapping)
    rounds = min(ROUNDS, sizes.rounds)
    pairs = [_beside_raw(folder / f"import_{n}.db", large, mapping) for n in range(rounds)]
    yield _against_raw("executemany, SQLite", sizes.imported[1], pairs)
    yield _memory(sizes, alone, pairs[0][0])
    yield _beside_a_server(folder, large, mapping, sizes.imported[1])
    yield from _on_postgres(large, mapping, sizes.imported[1], rounds)


def _beside_raw(database: Path, file: Path, mapping: Path) -> tuple[Run, raw.Took]:
    run = _import(open_shop(sqlite_url(database)), file, mapping)
    return run, raw.executemany_on_sqlite(database, database.with_suffix(".raw.db"))


def _on_postgres(file: Path, mapping: Path, n: int, rounds: int) -> Iterator[Row]:
    copied, inserted = [], []
    with postgres() as maker:
        for _ in range(rounds):
            with postgres_url(maker) as url:
                run = _import(open_shop(url), file, mapping)
                with postgres_url(maker) as empty:
                    copied.append((run, raw.copy_on_postgres(url, empty)))
                with postgres_url(maker) as empty:
                    inserted.append((run, raw.executemany_on_postgres(url, empty)))
    yield _against_raw("executemany, PostgreSQL", n, inserted)
    yield _against_raw("COPY, PostgreSQL", n, copied)


def _against_raw(what: str, n: int, pairs: list[tuple[Run, raw.Took]]) -> Row:
    shares = [took.seconds / run.seconds for run, took in pairs]
    run, took = sorted(pairs, key=lambda pair: pair[1].seconds / pair[0].seconds)[len(pairs) // 2]
    said = (
        f"{spread(shares)}; {n / run.seconds:,.0f} of {n / took.seconds:,.0f} a second, "
        f"processor {1e6 * run.processor / n:.1f} of {1e6 * took.processor / n:.1f} µs a rating"
    )
    return at_least(f"import / raw {what}", median(shares), RAW_SHARE, said)


def _memory(sizes: Sizes, alone: Run, quiet: Run) -> Row:
    growth = quiet.peak_bytes / alone.peak_bytes
    peaks = [run.peak_bytes / 1e6 for run in (quiet, alone)]
    name = "import, memory at {1} / at {0}".format(*map(sizes.name, sizes.imported))
    said = f"{growth:.2f}; {peaks[0]:.0f} of {peaks[1]:.0f} MB"
    return at_most(name, growth, MEMORY_LIMIT, said)


def _beside_a_server(folder: Path, file: Path, mapping: Path, n: int) -> Row:
    shop = open_shop(sqlite_url(folder / "import_beside.db"))
    with servers.feedback(shop.url) as server:
        visitor = Visitor(server.port, f"/r/{shop.slots[0].key}")
        thread = threading.Thread(target=visitor.run)
        thread.start()
        busy = _import(shop, file, mapping)
        visitor.enough.set()
        thread.join()
    longest = max(visitor.waits_ms)
    usual = percentile(visitor.waits_ms, 0.5)
    said = (
        f"{longest:.0f} ms the longest of {len(visitor.waits_ms)}, {usual:.0f} ms the median; "
        f"import {n / busy.seconds:,.0f} a second"
    )
    return at_most("an answer during an import", longest, WAIT_LIMIT_MS, said, " ms")


def _make_file(folder: Path, rows: int) -> Path:
    file = folder / f"answers_{rows}.csv"
    dice = random.Random(rows)
    begins = clock.now().replace(microsecond=0) - timedelta(days=730)
    step = timedelta(days=729) / rows
    with file.open("w") as out:
        out.write("id,at,score,country\n")
        for n in range(rows):
            at = (begins + n * step).strftime("%Y-%m-%d %H:%M:%S")
            out.write(f"{n},{at},{dice.randrange(11)},FR\n")
    return file


def _import(shop: Shop, file: Path, mapping: Path) -> Run:
    command = [*servers.FEEDBACK, "import", str(file), "--mapping", str(mapping)]
    run = Run()
    began, worked = time.perf_counter(), _worked()
    settings = os.environ | servers.product_environment(shop.url)
    with psutil.Popen(
        command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        while process.poll() is None:
            run.peak_bytes = max(run.peak_bytes, _resident(process))
            time.sleep(0.01)
        run.seconds = time.perf_counter() - began
        run.processor = _worked() - worked
        if process.returncode != 0:
            raise RuntimeError(f"the import failed: {process.stdout.read().decode()}")
    return run


def _worked() -> float:
    """Processor seconds of all processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(process: psutil.Popen) -> int:
    try:
        found: int = process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
    return found
