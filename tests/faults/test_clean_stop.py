"""SAFETY A11: SIGTERM under load ends in time, with everything acknowledged stored."""

import asyncio
from collections import Counter

from feedback.db import Database
from tests.cast import Shop
from tests.faults import stored
from tests.faults.clients import Crowd
from tests.faults.program import Program

STOP_SECONDS = 10


async def test_a_stop_under_load_is_clean_and_loses_nothing(
    program: Program, shop: Shop, database: Database
) -> None:
    crowd = Crowd(program.base, shop.nps.key, resend=False)
    clients = asyncio.create_task(crowd.run())
    await asyncio.to_thread(program.start)
    crowd.up.set()
    while len(crowd.ledger.acks) < 200:
        await asyncio.sleep(0.01)
    assert await asyncio.to_thread(program.terminate, STOP_SECONDS) == 0
    await clients
    kept = await stored.answers(database, shop)
    acked = crowd.ledger.final()
    assert acked.keys() <= kept.keys()
    assert {key: str(kept[key].response_id) for key in acked} == {
        key: ack.response_id for key, ack in acked.items()
    }
    assert all(kept[key].seq >= ack.seq for key, ack in acked.items())
    assert await stored.counts(database, shop) == Counter(a.rating for a in kept.values())
