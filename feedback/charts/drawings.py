"""Pictures as files: drawn by a job off the request, kept, and handed out when they are ready."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from litestar import Response
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.accounts.visit import Visit
from feedback.db import Database
from feedback.filters import NotOursError
from feedback.i18n import current_locale, format_date, set_locale
from feedback.i18n import gettext as _
from feedback.outbox import computed
from feedback.outbox.computed import JobResult
from feedback.outbox.models import Computed, Job
from feedback.outbox.queue import enqueue, find_job
from feedback.outbox.status import retry_dead
from feedback.outbox.worker import Work
from feedback.readings.filters import Asked
from feedback.web.files import file_pairs

KIND = "picture"
FORMATS = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}

# A request looks so often, for six seconds: less than a server waits for it when it is stopped.
PAUSES = (0.05, 0.1, 0.15, 0.2, *([0.25] * 22))
RETRY_SECONDS = 2
# What the refreshing page adds to its address: since when its reader waits.
WAITED_SINCE = "asked"
LONGEST_WAIT = timedelta(minutes=10)
# What failed too often, on a full disk perhaps, is tried again when somebody asks after this time.
SECOND_CHANCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a drawer is given. The reader's language is set."""

    database: Database
    workspace: Workspace
    query: Sequence[tuple[str, str]]
    format: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, and the version of the data that it shows."""

    version: str
    body: bytes


# None: there is nothing to draw any more.
Drawer = Callable[[Wanted], Awaitable[Drawn | None]]


class PictureDeadError(Exception):
    """It failed too often: somebody has to look at the reason."""


@dataclass(frozen=True, slots=True)
class Order:
    """A picture as it is asked for: the address of the file, whose, and in which language."""

    workspace_id: uuid.UUID
    address: str
    locale: str

    @property
    def payload(self) -> dict[str, Any]:
        """The order as a job carries it."""
        return {
            "workspace": self.workspace_id.hex,
            "address": self.address,
            "locale": self.locale,
        }

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Order":
        """The order of a job's payload."""
        return cls(uuid.UUID(payload["workspace"]), payload["address"], payload["locale"])

    @property
    def key(self) -> str:
        """Another program draws it anew."""
        parts = (self.address, self.locale, version("feedback"))
        return blake2b(repr(parts).encode(), digest_size=16).hexdigest()

    @property
    def job_key(self) -> str:
        return f"{KIND}:{self.workspace_id.hex}:{self.key}"


async def draw_picture(work: Work, drawers: Mapping[str, Drawer]) -> None:
    """The job. `drawers`: who draws `/trends.svg` is found under `trends`."""
    order = Order.of(work.payload)
    async with work.database.read() as session:
        found = await session.exec(select(Workspace).where(col(Workspace.id) == order.workspace_id))
        workspace = found.first()
    if workspace is None:
        return
    set_locale(order.locale)
    parts = urlsplit(order.address)
    name = PurePosixPath(parts.path)
    kind = name.suffix.removeprefix(".")
    wanted = Wanted(work.database, workspace, parse_qsl(parts.query), kind, work.now)
    try:
        drawn = await drawers[name.stem](wanted)
    except NotOursError:
        return
    if drawn is None:
        return
    made = JobResult(drawn.version, FORMATS[kind], drawn.body)
    async with work.database.write() as session:
        await computed.store(session, order.workspace_id, KIND, order.key, made, now=work.now)


def computed_on(wanted: Wanted) -> str:
    """What a picture says under itself: when its numbers were read, on the workspace's clock."""
    zone = wanted.workspace.time_zone
    moment = format_date(wanted.now, zone, with_time=True)
    return _("Computed on %(moment)s (%(zone)s)") % {"moment": moment, "zone": zone}


def asked_pairs(request: HTMXRequest) -> list[tuple[str, str]]:
    """The filters of a picture's address, without what the refreshing page added."""
    return [(name, text) for name, text in file_pairs(request) if name != WAITED_SINCE]


async def picture_answer(visit: Visit, asked: Asked, version: str) -> Response[Any] | Template:
    """The picture of this version or a later one; 202 and a page that looks again by itself
    while it is not drawn; 503 when it could not be drawn in the last hour. `version`: at most 64
    characters."""
    now = clock.now()
    path = visit.request.url.path
    order = Order(visit.workspace.id, asked.address(path), current_locale())
    since = _waited_since(visit.request, now)
    try:
        found = await _wait_for(visit.database, order, version, since, now)
    except PictureDeadError:
        return _waiting_page(visit, asked, path, status=503)
    if found is None:
        pairs = [*asked.values.items(), (WAITED_SINCE, f"{since.timestamp():.3f}")]
        again = f"{path}?{urlencode(pairs)}"
        return _waiting_page(visit, asked, path, status=202, again=again)
    headers = {
        "Content-Disposition": f'attachment; filename="{path.strip("/")}"',
        "Cache-Control": "private, no-cache",
    }
    return Response(found.body, media_type=found.media_type, headers=headers)


async def _wait_for(
    database: Database, order: Order, version: str, since: datetime, now: datetime
) -> Computed | None:
    for pause in PAUSES:
        async with database.read() as session:
            found = await computed.load(session, order.workspace_id, KIND, order.key)
            if found and (found.version == version or found.computed_at >= since):
                return found
            job = await find_job(session, order.job_key)
        await _ask_for_it(database, order, job, now)
        await asyncio.sleep(pause)
    return None


async def _ask_for_it(database: Database, order: Order, job: Job | None, now: datetime) -> None:
    """Unless its job waits or runs already. Raises PictureDeadError."""
    if job is None or job.done_at is not None:
        async with database.write() as session:
            await enqueue(session, KIND, order.payload, dedup_key=order.job_key, now=now)
    elif job.dead_at is not None:
        if job.dead_at > now - SECOND_CHANCE:
            raise PictureDeadError
        async with database.write() as session:
            await retry_dead(session, job.id, now)


def _waited_since(request: HTMXRequest, now: datetime) -> datetime:
    """This moment; on a page that refreshed itself the moment when it was first asked for, so
    that new answers, coming faster than it is drawn, do not keep it from being handed out."""
    try:
        since = datetime.fromtimestamp(float(request.query_params.get(WAITED_SINCE, "")), UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return since if now - LONGEST_WAIT < since < now else now


def _waiting_page(
    visit: Visit, asked: Asked, path: str, *, status: int, again: str = ""
) -> Template:
    headers = {"Retry-After": str(RETRY_SECONDS if again else 60)}
    if again:
        headers["Refresh"] = f"{RETRY_SECONDS}; url={again}"
    back = asked.address(str(PurePosixPath(path).with_suffix("")))
    return visit.page(
        "dashboards/picture.html",
        status=status,
        headers=headers,
        is_coming=bool(again),
        again=again or asked.address(path),
        back=back,
    )
