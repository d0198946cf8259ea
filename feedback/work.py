"""Which job is done by whom, and what comes by the calendar: the wiring of the outbox."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import Database
from feedback.outbox.schedules import Schedule, period_start
from feedback.outbox.worker import Kind, Standing, Work, Worker
from feedback.settings import Settings

# What a handler needs is imported when its first job comes: a start pays for none of it.


async def _prune(work: Work) -> None:
    from feedback.comments.forgetting import forget_undone
    from feedback.outbox.pruning import prune

    kept = {one.kind: one.kept for one in schedules(work.settings)}
    await prune(work.database, kept, work.now)
    await forget_undone(work.database, work.now)


async def _every_day(_session: AsyncSession, now: datetime) -> Sequence[tuple[str, Any]]:
    return [(f"prune:{now:%Y-%m-%d}", {})]


async def _draw_picture(work: Work) -> None:
    from feedback.charts.drawings import draw_picture
    from feedback.dashboards.map.files import draw_map
    from feedback.dashboards.pictures import draw_trends
    from feedback.priorities.routes import draw_priorities

    # Who draws /<name>.svg, .png and .pdf.
    drawers = {"map": draw_map, "priorities": draw_priorities, "trends": draw_trends}
    await draw_picture(work, drawers)


async def _priorities_each_hour(session: AsyncSession, now: datetime) -> Sequence[tuple[str, Any]]:
    from feedback.priorities.hourly import due_each_hour

    return await due_each_hour(session, now)


async def _find_priorities(work: Work) -> None:
    from feedback.priorities.compute import Task, find_out

    await find_out(work.database, Task.of(work.payload), work.now)


async def _judge_each_hour(session: AsyncSession, now: datetime) -> Sequence[tuple[str, Any]]:
    from feedback.changes.job import due_each_hour

    return await due_each_hour(session, now)


async def _judge(work: Work) -> None:
    from feedback.changes.job import judge_workspace

    await judge_workspace(work.database, uuid.UUID(work.payload["workspace"]), work.now)


async def _mix_order(work: Work) -> None:
    from feedback.responses.mixed_order import mix

    await mix(work.database, work.now)


async def _mix_each_day(_session: AsyncSession, now: datetime) -> Sequence[tuple[str, Any]]:
    return [(f"mix-order:{now:%Y-%m-%d}", {})]


async def _back_up(work: Work) -> None:
    from feedback.backups.scheduled import back_up

    await back_up(work.settings)


async def _tidy(work: Work) -> None:
    import feedback.models  # noqa: F401 (what is erased is read off all the tables)
    from feedback.tidy import tidy

    await tidy(work.database)


async def _agree(work: Work) -> None:
    import feedback.models  # noqa: F401
    from feedback.erasure.ledger import agree

    await agree(work.database, work.settings.backups_folder)


async def _each_hour(_session: AsyncSession, now: datetime) -> Sequence[tuple[str, Any]]:
    return [(f"ledger:{now:%Y-%m-%dT%H}", {})]


async def _retention_each_night(session: AsyncSession, now: datetime) -> Sequence[tuple[str, Any]]:
    from feedback.privacy.retention import due_each_night

    return await due_each_night(session, now)


async def _erase_old_texts(work: Work) -> None:
    from feedback.privacy.retention import erase_old_texts

    await erase_old_texts(work)


async def _count_groups(work: Work) -> None:
    from feedback.comparisons.groups import keep_groups

    await keep_groups(work.database, work.payload, work.now)


async def _count_repeats(work: Work) -> None:
    from feedback.repeats.count import count_repeats

    await count_repeats(work.database, UUID(work.payload["workspace"]))


async def _repeats_each_hour(session: AsyncSession, now: datetime) -> Sequence[tuple[str, Any]]:
    from feedback.repeats.count import due_each_hour

    return await due_each_hour(session, now)


async def _count_tag(work: Work) -> None:
    from feedback.comments.tag_counts import count_tag

    tag = UUID(work.payload["workspace"]), UUID(work.payload["tag"])
    await count_tag(work.database, *tag, work.now)


async def _look_for_words(work: Work) -> None:
    from feedback.comments.tag_words import look_further

    tag = UUID(work.payload["workspace"]), UUID(work.payload["tag"])
    while await look_further(work.database, *tag):
        await asyncio.sleep(0)


async def _count_words(work: Work) -> None:
    from feedback.comments.words_job import count_words

    await count_words(work.database, work.payload, work.now)


async def _words_each_hour(session: AsyncSession, now: datetime) -> Sequence[tuple[str, Any]]:
    from feedback.comments.words_job import due_each_hour

    return await due_each_hour(session, now)


async def _follow_comments(database: Database) -> bool:
    from feedback.comments.index import follow

    return await follow(database)


HANDLERS: Mapping[str, Kind] = {
    "prune": Kind(_prune),
    "priorities": Kind(_find_priorities, attempts=3),
    "groups": Kind(_count_groups, attempts=3),
    "judge": Kind(_judge, attempts=3),
    "picture": Kind(_draw_picture, attempts=3),
    "mix-order": Kind(_mix_order, attempts=3),
    "backup": Kind(_back_up, attempts=3, limit=timedelta(hours=6)),
    "tidy": Kind(_tidy),
    "ledger": Kind(_agree),
    "retention": Kind(_erase_old_texts, attempts=20),
    "repeats": Kind(_count_repeats, attempts=3),
    "words": Kind(_count_words, attempts=3),
    "tag-count": Kind(_count_tag, attempts=3),
    "tag-words": Kind(_look_for_words, limit=timedelta(hours=6)),
}

SEEN_OUTSIDE = frozenset(key for key, kind in HANDLERS.items() if kind.seen_outside)

SCHEDULES: tuple[Schedule, ...] = (
    Schedule("prune", timedelta(days=1), _every_day),
    Schedule("priorities", timedelta(hours=1), _priorities_each_hour),
    Schedule("judge", timedelta(hours=1), _judge_each_hour),
    Schedule("mix-order", timedelta(days=1), _mix_each_day),
    Schedule("ledger", timedelta(hours=1), _each_hour),
    Schedule("retention", timedelta(days=1), _retention_each_night),
    Schedule("repeats", timedelta(hours=1), _repeats_each_hour),
    Schedule("words", timedelta(hours=1), _words_each_hour),
)


STANDING: tuple[Standing, ...] = (_follow_comments,)


def schedules(settings: Settings) -> tuple[Schedule, ...]:
    """What comes by the calendar on this server."""
    if not settings.backup_every:
        return SCHEDULES
    every = timedelta(hours=settings.backup_every)

    async def each_time(_session: AsyncSession, now: datetime) -> Sequence[tuple[str, Any]]:
        return [(f"backup:{period_start(every, now):%Y-%m-%dT%H}", {})]

    return (*SCHEDULES, Schedule("backup", every, each_time, kept=every + timedelta(days=8)))


def make_worker(database: Database, settings: Settings) -> Worker:
    return Worker(database, settings, HANDLERS, schedules(settings), standing=STANDING)
