"""The numbers of a server as Prometheus reads them (text format 0.0.4)."""

import asyncio
import logging
import platform
import shutil
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa

from feedback import clock, numbers
from feedback.backups.folder import newest
from feedback.db import Database
from feedback.outbox.status import read_status
from feedback.responses.due import count_due
from feedback.settings import Settings

log = logging.getLogger(__name__)

# The database may be away just when numbers are wanted most: the others come all the same.
DATABASE_SECONDS = 3.0

Sample = tuple[Mapping[str, str], float]


async def read_metrics(database: Database, settings: Settings) -> str:
    """All of them; what the database must be asked for is missing when it does not answer."""
    found = numbers.of_all()
    lines = [*_build(database), *_of_answers(found), *_of_writes(found), *_of_pages(found)]
    lines += await asyncio.to_thread(lambda: [*_of_disk(settings), *_of_backups(settings)])
    is_up = 1
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            lines += await _of_database(database)
    except Exception as error:
        log.warning("the numbers of the database are missing: %s", error)
        is_up = 0
    said = "Whether the database answered this page."
    lines += family("feedback_database_up", "gauge", said, [({}, is_up)])
    return "\n".join(lines) + "\n"


def family(name: str, kind: str, said: str, samples: Iterable[Sample]) -> Iterator[str]:
    r"""The lines of one metric, none where it has no sample.

    >>> print(*family("answers", "counter", "Stored.", [({"result": 'a"b'}, 3)]), sep="\n")
    # HELP answers Stored.
    # TYPE answers counter
    answers{result="a\"b"} 3
    """
    listed = list(samples)
    if listed:
        yield f"# HELP {name} {said}"
        yield f"# TYPE {name} {kind}"
    for labels, value in listed:
        number = int(value) if float(value).is_integer() else round(value, 3)
        yield f"{name}{_labels(labels)} {number}"


def histogram(
    name: str, said: str, limits: Iterable[float], samples: Iterable[tuple[Mapping[str, str], Any]]
) -> Iterator[str]:
    """The lines of a histogram: how many up to each limit, those of the lower ones included."""
    yield f"# HELP {name} {said}"
    yield f"# TYPE {name} histogram"
    for labels, (counts, total) in samples:
        n = 0
        for limit, count in zip([*map(str, limits), "+Inf"], counts, strict=True):
            n += count
            yield f"{name}_bucket{_labels({**labels, 'le': limit})} {n}"
        yield f"{name}_sum{_labels(labels)} {total:.6f}"
        yield f"{name}_count{_labels(labels)} {n}"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    parts = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return "{" + ",".join(parts) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _build(database: Database) -> Iterator[str]:
    about = {"version": version("feedback"), "python": platform.python_version()}
    about["database"] = "sqlite" if database.is_sqlite else "postgresql"
    yield from family("feedback_build_info", "gauge", "What runs here.", [(about, 1)])


def _of_answers(found: Mapping[str, Any]) -> Iterator[str]:
    said = "Messages the database took, by what became of them."
    samples = _counted(found, "answers", "result")
    yield from family("feedback_answers_total", "counter", said, samples)
    said = "Answers that were not stored, by reason."
    samples = _counted(found, "refusals", "reason")
    yield from family("feedback_refusals_total", "counter", said, samples)
    said = "Comments that search was told of, and the seconds that they had waited for it."
    told = found["counted"].get(("comments", "told"), 0)
    yield from family("feedback_comments_told_total", "counter", said, [({}, told)])
    waited = found["counted"].get(("comments", "waited ms"), 0) / 1000
    yield from family("feedback_comments_waited_seconds_total", "counter", said, [({}, waited)])
    said = "Answers that wait for their commit."
    queue = found["now"].get("queue", 0)
    yield from family("feedback_queue_length", "gauge", said, [({}, queue)])
    said = "Times the clock of a process jumped."
    jumps = found["counted"].get(("clock_jumps", ""), 0)
    yield from family("feedback_clock_jumps_total", "counter", said, [({}, jumps)])


def _counted(found: Mapping[str, Any], what: str, label: str) -> list[Sample]:
    counted = sorted(found["counted"].items())
    return [({label: value}, n) for (name, value), n in counted if name == what]


def _of_writes(found: Mapping[str, Any]) -> Iterator[str]:
    said = "Seconds that one batch of answers took, its commit included."
    samples: list[Any] = [({}, found["writes"])]
    yield from histogram("feedback_write_seconds", said, numbers.WRITE_LIMITS, samples)


def _of_pages(found: Mapping[str, Any]) -> Iterator[str]:
    said = "Requests answered, by route; those that send answers are counted as answers."
    samples = []
    for labels, n in _counted(found, "pages", "route"):
        route, _, status = labels["route"].rpartition(" ")
        samples.append(({"route": route, "status": status}, n))
    yield from family("feedback_requests_total", "counter", said, samples)
    said = "Seconds until a request was answered, by route."
    pages = [({"route": route}, took) for route, took in sorted(found["pages"].items())]
    yield from histogram("feedback_request_seconds", said, numbers.PAGE_LIMITS, pages)


def _of_disk(settings: Settings) -> Iterator[str]:
    if settings.sqlite_file is None:
        return  # the server's own disk is not the database's
    try:
        free = shutil.disk_usage(settings.sqlite_file.absolute().parent).free
    except OSError:
        return
    said = "Bytes free on the disk of the database."
    yield from family("feedback_disk_free_bytes", "gauge", said, [({}, free)])


def _of_backups(settings: Settings) -> Iterator[str]:
    found = newest(settings)
    if found is not None:
        said = "Seconds since the newest backup was begun."
        age = (clock.now() - found.facts.made).total_seconds()
        yield from family("feedback_backup_age_seconds", "gauge", said, [({}, age)])


async def _of_database(database: Database) -> list[str]:
    async with database.read() as session:
        kinds = await read_status(session, clock.now())
        connection = await session.connection()
        due = await count_due(connection)
        size = (await connection.execute(sa.text(_SIZE[database.is_sqlite]))).scalar()
    said = "Bytes of the database, its log left out."
    lines = [*family("feedback_database_bytes", "gauge", said, [({}, float(size or 0))])]
    said = "Comments that search does not know yet, or not as they are."
    lines += family("feedback_comments_due", "gauge", said, [({}, float(due))])
    jobs: list[Sample] = []
    for state in ("waiting", "running", "dead"):
        jobs += [({"kind": one.kind, "state": state}, getattr(one, state)) for one in kinds]
    lines += family("feedback_jobs", "gauge", "Work that waits, runs or was given up.", jobs)
    oldest = min((one.oldest for one in kinds if one.oldest), default=None)
    age = (clock.now() - oldest).total_seconds() if oldest else 0.0
    said = "Seconds since when the oldest job that waits is due."
    lines += family("feedback_job_wait_seconds", "gauge", said, [({}, age)])
    return lines


_SIZE = {
    True: "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    False: "SELECT pg_database_size(current_database())",
}
