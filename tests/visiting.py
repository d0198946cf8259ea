"""Visitors whose connections come from addresses that the test chooses."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from feedback.settings import Settings
from tests.applications import application

BASE = "http://testserver.local"


@asynccontextmanager
async def house(settings: Settings) -> AsyncIterator[Any]:
    """The application at work in this event loop, as a client; `visitor` asks it from elsewhere.

    The other test client has one address, which is none.
    """
    with application(settings) as app:
        started, over = asyncio.Event(), asyncio.Event()

        async def live() -> None:  # it must end in the task that it began in
            async with app.lifespan():
                started.set()
                await over.wait()

        life = asyncio.create_task(live())
        begun = asyncio.create_task(started.wait())
        await asyncio.wait([life, begun], return_when=asyncio.FIRST_COMPLETED)
        try:
            async with _client(app, "127.0.0.1") as client:
                client.app = app  # type: ignore[attr-defined]
                yield client
        finally:
            over.set()
            begun.cancel()
            await life


def visitor(client: Any, peer: str) -> httpx.AsyncClient:
    """A client of the same application whose connection comes from this address."""
    return _client(client.app, peer)


async def post(
    client: Any, path: str, peer: str, headers: Iterable[dict[str, str] | None], **body: Any
) -> list[httpx.Response]:
    """The same message once with each of these headers (None: without), fifty at a time."""
    room = asyncio.Semaphore(50)
    async with visitor(client, peer) as visiting:

        async def send(header: dict[str, str] | None) -> httpx.Response:
            async with room:
                return await visiting.post(path, json=body, headers=header or {})

        return await asyncio.gather(*map(send, headers))


def statuses(found: Iterable[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in found)


def _client(app: Any, peer: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(peer, 40_000))
    return httpx.AsyncClient(transport=transport, base_url=BASE)
