"""Out of PostgreSQL and back, by its own programs: `pg_dump -Fc` and `pg_restore`."""

import re
import selectors
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlalchemy.engine import URL

from feedback.backups.facts import CHUNK, StoppedError
from feedback.backups.sqlite import Inside
from feedback.errors import FeedbackError
from feedback.migrate import cannot_open
from feedback.postgres import connect
from feedback.settings import environment

if TYPE_CHECKING:
    import asyncpg

# Where distributions keep what a server came with; PATH often has another version's.
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)
LOOK_AGAIN_SECONDS = 0.5
VALUES = re.compile(r"\(.*?\)=\(.*?\)|\".*?\"|'.*?'")


async def reach(url: URL) -> "asyncpg.Connection":
    """A connection whose statements may take long. Raises FeedbackError when there is none."""
    from asyncpg.exceptions import InterfaceError, PostgresError

    try:
        made: asyncpg.Connection = await connect(url, plain=True)
    except (OSError, PostgresError, InterfaceError) as error:
        raise cannot_open(url, error) from error
    return made


async def read_inside(connection: "asyncpg.Connection") -> Inside:
    schema = await connection.fetchval("SELECT version_num FROM alembic_version")
    keys = [row[0] for row in await connection.fetch("SELECT key FROM workspace ORDER BY key")]
    return Inside(schema, keys, await connection.fetchval("SELECT count(*) FROM response"))


async def find_program(name: str, connection: "asyncpg.Connection") -> str:
    """The program whose version is the server's, else the next newer one.

    Raises FeedbackError when there is none, or only older ones.
    """
    wanted: int = connection.get_server_version().major
    found: dict[int, str] = {}
    for path in (*await _beside_the_server(name, connection), *_on_this_machine(name)):
        if (version := _version(path)) is not None:
            found.setdefault(version, path)
    fit = [version for version in sorted(found) if version >= wanted]
    if fit:
        return found[fit[0]]
    if found:
        newest = max(found)
        raise FeedbackError(
            f"{found[newest]} is of PostgreSQL {newest}, older than the server's {wanted}. "
            f"Install the client programs of PostgreSQL {wanted} here.",
            exit_code=1,
        )
    raise FeedbackError(
        f"{name} is not on this machine: install the client programs of PostgreSQL {wanted} "
        f"(Debian: postgresql-client-{wanted}), or put them on PATH.",
        exit_code=1,
    )


async def _beside_the_server(name: str, connection: "asyncpg.Connection") -> list[str]:
    """Where a server on this machine has its programs; it tells that to superusers."""
    import asyncpg

    is_here = await connection.fetchval("SELECT coalesce(host(inet_server_addr()), '')")
    if is_here not in ("", "127.0.0.1", "::1"):
        return []
    try:
        folder = await connection.fetchval("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
    except asyncpg.InsufficientPrivilegeError:
        return []
    return [str(Path(folder, name))] if folder else []


def _on_this_machine(name: str) -> Iterator[str]:
    if path := shutil.which(name):
        yield path
    for place in PLACES:
        yield from sorted(glob(f"{place}/{name}"))


def _version(path: str) -> int | None:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return None
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else None


def dump(program: str, url: URL, snapshot: str, file: BinaryIO, stop: Callable[[], bool]) -> None:
    """Write the database as it was at the snapshot. Through a pipe: when we die, so does it."""
    asked = ["--format=custom", "--snapshot", snapshot]
    with _running(program, asked, url, stdout=subprocess.PIPE) as (process, said):
        assert process.stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            while True:
                if stop():
                    raise StoppedError
                if not ready.select(LOOK_AGAIN_SECONDS):
                    continue
                if not (chunk := process.stdout.read1(CHUNK)):  # type: ignore[attr-defined]
                    break
                file.write(chunk)
        _require_success(process, program, said)


@contextmanager
def restoring(program: str, url: URL) -> Iterator[Callable[[bytes], object]]:
    """Takes a dump by the piece into an empty database, in one transaction."""
    asked = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    with _running(program, asked, url, stdin=subprocess.PIPE) as (process, said):
        assert process.stdin is not None
        try:
            yield process.stdin.write
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended, and says why
        _require_success(process, program, said)


@contextmanager
def _running(
    program: str, asked: list[str], url: URL, **pipes: Any
) -> "Iterator[tuple[subprocess.Popen[bytes], BinaryIO]]":
    # The password stays out of the list of processes, which everybody may read.
    address = url._replace(drivername="postgresql", password=None)  # `set` would keep the password
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [program, *asked, "--no-password", "--dbname", address.render_as_string()],
            stderr=said,
            env=environment(LC_ALL="C", **secret),
            **pipes,
        )
        try:
            yield process, said
        finally:
            if process.poll() is None:
                process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None and not pipe.closed:
                    with suppress(BrokenPipeError):
                        pipe.close()
            process.wait()


def _require_success(process: "subprocess.Popen[bytes]", program: str, said: BinaryIO) -> None:
    if process.wait() == 0:
        return
    said.seek(0)
    lines = said.read(64 * 1024).decode(errors="replace").splitlines()
    # What it quotes may be a row of somebody's.
    why = next((VALUES.sub("...", line) for line in lines if "error:" in line), "")
    why = why.partition("error:")[2].strip()[:200] or f"exit code {process.returncode}"
    raise FeedbackError(f"{Path(program).name} failed: {why}.", exit_code=1)
