"""From exec to the first answer, what a command takes, and the memory of a server that answers."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import servers
from bench.browsing import open_browser
from bench.databases import Shop, open_shop, sqlite_url
from bench.rows import Row, at_most, note, spread
from bench.sizes import Sizes
from bench.yardsticks import idle_megabytes

RSS_LIMIT = 220
FILES = ("/board.json", "/trends.csv")
# What a command may take of the processor, in times of what `python -c pass` takes.
COMMANDS = {"--help": 20, "import --help": 30, "surveys": 80, "trend --metric nps": 80}


def start(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """`feedback serve` against Litestar and SQLModel with one table, in turns."""
    shop = open_shop(sqlite_url(folder / "start.db"))
    bare_url = f"sqlite+aiosqlite:///{folder / 'bare.db'}"
    ours, theirs = [], []
    for n in range(sizes.starts):
        note(f"start {n + 1} of {sizes.starts}")
        with servers.app("bench.bare:database_app", BARE_DATABASE_URL=bare_url) as server:
            theirs.append(_start_of(server))
        with servers.feedback(shop.url) as server:
            ours.append(_start_of(server))
    ratios = [a.seconds / b.seconds for a, b in zip(ours, theirs, strict=True)]
    wall = [median(start.seconds for start in starts) for starts in (ours, theirs)]
    used = [median(start.processor for start in starts) for starts in (ours, theirs)]
    said = f"{spread(ratios)}; {wall[0]:.2f} of {wall[1]:.2f} s, "
    said += f"processor {used[0]:.2f} of {used[1]:.2f} s"
    yield at_most("start to first answer / bare Litestar + SQLModel", median(ratios), 1.4, said)


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from exec to the first answer, or to the end, and of the processors."""

    seconds: float
    processor: float


def _start_of(server: servers.Server) -> Start:
    return Start(server.start_seconds, servers.family_processor_ms(server) / 1000)


def commands(sizes: Sizes, shop: Shop) -> Iterator[Row]:
    """Each of `COMMANDS` from exec to its end, in turns with a Python that does nothing."""
    environment = servers.product_environment(shop.url)
    for words, limit in COMMANDS.items():
        note(f"feedback {words}")
        ours, nothing = [], []
        for _ in range(sizes.starts):
            nothing.append(_run((sys.executable, "-c", "pass"), {}))
            ours.append(_run((*servers.FEEDBACK, *words.split()), environment))
        ratios = [a.processor / b.processor for a, b in zip(ours, nothing, strict=True)]
        wall, used, bare = (
            1000 * median(values)
            for values in (
                [run.seconds for run in ours],
                [run.processor for run in ours],
                [run.processor for run in nothing],
            )
        )
        said = f"{spread(ratios)}; processor {used:.0f} of {bare:.0f} ms, {wall:.0f} on the clock"
        yield at_most(f"feedback {words} / python -c pass", median(ratios), limit, said)


def _run(command: tuple[str, ...], environment: dict[str, str]) -> Start:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=os.environ | environment, capture_output=True, check=True)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Start(ended - began, used)


def memory(sizes: Sizes, shop: Shop) -> Iterator[Row]:
    """The worker after every dashboard was looked at a few times."""
    with servers.feedback(shop.url) as server, open_browser(server, shop) as browser:
        worker = server.worker()
        fresh = worker.memory_info().rss / 1e6
        for _ in range(min(10, sizes.pages)):
            for path in (*browser.paths.values(), *FILES):
                browser.get(path)
        used = worker.memory_info().rss / 1e6
    idle = idle_megabytes()
    said = f"{used:.0f} MB ({fresh:.0f} MB before the first page), "
    said += f"{used / idle:.1f} of an idle interpreter's {idle:.1f}"
    yield at_most("resident memory after the dashboards", used, RSS_LIMIT, said, " MB")
