"""A CSV file into SQLite, beside a server that goes on answering."""

import http.client
import json
import os
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil

from bench import servers
from bench.databases import Shop, open_shop, sqlite_url
from bench.rows import Row, at_least, at_most, note, percentile
from bench.sizes import Sizes
from feedback import clock

RATE_LIMIT = 50_000
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
class Run:
    """What one import took."""

    seconds: float = 0.0
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
            self._send(connection)

    def _send(self, connection: http.client.HTTPConnection) -> None:
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
    shop = open_shop(sqlite_url(folder / "import.db"))
    note(f"importing {sizes.imported[0]:,} and {sizes.imported[1]:,} ratings")
    alone = _import(open_shop(sqlite_url(folder / "import_small.db")), small, mapping)
    quiet = _import(open_shop(sqlite_url(folder / "import_quiet.db")), large, mapping)
    with servers.feedback(shop.url) as server:
        visitor = Visitor(server.port, f"/r/{shop.slots[0].key}")
        thread = threading.Thread(target=visitor.run)
        thread.start()
        busy = _import(shop, large, mapping)
        visitor.enough.set()
        thread.join()
    yield from _rows(sizes, alone, quiet, busy, visitor)


def _rows(sizes: Sizes, alone: Run, quiet: Run, busy: Run, visitor: Visitor) -> Iterator[Row]:
    n = sizes.imported[1]
    rate = n / quiet.seconds
    said = f"{rate:,.0f}/s ({n / busy.seconds:,.0f}/s beside a server), its start included"
    yield at_least(f"import of {sizes.name(n)} ratings, a second", rate, RATE_LIMIT, said)
    growth = quiet.peak_bytes / alone.peak_bytes
    peaks = [run.peak_bytes / 1e6 for run in (quiet, alone)]
    name = f"import, memory at {sizes.name(n)} / at {sizes.name(sizes.imported[0])}"
    said = f"{growth:.2f}; {peaks[0]:.0f} of {peaks[1]:.0f} MB"
    yield at_most(name, growth, MEMORY_LIMIT, said)
    longest = max(visitor.waits_ms)
    usual = percentile(visitor.waits_ms, 0.5)
    said = f"{longest:.0f} ms the longest of {len(visitor.waits_ms)}, {usual:.0f} ms the median"
    yield at_most("an answer during an import", longest, WAIT_LIMIT_MS, said, " ms")


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
    began = time.perf_counter()
    settings = os.environ | servers.product_environment(shop.url)
    with psutil.Popen(
        command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        while process.poll() is None:
            run.peak_bytes = max(run.peak_bytes, _resident(process))
            time.sleep(0.01)
        run.seconds = time.perf_counter() - began
        if process.returncode != 0:
            raise RuntimeError(f"the import failed: {process.stdout.read().decode()}")
    return run


def _resident(process: psutil.Popen) -> int:
    try:
        found: int = process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
    return found
