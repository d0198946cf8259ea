"""The job: counts the repeats of windows whose answers have changed since, and of no others.

The windows of a line are one statement that gives back a row for each: people are told apart in the
database, and none of them comes here. What answers arrive meanwhile counts as other people's until
the next time.
"""

import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.outbox.queue import enqueue
from feedback.repeats.lines import Line, Lines, Window, read_lines
from feedback.repeats.models import STALE, RepeatCount
from feedback.responses.conditions import first_id
from feedback.responses.models import Response
from feedback.responses.rollup import Answers, read_answers
from feedback.scoring import METRICS, Repeats
from feedback.scoring.months import first_day, month_of, months_between, shift
from feedback.scoring.repeats import code_of
from feedback.versions import SHAPE, note_counts

KIND = "repeats"
WINDOWS_AT_ONCE = 90  # of one line, in one statement and one transaction
VALUES = ("answers", "first", "second", "fewer", "squares", "products", "sizes")
# A day early and late for any time zone; the month of each answer decides.
SLACK = 24 * 3600 * 1000 << 80


class Known(NamedTuple):
    """What is kept of a window: of which answers, and their repeats."""

    answers: Answers
    repeats: Repeats


Key = tuple[Any, ...]  # of a window


@dataclass(frozen=True, slots=True)
class Counted:
    """A window that was counted anew; `before`: what was kept of it, None where nothing was."""

    window: Window
    before: Known | None
    now: Known


async def due_each_hour(
    session: AsyncSession, now: datetime
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """A job an hour for each workspace in which anybody is known; it does what is to be done."""
    found = await session.exec(select(Workspace.id))
    return [
        (f"{KIND}:{id.hex}:{now:%Y-%m-%dT%H}", {"workspace": id.hex})
        for id in found.all()
        if await _knows_anybody(session, id)
    ]


async def ask_for_repeats(session: AsyncSession, workspace_id: uuid.UUID, now: datetime) -> None:
    """Have them counted as soon as may be: many answers came at once, somebody's among them."""
    if not await _knows_anybody(session, workspace_id):
        return
    payload = {"workspace": workspace_id.hex}
    await enqueue(session, KIND, payload, dedup_key=f"{KIND}:{workspace_id.hex}", now=now)


async def count_repeats(database: Database, workspace_id: uuid.UUID) -> int:
    """Count what has changed; how many windows that were. It may be stopped at any time."""
    n = 0
    async for some in _counted(database, workspace_id, is_all=False):
        await _keep(database, workspace_id, some)
        n += len(some)
    return n


async def recount_repeats(database: Database, workspace_id: uuid.UUID) -> None:
    """Count every window anew, whatever is kept."""
    async for some in _counted(database, workspace_id, is_all=True):
        await _keep(database, workspace_id, some)


async def differing_repeats(database: Database, workspace_id: uuid.UUID) -> int:
    """How many windows a recount would change, those included that wait for the next job."""
    n = 0
    async for some in _counted(database, workspace_id, is_all=True):
        n += sum(each.now.repeats != (each.before or _NOTHING).repeats for each in some)
    return n


_NOTHING = Known(Answers(), Repeats())


async def _knows_anybody(session: AsyncSession, workspace_id: uuid.UUID) -> bool:
    somebody = select(Response.id).where(
        Response.workspace_id == workspace_id, col(Response.respondent_key).is_not(None)
    )
    return (await session.exec(somebody.limit(1))).first() is not None


async def _counted(
    database: Database, workspace_id: uuid.UUID, *, is_all: bool
) -> AsyncIterator[list[Counted]]:
    async with database.read() as session:
        lines = await read_lines(session, workspace_id)
        answers = await read_answers(session, workspace_id)
        kept = await _kept(session, workspace_id)
    due = _due(lines, answers, kept, is_all=is_all)
    for _, own in groupby(due, key=lambda each: each[0].line):
        while some := list(islice(own, WINDOWS_AT_ONCE)):
            windows = [window for window, _ in some]
            async with database.read() as session:
                found = await _repeats(session, workspace_id, lines, windows)
            yield [
                Counted(window, kept.get(window.key), Known(now, repeats))
                for (window, now), repeats in zip(some, found, strict=True)
            ]


def _due(
    lines: Lines,
    answers: Mapping[tuple[uuid.UUID, str], Answers],
    kept: Mapping[Key, Known],
    *,
    is_all: bool,
) -> Iterable[tuple[Window, Answers]]:
    """The windows whose answers are not those they were counted of, with what they are now."""
    last, gone = max((month for _, month in answers), default=""), dict(kept)
    by_series: dict[uuid.UUID, dict[str, Answers]] = {}
    for (series, month), each in answers.items():
        by_series.setdefault(series, {})[month] = each
    for line in lines.lines:
        own = {series: by_series[series] for series in line.series if series in by_series}
        first = min((month for months in own.values() for month in months), default="")
        for window in lines.windows(line, first, last) if first else ():
            now = Answers()
            for series, months in own.items():
                for month in months_between(window.since, window.month):
                    if month in months and lines.holds(window, series, month):
                        now = now.plus(months[month])
            gone.pop(window.key, None)
            if is_all or now != kept.get(window.key, _NOTHING).answers:
                yield window, now
    for (place, metric, months, day), known in gone.items():  # an import was taken back
        is_to_come = known.answers.n == STALE and month_of(day) > last  # erased in advance
        if known != _NOTHING and not is_to_come:
            yield lines.window(Line(place, metric, ()), months, month_of(day)), Answers()


async def _kept(session: AsyncSession, workspace_id: uuid.UUID) -> dict[Key, Known]:
    found = await session.exec(
        select(RepeatCount).where(
            RepeatCount.workspace_id == workspace_id, col(RepeatCount.of_erased).is_(False)
        )
    )
    return {
        (row.place_id, row.metric, row.months, row.month): Known(
            Answers(row.answers, row.first, row.second),
            Repeats(row.fewer, row.squares, row.products, row.sizes),
        )
        for row in found
    }


async def _repeats(
    session: AsyncSession, workspace_id: uuid.UUID, lines: Lines, windows: Sequence[Window]
) -> list[Repeats]:
    """Those of each of these windows of one line."""
    by_month = _by_month(workspace_id, lines, windows)
    told = (
        sa.select(by_month)
        .where(by_month.c.answers > 1)
        .subquery()  # of the others no window needs
    )
    at = sa.union_all(
        *(
            sa.select(
                sa.literal(number, sa.Integer).label("number"),
                sa.literal(first_day(window.since), sa.Date).label("since"),
                sa.literal(first_day(window.month), sa.Date).label("until"),
            )
            for number, window in enumerate(windows)
        )
    ).subquery()
    people = (
        sa.select(at.c.number, *(sa.func.sum(told.c[name]).label(name) for name in ("n", "s", "q")))
        .select_from(at.join(told, told.c.month.between(at.c.since, at.c.until)))
        .group_by(at.c.number, told.c.person)
        .having(sa.func.sum(told.c.n) > 1)
        .subquery()
    )
    number, n, s, q = people.c
    sums = (sa.func.sum(each) for each in (n - 1, s * s - q, s * (n - 1), n * (n - 1)))
    statement = sa.select(number, *(sa.cast(each, sa.BigInteger) for each in sums)).group_by(number)
    found = await (await session.connection()).execute(statement)
    repeats = {at: Repeats(*(int(each) for each in added)) for at, *added in found}
    return [repeats.get(number, Repeats()) for number in range(len(windows))]


def _by_month(workspace_id: uuid.UUID, lines: Lines, windows: Sequence[Window]) -> Any:
    """Of each person and month the answers, their codes' sum and that of the squares; `answers`: of
    the person in all of the months."""
    r = sa.inspect(Response).local_table.c
    line, zone = windows[0].line, ZoneInfo(lines.time_zone)
    code = _code(r.rating, line.metric)
    since, until = min(each.since for each in windows), max(each.month for each in windows)
    n = sa.func.count()
    return (
        sa.select(
            r.respondent_key.label("person"),
            r.month.label("month"),
            n.label("n"),
            sa.func.sum(code).label("s"),
            sa.func.sum(code * code).label("q"),
            sa.func.sum(n).over(partition_by=r.respondent_key).label("answers"),
        )
        .where(
            r.workspace_id == workspace_id,
            sa.or_(*_wordings(lines, line, r)),
            r.id >= uuid.UUID(int=first_id(since, zone).int - SLACK),
            r.id < uuid.UUID(int=first_id(shift(until, 1), zone).int + SLACK),
            r.month.between(first_day(since), first_day(until)),
            r.state == "counted",
            r.respondent_key.is_not(None),
        )
        .group_by(r.respondent_key, r.month)
        .subquery()
    )


def _wordings(lines: Lines, line: Line, r: Any) -> list[Any]:
    """Which answers are the line's: to what was asked last in their month."""
    ended = {each: lines.seams.ended[each] for each in line.series if each in lines.seams.ended}
    open_ones = [each for each in line.series if each not in ended]
    older = [
        sa.and_(r.series_id == series, r.month < first_day(month))
        for series, month in ended.items()
    ]
    return [r.series_id.in_(open_ones), *older]


def _code(rating: Any, metric: str) -> Any:
    """`scoring.repeats.code_of`, in the database."""
    codes = {each: code_of(each, METRICS[metric]) for each in METRICS[metric].scale}
    if all(each == code for each, code in codes.items()):
        return sa.cast(rating, sa.BigInteger)
    return sa.cast(sa.case(codes, value=rating, else_=0), sa.BigInteger)


async def _keep(database: Database, workspace_id: uuid.UUID, some: Sequence[Counted]) -> None:
    """Unless a window is kept otherwise since: erasing changes it, then it is counted next time."""
    async with database.write() as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        table: Any = sa.inspect(RepeatCount).local_table
        made: Any = (sqlite.insert if is_sqlite else postgresql.insert)(table)
        statement = made.on_conflict_do_update(
            index_elements=[column.name for column in table.primary_key],
            set_={name: made.excluded[name] for name in VALUES},
            where=sa.and_(*(table.c[name] == sa.bindparam(f"was_{name}") for name in VALUES)),
        )
        rows = [_row(workspace_id, each) for each in sorted(some, key=lambda e: e.window.key)]
        await (await session.connection()).execute(statement, rows)
        if any(each.now.repeats != (each.before or _NOTHING).repeats for each in some):
            await note_counts(session, workspace_id, (SHAPE,))


def _row(workspace_id: uuid.UUID, counted: Counted) -> dict[str, Any]:
    place, metric, months, month = counted.window.key
    was = counted.before or _NOTHING
    at = {"place_id": place, "metric": metric, "months": months, "month": month}
    row = {"workspace_id": workspace_id, "of_erased": False, **at}
    row |= dict(zip(VALUES, _values(counted.now), strict=True))
    return row | {f"was_{n}": v for n, v in zip(VALUES, _values(was), strict=True)}


def _values(known: Known) -> tuple[int, ...]:
    of, found = known
    return (*of, found.fewer, found.squares, found.products, found.sizes)
