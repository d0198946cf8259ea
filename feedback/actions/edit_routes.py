"""The form of an action or note: a new one, a changed one; archive and restore."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.actions.choices import (
    PlaceGroup,
    WrongPlaceError,
    place_groups,
    places_by_key,
    public_languages,
    wanted_place,
)
from feedback.actions.edit import archive_action, change_action, create_action, restore_action
from feedback.actions.preview import thanks_previews
from feedback.actions.read import today_in
from feedback.actions.routes import need_action
from feedback.actions.schemas import (
    PUBLIC_LENGTH,
    ActionIn,
    PlaceIn,
    blank_form,
    filled_form,
    read_action,
)
from feedback.actions.words import kind_name
from feedback.calendar.models import KINDS, Action
from feedback.calendar.queries import survey_texts
from feedback.db import Database
from feedback.i18n import gettext as _
from feedback.readings.journey import JourneyInfo, read_journeys
from feedback.web.forms import Form, leave
from feedback.web.page import page, redirect

BLOCKS = ("action_form", "thanks_previews")


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form offers to choose from. `texts`: what surveys say, by touchpoint."""

    journeys: list[JourneyInfo]
    groups: list[PlaceGroup]
    languages: dict[str, str]
    texts: dict[Any, dict[str, Any]]


@get("/actions/new", blocks=BLOCKS, needs="editor")
async def new_action(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    journey: FromQuery[str] = "",
    stage: FromQuery[str] = "",
    touchpoint: FromQuery[str] = "",
    kind: FromQuery[str] = "action",
) -> Template | Redirect:
    offer = await _offer(database, viewer)
    if not offer.groups:
        return redirect("/journeys/new", _("Make a journey first: an action has its place on one."))
    place, problem = "", ""
    try:
        asked = {"journey": journey, "stage": stage, "touchpoint": touchpoint}
        place = wanted_place(offer.journeys, asked)
    except WrongPlaceError as error:
        problem = str(error)
    except LookupError:
        raise not_found() from None
    form = blank_form(
        kind=kind,
        place=place,
        today=today_in(viewer.workspace, clock.now()),
        languages=offer.languages,
        problem=problem,
    )
    return _show(request, form, offer)


@post("/actions/new", blocks=BLOCKS, needs="editor")
async def make_action(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Redirect | Response[None]:
    offer = await _offer(database, viewer)
    data = await request.form()
    form = _read(data, viewer, offer)
    if data.get("do") == "preview":
        return _show(request, Form(form.values, {}), offer)
    if form.checked is None:
        return _show(request, form, offer)
    async with database.write() as session:
        action = await create_action(
            session, viewer.workspace.id, viewer.user.id, form.checked, clock.now()
        )
    return leave(request, f"/actions/{action.id}", _saved(form.checked))


@get("/actions/{name:str}/edit", blocks=BLOCKS, needs="editor")
async def edit_action(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    name: FromPath[str],
) -> Template:
    async with database.read() as session:
        action = (await need_action(session, viewer, name)).action
    offer = await _offer(database, viewer, action)
    return _show(request, filled_form(action, list(offer.languages)), offer, action)


@post("/actions/{name:str}/edit", blocks=BLOCKS, needs="editor")
async def save_action(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    name: FromPath[str],
) -> Template | Redirect | Response[None]:
    async with database.read() as session:
        action = (await need_action(session, viewer, name)).action
    offer = await _offer(database, viewer, action)
    data = await request.form()
    form = _read(data, viewer, offer)
    if data.get("do") == "preview":
        return _show(request, Form(form.values, {}), offer, action)
    if form.checked is None:
        return _show(request, form, offer, action)
    async with database.write() as session:
        found = (await need_action(session, viewer, name)).action
        change_action(session, found, form.checked)
    return leave(request, f"/actions/{action.id}", _("Saved."))


@post("/actions/{name:str}/archive", needs="editor")
async def keep_action(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    name: FromPath[str],
) -> Redirect:
    act = str((await request.form()).get("act", "archive"))
    async with database.write() as session:
        action = (await need_action(session, viewer, name)).action
        if act == "restore":
            restore_action(session, action)
        else:
            archive_action(session, action, clock.now())
    if act == "restore":
        return redirect(f"/actions/{action.id}", _("Restored: its flag is on the charts again."))
    return redirect(f"/actions?archived={action.id}")


async def _offer(database: Database, viewer: Viewer, action: Action | None = None) -> Offer:
    kept = None
    if action is not None:
        kept = PlaceIn(action.journey_id, action.stage_id, action.touchpoint_id)
    async with database.read() as session:
        journeys = await read_journeys(session, viewer.workspace.id)
        texts = await survey_texts(session, viewer.workspace.id)
    written = (action.public_texts if action else None) or {}
    languages = public_languages(texts, written, viewer.workspace.language)
    return Offer(journeys, place_groups(journeys, kept), languages, texts)


def _read(data: Any, viewer: Viewer, offer: Offer) -> Form[ActionIn]:
    return read_action(
        data,
        places=places_by_key(offer.groups),
        languages=offer.languages,
        today=today_in(viewer.workspace, clock.now()),
    )


def _show(
    request: HTMXRequest, form: Form[ActionIn], offer: Offer, action: Action | None = None
) -> Template:
    return page(
        request,
        "actions/form.html",
        status=422 if form.errors else 200,
        form=form,
        action=action,
        address=f"/actions/{action.id}/edit" if action else "/actions/new",
        kinds=[(kind, kind_name(kind)) for kind in KINDS],
        groups=offer.groups,
        languages=offer.languages,
        most=PUBLIC_LENGTH,
        previews=thanks_previews(form.values, places_by_key(offer.groups), offer.texts),
    )


def _saved(wanted: ActionIn) -> str:
    if wanted.kind == "note":
        return _("Noted. Its flag is on the charts.")
    return _("Saved. Its flag is on the charts, and this page says what came after.")


handlers = [new_action, make_action, edit_action, save_action, keep_action]
