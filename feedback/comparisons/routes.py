"""`/compare`: two periods, or groups of answers, as a page and as files."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.comparisons.ask import Question, chosen_period, chosen_periods, parse_question
from feedback.comparisons.compare import (
    Periods,
    Split,
    compare_groups,
    compare_periods,
    periods_dict,
    split_dict,
)
from feedback.comparisons.noise import NAMES as NOISE_NAMES
from feedback.comparisons.noise import NoisePage, half_widths, noise_page
from feedback.comparisons.page import (
    ComparePage,
    base_page,
    group_choices,
    group_needed,
    group_notes,
    group_rows,
    group_warning,
    method_words,
    months,
    period_answer,
    period_choices,
    period_notes,
    period_rows,
    refused,
)
from feedback.comparisons.read import (
    Groups,
    Period,
    Subject,
    property_names,
    read_groups,
    read_period,
    read_subject,
)
from feedback.dashboards.read import Scope
from feedback.db import Database
from feedback.filters import FilterError, read_filters
from feedback.i18n import gettext as _
from feedback.readings.filters import Asked
from feedback.rows import dicts_csv, json_text
from feedback.web.files import file_name, send_file
from feedback.web.page import page
from feedback.web.refusals import or_refused

BLOCKS = ("compare_page",)


async def _refused(
    request: HTMXRequest, database: Database, viewer: Viewer, error: FilterError
) -> Template:
    """The forms as they were filled in where they can be read, else as they are at first."""
    question = Question(Asked(), "periods", 0, 0.0)
    with suppress(FilterError):
        question = _question(request)
    scope = Scope(viewer.workspace, question.asked, clock.now())
    made = await _page(database, scope, question, error)
    return _show(request, refused(made, error), status=422)


@get("/compare", blocks=BLOCKS, needs="viewer")
@or_refused(_refused)
async def compare(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template:
    question = _question(request)
    made = await _page(database, Scope(viewer.workspace, question.asked, clock.now()), question)
    headers = {"HX-Push-Url": made.address} if request.htmx.target in BLOCKS else {}
    return _show(request, made, headers=headers)


def _show(
    request: HTMXRequest,
    made: ComparePage,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Template:
    template = "comparisons/compare.html"
    return page(request, template, status=status, headers=headers, page=made)


def _question(request: HTMXRequest) -> Question:
    return parse_question(list(request.query_params.multi_items()))


async def _page(
    database: Database, scope: Scope, question: Question, error: FilterError | None = None
) -> ComparePage:
    async with database.read() as session:
        subject = await read_subject(session, scope)
        if subject is None:
            return ComparePage(has_journey=False)
        if error is not None:
            usual = chosen_periods(Asked(), subject, scope.running)
            return base_page(question, subject, period_choices(subject, scope.running, usual))
        fill = _fill_periods if question.kind == "periods" else _fill_groups
        return await fill(session, scope, question, subject)


async def _fill_periods(
    session: Any, scope: Scope, question: Question, subject: Subject
) -> ComparePage:
    chosen = chosen_periods(question.asked, subject, scope.running)
    made = base_page(question, subject, period_choices(subject, scope.running, chosen))
    found = await _periods(session, scope, subject, chosen)
    metric = subject.metric
    return replace(
        made,
        answer=period_answer(metric, found),
        rows=period_rows(metric, found),
        notes=period_notes(found),
        facts=method_words(found.found.method),
    )


async def _periods(
    session: Any, scope: Scope, subject: Subject, chosen: tuple[Period, Period]
) -> Periods:
    before, after = chosen
    old = await read_period(session, scope, subject, before)
    new = await read_period(session, scope, subject, after)
    return compare_periods(subject, (before, old), (after, new))


async def _fill_groups(
    session: Any, scope: Scope, question: Question, subject: Subject
) -> ComparePage:
    names = await property_names(session, scope, subject)
    period = chosen_period(question.asked, subject, scope.running)
    split = await _split(session, scope, question, subject, names)
    choices = group_choices(subject, scope.running, period, names, split)
    made = base_page(question, subject, choices)
    if split is None:
        return replace(made, nothing=_no_groups(names), exports=())
    metric = subject.metric
    others = [group.found for group in split.groups if group.found]
    return replace(
        made,
        rows=group_rows(metric, split),
        notes=group_notes(split),
        warning=group_warning(split, question.planned),
        needed=group_needed(split),
        facts=method_words(others[0].method) if others else "",
        answer=months(split.period),
    )


def _no_groups(names: list[str]) -> str:
    if not names:
        return _(
            "The newest answers here carry no properties. Send some with the answers, such as the "
            "variant of a page, and compare them here."
        )
    return _("No answer of these months says it. Choose other months or another property.")


async def _split(
    session: Any, scope: Scope, question: Question, subject: Subject, names: list[str]
) -> Split | None:
    asked = question.asked
    name = asked.get("property") or next(iter(names), "")
    if not name:
        return None
    period = chosen_period(asked, subject, scope.running)
    groups: Groups = await read_groups(session, scope, subject, period, name)
    wanted = {"name": name, "base": asked.get("base"), "difference": question.difference}
    return compare_groups(subject.metric, groups, wanted, period)


@get(["/compare.json", "/compare.csv"], needs="viewer")
async def compare_file(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Response[str]:
    question = _question(request)
    scope = Scope(viewer.workspace, question.asked, clock.now())
    document = await _document(database, scope, question)
    if document is None:
        raise not_found()
    return send_file(file_name(request), {"csv": _csv, "json": json_text}, document)


async def _document(database: Database, scope: Scope, question: Question) -> dict[str, Any] | None:
    async with database.read() as session:
        subject = await read_subject(session, scope)
        if subject is None:
            return None
        if question.kind == "periods":
            chosen = chosen_periods(question.asked, subject, scope.running)
            found = await _periods(session, scope, subject, chosen)
            return periods_dict(subject.metric, found)
        names = await property_names(session, scope, subject)
        split = await _split(session, scope, question, subject, names)
        return None if split is None else split_dict(subject.metric, split)


def _csv(document: dict[str, Any]) -> str:
    """One line a side or group; the difference stands on the line that it is said of."""
    rows = document.get("rows") or _sides(document)
    flat = [
        {name: value for name, value in row.items() if name != "counts"}
        | {f"count_{rating}": n for rating, n in row["counts"].items()}
        for row in rows
    ]
    return dicts_csv(flat)


def _sides(document: dict[str, Any]) -> list[dict[str, Any]]:
    names = ("observed", "difference", "low", "high", "statistic", "p_value", "method")
    against = {f"against_{name}": document[name] for name in names}
    after = {"side": "after", "months": "/".join(document["after"]), **document["a"], **against}
    before = {"side": "before", "months": "/".join(document["before"]), **document["b"]}
    return [after, before | dict.fromkeys(against)]


async def _refused_noise(request: HTMXRequest, error: FilterError) -> Template:
    return _show_noise(request, replace(noise_page({}), error=str(error)))


@get("/noise", needs="nobody")
@or_refused(_refused_noise)
async def noise(request: HTMXRequest) -> Template:
    """For anybody: two months' counts in, the honest answer out."""
    given = read_filters(request.query_params.multi_items(), NOISE_NAMES, untold=("lang",))
    return _show_noise(request, noise_page(given))


def _show_noise(request: HTMXRequest, made: NoisePage) -> Template:
    status = 422 if made.error or made.size_error else 200
    return page(
        request, "comparisons/noise.html", status=status, page=made, half_widths=half_widths()
    )


public_handlers = [noise]
signed_in_handlers = [compare, compare_file]
