"""`/settings/clock`: the jumps of the server's clock, and the answers it received meanwhile."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Template
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.visit import Answer, Visit
from feedback.clocks.models import ClockJump, ClockSpan
from feedback.clocks.spans import carry_out, count_span, take_back
from feedback.clocks.watch import load_jumps
from feedback.filters import read_filters
from feedback.i18n import gettext as _
from feedback.i18n import ngettext
from feedback.responses.routes import reason_problem
from feedback.web.forms import Form, FormReader
from feedback.web.page import redirect

ADDRESS = "/settings/clock"
NAMES = ("begins", "ends", "really", "how")
LONGEST = timedelta(days=366 * 80)  # from 1970 to now


@dataclass(frozen=True, slots=True)
class Guess:
    """What may have been wrong at a jump, as the form is filled with it."""

    jump: ClockJump
    begins: datetime
    ends: datetime
    really: datetime


def guesses(jump: ClockJump, now: datetime) -> list[Guess]:
    """It was wrong until the jump, or is wrong since: which, only people know."""
    by = jump.after_at - jump.before_at
    if jump.since_at == jump.after_at:  # found at a start: answers of a time that has yet to come
        return [Guess(jump, jump.after_at, jump.before_at + timedelta(minutes=1), jump.after_at)]
    before = Guess(jump, jump.since_at, jump.before_at, jump.since_at + by)
    after = Guess(jump, jump.after_at, max(now, jump.after_at), jump.before_at)
    return [before, after]


@get(ADDRESS, needs="owner", filters=True)
async def clock_page(visit: NamedDependency[Visit]) -> Template:
    given = read_filters(visit.request.query_params.multi_items(), NAMES)
    values = {"begins": "", "ends": "", "really": "", "how": "move", "reason": "", **given}
    return await _page(visit, Form(values, {}))


@post(ADDRESS, needs="owner")
async def change_clock(visit: NamedDependency[Visit]) -> Answer:
    data = await visit.sent()
    act = str(data.get("act", ""))
    if act in ("undo", "go_on"):
        return await _known_span(visit, act, str(data.get("span", "")))
    form = _read_span(visit, FormReader(data))
    if form.checked is None or act != "do":
        return await _page(visit, form)
    span = form.checked
    key = (span.workspace_id, span.id)
    async with visit.write() as session:
        session.add(span)
    n = await carry_out(visit.database, key, visit.workspace.time_zone)
    return redirect(ADDRESS, _said(n))


async def _known_span(visit: Visit, act: str, id: str) -> Answer:
    zone = visit.workspace.time_zone
    try:
        async with visit.read() as session:
            span = await visit.need(session, ClockSpan, UUID(id))
    except ValueError:
        return redirect(ADDRESS)
    key = (span.workspace_id, span.id)
    if act == "undo" and span.undone_at is None:
        return redirect(ADDRESS, _said(await take_back(visit.database, key, zone, clock.now())))
    if act == "go_on" and span.n is None:
        return redirect(ADDRESS, _said(await carry_out(visit.database, key, zone)))
    return redirect(ADDRESS)  # an old page


def _said(n: int) -> str:
    return ngettext("Done: %(n)s answer.", "Done: %(n)s answers.", n) % {"n": n}


def _read_span(visit: Visit, form: FormReader) -> Form[Any]:
    zone = ZoneInfo(visit.workspace.time_zone)
    how = form.choice("how", ("move", "leave_out"), "move")
    begins, ends = _moment(form, "begins", zone), _moment(form, "ends", zone)
    really = _moment(form, "really", zone) if how == "move" else begins
    reason = form.typed("reason", strip=True)
    if problem := reason_problem(reason):
        form.fail("reason", problem)
    if begins and ends and not begins < ends <= begins + LONGEST:
        form.fail("ends", _("The end must come after the beginning."))
    if begins and really == begins and how == "move":
        form.fail("really", _("That is what the clock said: nothing would be moved."))
    if form.errors or not (begins and ends and really):
        return form.result(None)
    seconds = round((really - begins).total_seconds()) if how == "move" else None
    span = ClockSpan(
        workspace_id=visit.workspace.id,
        begins_at=begins,
        ends_at=ends,
        seconds=seconds,
        reason=reason,
        user_id=visit.viewer.user.id,
        done_at=clock.now(),
    )
    return form.result(span)


def _moment(form: FormReader, name: str, zone: ZoneInfo) -> datetime | None:
    typed = form.typed(name, strip=True)
    try:
        found = datetime.fromisoformat(typed)
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone)
        if not 1970 <= found.year <= 2100:
            raise ValueError
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        form.fail(name, _("Write a day and a time, such as 2026-03-15 13:05."))
        return None


async def _page(visit: Visit, form: Form[Any]) -> Template:
    now, zone = clock.now(), ZoneInfo(visit.workspace.time_zone)
    async with visit.read() as session:
        jumps = await load_jumps(session)
        own = select(ClockSpan).where(ClockSpan.workspace_id == visit.workspace.id)
        spans = list(await session.exec(own.order_by(col(ClockSpan.done_at).desc()).limit(50)))
        n = await count_span(session, form.checked) if form.checked else None
    return visit.page(
        "clocks/clock.html",
        form,
        jumps=[(jump, guesses(jump, now)) for jump in jumps],
        spans=spans,
        n=n,
        now=now,
        typed=lambda at: f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}",
        span_words=span_words,
    )


def span_words(seconds: int) -> str:
    """A difference as people say it, with its sign.

    >>> span_words(-90), span_words(3 * 86400 + 7200)
    ('−1 min 30 s', '+3 d 2 h')
    """
    left, parts = abs(seconds), []
    for unit, size in ((_("d"), 86_400), (_("h"), 3_600), (_("min"), 60), (_("s"), 1)):
        if left >= size:
            parts.append(f"{left // size} {unit}")
            left %= size
    return ("−" if seconds < 0 else "+") + (" ".join(parts[:3]) or "0")


handlers = [clock_page, change_clock]
