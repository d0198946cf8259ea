"""SAFETY A11: SIGTERM under load ends in time, with everything acknowledged stored."""

import asyncio
from collections import Counter

from feedback.db import Database
from feedback.outbox.worker import Pace
from tests.cast import Shop
from tests.faults import stored
from tests.faults.clients import Crowd
from tests.faults.program import Program
from tests.waiting import until

STOP_SECONDS = 10


async def test_a_stop_under_load_is_clean_and_loses_nothing(
    program: Program, shop: Shop, database: Database
) -> None:
    crowd = Crowd(program.base, shop.nps.key, resend=False)
    clients = asyncio.create_task(crowd.run())
    await asyncio.to_thread(program.start)
    crowd.up.set()
    await until(lambda: len(crowd.ledger.acks) >= 200)
    # All that a stop waits for by itself; the rest is the machine's own pace.
    assert Pace().grace < STOP_SECONDS
    assert await asyncio.to_thread(program.terminate) == 0
    await clients
    assert crowd.ledger.interrupted, "it was not under load"
    kept = await stored.answers(database, shop)
    acked = crowd.ledger.final()
    assert acked.keys() <= kept.keys()
    assert {key: str(kept[key].response_id) for key in acked} == {
        key: ack.response_id for key, ack in acked.items()
    }
    assert all(kept[key].seq >= ack.seq for key, ack in acked.items())
    assert await stored.counts(database, shop) == Counter(a.rating for a in kept.values())
