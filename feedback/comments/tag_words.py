"""Tags that hold words: comments with one of them get the tag, back to the beginning and from then
on.

| | |
|---|---|
| `fits`          | whether words find a comment, told by its stems as the search tells it |
| `tag_by_words`  | what the comments' job calls with the answers it has just read |
| `look_further`  | one stride back over the comments there are, of the job `tag-words` |
| `preview`       | how many comments words would find |
"""

import uuid
from collections.abc import Callable, Iterable, Sequence, Set
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.comments.changes import answers_of
from feedback.comments.models import Comment, CommentTag, Tag, TagCount
from feedback.comments.query import Query, Term, parse_query
from feedback.comments.tag_counts import ask_to_count
from feedback.db import Database
from feedback.responses.models import Response, RetentionRun

STRIDE = 500  # comments of one transaction: on SQLite all others wait for it
LOOKED_THROUGH = 5_000


class Read(NamedTuple):
    """A comment as far as words look at it."""

    number: int
    response_id: uuid.UUID
    stems: str


class Preview(NamedTuple):
    """`fits` of the newest `of` comments; `is_all`: there are no others."""

    fits: int
    of: int
    is_all: bool


def fits(words: str, stems: str) -> bool:
    """Whether one line of a tag's words finds the comment of these stems.

    >>> fits("late*\\nqueue -till", "equeu eat etill wqueue wat wtill")
    False
    >>> fits("late*\\nqueue -till", "equeu wqueue"), fits("late*", "elat wlately")
    (True, True)
    """
    return finder(words)(stems)


@lru_cache(maxsize=256)
def finder(words: str) -> Callable[[str], bool]:
    queries = [_made(parse_query(line)) for line in words.splitlines()]
    asked = [each for each in queries if each is not None]

    def find(stems: str) -> bool:
        padded = f" {stems} "
        return any(
            all(any(run in padded for run in term) for term in wanted)
            and not any(run in padded for term in unwanted for run in term)
            for wanted, unwanted in asked
        )

    return find


def _made(query: Query) -> tuple[list[list[str]], list[list[str]]] | None:
    if query.problem or not query.wanted:
        return None
    return [_runs(term) for term in query.wanted], [_runs(term) for term in query.unwanted]


def _runs(term: Term) -> list[str]:
    """Tokens stand apart by one blank each: a run of them is a part of the text."""
    return [f" {' '.join(run)}{'' if term.is_prefix else ' '}" for run in term.runs()]


async def tag_by_words(
    session: AsyncSession, workspace_id: uuid.UUID, response_ids: Iterable[uuid.UUID]
) -> None:
    """Put tags on the comments of these answers by their words, and take those off that fit no
    more, in the transaction that wrote them. At most some hundreds at once."""
    ids = sorted(set(response_ids))
    if not ids:
        return
    comments = await _read(session, workspace_id, len(ids), col(Comment.response_id).in_(ids))
    wordless = await _wordless(session, workspace_id, set(ids) - {c.response_id for c in comments})
    # Held, so that words which are changed at this moment are either seen here, or look for these
    # comments themselves.
    own = (Tag.workspace_id == workspace_id, col(Tag.archived_at).is_(None))
    worded = select(Tag).where(*own, col(Tag.words).is_not(None)).order_by(col(Tag.id))
    now = clock.now()
    for tag in await session.exec(worded.with_for_update(read=True)):
        await _fit(session, tag, comments, now)
        await session.exec(_taken_off(tag, col(CommentTag.response_id).in_(wordless)))
    concerned = await _concerned(session, workspace_id, ids)
    await ask_to_count(session, workspace_id, concerned, now, soon=False)


async def _concerned(
    session: AsyncSession, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> list[uuid.UUID]:
    """The tags that these answers have. Of one that was erased nobody knows: it may be any."""
    if len(await answers_of(session, workspace_id, ids)) < len(ids):
        found = await session.exec(select(Tag.id).where(Tag.workspace_id == workspace_id))
        return list(found)
    hung_on = select(CommentTag.tag_id).where(
        CommentTag.workspace_id == workspace_id, col(CommentTag.response_id).in_(ids)
    )
    return list(await session.exec(hung_on.distinct()))


async def _wordless(
    session: AsyncSession, workspace_id: uuid.UUID, ids: Set[uuid.UUID]
) -> list[uuid.UUID]:
    """Answers whose words were taken back. What retention erased keeps its tags: they say what the
    months before were about."""
    own = col(RetentionRun.workspace_id) == workspace_id
    erased: Any = sa.select(sa.func.max(RetentionRun.before)).where(own)
    before = (await session.exec(erased)).scalar_one_or_none() if ids else None
    mine = (col(Response.workspace_id) == workspace_id, col(Response.id).in_(ids))
    since = [] if before is None else [col(Response.month) >= before]
    return list(await session.exec(select(Response.id).where(*mine, *since)))


async def _read(
    session: AsyncSession, workspace_id: uuid.UUID, most: int, *which: Any
) -> list[Read]:
    wanted = select(Comment.number, Comment.response_id, Comment.stems).where(
        Comment.workspace_id == workspace_id, *which
    )
    newest = wanted.order_by(col(Comment.number).desc()).limit(most)
    return [Read(*row) for row in await session.exec(newest.with_for_update(read=True))]


async def _fit(session: AsyncSession, tag: Tag, comments: Sequence[Read], now: datetime) -> int:
    """How many have the tag by its words, or by hand, and fit."""
    find = finder(tag.words or "")
    fit = {each.response_id for each in comments if find(each.stems)}
    others = [each.response_id for each in comments if each.response_id not in fit]
    if fit:
        shared = {"workspace_id": tag.workspace_id, "tag_id": tag.id, "tagged_at": now}
        shared |= {"by_words": True, "removed": False, "user_id": None}
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        insert: Any = (sqlite.insert if is_sqlite else postgresql.insert)(CommentTag)
        rows = [shared | {"response_id": id} for id in sorted(fit)]
        await (await session.connection()).execute(insert.on_conflict_do_nothing(), rows)
    if others:
        await session.exec(_taken_off(tag, col(CommentTag.response_id).in_(others)))
    return len(fit)


def _taken_off(tag: Tag, *which: Any) -> Any:
    """What was taken off by hand stays known as such."""
    return (
        sa.delete(CommentTag)
        .where(
            col(CommentTag.workspace_id) == tag.workspace_id,
            col(CommentTag.tag_id) == tag.id,
            col(CommentTag.by_words),
            sa.not_(col(CommentTag.removed)),
            *which,
        )
        .execution_options(synchronize_session=False)
    )


async def look_further(database: Database, workspace_id: uuid.UUID, tag_id: uuid.UUID) -> bool:
    """One stride; False when there is no more to look at. Two at once do not mind."""
    async with database.write() as session:
        key = (workspace_id, tag_id)
        state = await session.get(TagCount, key, with_for_update=True)
        tag = await session.get(Tag, key)
        if state is None or state.is_whole or tag is None or tag.archived_at is not None:
            return False
        now = clock.now()
        if tag.words is None:
            some = select(CommentTag.response_id).where(
                CommentTag.workspace_id == workspace_id,
                CommentTag.tag_id == tag_id,
                col(CommentTag.by_words),
                sa.not_(col(CommentTag.removed)),
            )
            ids = list(await session.exec(some.limit(STRIDE)))
            await session.exec(_taken_off(tag, col(CommentTag.response_id).in_(ids)))
            is_last = len(ids) < STRIDE
        else:
            below = [] if state.reached is None else [col(Comment.number) < state.reached]
            comments = await _read(session, workspace_id, STRIDE, *below)
            await _fit(session, tag, comments, now)
            state.reached = comments[-1].number if comments else state.reached
            state.looked += len(comments)
            is_last = len(comments) < STRIDE
        state.is_whole = is_last
        session.add(state)
        if is_last:
            await ask_to_count(session, workspace_id, [tag_id], now)
    return not is_last


async def preview(session: AsyncSession, workspace_id: uuid.UUID, words: str) -> Preview:
    """Of the newest LOOKED_THROUGH comments: a request looks at no more."""
    own = Comment.workspace_id == workspace_id
    newest = select(Comment.stems).where(own).order_by(col(Comment.number).desc())
    found = list(await session.exec(newest.limit(LOOKED_THROUGH + 1)))
    find, looked = finder(words), found[:LOOKED_THROUGH]
    return Preview(sum(map(find, looked)), len(looked), len(found) <= LOOKED_THROUGH)
