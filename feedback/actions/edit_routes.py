"""The form of an action or note: a new one, a changed one; archive and restore."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Answer, Visit
from feedback.actions.choices import (
    PlaceGroups,
    WrongPlaceError,
    place_groups,
    places_by_key,
    public_languages,
    wanted_place,
)
from feedback.actions.edit import change_action, create_action
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
from feedback.i18n import gettext as _
from feedback.readings.journey import JourneyInfo, read_journeys
from feedback.web.forms import Form
from feedback.web.page import redirect

BLOCKS = ("action_form", "thanks_previews")


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form offers to choose from. `texts`: what surveys say, by touchpoint."""

    journeys: Sequence[JourneyInfo]
    groups: PlaceGroups
    languages: dict[str, str]
    texts: dict[Any, dict[str, Any]]


@get("/actions/new", blocks=BLOCKS, needs="editor")
async def new_action(
    visit: NamedDependency[Visit],
    journey: FromQuery[str] = "",
    stage: FromQuery[str] = "",
    touchpoint: FromQuery[str] = "",
    kind: FromQuery[str] = "action",
) -> Answer:
    offer = await _offer(visit)
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
        today=today_in(visit.workspace, clock.now()),
        languages=offer.languages,
        problem=problem,
    )
    return _show(visit, form, offer)


@post("/actions/new", blocks=BLOCKS, needs="editor")
async def make_action(visit: NamedDependency[Visit]) -> Answer:
    offer = await _offer(visit)
    data = await visit.sent()
    form = _read(data, visit, offer)
    if data.get("do") == "preview":
        return _show(visit, Form(form.values, {}), offer)
    if form.checked is None:
        return _show(visit, form, offer)
    async with visit.write() as session:
        action = await create_action(
            session, visit.workspace.id, visit.viewer.user.id, form.checked, clock.now()
        )
    return visit.leave(f"/actions/{action.id}", _saved(form.checked))


@get("/actions/{name:str}/edit", blocks=BLOCKS, needs="editor")
async def edit_action(visit: NamedDependency[Visit], name: FromPath[str]) -> Template:
    async with visit.read() as session:
        action = (await need_action(session, visit, name)).action
    offer = await _offer(visit, action)
    return _show(visit, filled_form(action, list(offer.languages)), offer, action)


@post("/actions/{name:str}/edit", blocks=BLOCKS, needs="editor")
async def save_action(visit: NamedDependency[Visit], name: FromPath[str]) -> Answer:
    async with visit.read() as session:
        action = (await need_action(session, visit, name)).action
    offer = await _offer(visit, action)
    data = await visit.sent()
    form = _read(data, visit, offer)
    if data.get("do") == "preview":
        return _show(visit, Form(form.values, {}), offer, action)
    if form.checked is None:
        return _show(visit, form, offer, action)
    async with visit.write() as session:
        found = (await need_action(session, visit, name)).action
        change_action(session, found, form.checked)
    return visit.leave(f"/actions/{action.id}", _("Saved."))


@post("/actions/{name:str}/archive", needs="editor")
async def keep_action(visit: NamedDependency[Visit], name: FromPath[str]) -> Redirect:
    act = await visit.act("archive")
    async with visit.write() as session:
        action = (await need_action(session, visit, name)).action
        # Archived, its flag leaves the charts and its sentence the thank-you; nothing is lost.
        action.archived_at = None if act == "restore" else action.archived_at or clock.now()
    if act == "restore":
        return redirect(f"/actions/{action.id}", _("Restored: its flag is on the charts again."))
    return redirect(f"/actions?archived={action.id}")


async def _offer(visit: Visit, action: Action | None = None) -> Offer:
    kept = None
    if action is not None:
        kept = PlaceIn(action.journey_id, action.stage_id, action.touchpoint_id)
    async with visit.read() as session:
        journeys = await read_journeys(session, visit.workspace.id)
        texts = await survey_texts(session, visit.workspace.id)
    written = (action.public_texts if action else None) or {}
    languages = public_languages(texts, written, visit.workspace.language)
    return Offer(journeys, place_groups(journeys, kept), languages, texts)


def _read(data: Any, visit: Visit, offer: Offer) -> Form[ActionIn]:
    return read_action(
        data,
        places=places_by_key(offer.groups),
        languages=offer.languages,
        today=today_in(visit.workspace, clock.now()),
    )


def _show(
    visit: Visit, form: Form[ActionIn], offer: Offer, action: Action | None = None
) -> Template:
    return visit.page(
        "actions/form.html",
        form,
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
