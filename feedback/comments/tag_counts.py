"""How many answers have a tag, by month and series: counted by a job, soon after each change.

| | |
|---|---|
| `ask_to_count`, `ask_to_look` | what follows from a change, asked for in its transaction |
| `follow`                      | both, of the `Changes` of an act |
| `count_tag`                   | the job `tag-count` |
| `read_counts`, `suggest`      | what pages read |
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.changes import Changes
from feedback.comments.models import Comment, CommentTag, Tag, TagCount
from feedback.comments.tag_names import folded_name
from feedback.comments.words import ask_for_words
from feedback.db import Database
from feedback.outbox.queue import enqueue
from feedback.responses.models import Response
from feedback.responses.small_groups import LEAST
from feedback.scoring.months import month_of
from feedback.surveys.queries import load_asked_series
from feedback.tenancy import refers

COUNT, LOOK = "tag-count", "tag-words"
SOON, LATER = 1, 60  # seconds: who asks within the same ones is served by one job
MOST_SUGGESTED = 10


@dataclass(frozen=True, slots=True)
class Counts:
    """Answers of state `counted` that have a tag; of each how many, and how many are unhappy.
    texts: so many of them have a comment still.

    Groups below five of an anonymous survey, by series, channel and month, are not in it.
    """

    n: int = 0
    unhappy: int = 0
    texts: int = 0
    series: Mapping[uuid.UUID, tuple[int, int]] = field(default_factory=dict)
    months: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    counted_at: datetime | None = None


async def ask_to_count(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    tag_ids: Iterable[uuid.UUID],
    now: datetime,
    *,
    soon: bool = True,
) -> None:
    """soon: somebody waits for it."""
    each = SOON if soon else LATER
    begun = int(now.timestamp()) // each * each
    run_at = datetime.fromtimestamp(begun + each, UTC) + timedelta(seconds=1)
    for id in sorted(tag_ids):
        payload = {"workspace": str(workspace_id), "tag": str(id)}
        key = f"{COUNT}:{id}:{each}:{begun}"
        await enqueue(session, COUNT, payload, dedup_key=key, run_at=run_at, now=now)


async def ask_to_look(
    session: AsyncSession, workspace_id: uuid.UUID, tag_id: uuid.UUID, now: datetime
) -> None:
    """Look through all comments there are for the tag's words, from the newest on."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    row = {"workspace_id": workspace_id, "tag_id": tag_id, "n": 0, "looked_of": 0}
    anew = {"reached": None, "looked": 0, "is_whole": False}
    insert: Any = (sqlite.insert if is_sqlite else postgresql.insert)(TagCount)
    keys = ["workspace_id", "tag_id"]
    await session.exec(
        insert.values(**row, **anew).on_conflict_do_update(index_elements=keys, set_=anew)
    )
    payload = {"workspace": str(workspace_id), "tag": str(tag_id)}
    key = f"{LOOK}:{tag_id}:{int(now.timestamp() * 1000)}"
    await enqueue(session, LOOK, payload, dedup_key=key, now=now)


async def follow(
    session: AsyncSession, workspace_id: uuid.UUID, made: Changes, now: datetime
) -> None:
    """Ask for what the changes of an act, or of its undoing, make necessary."""
    if made.hides():  # words that only hidden comments say are not shown
        await ask_for_words(session, workspace_id, now, at_once=True)
    looked = {
        each.key[0]
        for each in made.rows
        if each.table == "tag" and _looks(each.before) != _looks(each.after)
    }
    there = select(Tag.id).where(Tag.workspace_id == workspace_id, col(Tag.id).in_(made.of_tags()))
    for id in await session.exec(there):  # one that was undone is not there
        await ask_to_count(session, workspace_id, [id], now)
        if id in looked:
            await ask_to_look(session, workspace_id, id, now)


def _looks(values: Mapping[str, Any] | None) -> tuple[Any, Any]:
    return (values or {}).get("words"), (values or {}).get("archived_at")


async def count_tag(
    database: Database, workspace_id: uuid.UUID, tag_id: uuid.UUID, now: datetime
) -> None:
    """Count what is there now, and keep it unless somebody counted later."""
    async with database.patient().read() as session:
        places = await load_asked_series(session, workspace_id)
        cell: Any = (Response.series_id, Response.channel, Response.month, Response.rating)
        has_text = sa.func.sum(sa.cast(col(Response.comment).is_not(None), sa.Integer))
        found: Any = await session.exec(  # type: ignore[call-overload]
            sa.select(*cell, sa.func.count(), has_text)
            .select_from(CommentTag)
            .join(Response, refers(CommentTag.response_id, Response))
            .where(
                col(CommentTag.workspace_id) == workspace_id,
                col(CommentTag.tag_id) == tag_id,
                sa.not_(col(CommentTag.removed)),
                col(Response.state) == "counted",
            )
            .group_by(*cell)
        )
        cells: dict[Any, list[tuple[int, int, int]]] = defaultdict(list)
        for series, channel, month, *rated in found:
            cells[series, channel, month].append(tuple(rated))
        of = await _comments(session, workspace_id)
    by: dict[str, dict[str, list[int]]] = {"series": {}, "months": {}}
    texts = 0
    for (series, _channel, month), rated in cells.items():
        place, n = places[series], sum(n for _rating, n, _texts in rated)
        if place.survey.is_anonymous and n < LEAST:
            continue
        unhappy = sum(n for rating, n, _texts in rated if rating in place.metric.negative)
        texts += sum(texts for _rating, _n, texts in rated)
        for kind, key in (("series", series.hex), ("months", month_of(month))):
            known = by[kind].get(key, [0, 0])
            by[kind][key] = [known[0] + n, known[1] + unhappy]
    total = sum(n for n, _unhappy in by["months"].values())
    counts = {**by, "texts": texts}
    await _store(
        database, workspace_id, tag_id, now, {"n": total, "counts": counts, "looked_of": of}
    )


async def _comments(session: AsyncSession, workspace_id: uuid.UUID) -> int:
    own = col(Comment.workspace_id) == workspace_id
    counted: Any = sa.select(sa.func.count()).select_from(Comment).where(own)
    return int((await session.exec(counted)).scalar_one())


async def _store(
    database: Database, workspace_id: uuid.UUID, tag_id: uuid.UUID, now: datetime, values: Any
) -> None:
    insert: Any = (sqlite.insert if database.is_sqlite else postgresql.insert)(TagCount)
    row = {**values, "counted_at": now}
    keys = {"workspace_id": workspace_id, "tag_id": tag_id}
    blank = {"looked": 0, "is_whole": True}
    older = sa.or_(col(TagCount.counted_at).is_(None), col(TagCount.counted_at) <= now)
    async with database.write() as session:
        if await session.get(Tag, (workspace_id, tag_id)) is not None:
            await session.exec(
                insert.values(**keys, **row, **blank).on_conflict_do_update(
                    index_elements=list(keys),
                    set_={name: insert.excluded[name] for name in row},
                    where=older,
                )
            )


async def read_counts(
    session: AsyncSession, workspace_id: uuid.UUID, *tag_ids: uuid.UUID
) -> dict[uuid.UUID, tuple[TagCount, Counts]]:
    """What jobs know of these tags, of all without any; a new one is not in it yet."""
    which = [col(TagCount.tag_id).in_(tag_ids)] if tag_ids else []
    found = await session.exec(
        select(TagCount).where(TagCount.workspace_id == workspace_id, *which)
    )
    return {row.tag_id: (row, _counts(row)) for row in found}


def _counts(row: TagCount) -> Counts:
    counts = row.counts or {"series": {}, "months": {}, "texts": 0}
    months = {month: (n, bad) for month, (n, bad) in sorted(counts["months"].items())}
    series = {uuid.UUID(id): (n, bad) for id, (n, bad) in counts["series"].items()}
    unhappy = sum(bad for _n, bad in months.values())
    return Counts(row.n, unhappy, counts["texts"], series, months, row.counted_at)


async def suggest(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    *,
    start: str = "",
    stage_id: uuid.UUID | None = None,
) -> list[Tag]:
    """At most MOST_SUGGESTED tags one of whose words begins so, those used most on the stage first,
    then those used most."""
    own = (Tag.workspace_id == workspace_id, col(Tag.archived_at).is_(None))
    tags = list(await session.exec(select(Tag).where(*own)))
    begun = folded_name(start) if start.strip() else ""
    fitting = [tag for tag in tags if f" {tag.folded}".find(f" {begun}") >= 0]
    known = await read_counts(session, workspace_id)
    places = await load_asked_series(session, workspace_id) if stage_id else {}
    here = {series for series, at in places.items() if at.stage.id == stage_id}

    def rank(tag: Tag) -> tuple[int, int, str]:
        counts = known[tag.id][1] if tag.id in known else Counts()
        on_stage = sum(n for series, (n, _bad) in counts.series.items() if series in here)
        return -on_stage, -counts.n, tag.folded

    return sorted(fitting, key=rank)[:MOST_SUGGESTED]
