"""`/compare`: two periods, or groups of answers, as a page and as files."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions.http_exceptions import HTTPException, RequestEntityTooLarge
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template

from feedback import clock
from feedback.accounts.guards import not_found, require_own_origin
from feedback.accounts.visit import Visit
from feedback.comparisons import page as words
from feedback.comparisons.ask import Question, chosen_period, chosen_periods, parse_question
from feedback.comparisons.compare import Periods, Split, compare_groups, compare_periods
from feedback.comparisons.facts import found_dict, found_table
from feedback.comparisons.groups import Found, GroupsAsked, find_groups
from feedback.comparisons.noise import NAMES as NOISE_NAMES
from feedback.comparisons.noise import NoisePage, half_widths, noise_page
from feedback.comparisons.noise_file import (
    FIELD,
    MOST_BYTES,
    READING,
    BusyError,
    FileAsked,
    FilePage,
    WrongFileError,
    file_page,
    read_asked_file,
    too_large,
)
from feedback.comparisons.page import group_choices, line_choices, period_choices
from feedback.comparisons.presets import PresetLink, preset_links
from feedback.comparisons.read import (
    Period,
    Subject,
    property_names,
    read_period,
    read_subject,
)
from feedback.comparisons.unrest import read_unrest
from feedback.dashboards.read import Scope
from feedback.filters import FilterError, read_filters
from feedback.i18n import gettext as _
from feedback.memory import memory
from feedback.readings.filters import Asked, Choice, place_of
from feedback.responses.limits import TooManyError
from feedback.rows import json_text
from feedback.scoring.months import month_at
from feedback.web.files import file_links, file_pairs, send_file
from feedback.web.page import or_refused, page
from feedback.web.upload import body_limit, read_upload

BLOCKS = ("compare_page",)
SPLIT = 40_000  # bytes of what is said of twenty groups, about


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, None where nothing was; `names`: of the properties to split by.

    counted: how the groups were counted. presets: the usual periods, under their heads.
    """

    subject: Subject
    choices: Sequence[Choice]
    found: Periods | Split | None = None
    names: Sequence[str] = ()
    period: Period | None = None
    counted: Found = Found(None)
    presets: Sequence[tuple[str, Sequence[PresetLink]]] = ()


async def _refused(visit: Visit, error: FilterError) -> Template:
    """The forms as they were filled in where they can be read, else as they are at first."""
    question = Question(Asked(), "periods", 0, 0.0)
    with suppress(FilterError):
        question = _question(visit)
    scope = Scope(visit.workspace, question.asked, clock.now())
    async with visit.read() as session:
        subject = await read_subject(session, scope)
    if subject is None:
        return _show(visit, question, None, error=str(error))
    usual = chosen_periods(Asked(), subject, scope.running)
    chosen = (usual.before, usual.after)
    presets = preset_links(Asked(), "periods", scope.running, chosen)
    answer = Answer(subject, period_choices(subject, scope.running, chosen), presets=presets)
    return _show(visit, question, answer, error=str(error))


@get("/compare", blocks=BLOCKS, needs="viewer", filters=True)
@or_refused(_refused)
async def compare(visit: NamedDependency[Visit]) -> Template:
    question = _question(visit)
    return _show(visit, question, await _answer(visit, question))


def _show(visit: Visit, question: Question, answer: Answer | None, *, error: str = "") -> Template:
    asked = question.asked if answer else Asked()
    is_pushed = visit.request.htmx.target in BLOCKS and not error
    line = line_choices(asked, answer.subject) if answer else []
    found = answer.found if answer else None
    # A file, and a page that is sent to a colleague, keep the group that others are compared with.
    base = {"base": found.base} if isinstance(found, Split) else {}
    waits = answer is not None and answer.counted.waits
    return visit.page(
        "comparisons/compare.html",
        status=422 if error else 200,
        headers={"HX-Push-Url": asked.address("/compare", **base)} if is_pushed else {},
        question=question,
        answer=answer,
        words=words,
        choices=line,
        was=place_of({choice.name: choice.value for choice in line}),
        rows=words.rows(answer.subject, found, asked.get("channel")) if answer and found else (),
        exports=file_links(asked.address("/compare", **base)),
        address=asked.address("/compare", **base),
        waits=waits,
        error=error,
    )


def _question(visit: Visit) -> Question:
    running = month_at(clock.now(), visit.workspace.time_zone)
    return parse_question(file_pairs(visit.request), running)


async def _answer(visit: Visit, question: Question) -> Answer | None:
    """None as long as there is no journey. Raises FilterError and NotOursError."""
    scope = Scope(visit.workspace, question.asked, clock.now())
    asked, running = question.asked, scope.running
    async with visit.read() as session:
        subject = await read_subject(session, scope)
        if subject is None:
            return None
        if question.kind == "periods":
            chosen = chosen_periods(asked, subject, running)
            before, after = chosen.before, chosen.after
            found = compare_periods(
                subject,
                (before, await read_period(session, scope, subject, before)),
                (after, await read_period(session, scope, subject, after)),
                picked_from=chosen.picked_from,
                is_over=max(before.until, after.until) < running,
                rho=await read_unrest(session, scope, subject),
            )
            choices = period_choices(subject, running, (before, after))
            presets = preset_links(asked, "periods", running, (before, after))
            return Answer(subject, choices, found, presets=presets)
        names = await property_names(session, scope, subject)
    return await _groups(visit, question, subject, names)


async def _groups(
    visit: Visit, question: Question, subject: Subject, names: Sequence[str]
) -> Answer:
    asked, now = question.asked, clock.now()
    running = month_at(now, visit.workspace.time_zone)
    period = chosen_period(asked, subject, running)
    counted, split = Found(None), None
    if name := asked.get("property") or next(iter(names), ""):
        wanted = GroupsAsked(
            subject.series,
            period.since,
            period.until,
            asked.get("channel"),
            name,
            visit.workspace.time_zone,
        )
        counted = await find_groups(visit.database, visit.workspace.id, wanted, now)
        if counted.groups:
            how = {
                "name": name,
                "base": asked.get("base"),
                "difference": question.difference,
                "planned": question.planned,
            }
            # Twenty groups are 190 pairs: judged once for the same counts and question.
            key = ("split", subject.metric.key, counted.name, *how.values(), period, running)
            split = memory.get(key) or memory.put(
                key,
                compare_groups(subject.metric, counted.groups, how, period, running),
                SPLIT,
            )
    return Answer(
        subject,
        group_choices(subject, running, period, names, split),
        split,
        names,
        period,
        counted,
        preset_links(asked, "groups", running, (period,)),
    )


@get(["/compare.json", "/compare.csv", "/compare.xlsx"], needs="viewer", filters=True)
async def compare_file(visit: NamedDependency[Visit]) -> Response[Any]:
    answer = await _answer(visit, _question(visit))
    if answer is not None and answer.counted.waits:
        raise _ComingError(_("These answers are being counted. Ask again in a moment."))
    if answer is None or answer.found is None:
        raise not_found()
    counted_at = answer.counted.counted_at
    document = found_dict(answer.subject.metric, answer.found)
    if document["kind"] == "groups":
        document["counted_at"] = counted_at and counted_at.isoformat()
    return await send_file(visit.request, json_text, found_table, document)


class _ComingError(HTTPException):
    """A file whose numbers a job is still making."""

    status_code = 503

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "5"})


async def _refused_noise(request: HTMXRequest, error: FilterError) -> Template:
    return _show_noise(request, replace(noise_page({}), error=str(error)))


@get("/noise", needs="nobody")
@or_refused(_refused_noise)
async def noise(request: HTMXRequest) -> Template:
    """For anybody: two months' counts in, the honest answer out."""
    given = read_filters(request.query_params.multi_items(), NOISE_NAMES, untold=("lang",))
    return _show_noise(request, noise_page(given))


@post("/noise", needs="nobody", status_code=200, request_max_body_size=body_limit(MOST_BYTES))
async def noise_of_file(request: HTMXRequest) -> Template:
    """For anybody: a file of answers in, which of its months were news out. Nothing is kept."""
    require_own_origin(request)
    read_filters(request.query_params.multi_items(), (), untold=("lang",))
    asked, status, headers = FileAsked(), 422, {}
    try:
        request.app.state.limits.admit_file(request.scope)
        sent = await read_upload(request, FIELD)
        asked = read_asked_file(sent.fields)
        found = await READING.answer(sent.name, sent.content, asked, clock.now())
        return _show_noise(request, noise_page({}), found)
    except TooManyError as many:
        status, headers = 429, {"Retry-After": str(many.retry_after)}
        error = WrongFileError(_("Too many files at once. Send it again in a minute."))
    except BusyError:
        status, headers = 503, {"Retry-After": "5"}
        error = WrongFileError(_("Other files are being read. Send it again in a moment."))
    except RequestEntityTooLarge:
        status, error = 413, too_large()
    except WrongFileError as wrong:
        error = wrong
    refused = file_page(asked, error=str(error), detail=error.detail)
    return _show_noise(request, noise_page({}), refused, status=status, headers=headers)


def _show_noise(
    request: HTMXRequest,
    made: NoisePage,
    file: FilePage | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Template:
    return page(
        request,
        "comparisons/noise.html",
        status=422 if made.error or made.size_error else status,
        headers=headers,
        page=made,
        file=file or file_page(),
        half_widths=half_widths(),
    )


public_handlers = [noise, noise_of_file]
signed_in_handlers = [compare, compare_file]
