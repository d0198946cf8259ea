"""One stage or one touchpoint: its own page, its place in the order; archive, restore, delete."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar import get as get_
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.db import Database
from feedback.editor.journeys.edit import (
    add_touchpoint,
    change_stage,
    change_touchpoint,
    move_stage,
    move_touchpoint,
)
from feedback.editor.journeys.routes import show_journey
from feedback.editor.journeys.schemas import read_direction, read_stage, read_touchpoint
from feedback.editor.surveys.queries import metric_at
from feedback.i18n import gettext as _
from feedback.i18n import ngettext
from feedback.journeys.models import Stage, Touchpoint
from feedback.readings.journey import JourneyInfo, find_journey, read_journeys
from feedback.surveys.labels import metric_choices, metric_names, place_names
from feedback.web.forms import Form, leave
from feedback.web.page import page, redirect


@get_("/stages/{stage_id:uuid}", blocks=("stage_form",), needs="viewer")
async def stage_page(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    stage_id: FromPath[UUID],
) -> Template:
    async with database.read() as session:
        stage = await find_stage(session, viewer, stage_id)
    values = {
        "name": stage.name,
        "headline_metric": stage.headline_metric or "",
        "target": _written(stage.target),
    }
    return await _stage_form(request, database, viewer, stage, Form(values, {}))


@post("/stages/{stage_id:uuid}", blocks=("stage_form",), needs="editor")
async def save_stage(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    stage_id: FromPath[UUID],
) -> Template | Redirect | Response[None]:
    form = read_stage(await request.form())
    async with database.write() as session:
        stage = await find_stage(session, viewer, stage_id)
        if form.checked is not None:
            change_stage(session, stage, form.checked)
    if form.checked is None:
        return await _stage_form(request, database, viewer, stage, form)
    return leave(request, f"/journeys/{stage.journey_id}", _("Saved."))


@post("/stages/{stage_id:uuid}/move", needs="editor")
async def reorder_stage(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    stage_id: FromPath[UUID],
) -> Redirect:
    direction = read_direction(await request.form())
    async with database.write() as session:
        stage = await find_stage(session, viewer, stage_id)
        await move_stage(session, stage, direction)
    return redirect(f"/journeys/{stage.journey_id}")


@post("/stages/{stage_id:uuid}/touchpoints", blocks=("journey_editor",), needs="editor")
async def make_touchpoint(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    stage_id: FromPath[UUID],
) -> Template | Redirect:
    form = read_touchpoint(await request.form(), stages={stage_id}, stage_id=stage_id, metric=None)
    async with database.write() as session:
        stage = await find_stage(session, viewer, stage_id)
        if form.checked is not None:
            await add_touchpoint(session, viewer.workspace.id, form.checked)
    if form.checked is None:
        return await show_journey(
            request,
            database,
            viewer,
            stage.journey_id,
            touchpoint_form=form,
            touchpoint_stage=stage_id,
        )
    return redirect(f"/journeys/{stage.journey_id}")


@get_("/touchpoints/{touchpoint_id:uuid}", blocks=("touchpoint_form",), needs="viewer")
async def touchpoint_page(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    touchpoint_id: FromPath[UUID],
) -> Template:
    async with database.read() as session:
        touchpoint = await find_touchpoint(session, viewer, touchpoint_id)
    values = {
        "name": touchpoint.name,
        "place": touchpoint.place,
        "owner": touchpoint.owner,
        "target": _written(touchpoint.target),
        "stage_id": str(touchpoint.stage_id),
    }
    return await _touchpoint_form(request, database, viewer, touchpoint, Form(values, {}))


@post("/touchpoints/{touchpoint_id:uuid}", blocks=("touchpoint_form",), needs="editor")
async def save_touchpoint(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    touchpoint_id: FromPath[UUID],
) -> Template | Redirect | Response[None]:
    data = await request.form()
    seams = 0
    async with database.write() as session:
        touchpoint = await find_touchpoint(session, viewer, touchpoint_id)
        journeys = await read_journeys(session, viewer.workspace.id)
        form = read_touchpoint(
            data,
            stages={stage_id for stage_id, _name in _stage_choices(journeys)}
            | {touchpoint.stage_id},
            stage_id=touchpoint.stage_id,
            metric=await metric_at(session, viewer.workspace.id, touchpoint_id),
        )
        if form.checked is not None:
            seams = await change_touchpoint(session, touchpoint, form.checked, clock.now())
            stage = await find_stage(session, viewer, touchpoint.stage_id)
    if form.checked is None:
        return await _touchpoint_form(request, database, viewer, touchpoint, form)
    return leave(request, f"/journeys/{stage.journey_id}", _moved(seams) if seams else _("Saved."))


@post("/touchpoints/{touchpoint_id:uuid}/move", needs="editor")
async def reorder_touchpoint(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    touchpoint_id: FromPath[UUID],
) -> Redirect:
    direction = read_direction(await request.form())
    async with database.write() as session:
        touchpoint = await find_touchpoint(session, viewer, touchpoint_id)
        await move_touchpoint(session, touchpoint, direction)
        stage = await find_stage(session, viewer, touchpoint.stage_id)
    return redirect(f"/journeys/{stage.journey_id}")


async def find_stage(session: AsyncSession, viewer: Viewer, stage_id: UUID) -> Stage:
    found = await session.get(Stage, (viewer.workspace.id, stage_id))
    if found is None:
        raise not_found()
    return found


async def find_touchpoint(session: AsyncSession, viewer: Viewer, id: UUID) -> Touchpoint:
    found = await session.get(Touchpoint, (viewer.workspace.id, id))
    if found is None:
        raise not_found()
    return found


async def _stage_form(
    request: HTMXRequest, database: Database, viewer: Viewer, stage: Stage, form: Form[Any]
) -> Template:
    async with database.read() as session:
        journey = await find_journey(session, viewer.workspace.id, stage.journey_id)
    return page(
        request,
        "journeys/stage.html",
        status=422 if form.errors else 200,
        form=form,
        stage=stage,
        journey=journey,
        metrics=[("", _("What most touchpoints ask")), *metric_choices()],
    )


async def _touchpoint_form(
    request: HTMXRequest,
    database: Database,
    viewer: Viewer,
    touchpoint: Touchpoint,
    form: Form[Any],
) -> Template:
    async with database.read() as session:
        journeys = await read_journeys(session, viewer.workspace.id)
        metric = await metric_at(session, viewer.workspace.id, touchpoint.id)
        stage = await find_stage(session, viewer, touchpoint.stage_id)
    here = next(journey for journey in journeys if journey.id == stage.journey_id)
    return page(
        request,
        "journeys/touchpoint.html",
        status=422 if form.errors else 200,
        form=form,
        touchpoint=touchpoint,
        stage=stage,
        journey=here,
        metric=metric_names()[metric] if metric else "",
        places=list(place_names().items()),
        stages=_stage_choices(journeys),
    )


def _stage_choices(journeys: list[JourneyInfo]) -> list[tuple[UUID, str]]:
    return [
        (stage.id, f"{journey.name} › {stage.name}")
        for journey in journeys
        if not journey.is_archived
        for stage in journey.active
    ]


def _written(target: float | None) -> str:
    return "" if target is None else f"{target:g}"


def _moved(seams: int) -> str:
    return ngettext(
        "Moved with its history. %(n)s line goes on after a seam.",
        "Moved with its history. %(n)s lines go on after a seam.",
        seams,
    ) % {"n": seams}


handlers = [
    stage_page,
    save_stage,
    reorder_stage,
    make_touchpoint,
    touchpoint_page,
    save_touchpoint,
    reorder_touchpoint,
]
