"""Tags: typed, put on answers, renamed, merged, put away.

| | |
|---|---|
| `add_tag`, `remove_tag`    | on one or many answers; taken off by hand stays off |
| `rename_tag`, `merge_tag`, `set_words`, `archive_tag`, `restore_tag` | the tag itself |
| `load_tags`, `tags_of`     | all of a workspace, those of some answers |
| `narrowed`                 | what the filter `tag=` means |

Every act returns its `Changes`; whoever calls one asks for what follows from it by
`tag_counts.follow`.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.changes import Changes, answers_of, insert_missing, rows_of
from feedback.comments.models import CommentTag, Tag, TagCount
from feedback.comments.tag_names import folded_name
from feedback.db import new_id
from feedback.filters import no_such_choice
from feedback.responses.models import Response

MOST_TAGS = 500
MOST_MERGED = 5_000
MANY = 50_000


async def named_tag(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    name: str,
    user_id: uuid.UUID,
    now: datetime,
    made: Changes,
) -> Tag:
    """The tag of this name (checked by `read_name`): made where there is none, brought back where
    it was put away."""
    wanted: dict[str, Any] = {
        "workspace_id": workspace_id,
        "name": name,
        "folded": folded_name(name),
    }
    fresh = Tag(**wanted, id=new_id(), user_id=user_id, created_at=now)
    for tag in await insert_missing(session, Tag, [fresh]):
        made.added(tag)
    found = await _same_name(session, workspace_id, name)
    if found is None:  # its namesake was renamed at this very moment
        return await named_tag(session, workspace_id, name, user_id, now, made)
    if found.archived_at is not None:
        made.put(found, archived_at=None)
        await session.flush()
    return found


async def _same_name(session: AsyncSession, workspace_id: uuid.UUID, name: str) -> Tag | None:
    own = (Tag.workspace_id == workspace_id, Tag.folded == folded_name(name))
    return (await session.exec(select(Tag).where(*own).with_for_update())).first()


async def add_tag(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
    *,
    name: str,
) -> Changes:
    """Tag these answers; those that have the tag keep who gave it. One row each, whoever else tags
    them at this moment."""
    made = Changes()
    ids = await answers_of(session, workspace_id, response_ids)
    if ids:
        tag = await named_tag(session, workspace_id, name, user_id, now, made)
        await _put_on(session, tag, ids, user_id, now, made)
    return made


async def _put_on(
    session: AsyncSession,
    tag: Tag,
    ids: Sequence[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
    made: Changes,
) -> None:
    own: dict[str, Any] = {"workspace_id": tag.workspace_id, "tag_id": tag.id}
    by_hand: dict[str, Any] = {
        "by_words": False,
        "removed": False,
        "user_id": user_id,
        "tagged_at": now,
    }
    fresh = await insert_missing(
        session, CommentTag, [CommentTag(**own, response_id=id, **by_hand) for id in ids]
    )
    for row in fresh:
        made.added(row)
    others = set(ids) - {row.response_id for row in fresh}  # type: ignore[attr-defined]
    keys = [(tag.id, id) for id in others]
    for row in (await rows_of(session, tag.workspace_id, CommentTag, keys)).values():
        if row.removed:
            made.put(row, **by_hand)
            fresh.append(row)
    made.said += len(fresh)
    await session.flush()


async def remove_tag(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
    *,
    tag_id: uuid.UUID,
) -> Changes:
    """Take the tag off: the row stays as `removed`, so that no words put it on again."""
    made = Changes()
    keys = [(tag_id, id) for id in response_ids]
    for row in (await rows_of(session, workspace_id, CommentTag, keys)).values():
        if not row.removed:
            made.put(row, removed=True, user_id=user_id, tagged_at=now)
            made.said += 1
    await session.flush()
    return made


async def remove_named_tag(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
    *,
    name: str,
) -> Changes:
    """The same by its name; nothing where no tag is called so."""
    tag = await _same_name(session, workspace_id, name)
    if tag is None:
        return Changes()
    return await remove_tag(session, workspace_id, response_ids, user_id, now, tag_id=tag.id)


async def rename_tag(session: AsyncSession, tag: Tag, name: str) -> Changes | Tag:
    """The changes; or the other tag that has this name: nothing is changed then, ask first."""
    made, folded = Changes(), folded_name(name)
    if folded != tag.folded:
        other = await _same_name(session, tag.workspace_id, name)
        if other is not None:
            return other
    if name != tag.name:
        made.put(tag, name=name, folded=folded)
        made.said = 1
    await session.flush()
    return made


async def merge_tag(
    session: AsyncSession, tag: Tag, into_id: uuid.UUID, now: datetime
) -> Changes | None:
    """Give the other tag its comments and its words, and put it away empty.

    None where more than MOST_MERGED comments have it by hand: nothing is changed then.
    """
    own = (CommentTag.workspace_id == tag.workspace_id, CommentTag.tag_id == tag.id)
    by_hand = sa.or_(sa.not_(col(CommentTag.by_words)), col(CommentTag.removed))
    some = select(CommentTag).where(*own, by_hand).order_by(col(CommentTag.response_id))
    rows = list(await session.exec(some.limit(MOST_MERGED + 1).with_for_update()))
    if len(rows) > MOST_MERGED:
        return None
    into = await session.get_one(Tag, (tag.workspace_id, into_id), with_for_update=True)
    made = Changes(said=len(rows))
    kept = {"workspace_id": tag.workspace_id, "tag_id": into.id}
    copies = [CommentTag(**row.model_dump() | kept) for row in rows]
    there = await rows_of(
        session, tag.workspace_id, CommentTag, [(into.id, row.response_id) for row in rows]
    )
    for fresh in await insert_missing(session, CommentTag, copies):
        made.added(fresh)
    given = {row.response_id: row for row in rows if not row.removed}
    for row in there.values():
        if row.removed and row.response_id in given:
            of = given[row.response_id]
            made.put(row, removed=False, by_words=False, user_id=of.user_id, tagged_at=now)
    for row in rows:
        made.gone(row)
        await session.delete(row)
    await session.flush()
    if tag.words is not None:
        lines = dict.fromkeys([*(into.words or "").splitlines(), *tag.words.splitlines()])
        made.put(into, words="\n".join(line for line in lines if line))
    back = {"archived_at": None} if into.archived_at is not None else {}
    if back:
        made.put(into, **back)
    made.put(tag, words=None, archived_at=now)
    await session.flush()
    return made


async def set_words(session: AsyncSession, tag: Tag, words: str) -> Changes:
    """Checked by `read_words`; "" takes the tag off all that have it by its words."""
    made = Changes()
    if (tag.words or "") != words:
        made.put(tag, words=words or None)
        made.said = 1
    await session.flush()
    return made


async def archive_tag(session: AsyncSession, tag: Tag, now: datetime) -> Changes:
    made = Changes()
    if tag.archived_at is None:
        made.put(tag, archived_at=now)
        made.said = 1
    await session.flush()
    return made


async def restore_tag(session: AsyncSession, tag: Tag) -> Changes:
    made = Changes()
    if tag.archived_at is not None:
        made.put(tag, archived_at=None)
        made.said = 1
    await session.flush()
    return made


async def load_tags(
    session: AsyncSession, workspace_id: uuid.UUID, *, archived: bool = False
) -> list[Tag]:
    """Those in use, or those put away, by name; at most MOST_TAGS."""
    kept = sa.not_(_in_use()) if archived else _in_use()
    found = await session.exec(
        select(Tag)
        .where(Tag.workspace_id == workspace_id, kept)
        .order_by(col(Tag.folded))
        .limit(MOST_TAGS)
    )
    return list(found)


async def tags_of(
    session: AsyncSession, workspace_id: uuid.UUID, response_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[Tag]]:
    """The tags in use of these answers, by name; what has none is not in it."""
    found = await session.exec(
        select(CommentTag.response_id, Tag)
        .join(Tag, sa.and_(*_of_tag()))
        .where(
            CommentTag.workspace_id == workspace_id,
            col(CommentTag.response_id).in_(sorted(set(response_ids))),
            col(CommentTag.removed).is_(False),
            _in_use(),
        )
        .order_by(col(Tag.folded))
    )
    tags: dict[uuid.UUID, list[Tag]] = {}
    for response_id, tag in found:
        tags.setdefault(response_id, []).append(tag)
    return tags


def _in_use() -> Any:
    return col(Tag.archived_at).is_(None)


def _of_tag() -> tuple[Any, ...]:
    return (Tag.workspace_id == CommentTag.workspace_id, Tag.id == CommentTag.tag_id)


async def narrowed(session: AsyncSession, workspace_id: uuid.UUID, tag_id: uuid.UUID) -> list[Any]:
    """What an answer must be that `tag` leaves. Raises FilterError for one that there is not."""
    if await session.get(Tag, (workspace_id, tag_id)) is None:
        raise no_such_choice("tag")
    known = await session.get(TagCount, (workspace_id, tag_id))
    own = (
        col(CommentTag.workspace_id) == workspace_id,
        col(CommentTag.tag_id) == tag_id,
        sa.not_(col(CommentTag.removed)),
    )
    if known is not None and known.n > MANY:  # SQLite would gather them all before it looks at one
        same = (
            col(CommentTag.workspace_id) == Response.workspace_id,
            col(CommentTag.response_id) == Response.id,
        )
        return [sa.exists().where(*own, *same).correlate(Response)]
    return [col(Response.id).in_(select(CommentTag.response_id).where(*own))]
