"""Journey pages: the list, a new one, and the editor where stages and touchpoints are arranged."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.db import Database
from feedback.editor.journeys.edit import add_stage, create_journey
from feedback.editor.journeys.schemas import (
    JourneyIn,
    StageIn,
    TouchpointIn,
    read_journey,
    read_stage,
)
from feedback.editor.journeys.starters import STARTERS, starter
from feedback.editor.surveys.queries import SurveyRow, in_use, load_grouped, load_rows
from feedback.i18n import gettext as _
from feedback.journeys.models import Journey
from feedback.readings.journey import JourneyInfo, find_journey
from feedback.scoring import METRICS
from feedback.surveys.labels import metric_names, place_names, state_names
from feedback.web.forms import Form, leave
from feedback.web.page import page, redirect
from feedback.wording import write_target

# Fewer are too coarse to act on: a score of "reception" does not say what to repair.
COARSE_BELOW = 8
NO_FORM: Form[Any] = Form({"name": ""}, {})


@get("/journeys", blocks=("journey_rows",), needs="viewer")
async def journey_list(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template:
    async with database.read() as session:
        journeys, rows = await load_grouped(session, viewer.workspace.id)
    return page(
        request,
        "journeys/journeys.html",
        journeys=[journey for journey in journeys if not journey.is_archived],
        archived=[journey for journey in journeys if journey.is_archived],
        surveys={journey.id: _survey_count(journey, rows) for journey in journeys},
    )


@get("/journeys/new", blocks=("journey_form",), needs="editor")
async def new_journey(
    request: HTMXRequest, viewer: NamedDependency[Viewer], start: FromQuery[str] = "recognition"
) -> Template:
    key = start if start in STARTERS else "recognition"
    return _new_form(request, viewer, Form({"name": "", "starter": key}, {}), kept=None)


@post("/journeys/new", blocks=("journey_form",), needs="editor")
async def make_journey(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Redirect | Response[None]:
    data = await request.form()
    form = read_journey(data)
    if form.checked is None:
        return _new_form(request, viewer, form, kept=set(data.getall("touchpoint", [])))
    workspace = viewer.workspace
    async with database.write() as session:
        journey = await create_journey(
            session, workspace.id, form.checked, workspace.language, clock.now()
        )
    next_step = (
        _("The journey is made. Next: “Ask here” beside a touchpoint.")
        if form.checked.kept
        else _("The journey is made. Write its stages and touchpoints here.")
    )
    return leave(request, f"/journeys/{journey.id}", next_step)


@get("/journeys/{journey_id:uuid}", blocks=("journey_editor",), needs="viewer")
async def journey_page(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    journey_id: FromPath[UUID],
) -> Template:
    return await show_journey(request, database, viewer, journey_id)


@post("/journeys/{journey_id:uuid}", blocks=("journey_editor",), needs="editor")
async def rename_journey(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    journey_id: FromPath[UUID],
) -> Template | Redirect | Response[None]:
    form = read_journey(await request.form())
    async with database.write() as session:
        journey = await session.get(Journey, (viewer.workspace.id, journey_id))
        if journey is None:
            raise not_found()
        if form.checked is not None:
            journey.name = form.checked.name
            session.add(journey)
    if form.checked is None:
        return await show_journey(request, database, viewer, journey_id, name_form=form)
    return leave(request, f"/journeys/{journey_id}", _("Saved."))


@post("/journeys/{journey_id:uuid}/stages", blocks=("journey_editor",), needs="editor")
async def make_stage(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    journey_id: FromPath[UUID],
) -> Template | Redirect:
    form = read_stage(await request.form())
    async with database.write() as session:
        journey = await session.get(Journey, (viewer.workspace.id, journey_id))
        if journey is None:
            raise not_found()
        if form.checked is not None:
            await add_stage(session, journey, form.checked)
    if form.checked is None:
        return await show_journey(request, database, viewer, journey_id, stage_form=form)
    return redirect(f"/journeys/{journey_id}")


async def show_journey(
    request: HTMXRequest,
    database: Database,
    viewer: Viewer,
    journey_id: UUID,
    *,
    name_form: Form[JourneyIn] = NO_FORM,
    stage_form: Form[StageIn] = NO_FORM,
    touchpoint_form: Form[TouchpointIn] = NO_FORM,
    touchpoint_stage: UUID | None = None,
) -> Template:
    """The editor; with a form that was refused it answers 422 and says why beside the field."""
    async with database.read() as session:
        journey = await find_journey(session, viewer.workspace.id, journey_id)
        rows = await load_rows(session, viewer.workspace.id)
    if journey is None:
        raise not_found()
    forms: tuple[Form[Any], ...] = (name_form, stage_form, touchpoint_form)
    return page(
        request,
        "journeys/journey.html",
        status=422 if any(form.errors for form in forms) else 200,
        journey=journey,
        rows={touchpoint: in_use(found) for touchpoint, found in rows.items()},
        targets=_targets(journey, rows),
        is_coarse=bool(journey.active_touchpoints)
        and len(journey.active_touchpoints) < COARSE_BELOW,
        least=COARSE_BELOW,
        metric_names=metric_names(),
        place_names=place_names(),
        state_names=state_names(),
        name_form=name_form,
        stage_form=stage_form,
        touchpoint_form=touchpoint_form,
        touchpoint_stage=touchpoint_stage,
    )


def _new_form(
    request: HTMXRequest, viewer: Viewer, form: Form[JourneyIn], *, kept: set[str] | None
) -> Template:
    """`kept`: the ticked touchpoints; None ticks them all."""
    key = form.values["starter"] if form.values["starter"] in STARTERS else "empty"
    return page(
        request,
        "journeys/new.html",
        status=422 if form.errors else 200,
        form=form,
        starter=key,
        stages=starter(key, viewer.workspace.language),
        kept=kept,
        place_names=place_names(),
    )


def _survey_count(journey: JourneyInfo, rows: dict[UUID, list[SurveyRow]]) -> int:
    return sum(
        len(in_use(rows.get(touchpoint.id, []))) for touchpoint in journey.active_touchpoints
    )


def _targets(journey: JourneyInfo, rows: dict[UUID, list[SurveyRow]]) -> dict[UUID, str]:
    """Each target as it is written, by the id of its stage or touchpoint."""
    found = {}
    for stage in journey.stages:
        if stage.target is not None and stage.headline_metric:
            found[stage.id] = write_target(stage.target, METRICS[stage.headline_metric])
        for touchpoint in stage.touchpoints:
            asked = in_use(rows.get(touchpoint.id, []))
            if touchpoint.target is not None and asked:
                metric = METRICS[asked[-1].metric]
                found[touchpoint.id] = write_target(touchpoint.target, metric)
    return found


handlers = [journey_list, new_journey, make_journey, journey_page, rename_journey, make_stage]
