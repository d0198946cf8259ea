"""The job behind `/priorities`, in a process of its own: its seconds and its memory.

python -m bench.finding DATABASE_URL WORKSPACE JOURNEY
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

from sqlalchemy.engine import make_url

from bench.databases import Shop
from bench.rows import Row, note
from bench.sizes import Sizes
from feedback import clock
from feedback.db import Database
from feedback.priorities.compute import Task, find_out
from feedback.priorities.findings import Selection


def find_priorities(sizes: Sizes, shops: dict[int, Shop], where: str = "") -> Iterator[Row]:
    """Compute what the pages show, at each size; no budget, but it must not grow without end."""
    for size, shop in shops.items():
        note(f"priorities of {sizes.name(size)} responses")
        url = shop.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "bench.finding", url]
        command += [shop.workspace_id.hex, shop.journey_id.hex]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        said = f"{found['seconds']:.1f} s, processor {found['processor']:.1f} s, "
        said += (
            f"{found['memory']:.0f} MB; {found['people']:,} people, {found['said']:,} follow-ups"
        )
        yield Row(f"priorities job at {sizes.name(size)} responses{where}", said)


async def _find(url: str, workspace: str, journey: str) -> dict[str, float]:
    database = Database(make_url(url))
    began, used = time.perf_counter(), time.process_time()
    task = Task(uuid.UUID(workspace), uuid.UUID(journey), Selection())
    found = await find_out(database, task, clock.now())
    await database.close()
    return {
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - used,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "people": found.people if found else 0,
        "said": found.mentions.answered if found else 0,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_find(*sys.argv[1:]))))
