"""The list of responses, one response, and taking one out of the scores."""

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Stream, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Answer, Visit
from feedback.filters import FilterError
from feedback.i18n import current_locale, pgettext
from feedback.i18n import gettext as _
from feedback.responses.bursts.read import surveys_with_bursts
from feedback.responses.counted_most import name_counted_most
from feedback.responses.files import Export, written_rows
from feedback.responses.follow_up_answers import FollowUpAnswer, read_follow_up_answers
from feedback.responses.listing import (
    BANDS,
    LOOK_AT_MOST,
    Filters,
    Page,
    Row,
    common_properties,
    find_response,
    list_responses,
    matches,
    parse_filters,
    walk_responses,
)
from feedback.responses.masking.form import maskable
from feedback.responses.masking.mask import Choice
from feedback.responses.models import CHANNELS
from feedback.responses.models import Response as ResponseRow
from feedback.responses.review import change_state, list_changes
from feedback.responses.states import STATES
from feedback.surveys.queries import SeriesAt, load_asked_series
from feedback.surveys.seams import read_seams
from feedback.web.files import csv_style, file_links, file_name, file_pairs, stream_file
from feedback.web.page import or_refused, redirect
from feedback.wording import channel_name, metric_name

BLOCKS = ("responses_page", "responses_list")
AllSeries = dict[uuid.UUID, SeriesAt]


async def _refused(visit: Visit, error: FilterError) -> Template:
    async with visit.read() as session:
        places = await load_asked_series(session, visit.workspace.id)
    return _list(visit, Page([], None), places, Filters(), (), str(error))


@get("/responses", blocks=BLOCKS, needs="viewer", filters=True)
@or_refused(_refused)
async def response_list(visit: NamedDependency[Visit]) -> Template:
    filters = _filters(visit)
    async with visit.read() as session:
        found, places = await _read(session, visit, filters)
        bursts = await surveys_with_bursts(session, visit.workspace.id)
    return _list(visit, found, places, filters, bursts)


def _list(
    visit: Visit,
    found: Page,
    places: AllSeries,
    filters: Filters,
    bursts: Sequence[tuple[uuid.UUID, str]],
    error: str = "",
) -> Template:
    return visit.page(
        "responses/list.html",
        status=422 if error else 200,
        headers=_pushed(visit.request, filters),
        found=found,
        filters=filters,
        error=error,
        exports=file_links(f"/responses?{filters.query(before=None)}"),
        choices=partial(_choices, places, filters),
        places=places,
        bursts=bursts,
        looked_at=LOOK_AT_MOST,
        state_name=state_name,
        channel_name=channel_name,
        band_name=band_name,
        told=told,
    )


@get(["/responses.csv", "/responses.json", "/responses.xlsx"], needs="viewer", filters=True)
async def response_file(visit: NamedDependency[Visit]) -> Stream:
    filters, style = _filters(visit), csv_style(visit.request)
    workspace, name = visit.workspace, file_name(visit.request)
    zone, kind = ZoneInfo(workspace.time_zone), name.rpartition(".")[2]
    async with visit.read() as session:
        places = await load_asked_series(session, workspace.id)
        matching = await matches(session, workspace.id, places, filters, zone)
        properties = [] if kind == "json" else await common_properties(session, matching)
    seams = read_seams((place.series for place in places.values()), workspace.time_zone)
    export = Export(current_locale(), zone, seams, properties)
    rows = walk_responses(visit.database, workspace.id, places, filters, zone)
    return stream_file(name, written_rows(kind, style, export, rows))


@get("/responses/{response_id:uuid}", needs="viewer")
async def response_detail(
    visit: NamedDependency[Visit], response_id: FromPath[uuid.UUID]
) -> Template:
    return await response_page(visit, response_id)


@post("/responses/{response_id:uuid}/{act:str}", needs="editor")
async def review_response(
    visit: NamedDependency[Visit], response_id: FromPath[uuid.UUID], act: FromPath[str]
) -> Answer:
    if act not in ("exclude", "restore"):
        raise not_found()
    reason = str((await visit.sent()).get("reason", "")).strip()
    if error := reason_problem(reason):
        return await response_page(visit, response_id, reason=reason, error=error)
    async with visit.write() as session:
        await visit.need(session, ResponseRow, response_id)
        state = await change_state(
            session,
            visit.workspace.id,
            response_id,
            "exclude" if act == "exclude" else "restore",
            reason=reason,
            user_id=visit.viewer.user.id,
            now=clock.now(),
        )
    said = _("Taken out of the scores.") if act == "exclude" else _("Counted again.")
    if act == "restore" and state not in (None, "counted"):
        said = _("Restored.")
    return redirect(f"/responses/{response_id}", said)


def _filters(visit: Visit) -> Filters:
    return parse_filters(file_pairs(visit.request))


async def _read(session: AsyncSession, visit: Visit, filters: Filters) -> tuple[Page, AllSeries]:
    zone = ZoneInfo(visit.workspace.time_zone)
    places = await load_asked_series(session, visit.workspace.id)
    found = await list_responses(session, visit.workspace.id, places, filters, zone)
    return found, places


async def response_page(
    visit: Visit,
    response_id: uuid.UUID,
    *,
    reason: str = "",
    error: str = "",
    masking: tuple[Choice, str] | None = None,
) -> Template:
    async with visit.read() as session:
        row = await find_response(session, visit.workspace.id, response_id)
        # The address of an anonymous answer tells its day: it is for those who must mask it.
        if row is None or (row.is_anonymous and not visit.viewer.may_edit):
            raise not_found()
        changes = await list_changes(session, visit.workspace.id, response_id)
        counted_most = await name_counted_most(session, row.response)
    return visit.page(
        "responses/detail.html",
        status=422 if error or masking else 200,
        row=row,
        band_name=band_name(row),
        metric_name=metric_name(row.place.metric),
        changes=changes,
        told=told(row),
        counted_most=counted_most,
        reason=reason,
        error=error,
        masking=maskable(row.response.comment, masking) if visit.viewer.may_edit else None,
        state_name=state_name,
        channel_name=channel_name,
    )


def told(row: Row) -> list[FollowUpAnswer]:
    return read_follow_up_answers(row, current_locale())


def state_name(state: str) -> str:
    return {
        "counted": _("counted"),
        "unconfirmed": _("unconfirmed"),
        "quarantined": _("in quarantine"),
        "excluded": _("excluded"),
        "test": _("test"),
    }[state]


def band_name(row: Row) -> str:
    """What one person with this rating is called."""
    at = BANDS.index(row.band)
    if row.place.metric.key == "nps":
        return (_("detractor"), _("passive"), _("promoter"))[at]
    if row.place.metric.key.startswith("ces"):
        words = pgettext("one", "difficult"), pgettext("one", "neutral"), pgettext("one", "easy")
        return words[at]
    return (
        pgettext("one", "dissatisfied"),
        pgettext("one", "neutral"),
        pgettext("one", "satisfied"),
    )[at]


def reason_problem(reason: str) -> str:
    """What is wrong with a reason that somebody gave, "" if nothing is."""
    if not reason:
        return _("Say why in a few words: somebody will ask.")
    return _("Use at most 500 characters.") if len(reason) > 500 else ""


def _pushed(request: HTMXRequest, filters: Filters) -> dict[str, str]:
    # The list that refreshes itself must not touch the address bar; a filter must.
    if request.htmx.target != "responses_page":
        return {}
    query = filters.query()
    return {"HX-Push-Url": f"/responses?{query}" if query else "/responses"}


def _choices(places: AllSeries, filters: Filters) -> list[dict[str, Any]]:
    touchpoints = {
        place.touchpoint.id: f"{place.stage.name} · {place.touchpoint.name}"
        for place in places.values()
    }
    bands = {"negative": _("Unhappy"), "neutral": _("In between"), "positive": _("Happy")}
    return [
        _choice("touchpoint", _("Touchpoint"), filters.touchpoint, touchpoints),
        _choice("band", _("Band"), filters.band, {name: bands[name] for name in BANDS}),
        _choice("channel", _("Channel"), filters.channel, {c: channel_name(c) for c in CHANNELS}),
        _choice("state", _("State"), filters.state, {s: state_name(s) for s in STATES}),
        _choice("comment", _("Comment"), "1" if filters.comment else "", {"1": _("With one")}),
    ]


def _choice(name: str, label: str, value: Any, options: dict[Any, str]) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "value": str(value or ""),
        "options": [("", _("All")), *((str(key), text) for key, text in options.items())],
    }


signed_in_handlers = [response_list, response_file, response_detail, review_response]
