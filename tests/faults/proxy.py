"""A bad network on loopback: every request arrives, but a share of the replies does not."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class BadNetwork:
    """Where to connect, and how many replies were cut so far."""

    upstream: int
    share: float
    dice: random.Random
    method: bytes
    port: int = 0
    requests: int = 0
    cut: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one reply or a part of it, then the connection is closed."""
        try:
            request = await _read_request(reader)
            reply = await self._ask(request)
            if request.startswith(self.method):
                reply = self._damaged(reply)
            writer.write(reply)
            await writer.drain()
        except asyncio.IncompleteReadError:
            pass  # browsers open connections they may not need
        finally:
            writer.close()

    def _damaged(self, reply: bytes) -> bytes:
        self.requests += 1
        if self.dice.random() >= self.share:
            return reply
        self.cut += 1
        return reply[: self.dice.choice([0, 20])]

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        writer.write(request)
        await writer.drain()
        reply = await reader.read(-1)
        writer.close()
        return reply


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    lengths = [int(line.split(":")[1]) for line in lines if line.lower().startswith("content-len")]
    kept = [line for line in lines if not line.lower().startswith("connection:")]
    kept.insert(1, "Connection: close")
    body = await reader.readexactly(lengths[0] if lengths else 0)
    return "\r\n".join(kept).encode("latin-1") + body


@asynccontextmanager
async def bad_network(
    upstream: int, *, share: float, seed: int, method: str = ""
) -> AsyncIterator[BadNetwork]:
    """Listens until the block ends. share: of the replies that are lost, 0 to 1.

    method: lose, and count, only what answers this one; a page then always arrives.
    """
    network = BadNetwork(upstream, share, random.Random(seed), method.encode())
    server = await asyncio.start_server(network.carry, "127.0.0.1", 0)
    network.port = server.sockets[0].getsockname()[1]
    try:
        yield network
    finally:
        server.close()
        await server.wait_closed()
