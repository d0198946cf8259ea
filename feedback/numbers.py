"""What this process has counted since its start, for /metrics: one dictionary entry a count.

Of several worker processes each writes its counts into a file of a folder that they share, every
two seconds; whoever is asked adds them up. A worker that died leaves its file: no count falls.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

# Upper limits in seconds, for commits and for pages.
WRITE_LIMITS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
PAGE_LIMITS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
SHARE_SECONDS = 2.0

# (what, label): "answers created", "refusals survey_paused", "pages GET /board 200".
COUNTED: Counter[tuple[str, str]] = Counter()
# What is so now, not since the start: of a process that ended it is nothing.
NOW: dict[str, float] = {}


class Histogram:
    """How many took up to each limit, and how long all of them together.

    >>> took = Histogram((0.1, 1.0))
    >>> for seconds in (0.05, 0.1, 3.0): took.add(seconds)
    >>> took.counts, took.total
    ([2, 0, 1], 3.15)
    """

    def __init__(self, limits: tuple[float, ...]) -> None:
        self.limits = limits
        self.counts = [0] * (len(limits) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        at = 0
        for limit in self.limits:
            if seconds <= limit:
                break
            at += 1
        self.counts[at] += 1
        self.total += seconds


WRITES = Histogram(WRITE_LIMITS)
PAGES: dict[str, Histogram] = {}  # by route


def count_page(route: str, status: int, seconds: float) -> None:
    """One page was answered; `route` is the pattern of its address."""
    COUNTED["pages", f"{route} {status}"] += 1
    if route not in PAGES:
        PAGES[route] = Histogram(PAGE_LIMITS)
    PAGES[route].add(seconds)


def snapshot() -> dict[str, Any]:
    """All numbers of this process, as `added` takes them."""
    return {
        "counted": [[*key, n] for key, n in COUNTED.items()],
        "writes": [WRITES.counts, WRITES.total],
        "pages": {route: [took.counts, took.total] for route, took in PAGES.items()},
        "now": dict(NOW),
    }


def added(snapshots: "list[dict[str, Any]]") -> dict[str, Any]:
    """The sum of what several processes have counted."""
    counted: Counter[tuple[str, str]] = Counter()
    now: Counter[str] = Counter()
    writes: list[Any] = [[0] * len(WRITES.counts), 0.0]
    pages: dict[str, list[Any]] = {}
    for one in snapshots:
        for what, label, n in one["counted"]:
            counted[what, label] += n
        writes = _sum(writes, one["writes"])
        for route, took in one["pages"].items():
            pages[route] = _sum(pages[route], took) if route in pages else took
        for name, value in one["now"].items():
            now[name] += value
    return {"counted": counted, "writes": writes, "pages": pages, "now": dict(now)}


def _sum(one: list[Any], other: list[Any]) -> list[Any]:
    counts = [a + b for a, b in zip(one[0], other[0], strict=True)]
    return [counts, one[1] + other[1]]


class Meeting:
    """The folder where the processes of one server find each other's numbers, if it has several."""

    folder: Path | None = None


def share() -> None:
    """Write this process's numbers where the others find them."""
    if Meeting.folder is not None:
        own = Meeting.folder / f"{os.getpid()}.json"
        with suppress(OSError):
            own.with_suffix(".new").write_text(json.dumps(snapshot()))
            own.with_suffix(".new").replace(own)


async def keep_sharing() -> None:
    """Until it is cancelled."""
    while True:
        share()
        await asyncio.sleep(SHARE_SECONDS)


def of_all() -> dict[str, Any]:
    """The numbers of this process and of its fellows, added up; theirs may be two seconds old."""
    return added([snapshot(), *_fellows()])


def _fellows() -> Iterator[dict[str, Any]]:
    for path in sorted(Meeting.folder.glob("*.json")) if Meeting.folder else ():
        if path.stem == str(os.getpid()):
            continue
        with suppress(OSError, ValueError):
            found: dict[str, Any] = json.loads(path.read_text())
            if not _is_alive(int(path.stem)):
                found["now"] = {}
            yield found


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
