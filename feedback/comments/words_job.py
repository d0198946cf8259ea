"""The job: reads the comments of a workspace once, and keeps the words of every place and span.

All of it is made anew wherever comments changed: counts by month would be a second copy of what
people said, and would have to forget whom erasing forgets (docs/decisions/0031).
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.comments.models import Comment, CommentMark
from feedback.comments.word_count import Corpus
from feedback.comments.word_find import Search, search
from feedback.comments.word_forms import commonest_forms
from feedback.comments.word_tasks import YEAR, Task, read_tasks
from feedback.comments.word_texts import Gathering, Text, Word
from feedback.comments.words import JSON, KIND, PACE, Kept, encode
from feedback.db import Database
from feedback.outbox import computed
from feedback.outbox.models import Computed
from feedback.outbox.queue import ask_to_tidy
from feedback.responses.models import CommentDue, Response
from feedback.responses.small_groups import anonymous_series
from feedback.scoring.months import month_at, shift

AT_ONCE = 5_000  # comments
TEXTS = 20  # in which the form of a word is looked for, the newest
ROWS = 50  # results of one transaction: on SQLite all others wait for it
FRESH = timedelta(days=2)


async def due_each_hour(
    session: AsyncSession, now: datetime
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """A job for each workspace whose words are of another month or getting old: results that nobody
    makes anew are dropped after a week (`outbox.pruning`)."""
    rows = []
    for workspace in (await session.exec(select(Workspace))).all():
        pace = await computed.load(session, workspace.id, KIND, PACE)
        running = month_at(now, workspace.time_zone)
        is_fresh = pace is not None and pace.version == running and now - pace.computed_at < FRESH
        if not is_fresh and await _any_comment(session, workspace.id):
            key = f"{KIND}:{workspace.id.hex}:{now:%Y-%m-%dT%H}"
            rows.append((key, {"workspace": workspace.id.hex}))
    return rows


async def _any_comment(session: AsyncSession, workspace_id: uuid.UUID) -> bool:
    any_one = select(Comment.number).where(Comment.workspace_id == workspace_id).limit(1)
    return (await session.exec(any_one)).first() is not None


async def count_words(database: Database, payload: Mapping[str, str], now: datetime) -> int:
    """Find the words of every place; how many results are new. It may be stopped at any time.

    payload: the workspace, and the place and months that a reader asked for, if one did.
    """
    workspace_id, began = uuid.UUID(payload["workspace"]), time.process_time()
    async with database.read() as session:
        workspace = await session.get(Workspace, workspace_id)
        if workspace is None:
            return 0
        running = month_at(now, workspace.time_zone)
        tasks = await read_tasks(session, workspace, running, now, payload)
        anonymous = await anonymous_series(session, workspace_id)
    gathering = Gathering()
    async for texts in _texts(database, workspace_id, anonymous):
        await asyncio.to_thread(gathering.add, texts)
    first = min((each.first for each in tasks.values()), default=running)
    corpus = Corpus(gathering, _number(first))
    searches = await asyncio.to_thread(_search_all, corpus, tasks)
    forms = await _forms(database, workspace_id, corpus, searches.values())
    found = {
        key: Kept(each.found(forms), tasks[key].since, tasks[key].until, tasks[key].asked_at)
        for key, each in searches.items()
    }
    made = await _keep(database, workspace_id, found, now)
    pace = computed.JobResult(running, JSON, f"{time.process_time() - began:.3f}".encode())
    async with database.write() as session:
        await computed.store(session, workspace_id, KIND, PACE, pace, now=now)
    return made


# What is read.


async def _texts(
    database: Database, workspace_id: uuid.UUID, anonymous: frozenset[uuid.UUID]
) -> AsyncIterator[list[Text]]:
    """The comments in the order of time. One that is to be looked at again is left out until it has
    been: its words may be those that were masked, or erased."""
    c, m = sa.inspect(Comment).local_table.c, sa.inspect(CommentMark).local_table.c
    d = sa.inspect(CommentDue).local_table.c
    is_due = (
        sa.select(sa.literal(1))
        .where(d.workspace_id == workspace_id, d.response_id == c.response_id)
        .exists()
    )
    is_marked = sa.and_(m.workspace_id == workspace_id, m.response_id == c.response_id)
    columns = (c.number, c.series_id, c.month, c.band, c.person, c.channel, m.hidden_at, c.stems)
    statement = (
        sa.select(*columns)
        .select_from(c.number.table.outerjoin(m.response_id.table, is_marked))
        .where(c.workspace_id == workspace_id, c.state == "counted", ~is_due)
        .order_by(c.number)
        .limit(AT_ONCE)
    )
    after = -1
    while True:
        async with database.read() as session:
            connection = await session.connection()
            rows = (await connection.execute(statement.where(c.number > after))).all()
        if not rows:
            return
        yield [
            Text(
                number,
                series,
                _number_of(month),
                band,
                person,
                hidden is not None,
                (series, channel, month) if series in anonymous else None,
                stems,
            )
            for number, series, month, band, person, channel, hidden, stems in rows
        ]
        after = rows[-1].number


def _number_of(month: date) -> int:
    return month.year * YEAR + month.month


def _number(month: str) -> int:
    return int(month[:4]) * YEAR + int(month[5:])


# What is found.


def _search_all(corpus: Corpus, tasks: Mapping[str, Task]) -> dict[str, Search]:
    found = {}
    by_series: dict[tuple[uuid.UUID, ...], list[Task]] = {}
    for task in tasks.values():
        by_series.setdefault(task.series, []).append(task)
    for series, own in by_series.items():
        place = corpus.within(corpus.since, _number("9999-12"), series) & (corpus.band != 0)
        part = corpus.part(place)
        for task in own:
            found[task.key] = search(part, *_sides(corpus, place, task))
    return found


def _sides(corpus: Corpus, place: Any, task: Task) -> tuple[Any, Any]:
    now = place & corpus.within(_number(task.since), _number(task.until))
    if not task.is_change:
        return now & (corpus.band < 0), now & (corpus.band > 0)
    before = place & corpus.within(_number(task.before), _number(shift(task.since, -1)))
    return now & (corpus.band < 0), before & (corpus.band < 0)


async def _forms(
    database: Database, workspace_id: uuid.UUID, corpus: Corpus, searches: Iterable[Search]
) -> dict[Word, str]:
    """As what the words stand in the newest comments that have them and are not hidden."""
    words = sorted({word for each in searches for word in each.words()})
    numbers = {word: corpus.newest_holding(word, TEXTS) for word in words}
    texts: dict[int, tuple[str, str]] = {}
    wanted = sorted({number for some in numbers.values() for number in some})
    for start in range(0, len(wanted), ROWS * 10):
        async with database.read() as session:
            texts |= await _read_texts(session, workspace_id, wanted[start : start + ROWS * 10])
    said = {word: [texts[n] for n in some if n in texts] for word, some in numbers.items()}
    return await asyncio.to_thread(commonest_forms, words, said)


async def _read_texts(
    session: AsyncSession, workspace_id: uuid.UUID, numbers: Sequence[int]
) -> dict[int, tuple[str, str]]:
    c, r = sa.inspect(Comment).local_table.c, sa.inspect(Response).local_table.c
    same = sa.and_(r.workspace_id == workspace_id, r.id == c.response_id)
    statement = (
        sa.select(c.number, r.comment, c.language)
        .select_from(c.number.table.join(r.id.table, same))
        .where(c.workspace_id == workspace_id, c.number.in_(numbers), r.comment.is_not(None))
    )
    rows = await (await session.connection()).execute(statement)
    return {number: (comment, language) for number, comment, language in rows}


# What is kept.


async def _keep(
    database: Database, workspace_id: uuid.UUID, found: Mapping[str, Kept], now: datetime
) -> int:
    """Store what is new, or would be dropped soon; let go what nobody shows any more."""
    own = (col(Computed.workspace_id) == workspace_id, col(Computed.kind) == KIND)
    async with database.read() as session:
        known = {row.key: row for row in await session.exec(select(Computed).where(*own))}
    bodies = {key: encode(each) for key, each in found.items()}
    old = now - FRESH
    changed = [
        key
        for key, body in bodies.items()
        if key not in known or known[key].body != body or known[key].computed_at < old
    ]
    gone = [key for key in known if key not in found and key != PACE]
    for start in range(0, len(changed), ROWS):
        async with database.write() as session:
            for key in changed[start : start + ROWS]:
                made = computed.JobResult("", JSON, bodies[key])
                await computed.store(session, workspace_id, KIND, key, made, now=now)
    if gone or any(key in known for key in changed):
        async with database.write() as session:
            stale = (*own, col(Computed.key).in_(gone), col(Computed.computed_at) <= now)
            await session.exec(sa.delete(Computed).where(*stale))
            await ask_to_tidy(session, now)  # words that were taken back leave the files too
    return len(changed)
