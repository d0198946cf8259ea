"""`/priorities`: what to fix first, as a page and as files. A GET may ask for a job, never more."""

import uuid
from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Template

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Visit
from feedback.charts.drawings import (
    FORMATS,
    Drawn,
    Wanted,
    asked_pairs,
    computed_on,
    picture_answer,
)
from feedback.dashboards.read import Scope
from feedback.db import Database
from feedback.filters import FilterError, NotOursError
from feedback.i18n import gettext as _
from feedback.outbox.queue import enqueue, find_job
from feedback.priorities import words
from feedback.priorities.compute import Task
from feedback.priorities.files import priorities_json, priorities_table
from feedback.priorities.findings import KIND, Selection
from feedback.priorities.leads import lead_sentence, look_again
from feedback.priorities.matrix import draw_matrix
from feedback.priorities.picture import matrix_picture
from feedback.priorities.read import Known, load
from feedback.readings.filters import Asked, journey_choice, parse_asked
from feedback.versions import read_after_versions
from feedback.web.files import KINDS, file_links, send_file
from feedback.web.page import or_refused

BLOCKS = ("priorities_page",)
NAMES = ("journey", "missing")
MOST_TOUCHPOINTS = 40


async def _refused(visit: Visit, error: FilterError) -> Template:
    return _page(visit, None, Asked(), error=str(error))


@get("/priorities", blocks=BLOCKS, needs="viewer", filters=True)
@or_refused(_refused)
async def priorities(visit: NamedDependency[Visit]) -> Template:
    scope, known = await _known(visit)
    if known is None:
        return _page(visit, None, Asked())
    waits, failed = await _ask(visit.database, scope, known)
    return _page(visit, known, scope.asked, waits=waits, failed=failed)


@get(["/priorities.json", "/priorities.csv", "/priorities.xlsx"], needs="viewer", filters=True)
async def priorities_file(visit: NamedDependency[Visit]) -> Response[Any]:
    scope, known = await _known(visit)
    if known is None:
        raise not_found()
    await _ask(visit.database, scope, known)
    return await send_file(visit.request, priorities_json, priorities_table, known)


def _page(
    visit: Visit,
    known: Known | None,
    asked: Asked,
    *,
    error: str = "",
    waits: bool = False,
    failed: bool = False,
) -> Template:
    address, matrix = asked.address("/priorities"), known.matrix if known else None
    kinds = (*KINDS, *(FORMATS if matrix else ()))
    return visit.page(
        "priorities/priorities.html",
        status=422 if error else 200,
        headers={"HX-Push-Url": address} if visit.request.htmx.target in BLOCKS else {},
        known=known,
        words=words,
        lead=lead_sentence(known) if known else "",
        look_again=look_again(known) if known else "",
        address=address,
        choices=[journey_choice(known.journeys, known.journey)]
        if known and len(known.journeys) > 1
        else [],
        exports=file_links(address, kinds),
        chart=draw_matrix(matrix, known.items, known.names) if known and matrix else None,
        error=error,
        waits=waits,
        failed=failed,
    )


async def _known(visit: Visit) -> tuple[Scope, Known | None]:
    asked, selection = read_asked(asked_pairs(visit.request))
    scope = Scope(visit.workspace, asked, clock.now())
    return scope, await read_known(visit.database, scope, selection)


def read_asked(pairs: Sequence[tuple[str, str]]) -> tuple[Asked, Selection]:
    """The filters; `touchpoint` may be given many times, or hold several, parted by commas.

    Raises FilterError, and NotOursError for what cannot be a touchpoint.
    """
    given = ",".join(text for name, text in pairs if name == "touchpoint")
    touchpoints = tuple(dict.fromkeys(_id(text) for text in given.split(",") if text.strip()))
    asked = parse_asked([pair for pair in pairs if pair[0] != "touchpoint"], NAMES)
    if asked.get("missing") not in ("", "complete", "pairwise"):
        raise FilterError("missing", _("The missing-data rule is complete or pairwise."))
    if len(touchpoints) == 1:
        raise FilterError("touchpoint", _("Choose at least two touchpoints to weigh."))
    if len(touchpoints) > MOST_TOUCHPOINTS:
        text = _("Choose at most %(most)s touchpoints.") % {"most": MOST_TOUCHPOINTS}
        raise FilterError("touchpoint", text)
    chosen = {"touchpoint": ",".join(map(str, touchpoints))} if touchpoints else {}
    return Asked({**asked.values, **chosen}), Selection(
        touchpoints, asked.get("missing") == "pairwise"
    )


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotOursError(text) from error


async def read_known(database: Database, scope: Scope, selection: Selection) -> Known | None:
    """What the page needs, None without a journey. Raises NotOursError."""
    async with read_after_versions(database, scope.workspace.id) as session:
        known = await load(session, scope, selection)
    if known and not set(selection.touchpoints) <= set(known.weighable):
        raise NotOursError("touchpoint")
    return known


@get([f"/priorities.{kind}" for kind in FORMATS], needs="viewer", filters=True)
async def priorities_picture(visit: NamedDependency[Visit]) -> Response[Any] | Template:
    scope, known = await _known(visit)
    if known is None or known.matrix is None:
        raise not_found()
    return await picture_answer(visit, scope.asked, known.found_version)


async def draw_priorities(wanted: Wanted) -> Drawn | None:
    """The picture of the matrix, as its job draws it."""
    asked, selection = read_asked(wanted.query)
    scope = Scope(wanted.workspace, asked, wanted.now)
    known = await read_known(wanted.database, scope, selection)
    if known is None or known.matrix is None:
        return None
    body = await matrix_picture(known, computed_on(wanted), wanted.format)
    return Drawn(known.found_version, body)


async def _ask(database: Database, scope: Scope, known: Known) -> tuple[bool, bool]:
    """Ask for a job where one is due; whether it is under way, and whether it failed for good."""
    if not known.wants_job(scope.now):
        return False, False
    task = Task(scope.workspace.id, known.journey.id, known.selection)
    name = f"{KIND}:{task.workspace_id.hex}:{known.selection.key(known.journey.id)}"
    async with database.read() as session:
        job = await find_job(session, name)
    if job is not None and job.dead_at is not None:
        return False, True
    if job is None or job.done_at is not None:
        async with database.write() as session:
            payload: dict[str, Any] = task.payload
            await enqueue(session, KIND, payload, dedup_key=name, now=scope.now)
    return True, False


signed_in_handlers = [priorities, priorities_file, priorities_picture]
