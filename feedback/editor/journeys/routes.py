"""Journey pages: the list, a new one, and the editor where stages and touchpoints are arranged."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Answer, Visit
from feedback.editor.journeys.edit import add_stage, create_journey
from feedback.editor.journeys.schemas import JourneyIn, read_journey, read_stage
from feedback.editor.journeys.starters import STARTERS, starter
from feedback.editor.surveys.queries import SurveyRow, in_use, load_grouped, load_rows
from feedback.i18n import gettext as _
from feedback.journeys.models import Journey
from feedback.readings.journey import JourneyInfo, find_journey
from feedback.scoring import METRICS
from feedback.surveys.labels import metric_names, place_names, state_names
from feedback.web.forms import Form
from feedback.web.page import redirect
from feedback.wording import write_target

# Fewer are too coarse to act on: a score of "reception" does not say what to repair.
COARSE_BELOW = 8
NO_FORMS: dict[str, Form[Any]] = dict.fromkeys(
    ("name_form", "stage_form", "touchpoint_form"), Form({"name": ""}, {})
)


@get("/journeys", blocks=("journey_rows",), needs="viewer")
async def journey_list(visit: NamedDependency[Visit]) -> Template:
    async with visit.read() as session:
        journeys, rows = await load_grouped(session, visit.workspace.id)
    return visit.page(
        "journeys/journeys.html",
        journeys=[journey for journey in journeys if not journey.is_archived],
        archived=[journey for journey in journeys if journey.is_archived],
        surveys={journey.id: _survey_count(journey, rows) for journey in journeys},
    )


@get("/journeys/new", blocks=("journey_form",), needs="editor")
async def new_journey(
    visit: NamedDependency[Visit], start: FromQuery[str] = "recognition"
) -> Template:
    key = start if start in STARTERS else "recognition"
    return _new_form(visit, Form({"name": "", "starter": key}, {}), ticked=None)


@post("/journeys/new", blocks=("journey_form",), needs="editor")
async def make_journey(visit: NamedDependency[Visit]) -> Answer:
    data = await visit.sent()
    form = read_journey(data)
    if form.checked is None:
        return _new_form(visit, form, ticked=set(data.getall("touchpoint", [])))
    workspace = visit.workspace
    async with visit.write() as session:
        journey = await create_journey(
            session, workspace.id, form.checked, workspace.language, clock.now()
        )
    next_step = (
        _("The journey is made. Next: “Ask here” beside a touchpoint.")
        if form.checked.kept
        else _("The journey is made. Write its stages and touchpoints here.")
    )
    return visit.leave(f"/journeys/{journey.id}", next_step)


@get("/journeys/{journey_id:uuid}", blocks=("journey_editor",), needs="viewer")
async def journey_page(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Template:
    return await show_journey(visit, journey_id)


@post("/journeys/{journey_id:uuid}", blocks=("journey_editor",), needs="editor")
async def rename_journey(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Answer:
    form = read_journey(await visit.sent())
    async with visit.write() as session:
        journey = await visit.need(session, Journey, journey_id)
        if form.checked is not None:
            journey.name = form.checked.name
    if form.checked is None:
        return await show_journey(visit, journey_id, name_form=form)
    return visit.leave(f"/journeys/{journey_id}", _("Saved."))


@post("/journeys/{journey_id:uuid}/stages", blocks=("journey_editor",), needs="editor")
async def make_stage(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Answer:
    form = read_stage(await visit.sent())
    async with visit.write() as session:
        journey = await visit.need(session, Journey, journey_id)
        if form.checked is not None:
            await add_stage(session, journey, form.checked)
    if form.checked is None:
        return await show_journey(visit, journey_id, stage_form=form)
    return redirect(f"/journeys/{journey_id}")


async def show_journey(
    visit: Visit, journey_id: UUID, *, touchpoint_stage: UUID | None = None, **forms: Form[Any]
) -> Template:
    """The editor; with a form that was refused it answers 422 and says why beside the field.

    forms: `name_form`, `stage_form` or `touchpoint_form`, this one of `touchpoint_stage`.
    """
    async with visit.read() as session:
        journey = await find_journey(session, visit.workspace.id, journey_id)
        rows = await load_rows(session, visit.workspace.id)
    if journey is None:
        raise not_found()
    return visit.page(
        "journeys/journey.html",
        status=422 if forms else 200,
        journey=journey,
        rows={touchpoint: in_use(found) for touchpoint, found in rows.items()},
        targets=_targets(journey, rows),
        is_coarse=bool(journey.active_touchpoints)
        and len(journey.active_touchpoints) < COARSE_BELOW,
        least=COARSE_BELOW,
        metric_names=metric_names(),
        place_names=place_names(),
        state_names=state_names(),
        touchpoint_stage=touchpoint_stage,
        **(NO_FORMS | forms),
    )


def _new_form(visit: Visit, form: Form[JourneyIn], *, ticked: set[str] | None) -> Template:
    """`ticked`: the touchpoints; None ticks them all."""
    key = form.values["starter"] if form.values["starter"] in STARTERS else "empty"
    return visit.page(
        "journeys/new.html",
        form,
        starter=key,
        stages=starter(key, visit.workspace.language),
        ticked=ticked,
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
