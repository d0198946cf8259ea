"""What each addition costs an answer from its bytes to its commit: parts of the load come one by
one, and the statements of the real load are timed by table.

Run as a program of its own, so that nothing else counts: python -m bench.transaction URL KEY
ANSWERS ROUNDS prints one line of JSON.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from statistics import median

from sqlalchemy.engine import make_url

from bench.answers import REAL, Answers, Mix, Person
from bench.databases import Shop, open_shop, postgres, postgres_url, sqlite_url
from bench.rows import Row, note, spread
from bench.sizes import Sizes
from bench.watching import Watched, watched
from feedback import clock
from feedback.db import Database
from feedback.responses.catalog import Catalog, SurveyDefinition
from feedback.responses.ingest import prepare
from feedback.responses.message import read_message

BATCH = 64  # as many as come together over 64 connections
KEY = b"a-key-for-the-bench-that-is-long"
PLAIN, BARE, WHOLE = "a bare insert", "a bare rating", "the real load"
ADDITIONS = {
    "respondent known": Mix(named=1, new=0, commented=0),
    "respondent new": Mix(named=1, new=1, commented=0),
    "comment of 30 words": Mix(named=0, new=0, commented=1),
}
LOADS = {BARE: Mix(0, 0, 0), **ADDITIONS, WHOLE: REAL}
TABLES = ("rating_count", "count_version", "comment_due")
Taken = dict[str, list[float]]


def additions(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """Both databases, in processor time; beside it the insert of a number into a table of one."""
    yield from _rows(sizes, open_shop(sqlite_url(folder / "transaction.db")), "SQLite")
    with ExitStack() as running:
        url = running.enter_context(postgres_url(running.enter_context(postgres())))
        yield from _rows(sizes, open_shop(url), "PostgreSQL")


def _rows(sizes: Sizes, shop: Shop, where: str) -> Iterator[Row]:
    note(f"what each addition to the transaction costs on {where}")
    url = shop.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "bench.transaction", url, shop.slots[0].key]
    command += [str(sizes.answers), str(sizes.rounds)]
    taken: Taken = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    plain, bare = median(taken[PLAIN]), median(taken[BARE])
    for name in (BARE, WHOLE):
        us = median(taken[name])
        said = f"{us:.0f} us an answer, {us / plain:.1f} of {PLAIN}'s {plain:.1f}"
        yield Row(f"transaction, {where}: {name}", said)
    for name in ADDITIONS:
        more = [a - b for a, b in zip(taken[name], taken[BARE], strict=True)]
        said = f"{spread(more)} us more, {median(more) / bare:+.0%}"
        yield Row(f"transaction, {where}: + {name}", said)
    for name in TABLES if TABLES[0] in taken else ():
        us = median(taken[name])
        said = f"{us:.2f} us of the real load's {median(taken[WHOLE]):.0f}"
        yield Row(f"transaction, {where}: {name}", said)


async def measure(url: str, survey_key: str, answers: int, rounds: int) -> Taken:
    """Microseconds of processor an answer, ours and the database's, in each round."""
    database = Database(make_url(url))
    survey = await Catalog(database).find(survey_key)
    await database.close()
    assert survey is not None
    store = watched(database.url)
    await store.open()
    people: list[Person] = []
    await _store(store, survey, _bodies(0, LOADS["respondent new"], people, answers))
    taken: Taken = {name: [] for name in (PLAIN, *LOADS)}
    for n in range(1, rounds + 1):
        taken[PLAIN].append(await _insert_plainly(store, answers))
        for number, (name, mix) in enumerate(LOADS.items()):
            bodies = _bodies(n * len(LOADS) + number, mix, people, answers)
            store.spent.clear()
            taken[name].append(await _store(store, survey, bodies))
        for table in TABLES if store.spent else ():
            taken.setdefault(table, []).append(1000 * store.spent[table] / answers)
    await store.close()
    return taken


def _bodies(seed: int, mix: Mix, people: list[Person], n: int) -> list[bytes]:
    return list(islice(Answers(seed, mix, people), n))


async def _store(store: Watched, survey: SurveyDefinition, bodies: list[bytes]) -> float:
    began = _used_ms(store)
    for start in range(0, len(bodies), BATCH):
        now = clock.now()
        part = bodies[start : start + BATCH]
        batch = [prepare(read_message(body)[0], survey, now, KEY) for body in part]
        await store.store(batch)
    return 1000 * (_used_ms(store) - began) / len(bodies)


async def _insert_plainly(store: Watched, n: int) -> float:
    """The same number of rows in batches of the same size, into a table of one column."""
    began = _used_ms(store)
    await store.insert_plainly([[(k,) for k in range(BATCH)]] * (n // BATCH))
    return 1000 * (_used_ms(store) - began) / n


def _used_ms(store: Watched) -> float:
    return 1000 * time.process_time() + store.database_ms()


if __name__ == "__main__":
    url, survey_key, answers, rounds = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(url, survey_key, int(answers), int(rounds)))))
