"""`feedback worker` with one more kind of job, which fails half the time: to be killed by a test.

Each attempt is a line in the file that the job names, at its beginning and at its end.
"""

import asyncio
import os
import random
import sys

from feedback import work
from feedback.cli import main
from feedback.db import Database
from feedback.outbox.worker import Kind, Pace, Work, Worker
from feedback.settings import Settings

KIND = "flaky"
# Leases short enough to see them end; some jobs last longer than one.
PACE = Pace(first=0, poll=0.2, lease=1.5, retry=0.1, longest_retry=0.5, trouble=0.5, grace=3)
LONG_SECONDS = 2.0


async def flaky(given: Work) -> None:
    number = given.payload["number"]
    _write(given, f"begun {number}")
    await asyncio.sleep(LONG_SECONDS if number % 100 == 0 else random.uniform(0.02, 0.15))
    fails = random.random() < 0.5
    _write(given, f"{'failed' if fails else 'ended'} {number}")
    if fails:
        raise ConnectionError("the receiver is not well")


def _write(given: Work, line: str) -> None:
    descriptor = os.open(given.payload["log"], os.O_WRONLY | os.O_APPEND)
    os.write(descriptor, f"{os.getpid()} {line}\n".encode())
    os.close(descriptor)


def make_worker(database: Database, settings: Settings) -> Worker:
    kinds = {KIND: Kind(flaky, at_once=4, attempts=100)}
    return Worker(database, settings, kinds, pace=PACE)


if __name__ == "__main__":
    work.make_worker = make_worker
    sys.argv = ["feedback", "worker"]
    main()
