"""SAFETY A8: a reply that is lost does no harm; the same answer sent again is stored once."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator

import httpx
from sqlmodel import select
from uuid_utils.compat import uuid7

from feedback.db import Database
from feedback.responses.models import RatingCount, Response, Submission
from tests.cast import Shop
from tests.faults.program import Program
from tests.faults.proxy import bad_network
from tests.waiting import PATIENCE

# `make test-long` does the whole of it.
ANSWERS = 2_000 if os.environ.get("TEST_LONG") else 300
CHANNELS = ("widget", "page", "kiosk", "api")
CLIENTS = 8
LOST = 0.3
TRIES = 100


async def test_n_answers_sent_over_a_bad_network_are_n_rows(
    program: Program, shop: Shop, database: Database
) -> None:
    program.start()
    waiting = iter(range(ANSWERS))
    async with bad_network(program.port, share=LOST, seed=8) as network:
        async with httpx.AsyncClient(base_url=network.base, timeout=PATIENCE) as client:
            await asyncio.gather(
                *(_send_all(client, shop.nps.key, waiting) for _ in range(CLIENTS))
            )
        assert network.cut > ANSWERS * LOST / 2
        assert network.requests == ANSWERS + network.cut
    async with database.read() as session:
        at = shop.workspace.id
        responses = list(await session.exec(select(Response).where(Response.workspace_id == at)))
        submissions = await session.exec(select(Submission).where(Submission.workspace_id == at))
        counts = await session.exec(select(RatingCount).where(RatingCount.workspace_id == at))
        assert len(responses) == len(list(submissions)) == ANSWERS
        assert Counter(row.channel for row in responses) == dict.fromkeys(CHANNELS, ANSWERS // 4)
        assert {row.comment for row in responses} == {f"answer {n}" for n in range(ANSWERS)}
        assert sum(row.n for row in counts) == ANSWERS


async def _send_all(client: httpx.AsyncClient, key: str, waiting: Iterator[int]) -> None:
    for n in waiting:
        submission_id = str(uuid7())
        for _ in range(TRIES):
            if await _send(client, key, n, submission_id):
                break
        else:
            raise AssertionError(f"answer {n} was never acknowledged")


async def _send(client: httpx.AsyncClient, key: str, n: int, submission_id: str) -> bool:
    """Whether the answer was acknowledged; by turns as each channel sends."""
    rating, comment, channel = n % 11, f"answer {n}", CHANNELS[n % 4]
    try:
        if channel != "page":
            body = {"submission_id": submission_id, "rating": rating, "comment": comment}
            reply = await client.post(f"/r/{key}", json=body | {"channel": channel})
        else:
            form = {"answer": submission_id, "rating": str(rating), "comment": comment}
            reply = await client.post(f"/s/{key}", data=form)
    except httpx.TransportError:
        return False
    assert reply.status_code in (200, 201, 303), reply.text
    return True
