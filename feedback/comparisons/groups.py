"""Counts answers by the value of a property, all of a period's, month by month.

Properties stand in the answers, not in the counts: few answers are read at once, of many a job
counts them and its sums are kept until they change.
"""

import uuid
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import Database
from feedback.kept import counts_name
from feedback.memory import memory
from feedback.outbox import computed
from feedback.outbox.queue import enqueue, find_job
from feedback.responses.conditions import first_id
from feedback.responses.models import Response
from feedback.responses.small_groups import anonymous_series, large_parts
from feedback.scoring.months import month_of, shift

KIND, JSON = "groups", "application/json"
# A page must not wait: of more answers than these a job makes the groups.
AT_ONCE = 10_000
MOST_GROUPS = 20
_MOST_VALUES = 500  # looked at where small groups are to be left out
_GROUP = 3_000  # bytes, about
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)

Monthly = dict[str, dict[int, int]]  # month, YYYY-MM -> rating -> n


@dataclass(frozen=True, slots=True)
class Groups:
    """Answers split by a property: by value, month and rating, the value with most answers first.

    others: values beyond the twenty with most answers. without: answers that have no such
    property.
    """

    monthly: dict[str, Monthly]
    others: int
    without: int

    def counts(self, until: str = "") -> dict[str, dict[int, int]]:
        """How many gave each rating, by value, up to a month; all months without one."""
        found: dict[str, dict[int, int]] = {}
        for name, monthly in self.monthly.items():
            sums = found.setdefault(name, {})
            for month, counts in monthly.items():
                if not until or month <= until:
                    for rating, n in counts.items():
                        sums[rating] = sums.get(rating, 0) + n
        return found


@dataclass(frozen=True, slots=True)
class GroupsAsked:
    """Which answers, by which property. Months are of the time zone."""

    series: tuple[uuid.UUID, ...]
    since: str
    until: str
    channel: str
    name: str
    time_zone: str

    @property
    def key(self) -> str:
        return blake2b(msgspec.json.encode(asdict(self)), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Found:
    """groups: None while they are counted for the first time. name: of what was counted, other
    after a change. counted_at: when a job counted them, None where they were counted just now.
    waits: a job is counting; failed: it could not."""

    groups: Groups | None
    name: Hashable = None
    counted_at: datetime | None = None
    waits: bool = False
    failed: bool = False


async def find_groups(
    database: Database, workspace_id: uuid.UUID, asked: GroupsAsked, now: datetime
) -> Found:
    """Every answer asked for, at once where they are few, else as a job counted them."""
    async with database.read() as session:
        version = await counts_name(session, workspace_id, asked.since, asked.until)
        # Properties may change without the counts: looked at again each minute.
        minute = (now - datetime.min.replace(tzinfo=UTC)) // _MINUTE
        key: Hashable = ("groups", workspace_id, version, minute, asked)
        groups: Groups | None = memory.get(key)
        if groups is not None:
            return Found(groups, key)
        kept = await computed.load(session, workspace_id, KIND, asked.key)
        made_at = kept.computed_at if kept else None
        groups = msgspec.json.decode(kept.body, type=Groups) if kept else None
        name: Hashable = ("groups", workspace_id, asked, made_at)
        is_same = kept is not None and kept.version == version
        if made_at and now - made_at < (_HOUR if is_same else _MINUTE):
            return Found(groups, name, made_at)
        if await _are_few(session, workspace_id, asked):
            groups = await count_groups(session, workspace_id, asked)
            return Found(memory.put(key, groups, _GROUP * (1 + len(groups.monthly))), key)
        job = await find_job(session, _job_name(workspace_id, asked))
    if job is not None and job.dead_at is not None:
        return Found(groups, name, made_at, failed=True)
    if job is None or job.done_at is not None:
        payload = {"workspace": workspace_id.hex, "asked": msgspec.to_builtins(asdict(asked))}
        async with database.write() as session:
            await enqueue(session, KIND, payload, dedup_key=_job_name(workspace_id, asked), now=now)
    return Found(groups, name, made_at, waits=groups is None)


def _job_name(workspace_id: uuid.UUID, asked: GroupsAsked) -> str:
    return f"{KIND}:{workspace_id.hex}:{asked.key}"


async def keep_groups(database: Database, payload: Mapping[str, Any], now: datetime) -> None:
    """The job: counts every answer asked for, and keeps the sums."""
    workspace_id = uuid.UUID(payload["workspace"])
    asked = msgspec.convert(payload["asked"], GroupsAsked)
    async with database.read() as session:
        version = await counts_name(session, workspace_id, asked.since, asked.until)
        groups = await count_groups(session, workspace_id, asked)
    made = computed.JobResult(version, JSON, msgspec.json.encode(groups))
    async with database.write() as session:
        await computed.store(session, workspace_id, KIND, asked.key, made, now=now)


async def _are_few(session: AsyncSession, workspace_id: uuid.UUID, asked: GroupsAsked) -> bool:
    """Whether so few answers stand there, counted or not, that a page may read them."""
    within = select(Response.id).where(*_within(workspace_id, asked)).limit(AT_ONCE + 1)
    found = await session.exec(sa.select(sa.func.count()).select_from(within.subquery()))  # type: ignore[call-overload]
    return int(found.scalar_one()) <= AT_ONCE


# What `small_groups` calls a cell.
_CELL = (col(Response.series_id), col(Response.channel))


async def count_groups(
    session: AsyncSession, workspace_id: uuid.UUID, asked: GroupsAsked
) -> Groups:
    """By value, month and rating. The statements bring back no more rows than there are groups,
    months and ratings, however many values the property has."""
    anonymous = await anonymous_series(session, workspace_id)
    is_mixed = not anonymous.isdisjoint(asked.series)  # with some of an anonymous survey
    value: Any = col(Response.properties)[asked.name].as_string()
    within = [*_within(workspace_id, asked), col(Response.state) == "counted"]
    if asked.channel:
        within.append(col(Response.channel) == asked.channel)
    read = sa.select(value.label("value")).where(*within).subquery().c.value
    n = sa.func.count()
    most = _MOST_VALUES if is_mixed else MOST_GROUPS
    largest: Any = sa.select(read).where(read.is_not(None)).group_by(read)
    found: Any = await session.exec(largest.order_by(n.desc(), read).limit(most))
    top = [row[0] for row in found]
    totals: Any = await session.exec(
        sa.select(sa.func.count(read.distinct()), n - sa.func.count(read))  # type: ignore[call-overload]
    )
    values, without = totals.one()
    # 0: has none; 1: one of the largest; 2: another. Its own column: a value may be any text.
    kind = sa.case((value.is_(None), 0), (value.in_(top), 1), else_=2).label("kind")
    shown = sa.case((value.in_(top), value)).label("value")
    columns = [kind, shown, col(Response.month), col(Response.rating), *(_CELL if is_mixed else ())]
    part = sa.select(*columns).where(*within).subquery().c
    rows: Any = (await session.exec(sa.select(*part, n).group_by(*part))).all()  # type: ignore[call-overload]
    if not is_mixed:
        return _groups(rows, top, int(values) - len(top), int(without))
    large = _without_small(rows, anonymous)
    without = sum(row[-1] for row in large if row[0] == 0)
    return _groups(large, top, max(0, int(values) - len(top)), without)


def _groups(rows: Sequence[Any], top: Sequence[str], others: int, without: int) -> Groups:
    found: dict[str, Monthly] = {}
    for kind, value, month, rating, *_cell, n in rows:
        if kind == 1:
            counts = found.setdefault(str(value), {}).setdefault(month_of(month), {})
            counts[rating] = counts.get(rating, 0) + n
    size = {name: sum(sum(c.values()) for c in monthly.values()) for name, monthly in found.items()}
    ranked = sorted(found, key=lambda name: (-size[name], name))
    kept = {name: found[name] for name in ranked[:MOST_GROUPS]}
    return Groups(kept, others + len(ranked) - len(kept), without)


def _without_small(rows: Sequence[Any], anonymous: frozenset[uuid.UUID]) -> list[Any]:
    """The rows (kind, value, month, rating, series, channel, n) without small parts of a cell."""
    kept = [row for row in rows if row[4] not in anonymous]
    cells: dict[Any, list[Any]] = {}
    for row in rows:
        if row[4] in anonymous:
            cells.setdefault((row[2], row[4], row[5]), []).append(row)
    for of_cell in cells.values():
        sizes: dict[Any, int] = {}
        for row in of_cell:
            sizes[row[:2]] = sizes.get(row[:2], 0) + row[-1]
        large = large_parts(sizes)
        kept += [row for row in of_cell if tuple(row[:2]) in large]
    return kept


def _within(workspace_id: uuid.UUID, asked: GroupsAsked) -> list[Any]:
    """Ids run with time, so the key leads to the months."""
    zone = ZoneInfo(asked.time_zone)
    return [
        col(Response.workspace_id) == workspace_id,
        col(Response.series_id).in_(asked.series),
        col(Response.id) >= first_id(asked.since, zone),
        col(Response.id) < first_id(shift(asked.until, 1), zone),
    ]
