"""`/priorities`: what to fix first, as a page and as files. A GET may ask for a job, never more."""

import uuid
from typing import Any

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.dashboards.filters import FilterError, NotOursError, parse_asked
from feedback.dashboards.read import Scope
from feedback.dashboards.routes import filter_problem
from feedback.db import Database
from feedback.i18n import gettext as _
from feedback.outbox.queue import enqueue, find_job
from feedback.priorities.compute import Task
from feedback.priorities.files import priorities_csv, priorities_json
from feedback.priorities.findings import KIND, Selection
from feedback.priorities.page import PrioritiesPage, Where, priorities_page, wants_job
from feedback.priorities.read import Known, load
from feedback.web import page

BLOCKS = ("priorities_page",)
NAMES = ("journey", "missing")
MOST_TOUCHPOINTS = 40


@get("/priorities")
async def priorities(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template:
    try:
        scope, selection = _read(request, viewer)
    except FilterError as error:
        made = PrioritiesPage(error=str(error))
        return _page(request, made, status=422)
    known = await _load(database, scope, selection)
    if known is None:
        return _page(request, PrioritiesPage(has_journey=False))
    waits, failed = await _ask(database, scope, known)
    where = Where(scope.asked.get("journey"), selection)
    made = priorities_page(known, where, scope.workspace.time_zone, waits=waits)
    return _page(request, made, failed=failed)


@get(["/priorities.json", "/priorities.csv"])
async def priorities_file(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Response[str]:
    try:
        scope, selection = _read(request, viewer)
    except FilterError as error:
        return filter_problem(error)
    known = await _load(database, scope, selection)
    if known is None:
        raise not_found()
    await _ask(database, scope, known)
    if request.url.path.endswith(".json"):
        return Response(priorities_json(known), media_type=MediaType.JSON, headers=_FILE)
    name = {"Content-Disposition": 'attachment; filename="priorities.csv"'}
    return Response(priorities_csv(known), media_type="text/csv", headers=_FILE | name)


_FILE = {"Cache-Control": "no-store"}


def _page(
    request: HTMXRequest, made: PrioritiesPage, *, status: int = 200, failed: bool = False
) -> Template:
    headers = {"HX-Push-Url": made.address} if request.htmx.target in BLOCKS else {}
    template = "priorities/priorities.html"
    return page(
        request, template, blocks=BLOCKS, status=status, headers=headers, page=made, failed=failed
    )


def _read(request: HTMXRequest, viewer: Viewer) -> tuple[Scope, Selection]:
    """The filters; `touchpoint` may be given many times. Raises FilterError."""
    pairs = list(request.query_params.multi_items())
    chosen = [text for name, text in pairs if name == "touchpoint" and text.strip()]
    asked = parse_asked([pair for pair in pairs if pair[0] != "touchpoint"], NAMES)
    if asked.get("missing") not in ("", "complete", "pairwise"):
        raise FilterError("missing", _("The missing-data rule is complete or pairwise."))
    if len(chosen) == 1:
        raise FilterError("touchpoint", _("Choose at least two touchpoints to weigh."))
    if len(chosen) > MOST_TOUCHPOINTS:
        words = {"most": MOST_TOUCHPOINTS}
        raise FilterError("touchpoint", _("Choose at most %(most)s touchpoints.") % words)
    touchpoints = tuple(dict.fromkeys(_id(text) for text in chosen))
    selection = Selection(touchpoints, asked.get("missing") == "pairwise")
    return Scope(viewer.workspace, asked, clock.now()), selection


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise not_found() from error


async def _load(database: Database, scope: Scope, selection: Selection) -> Known | None:
    try:
        async with database.read() as session:
            known = await load(session, scope, selection)
    except NotOursError:
        raise not_found() from None
    if known and not set(selection.touchpoints) <= set(known.weighable):
        raise not_found()
    return known


async def _ask(database: Database, scope: Scope, known: Known) -> tuple[bool, bool]:
    """Ask for a job where one is due; whether it is under way, and whether it failed for good."""
    if not wants_job(known, scope.now):
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


signed_in_handlers = [priorities, priorities_file]
