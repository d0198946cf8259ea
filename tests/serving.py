"""A real server in a process of its own, on a free port, ended when the test is over."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import httpx

from tests.waiting import PATIENCE

KEY = "a-key-for-tests-that-is-long-enough-000"
COMMAND = "import sys; from feedback.cli import main; sys.argv[0] = 'feedback'; main()"


@dataclass(frozen=True)
class Served:
    """Where the server answers, and its process."""

    base: str
    port: int
    process: "subprocess.Popen[bytes]"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serve(
    database_url: str,
    *,
    port: int | None = None,
    log: IO[bytes] | int = subprocess.DEVNULL,
    base_url: str | None = None,
) -> Iterator[Served]:
    """`feedback serve` on this database. Ends by SIGTERM, as an operator would stop it.

    log: where what it prints goes, a file or nowhere. base_url: the public address, if another.
    """
    port = port or free_port()
    base = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "FEEDBACK_DATABASE_URL": database_url,
        "FEEDBACK_SECRET_KEY": KEY,
        "FEEDBACK_BASE_URL": base_url or base,
        "FEEDBACK_PUBLIC_LIMIT": "0",  # all that a test sends comes from one address
    }
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "serve", "--port", str(port)],
        env=environment,
        stdout=log,
    )
    try:
        _wait_for(base, process)
        yield Served(base, port, process)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _wait_for(base: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{base}/widget.js").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start (exit code {process.poll()})")
