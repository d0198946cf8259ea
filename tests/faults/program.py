"""`feedback serve` as a program that a test may kill: its own process group, always one port."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
from sqlalchemy.engine import URL

from tests.serving import COMMAND, KEY, free_port
from tests.waiting import PATIENCE


class Program:
    """The served application. Start it, kill it, start it again; `log` keeps what it printed."""

    def __init__(self, database_url: URL, log: Path) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = log
        self.environment = os.environ | {
            "FEEDBACK_DATABASE_URL": database_url.render_as_string(hide_password=False),
            "FEEDBACK_SECRET_KEY": KEY,
            "FEEDBACK_BASE_URL": self.base,
            "FEEDBACK_PUBLIC_LIMIT": "0",  # all that a test sends comes from one address
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Return when it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command("serve", "--port", str(self.port), *options),
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_for_an_answer(self._process)

    def command(self, *arguments: str) -> list[str]:
        """`feedback ...` as its own process is called."""
        return [sys.executable, "-c", COMMAND, *arguments]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Another command on the same database."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def kill(self) -> None:
        """SIGKILL to the server and its workers at once, as a power cut would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)

    def kill_the_watching(self) -> None:
        """SIGKILL to the process that watches those that answer, and to it alone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)

    def workers(self) -> list[int]:
        """The processes that answer."""
        assert self._process is not None
        return [each.pid for each in psutil.Process(self._process.pid).children()]

    def terminate(self) -> int:
        """The exit code after SIGTERM. Raises TimeoutExpired when it never ends."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(PATIENCE)

    def close(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def _wait_for_an_answer(self, process: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            try:
                if httpx.get(f"{self.base}/widget.js").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-2000:]}")


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
