"""The list of actions and the page of one, as pages, as .csv and .json."""

import uuid
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Visit
from feedback.actions import sure, words
from feedback.actions.bar import bar_of
from feedback.actions.files import actions_json, actions_table
from feedback.actions.lines import read_around
from feedback.actions.read import Reading, read_all, read_one
from feedback.calendar.queries import PlacedAction, find_action
from feedback.filters import FilterError, read_filters
from feedback.readings.journey import read_journeys
from feedback.surveys.texts import language_name
from feedback.web.files import KINDS, file_links, file_pairs, send_file
from feedback.web.page import or_refused

NAMES = ("archived",)  # the action that was put away just now


async def _refused(visit: Visit, error: FilterError) -> Template:
    return _list(visit, [], error=str(error))


@get("/actions", needs="viewer", filters=True)
@or_refused(_refused)
async def action_list(visit: NamedDependency[Visit]) -> Template:
    given = read_filters(visit.request.query_params.multi_items(), NAMES)
    async with visit.read() as session:
        readings = await read_all(session, visit.workspace, clock.now())
        journeys = await read_journeys(session, visit.workspace.id)
    has_journey = any(not journey.is_archived for journey in journeys)
    return _list(visit, readings, given.get("archived", ""), has_journey=has_journey)


def _list(
    visit: Visit,
    readings: Sequence[Reading],
    put_away: str = "",
    *,
    has_journey: bool = True,
    error: str = "",
) -> Template:
    used = [each for each in readings if not each.is_archived]
    archived = [each for each in readings if each.is_archived]
    return visit.page(
        "actions/actions.html",
        status=422 if error else 200,
        journeys=[list(its) for _id, its in groupby(used, attrgetter("place.journey.id"))],
        archived=archived,
        undo=next((each for each in archived if str(each.action.id) == put_away), None),
        words=words,
        has_journey=has_journey,
        error=error,
        exports=file_links("/actions"),
    )


@get(["/actions.json", "/actions.csv", "/actions.xlsx"], needs="viewer", filters=True)
async def action_list_file(visit: NamedDependency[Visit]) -> Response[Any]:
    read_filters(file_pairs(visit.request), NAMES)
    async with visit.read() as session:
        readings = await read_all(session, visit.workspace, clock.now())
    kept = [each for each in readings if not each.is_archived]
    return await send_file(visit.request, actions_json, actions_table, kept)


@get("/actions/{name:str}", needs="viewer", filters=True)
async def action_detail(
    visit: NamedDependency[Visit], name: FromPath[str]
) -> Template | Response[Any]:
    """The page, or the same as a file: `/actions/<id>.json`."""
    read_filters(file_pairs(visit.request), ())
    text, _dot, kind = name.partition(".")
    if kind and kind not in KINDS:
        raise not_found()
    async with visit.read() as session:
        placed = await need_action(session, visit, text)
        reading = await read_one(session, visit.workspace, placed, clock.now())
        if kind:
            name = f"action-{placed.action.id}.{kind}"
            return await send_file(visit.request, actions_json, actions_table, [reading], name=name)
        around = await read_around(session, visit.workspace, reading, clock.now())
    return visit.page(
        "actions/action.html",
        exports=file_links(f"/actions/{placed.action.id}"),
        reading=reading,
        around=around,
        words=words,
        sure=sure,
        bar_of=bar_of,
        language_name=language_name,
    )


async def need_action(session: AsyncSession, visit: Visit, text: str) -> PlacedAction:
    """Somebody else's action and no such action look the same."""
    try:
        found = await find_action(session, visit.workspace.id, uuid.UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise not_found()
    return found


handlers = [action_list, action_list_file, action_detail]
