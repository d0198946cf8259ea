"""The list of responses, one response, and taking one out of the scores."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from zoneinfo import ZoneInfo

from litestar import Response as Reply
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
from feedback.kept import shape_name
from feedback.responses.bursts.read import surveys_with_bursts
from feedback.responses.choices import (
    OPENING,
    carried,
    chips,
    choices,
    state_name,
    total_words,
)
from feedback.responses.conditions import property_text
from feedback.responses.counted_most import name_counted_most
from feedback.responses.files import Export, written_rows
from feedback.responses.follow_up_answers import FollowUpAnswer, read_follow_up_answers
from feedback.responses.handed import namers
from feedback.responses.known import answered_months
from feedback.responses.listing import (
    BANDS,
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
from feedback.responses.models import ImportRun
from feedback.responses.models import Response as ResponseRow
from feedback.responses.review import change_state, list_changes
from feedback.responses.walk import others_of, walk_from
from feedback.surveys.queries import SeriesAt, load_asked_series
from feedback.surveys.seams import read_seams
from feedback.web.files import csv_style, file_links, file_name, file_pairs, stream_file
from feedback.web.page import or_refused, redirect
from feedback.wording import channel_name, metric_name

BLOCKS = ("responses_page", "responses_list")
AllSeries = dict[uuid.UUID, SeriesAt]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list of answers is made of. told: what filters are called that only the database
    knows; shape: the name of all that answers are of."""

    found: Page
    places: AllSeries
    filters: Filters
    months: Sequence[str] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    bursts: Sequence[tuple[uuid.UUID, str]] = ()
    shape: str = ""

    @property
    def tag(self) -> str:
        """Another one whenever the list is another."""
        rows = [
            (r.id, r.rating, r.comment, r.state, r.channel, r.seq, r.changed_at, r.answers)
            for r in (row.response for row in self.found.rows)
        ]
        made_of = repr((rows, self.found.total, self.shape, current_locale()))
        return f'"{blake2b(made_of.encode(), digest_size=12).hexdigest()}"'


async def _refused(visit: Visit, error: FilterError) -> Template:
    async with visit.read() as session:
        places = await load_asked_series(session, visit.workspace.id)
        months = await answered_months(session, visit.workspace.id, places)
    return _list(visit, Shown(Page([], None), places, Filters(), months), str(error))


@get("/responses", blocks=BLOCKS, needs="viewer", filters=True)
@or_refused(_refused)
async def response_list(visit: NamedDependency[Visit]) -> Template | Reply[None]:
    filters, own = _filters(visit), visit.workspace.id
    async with visit.read() as session:
        places = await load_asked_series(session, own)
        found = await list_responses(session, own, places, filters, _zone(visit))
        shown = Shown(
            found,
            places,
            filters,
            await answered_months(session, own, places),
            await told_names(session, own, filters),
            await surveys_with_bursts(session, own),
            await shape_name(session, own),
        )
    if shown.tag == visit.request.headers.get("If-None-Match"):
        return Reply(None, status_code=304, headers={"ETag": shown.tag})
    return _list(visit, shown)


def _list(visit: Visit, shown: Shown, error: str = "") -> Template:
    places, filters, query = shown.places, shown.filters, visit.request.query_params
    return visit.page(
        "responses/list.html",
        status=422 if error else 200,
        headers=_pushed(visit.request, filters),
        found=shown.found,
        filters=filters,
        error=error,
        tag=shown.tag,
        exports=file_links(f"/responses?{filters.query(before=None)}"),
        choices=partial(choices, places, filters, shown.months),
        chips=chips(places, filters, shown.told),
        carried=carried(filters),
        months=tuple(shown.months),
        # Who follows a link sees its answers at once; who chooses goes on choosing.
        is_open="was" in query or not filters.query(before=None),
        is_more="more" in query or not OPENING.isdisjoint(filters.given()),
        total=total_words(shown.found.total) if shown.found.total else "",
        places=places,
        bursts=shown.bursts,
        state_name=state_name,
        channel_name=channel_name,
        band_name=band_name,
        told=told,
    )


async def told_names(
    session: AsyncSession, workspace_id: uuid.UUID, filters: Filters
) -> dict[str, str]:
    """What filters are called that only the database knows."""
    told = {
        name: await namers[name](session, workspace_id, value)
        for name, value in filters.given().items()
        if name in namers
    }
    if filters.importation:
        run = await session.get(ImportRun, (workspace_id, filters.importation))
        told["import"] = _("Import of %(file)s") % {"file": run.file_name if run else "–"}
    return told


@get(["/responses.csv", "/responses.json", "/responses.xlsx"], needs="viewer", filters=True)
async def response_file(visit: NamedDependency[Visit]) -> Stream:
    return await file_of(visit, _filters(visit))


async def file_of(visit: Visit, filters: Filters) -> Stream:
    """What the filters leave, as the file that the address names."""
    style = csv_style(visit.request)
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


@get("/responses/{response_id:uuid}", needs="viewer", filters=True)
async def response_detail(
    visit: NamedDependency[Visit], response_id: FromPath[uuid.UUID]
) -> Template:
    return await response_page(visit, response_id)


@post("/responses/{response_id:uuid}/{act:str}", needs="editor", filters=True)
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
    query = _filters(visit).query()
    return redirect(f"/responses/{response_id}{'?' if query else ''}{query}", said)


def _filters(visit: Visit) -> Filters:
    return parse_filters(file_pairs(visit.request))


def _zone(visit: Visit) -> ZoneInfo:
    return ZoneInfo(visit.workspace.time_zone)


async def response_page(
    visit: Visit,
    response_id: uuid.UUID,
    *,
    reason: str = "",
    error: str = "",
    masking: tuple[Choice, str] | None = None,
) -> Template:
    filters, own = _filters(visit), visit.workspace.id
    async with visit.read() as session:
        row = await find_response(session, own, response_id)
        # The address of an anonymous answer tells its day: it is for those who must mask it.
        if row is None or (row.is_anonymous and not visit.viewer.may_edit):
            raise not_found()
        places = await load_asked_series(session, own)
        walk = await walk_from(session, own, places, filters, _zone(visit), row)
        others = await others_of(session, own, places, row)
        changes = await list_changes(session, own, response_id)
        counted_most = await name_counted_most(session, row.response)
    return visit.page(
        "responses/detail.html",
        status=422 if error or masking else 200,
        row=row,
        walk=walk,
        others=others,
        filters=filters,
        band_name=band_name(row),
        band_of=band_name,
        property_text=property_text,
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


signed_in_handlers = [response_list, response_file, response_detail, review_response]
