"""SAFETY A17: a backup under load holds all that was acknowledged before its start, elsewhere too;
a run that is killed leaves nothing or all of it."""

import asyncio
import os
import random
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from feedback.backups.facts import read_facts
from feedback.backups.part import END
from feedback.backups.restore import restore
from feedback.db import Database
from feedback.responses.rollup import find_differences
from feedback.settings import Settings
from tests.backups.conftest import quiet
from tests.backups.writers import Writers
from tests.cast import Shop
from tests.faults.clients import Ledger
from tests.faults.conftest import program as program
from tests.faults.program import Program
from tests.faults.stored import answers, responses
from tests.waiting import until

IS_LONG = bool(os.environ.get("TEST_LONG"))  # `make test-long` prints the rate and the table
ROUNDS = 20 if IS_LONG else 3
RATE = 200.0  # messages a second; a busy machine takes fewer, and the test holds all the same
BEFORE = 600 if IS_LONG else 150  # acknowledged between two backups


async def test_a_backup_under_writes_holds_what_was_acknowledged_before_it(
    program: Program, shop: Shop, tmp_path: Path, elsewhere: Callable[[str], Settings]
) -> None:
    folder = tmp_path / "away"
    folder.mkdir()
    await asyncio.to_thread(program.start)
    crowd = Writers(program.port, shop.nps.key, RATE)
    clients = asyncio.create_task(crowd.run())
    known: list[Ledger] = []
    table = [
        "\n| round | killed | writes a second beside the backup | its seconds | acknowledged |"
    ]
    for number in range(ROUNDS):
        path = folder / f"{number}.backup"
        await until(partial(_has, crowd.ledger, len(crowd.ledger.acks) + BEFORE))
        killed = await _kill_one(program, path)
        known.append(Ledger(acks=list(crowd.ledger.acks)))
        began = time.monotonic()
        made = await asyncio.to_thread(program.run, "backup", str(path))
        assert made.returncode == 0, made.stderr
        took, acks = time.monotonic() - began, len(crowd.ledger.acks)
        beside = (acks - len(known[-1].acks)) / took
        table.append(f"| {number + 1} | {killed} | {beside:.0f} | {took:.2f} | {acks} |")
    share = len(crowd.ledger.acks) / crowd.due
    crowd.enough.set()
    await clients
    table.append(f"{share:.1%} of {RATE:.0f} messages a second were acknowledged")
    print("\n".join(table))
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(f"{n}.backup" for n in range(ROUNDS)), "a killed run left something"
    for number, ledger in enumerate(known):
        settings = elsewhere(f"round{number}")
        path = folder / f"{number}.backup"
        await asyncio.to_thread(restore, settings, path, say=quiet)
        await _assert_holds(Database(settings.url), shop, ledger)


def _has(ledger: Ledger, enough: int) -> bool:
    return len(ledger.acks) >= enough


async def _kill_one(program: Program, path: Path) -> str:
    """A run that is killed at some moment leaves nothing of that name, or a whole file."""
    part = path.with_name(path.name + END)
    with subprocess.Popen(
        program.command("backup", str(path)), env=program.environment, stdout=subprocess.DEVNULL
    ) as run:
        await until(lambda: part.exists() or run.poll() is not None, pause=0.001)
        await asyncio.sleep(random.uniform(0, 0.1))
        run.kill()
    if not path.exists():
        return "while it wrote"
    read_facts(path)
    path.unlink()
    return "after its last byte"


async def _assert_holds(database: Database, shop: Shop, ledger: Ledger) -> None:
    """Each acknowledged answer, as it was then or newer; every submission has its response, and
    the counts are a recount's."""
    found = await answers(database, shop)
    lost = [
        ack
        for key, ack in ledger.final().items()
        if key not in found
        or found[key].seq < ack.seq
        or str(found[key].response_id) != ack.response_id
        or (found[key].seq == ack.seq and found[key].rating != ack.rating)
    ]
    assert lost == []
    assert await responses(database, shop) == len(found)
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []
    await database.close()
