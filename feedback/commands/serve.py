"""`feedback serve` and `feedback migrate`."""

import asyncio
import errno
import gc
import os
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedback.errors import FeedbackError
from feedback.resources import PACKAGE, resource_dir

if TYPE_CHECKING:
    from litestar import Litestar

    from feedback.settings import Settings

NUMBERS = "_FEEDBACK_NUMBERS"  # set by the process that starts the others, for them
LEAVING_SECONDS = 3.0  # a server that was killed may hold its port while it dies
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]
Workers = Annotated[int, typer.Option(help="Processes; SQLite always uses one.", min=1)]


def serve_command(host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 1) -> None:
    """Serve surveys, ingest and dashboards. Migrates an empty database.

    Example: feedback serve --host 0.0.0.0 --port 8000
    """
    gc.disable()  # see make_app
    from feedback.log_lines import tell
    from feedback.settings import PREFIX, load_settings

    settings = load_settings()
    if settings.base_url is None:
        os.environ[f"{PREFIX}BASE_URL"] = f"http://{_name(host)}:{port}"
        settings = load_settings()
    if settings.sqlite_file is not None and workers > 1:
        print("feedback: SQLite is written by one process, so one worker serves.", file=sys.stderr)
        workers = 1
    require_free_port(host, port)
    if link := asyncio.run(prepare(settings)):
        said = f"Set up this server (the link works once, for a week): {settings.base_url}{link}"
        tell(said, settings.log_format)
    run_server(host, port, workers, log_format=settings.log_format)


def migrate_command() -> None:
    """Bring the database to the newest schema; done already is no error.

    Example: FEEDBACK_DATABASE_URL=postgresql://app@db/feedback feedback migrate
    """
    from feedback.migrate import NEWEST, require_known, upgrade
    from feedback.settings import load_settings

    settings = load_settings()
    asyncio.run(require_known(settings.url))
    upgrade(settings.url)
    print(f"The schema is at version {NEWEST}.")


async def prepare(settings: "Settings") -> str | None:
    """Check or make the schema; the path of a set-up link as long as there is no owner."""
    from feedback.migrate import is_set_up, require_newest
    from feedback.settings import secret_key

    await require_newest(
        settings.url,
        migrate_empty=True,
        tell=lambda said: print(f"feedback: {said}", file=sys.stderr),
    )
    secret_key(settings)
    if await is_set_up(settings.url):
        return None
    from feedback import clock
    from feedback.accounts.setup import has_owner, make_link
    from feedback.db import Database

    database = Database(settings.url)
    try:
        async with database.write() as session:
            if await has_owner(session):
                return None
            return await make_link(session, "first", clock.now())
    finally:
        await database.close()


def require_free_port(host: str, port: int) -> None:
    """Raises FeedbackError when nobody may listen there, or another program does. Granian would
    join that one, and the requests of one browser would reach now the one, now the other."""
    until = time.monotonic() + LEAVING_SECONDS
    while (error := _refused(host, port)) is not None:
        if error.errno != errno.EADDRINUSE or time.monotonic() > until:
            raise FeedbackError(_why_not(host, port, error), exit_code=1)
        time.sleep(0.1)


def _refused(host: str, port: int) -> OSError | None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for family, kind, _protocol, _canonical, address in found:
            with socket.socket(family, kind) as probe:
                # Else a port that was in use a minute ago would count as taken.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        return error
    return None


def _why_not(host: str, port: int, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"There is no host {host!r}. Listen on 127.0.0.1, or on 0.0.0.0: every address."
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{host} is no address of this machine. Listen on 127.0.0.1, or on 0.0.0.0: every "
            "address."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is not open to this user. Choose one above 1023: --port 8000"
    if error.errno != errno.EADDRINUSE:
        return f"Cannot listen on {host}, port {port}: {os.strerror(error.errno or 0)}."
    return (
        f"Port {port} is in use: another feedback serve, perhaps. "
        f"End that one, or choose another port: --port {port % 65535 + 1}"
    )


def run_server(
    host: str, port: int, workers: int, *, reload: bool = False, log_format: str = "text"
) -> None:
    """Serve until told to stop; requests under way are finished first."""
    from granian.constants import Interfaces

    from feedback.log_lines import logging_config, tell
    from feedback.supervision import Supervised

    if workers > 1:
        # Without a folder for it each process tells its own numbers.
        with suppress(OSError):
            os.environ[NUMBERS] = tempfile.mkdtemp(prefix="feedback-numbers-")
    tell(f"Listening on http://{_name(host)}:{port}", log_format)
    Supervised(
        "feedback.commands.serve:make_app",
        factory=True,
        interface=Interfaces.ASGI,
        address=host,
        port=port,
        workers=workers,
        workers_kill_timeout=8,
        websockets=False,
        log_enabled=True,
        log_dictconfig=logging_config(log_format),
        reload=reload,
        reload_paths=[PACKAGE, *map(resource_dir, ("templates", "locales"))] if reload else None,
    ).serve()


def make_app() -> "Litestar":
    """The application, as a worker of its own. What is made until here stays for good: the
    collector does not look at it while it grows, nor ever after (a tenth of the start, and the
    longest pause of a page)."""
    gc.disable()
    from feedback.app import create_app
    from feedback.logs import watch_threads
    from feedback.numbers import Meeting
    from feedback.supervision import end_with_parent

    if folder := os.environ.get(NUMBERS):
        Meeting.folder = Path(folder)
    watch_threads()
    end_with_parent()
    app = create_app(pages_later=True)
    gc.freeze()
    gc.enable()
    return app


def _name(host: str) -> str:
    return "localhost" if host in ("0.0.0.0", "::") else host
