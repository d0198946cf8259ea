"""Clients that behave as ours do: an answer is sent again under the same id until acknowledged."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from uuid_utils.compat import uuid7

from tests.waiting import PATIENCE, until

CLIENTS = 16
AGAIN_SECONDS = 0.1  # after a refusal
# So often all of them try in ten seconds; by tries, since a busy machine is slow.
BACK_TRIES = round(CLIENTS * 10 / AGAIN_SECONDS)
RATINGS = range(11)
LOST = (httpx.TransportError, httpx.RemoteProtocolError)


@dataclass(frozen=True)
class Ack:
    """What the server said it holds."""

    submission_id: str
    response_id: str
    seq: int
    rating: int


@dataclass
class Ledger:
    """What was acknowledged, how often a message met a server that was gone, or was refused."""

    acks: list[Ack] = field(default_factory=list)
    interrupted: int = 0
    refused: int = 0

    def note(self, message: dict[str, Any], said: dict[str, Any]) -> None:
        """What the server said to this message."""
        assert said["seq"] == message["seq"]
        self.acks.append(
            Ack(message["submission_id"], said["id"], message["seq"], message["rating"])
        )

    def final(self) -> dict[str, Ack]:
        """The newest acknowledged message of each submission."""
        found: dict[str, Ack] = {}
        for ack in self.acks:
            if ack.submission_id not in found or ack.seq > found[ack.submission_id].seq:
                found[ack.submission_id] = ack
        return found


class Crowd:
    """Sixteen clients. `up` tells them that the server answers; `enough` that they may go home."""

    def __init__(self, base: str, survey_key: str, *, resend: bool = True) -> None:
        self.ledger = Ledger()
        self.up = asyncio.Event()
        self.enough = asyncio.Event()
        self._url = f"{base}/r/{survey_key}"
        self._resend = resend

    async def next_ack(self) -> None:
        """Return when one more message was acknowledged."""
        before = len(self.ledger.acks)
        await until(lambda: len(self.ledger.acks) > before, pause=0.005)

    async def run(self) -> None:
        await asyncio.gather(*(self._one_client() for _ in range(CLIENTS)))

    async def _one_client(self) -> None:
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            while not self.enough.is_set():
                for message in messages():
                    if not await self._deliver(client, message):
                        return

    async def _deliver(self, client: httpx.AsyncClient, message: dict[str, Any]) -> bool:
        while True:
            await self.up.wait()
            try:
                answer = await client.post(self._url, json=message)
            except LOST:
                self.ledger.interrupted += 1
                if not self._resend:
                    return False
                await asyncio.sleep(0.02)
                continue
            if answer.status_code in (200, 201):
                self.ledger.note(message, answer.json())
                return True
            assert answer.status_code == 503, answer.text
            self.ledger.refused += 1
            await asyncio.sleep(AGAIN_SECONDS)


def messages() -> Iterator[dict[str, Any]]:
    """One answer; every third changes its rating and adds a comment in a second step."""
    body = {"submission_id": str(uuid7()), "seq": 1, "rating": random.choice(RATINGS)}
    yield body
    if random.randrange(3) == 0:
        yield body | {"seq": 2, "rating": random.choice(RATINGS), "comment": "On second thought"}
