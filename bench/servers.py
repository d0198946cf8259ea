"""Servers in processes of their own, as an operator starts them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy.engine import URL

KEY = "a-key-for-the-bench-that-is-long-enough"
PATIENCE = 60.0
_PROGRAM = "import sys; from feedback.cli import main; sys.argv[0] = 'feedback'; main()"
FEEDBACK = (sys.executable, "-c", _PROGRAM)


@dataclass(frozen=True, slots=True)
class Server:
    """Where it answers, its process, and the seconds from exec to its first answer."""

    port: int
    process: "subprocess.Popen[bytes]"
    start_seconds: float

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def worker(self) -> psutil.Process:
        """The process that answers; Granian's own only watches it."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        return max(family, key=lambda process: process.memory_info().rss)


@contextmanager
def feedback(url: URL, **environment: str) -> Iterator[Server]:
    """`feedback serve` on a migrated database."""
    port = free_port()
    command = [*FEEDBACK, "serve", "--port", str(port)]
    with _running(command, port, "/widget.js", product_environment(url) | environment) as server:
        yield server


@contextmanager
def app(target: str, path: str = "/", **environment: str) -> Iterator[Server]:
    """Any ASGI factory, `module:name`, on the same server with the same options."""
    port = free_port()
    command = [sys.executable, "-m", "bench.granian_app", target, str(port)]
    with _running(command, port, path, environment) as server:
        yield server


def product_environment(url: URL) -> dict[str, str]:
    return {
        "FEEDBACK_DATABASE_URL": url.render_as_string(hide_password=False),
        "FEEDBACK_SECRET_KEY": KEY,
        "FEEDBACK_BASE_URL": "http://127.0.0.1",
        "FEEDBACK_TRUSTED_PROXIES": "127.0.0.1",  # see load.requests_of
    }


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def _running(
    command: list[str], port: int, path: str, environment: Mapping[str, str]
) -> Iterator[Server]:
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for_an_answer(process, port, path)
        yield Server(port, process, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for_an_answer(process: "subprocess.Popen[bytes]", port: int, path: str) -> None:
    # A bare socket: a client library would cost as much as the wait between two looks.
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(request)
                if connection.recv(12).startswith(b"HTTP/1.1"):
                    return
        except OSError:
            time.sleep(0.005)
    raise RuntimeError(f"{process.args!r} did not start")


def family_processor_ms(server: Server) -> float:
    """The same of the server and its worker together."""
    watcher = psutil.Process(server.process.pid)
    return sum(processor_ms(process) for process in (watcher, *watcher.children(recursive=True)))


def processor_ms(process: psutil.Process) -> float:
    """What the process has used of the processors so far, finer than the 10 ms of its clock.

    0 where the system does not tell.
    """
    used = 0
    for file in Path(f"/proc/{process.pid}/task").glob("*/schedstat"):
        with suppress(OSError):  # the thread has just ended
            used += int(file.read_text().split()[0])
    return used / 1e6
