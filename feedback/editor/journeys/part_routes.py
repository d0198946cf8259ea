"""One stage or one touchpoint: its own page, and a new touchpoint of a stage."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from feedback import clock
from feedback.accounts.visit import Answer, Visit
from feedback.editor.journeys.edit import add_touchpoint, change_touchpoint
from feedback.editor.journeys.routes import show_journey
from feedback.editor.journeys.schemas import read_stage, read_touchpoint
from feedback.editor.surveys.queries import metric_at
from feedback.i18n import gettext as _
from feedback.i18n import ngettext
from feedback.journeys.models import Stage, Touchpoint
from feedback.readings.journey import JourneyInfo, find_journey, read_journeys
from feedback.surveys.labels import metric_choices, metric_names, place_names
from feedback.web.forms import Form
from feedback.web.page import redirect


@get("/stages/{stage_id:uuid}", blocks=("stage_form",), needs="viewer")
async def stage_page(visit: NamedDependency[Visit], stage_id: FromPath[UUID]) -> Template:
    async with visit.read() as session:
        stage = await visit.need(session, Stage, stage_id)
    values = {
        "name": stage.name,
        "headline_metric": stage.headline_metric or "",
        "target": _written(stage.target),
    }
    return await _stage_form(visit, stage, Form(values, {}))


@post("/stages/{stage_id:uuid}", blocks=("stage_form",), needs="editor")
async def save_stage(visit: NamedDependency[Visit], stage_id: FromPath[UUID]) -> Answer:
    form = read_stage(await visit.sent())
    async with visit.write() as session:
        stage = await visit.need(session, Stage, stage_id)
        if form.checked is not None:
            stage.sqlmodel_update(asdict(form.checked))
    if form.checked is None:
        return await _stage_form(visit, stage, form)
    return visit.leave(f"/journeys/{stage.journey_id}", _("Saved."))


@post("/stages/{stage_id:uuid}/touchpoints", blocks=("journey_editor",), needs="editor")
async def make_touchpoint(visit: NamedDependency[Visit], stage_id: FromPath[UUID]) -> Answer:
    form = read_touchpoint(await visit.sent(), stages={stage_id}, stage_id=stage_id, metric=None)
    async with visit.write() as session:
        stage = await visit.need(session, Stage, stage_id)
        if form.checked is not None:
            await add_touchpoint(session, stage.workspace_id, form.checked)
    if form.checked is None:
        return await show_journey(
            visit, stage.journey_id, touchpoint_form=form, touchpoint_stage=stage_id
        )
    return redirect(f"/journeys/{stage.journey_id}")


@get("/touchpoints/{touchpoint_id:uuid}", blocks=("touchpoint_form",), needs="viewer")
async def touchpoint_page(visit: NamedDependency[Visit], touchpoint_id: FromPath[UUID]) -> Template:
    async with visit.read() as session:
        touchpoint = await visit.need(session, Touchpoint, touchpoint_id)
    values = {
        "name": touchpoint.name,
        "place": touchpoint.place,
        "owner": touchpoint.owner,
        "target": _written(touchpoint.target),
        "stage_id": str(touchpoint.stage_id),
    }
    return await _touchpoint_form(visit, touchpoint, Form(values, {}))


@post("/touchpoints/{touchpoint_id:uuid}", blocks=("touchpoint_form",), needs="editor")
async def save_touchpoint(visit: NamedDependency[Visit], touchpoint_id: FromPath[UUID]) -> Answer:
    data = await visit.sent()
    seams = 0
    async with visit.write() as session:
        touchpoint = await visit.need(session, Touchpoint, touchpoint_id)
        journeys = await read_journeys(session, visit.workspace.id)
        form = read_touchpoint(
            data,
            stages={stage_id for stage_id, _name in _stage_choices(journeys)}
            | {touchpoint.stage_id},
            stage_id=touchpoint.stage_id,
            metric=await metric_at(session, visit.workspace.id, touchpoint_id),
        )
        if form.checked is not None:
            seams = await change_touchpoint(session, touchpoint, form.checked, clock.now())
        stage = await visit.need(session, Stage, touchpoint.stage_id)
    if form.checked is None:
        return await _touchpoint_form(visit, touchpoint, form)
    return visit.leave(f"/journeys/{stage.journey_id}", _moved(seams) if seams else _("Saved."))


async def _stage_form(visit: Visit, stage: Stage, form: Form[Any]) -> Template:
    async with visit.read() as session:
        journey = await find_journey(session, visit.workspace.id, stage.journey_id)
    metrics = [("", _("What most touchpoints ask")), *metric_choices()]
    return visit.page("journeys/stage.html", form, stage=stage, journey=journey, metrics=metrics)


async def _touchpoint_form(visit: Visit, touchpoint: Touchpoint, form: Form[Any]) -> Template:
    async with visit.read() as session:
        journeys = await read_journeys(session, visit.workspace.id)
        metric = await metric_at(session, visit.workspace.id, touchpoint.id)
        stage = await visit.need(session, Stage, touchpoint.stage_id)
    return visit.page(
        "journeys/touchpoint.html",
        form,
        touchpoint=touchpoint,
        stage=stage,
        journey=next(journey for journey in journeys if journey.id == stage.journey_id),
        metric=metric_names()[metric] if metric else "",
        places=list(place_names().items()),
        stages=_stage_choices(journeys),
    )


def _stage_choices(journeys: Sequence[JourneyInfo]) -> list[tuple[UUID, str]]:
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


handlers = [stage_page, save_stage, make_touchpoint, touchpoint_page, save_touchpoint]
