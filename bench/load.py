"""A load of POST requests over keep-alive connections, light enough to leave the server its core.

Run as a program of its own, so that its work is not the server's: prints one line of JSON.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from random import Random
from urllib.parse import urlsplit

from bench.answers import Answers


class Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is complete."""

    def __init__(self, requests: Iterator[bytes], tally: "Tally") -> None:
        self._requests = requests
        self._tally = tally
        self._buffer = b""
        self._sent_at = 0.0
        self._is_done = False
        self.finished = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, mark, body = self._buffer.partition(b"\r\n\r\n")
        if not mark or len(body) < _length(head):
            return
        self._buffer = b""
        self._tally.add(head[9:12], time.perf_counter() - self._sent_at)
        self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self._is_done:
            self._tally.add(b"cut", time.perf_counter() - self._sent_at)
        if not self.finished.done():
            self.finished.set_result(None)

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None or self._tally.is_over():
            self._is_done = True
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


class Tally:
    """Statuses and times of the answers."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.perf_counter() + seconds
        self.statuses: dict[str, int] = {}
        self.times: list[float] = []

    def add(self, status: bytes, seconds: float) -> None:
        name = status.decode()
        self.statuses[name] = self.statuses.get(name, 0) + 1
        self.times.append(seconds)

    def is_over(self) -> bool:
        return time.perf_counter() >= self._ends_at


def _length(head: bytes) -> int:
    lower = head.lower()
    start = lower.find(b"content-length:")
    if start < 0:
        return 0
    end = lower.find(b"\r\n", start)
    return int(lower[start + 15 : end if end > 0 else None])


def requests_of(bodies: Iterable[bytes], host: str, path: str) -> Iterator[bytes]:
    """As a proxy passes them on, each from an address of its own: all from one would be refused
    past the limit, and pass for a burst."""
    visitor = Random(1)
    for body in bodies:
        yield (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain\r\n"
            f"X-Forwarded-For: {IPv4Address(visitor.getrandbits(32))}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body


async def run(url: str, connections: int, seconds: float, seed: int) -> dict[str, object]:
    parts = urlsplit(url)
    requests = requests_of(Answers(seed), parts.netloc, parts.path)
    tally = Tally(seconds)
    loop = asyncio.get_running_loop()
    open_ones = []
    began = time.perf_counter()
    for _ in range(connections):
        _transport, protocol = await loop.create_connection(
            lambda: Connection(requests, tally), parts.hostname or "127.0.0.1", parts.port or 80
        )
        open_ones.append(protocol.finished)
    await asyncio.gather(*open_ones)
    took = time.perf_counter() - began
    times = sorted(tally.times)
    return {
        "requests": len(times),
        "per_second": len(times) / took,
        "p50_ms": 1000 * times[len(times) // 2],
        "p99_ms": 1000 * times[int(len(times) * 0.99)],
        "statuses": tally.statuses,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = run(given.url, given.connections, given.seconds, given.seed)
    print(json.dumps(asyncio.run(found)))


if __name__ == "__main__":
    main()
