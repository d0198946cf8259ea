"""Answers at a stated rate, whatever the server takes, each sent again until acknowledged."""

import asyncio
import itertools
import time
from typing import Any

import msgspec

from tests.faults.clients import AGAIN_SECONDS, Ledger, messages

CONNECTIONS = 64


class Writers:
    """`rate` messages a second over a few connections, lean enough to leave the server its core:
    an HTTP client of Python's costs more than the server does.

    A message that the server keeps waiting does not hold back those that are due after it, as
    long as a connection is free; `due` says how many should have been sent by now.
    """

    def __init__(self, port: int, survey_key: str, rate: float) -> None:
        self.ledger = Ledger()
        self.enough = asyncio.Event()
        self._port, self._path, self._rate = port, f"/r/{survey_key}", rate
        self._turn = itertools.count()
        self._began = 0.0

    @property
    def due(self) -> float:
        return (time.monotonic() - self._began) * self._rate

    async def run(self) -> None:
        self._began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._one())

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        while not self.enough.is_set():
            for message in messages():
                await self._its_time()
                await self._deliver(reader, writer, message)
        writer.close()

    async def _its_time(self) -> None:
        at = self._began + next(self._turn) / self._rate
        await asyncio.sleep(max(0.0, at - time.monotonic()))

    async def _deliver(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: dict[str, Any]
    ) -> None:
        body = msgspec.json.encode(message)
        head = f"POST {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
        while True:
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            said = await reader.readuntil(b"\r\n\r\n")
            status, length = said[9:12], _length(said)
            answer = await reader.readexactly(length)
            if status in (b"200", b"201"):
                self.ledger.note(message, msgspec.json.decode(answer))
                return
            assert status == b"503", answer
            self.ledger.refused += 1
            await asyncio.sleep(AGAIN_SECONDS)


def _length(head: bytes) -> int:
    _before, _mark, after = head.lower().partition(b"content-length:")
    return int(after.partition(b"\r\n")[0])
