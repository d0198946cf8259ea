"""Star, done, hide: what the team does with answers, on one or many at once.

| | |
|---|---|
| `star`, `unstar`, `done`, `reopen`, `hide`, `show` | the acts; each returns its `Changes` |
| `marks_of`  | the marks of some answers, for a list that shows them |
| `narrowed`  | what the filter `mark=` means |

A hidden answer stays in every count and list; its text is shown to nobody there. Editors can open
it.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.changes import Changes, answers_of, insert_missing, rows_of
from feedback.comments.models import CommentMark, CommentNote
from feedback.responses.models import Response

REASON = 500


async def star(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
) -> Changes:
    """Star those that are not; a starred one keeps who starred it first."""
    return await _mark(
        session, workspace_id, response_ids, "starred_at", starred_at=now, starred_by=user_id
    )


async def unstar(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
) -> Changes:
    return await _unmark(session, workspace_id, response_ids, "starred_at", "starred_by")


async def done(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
) -> Changes:
    return await _mark(session, workspace_id, response_ids, "done_at", done_at=now, done_by=user_id)


async def reopen(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
) -> Changes:
    return await _unmark(session, workspace_id, response_ids, "done_at", "done_by")


async def hide(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
    *,
    reason: str,
) -> Changes:
    """reason: 1 to REASON characters, checked by the caller; a hidden one keeps its first."""
    hidden = {"hidden_at": now, "hidden_by": user_id, "hidden_reason": reason}
    return await _mark(session, workspace_id, response_ids, "hidden_at", **hidden)


async def show(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
) -> Changes:
    return await _unmark(
        session, workspace_id, response_ids, "hidden_at", "hidden_by", "hidden_reason"
    )


async def _mark(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    name: str,
    **values: Any,
) -> Changes:
    ids = await answers_of(session, workspace_id, response_ids)
    blank = [CommentMark(workspace_id=workspace_id, response_id=id) for id in ids]
    await insert_missing(session, CommentMark, blank)  # one row, whoever else marks it now
    return await _set(session, workspace_id, ids, lambda row: getattr(row, name) is None, values)


async def _unmark(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    name: str,
    *more: str,
) -> Changes:
    return await _set(
        session,
        workspace_id,
        sorted(set(response_ids)),
        lambda row: getattr(row, name) is not None,
        dict.fromkeys((name, *more)),
    )


async def _set(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    ids: Sequence[uuid.UUID],
    is_wanted: Any,
    values: dict[str, Any],
) -> Changes:
    made = Changes()
    for row in (await rows_of(session, workspace_id, CommentMark, [(id,) for id in ids])).values():
        if is_wanted(row):
            made.put(row, **values)
            made.said += 1
    await session.flush()
    return made


async def marks_of(
    session: AsyncSession, workspace_id: uuid.UUID, response_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, CommentMark]:
    """The marks of those that have any. What has none is not in it."""
    found = await session.exec(
        select(CommentMark).where(
            CommentMark.workspace_id == workspace_id,
            col(CommentMark.response_id).in_(sorted(set(response_ids))),
        )
    )
    return {row.response_id: row for row in found if row.starred_at or row.done_at or row.hidden_at}


def changed_since_starred(mark: CommentMark | None, response: Response) -> bool:
    """Whether the answer is not what it was when somebody starred it."""
    if mark is None or mark.starred_at is None or response.changed_at is None:
        return False
    return response.changed_at > mark.starred_at


async def narrowed(session: AsyncSession, workspace_id: uuid.UUID, mark: str) -> list[Any]:
    """What an answer must be that `mark` leaves: starred, done, open (not done), hidden, noted."""
    if mark == "noted":
        noted = select(CommentNote.response_id).where(CommentNote.workspace_id == workspace_id)
        return [col(Response.id).in_(noted)]
    if mark == "open":  # nearly all of them are
        return [sa.not_(_has(col(CommentMark.done_at)))]
    marked = select(CommentMark.response_id).where(CommentMark.workspace_id == workspace_id)
    at = col(getattr(CommentMark, f"{mark}_at"))
    return [col(Response.id).in_(marked.where(at.is_not(None)))]


def is_hidden() -> Any:
    """The condition, on the columns of Response."""
    return _has(col(CommentMark.hidden_at))


def _has(moment: Any) -> Any:
    own = (
        col(CommentMark.workspace_id) == Response.workspace_id,
        col(CommentMark.response_id) == Response.id,
    )
    return sa.exists().where(*own, moment.is_not(None)).correlate(Response)
