"""`feedback worker`: do the work that waits, apart from the server; or tell how it is."""

import asyncio
import signal
import uuid
from typing import TYPE_CHECKING, Annotated

import typer

from feedback.accounts.opening import open_database
from feedback.errors import FeedbackError

if TYPE_CHECKING:
    from feedback.db import Database
    from feedback.outbox.models import Job
    from feedback.outbox.status import KindStatus
    from feedback.settings import Settings


def worker_command(
    status: Annotated[
        bool, typer.Option("--status", help="Print what waits, runs and is dead, then end.")
    ] = False,
    retry: Annotated[
        str | None,
        typer.Option(metavar="ID|all", help="Free a dead job, or all of them, then end."),
    ] = None,
) -> None:
    """Do the work that waits: pictures, computations. Any number may run beside the server.

    The server does it itself unless FEEDBACK_WORKER is "apart". A job that failed too often is
    dead: it is kept, listed by --status, and done again after --retry.

    Example: feedback worker
    """
    from feedback.settings import load_settings

    settings = load_settings()
    if retry is not None:
        asyncio.run(_retry(settings, retry))
    if status:
        asyncio.run(_print_status(settings))
    if retry is None and not status:
        asyncio.run(_work(settings))


async def _work(settings: "Settings") -> None:
    from feedback.log_lines import set_up, tell
    from feedback.logs import watch_threads
    from feedback.work import make_worker

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    set_up(settings.log_format)
    watch_threads()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_database(settings) as database:
        worker = make_worker(database, settings)
        worker.start()
        tell(f"Working as {worker.name}. Stop with Ctrl-C.", settings.log_format)
        await stop.wait()
        await worker.stop()


async def _retry(settings: "Settings", which: str) -> None:
    from feedback import clock
    from feedback.outbox.status import retry_dead

    job_id = None if which == "all" else _job_id(which)
    async with open_database(settings) as database, database.write() as session:
        freed = await retry_dead(session, job_id, clock.now())
    if job_id is not None and not freed:
        raise FeedbackError(f"There is no dead job {which}. See: feedback worker --status")
    typer.echo(f"Dead jobs freed: {freed}.")


def _job_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise FeedbackError(f"{text} is neither the id of a job nor: all.") from None


async def _print_status(settings: "Settings") -> None:
    async with open_database(settings) as database:
        kinds, dead = await _read(database)
    typer.echo(_table(kinds) if kinds else "There are no jobs.")
    for job in dead:
        typer.echo(f"\ndead: {job.id}  {job.kind}  {_moment(job)}  tried {job.attempts} times")
        typer.echo(f"  {job.last_error or ''}")


async def _read(database: "Database") -> "tuple[list[KindStatus], list[Job]]":
    from feedback import clock
    from feedback.outbox.status import read_dead, read_status

    async with database.read() as session:
        return await read_status(session, clock.now()), await read_dead(session)


def _table(kinds: "list[KindStatus]") -> str:
    from feedback.offline.text import aligned

    lines = [["kind", "waiting", "running", "dead", "done", "oldest due"]]
    for one in kinds:
        oldest = f"{one.oldest:%Y-%m-%d %H:%M} UTC" if one.oldest else "-"
        numbers = (one.waiting, one.running, one.dead, one.done)
        lines.append([one.kind, *map(str, numbers), oldest])
    return "\n".join(aligned(lines, range(1, 5)))


def _moment(job: "Job") -> str:
    return f"{job.dead_at:%Y-%m-%d %H:%M} UTC" if job.dead_at else ""
