"""What a distribution packages beside the wheel's PostgreSQL: another version of it, with TLS and a
password, and pgbouncer. Where they are missing a test says so."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
from sqlalchemy.engine import URL

from tests.serving import free_port
from tests.waiting import PATIENCE

PASSWORD = "a word that passes"
CONFIGURATION = """
listen_addresses = 'localhost'
ssl = on
ssl_cert_file = '{folder}/server.crt'
ssl_key_file = '{folder}/server.key'
fsync = off
"""
# Whoever comes without TLS is refused.
WHO_MAY = """
hostssl all all all scram-sha-256
local all all scram-sha-256
"""
BOUNCER = """
[databases]
* = host=127.0.0.1 port={server} user=postgres password='{password}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
pool_mode = transaction
default_pool_size = 2
server_tls_sslmode = require
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
unix_socket_dir =
"""


def _newest_server() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL of a distribution in /usr/lib/postgresql")
    return found[-1].parent


def _as_nobody_special(*command: str | Path) -> list[str]:
    """PostgreSQL and pgbouncer refuse to run as root."""
    words = [str(word) for word in command]
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


def _give_away(path: Path) -> None:
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        for each in (path, *path.rglob("*")):
            os.chown(each, owner.pw_uid, owner.pw_gid)


@contextmanager
def server_with_tls() -> Iterator[tuple[URL, Path]]:
    """The address of a PostgreSQL that wants TLS and a password, and its self-signed certificate,
    which is of `localhost`."""
    programs = _newest_server()
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate")
    with TemporaryDirectory(prefix="feedback-tls-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        (folder / "password").write_text(PASSWORD)
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
                *("-keyout", folder / "server.key", "-out", folder / "server.crt"),
            ],
            check=True,
            capture_output=True,
        )
        (folder / "server.key").chmod(0o600)
        _give_away(folder)
        data, port = folder / "data", free_port()
        initdb = (programs / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--no-sync")
        how = ("-A", "scram-sha-256", "--pwfile", folder / "password")
        subprocess.run(_as_nobody_special(*initdb, *how), check=True, capture_output=True, cwd="/")
        with (data / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION.format(folder=folder))
        (data / "pg_hba.conf").write_text(WHO_MAY)
        control = (programs / "pg_ctl", "-w", "-D", data)
        options = f"-p {port} -k {folder}"
        subprocess.run(
            _as_nobody_special(*control, "-o", options, "-l", folder / "log", "start"),
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        url = URL.create("postgresql", "postgres", PASSWORD, "localhost", port, "postgres")
        try:
            yield url, folder / "server.crt"
        finally:
            subprocess.run(
                _as_nobody_special(*control, "-m", "immediate", "stop"),
                check=True,
                stdout=subprocess.DEVNULL,
                cwd="/",
            )


@contextmanager
def bouncer(server: URL) -> Iterator[URL]:
    """pgbouncer in transaction mode before this server, with two connections to it."""
    if shutil.which("pgbouncer") is None:
        pytest.skip("no pgbouncer on this machine")
    with TemporaryDirectory(prefix="feedback-bouncer-", ignore_cleanup_errors=True) as made:
        folder, port = Path(made), free_port()
        (folder / "pgbouncer.ini").write_text(
            BOUNCER.format(server=server.port, password=PASSWORD, port=port, folder=folder)
        )
        _give_away(folder)
        process = subprocess.Popen(
            _as_nobody_special(shutil.which("pgbouncer") or "", "-q", folder / "pgbouncer.ini"),
            cwd="/",
            stderr=subprocess.DEVNULL,
        )
        try:
            yield server.set(host="127.0.0.1", port=port, password=None)
        finally:
            process.terminate()
            process.wait(PATIENCE)


async def wait_for(url: URL) -> None:
    """Return when it takes connections."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            made = await asyncpg.connect(url.render_as_string(hide_password=False))
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            await made.close()
            return
