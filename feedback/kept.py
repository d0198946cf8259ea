"""What was counted is kept under the names of its months, what it is of under that of the shape,
and a score under its counts."""

import uuid
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from datetime import date
from functools import wraps
from hashlib import blake2b
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import READS_ONLY
from feedback.memory import ENTRY, memory
from feedback.scoring import Metric, Score, score
from feedback.scoring.months import first_day
from feedback.versions import EVERY_MONTH, Version, versions_of

Found = TypeVar("Found")
Asked = ParamSpec("Asked")
Reader = Callable[Concatenate[AsyncSession, uuid.UUID, Asked], Coroutine[Any, Any, Found]]

ROW, SCORE, OF_LINE = 600, 1000, 200  # bytes, about; a line holds scores that are kept beside it


async def counts_name(
    session: AsyncSession, workspace_id: uuid.UUID, since: str = "", until: str = ""
) -> str:
    """The name of the counts from one month to another: after a change of one another name."""
    first = first_day(since) if since else date.min
    last = first_day(until) if until else date.max
    versions = (await versions_of(session, workspace_id)).counts
    return _digest(
        each for each in versions if each.month == EVERY_MONTH or first <= each.month <= last
    )


async def shape_name(session: AsyncSession, workspace_id: uuid.UUID) -> str:
    """The name of all that counts are of; see `versions`."""
    return _digest((await versions_of(session, workspace_id)).shape)


def _digest(versions: Iterable[Version]) -> str:
    return blake2b(repr(list(versions)).encode(), digest_size=12).hexdigest()


def by_id(thing: Any) -> int:
    """A hash for what has an id: what is kept is asked for by it, and by all fields it takes long.

    >>> from types import SimpleNamespace
    >>> by_id(SimpleNamespace(id=7, parts=[])) == hash(7)
    True
    """
    return hash(thing.id)


def while_counted(read: "Reader[Asked, Found]") -> "Reader[Asked, Found]":
    """A reader of counts whose answer is kept as long as none that it asks for changes."""

    async def name(session: AsyncSession, workspace_id: uuid.UUID, asked: Any) -> str:
        months = (getattr(asked, "since", ""), getattr(asked, "until", ""))
        return await counts_name(session, workspace_id, *months)

    return _kept(read, name, _size)


def while_shaped(
    size: Callable[[Any], int],
) -> Callable[["Reader[Asked, Found]"], "Reader[Asked, Found]"]:
    """For a reader of the journeys and of what hangs on them: its answer, weighed by `size`, is
    kept as long as none of it changes."""

    async def name(session: AsyncSession, workspace_id: uuid.UUID, _asked: Any) -> str:
        return await shape_name(session, workspace_id)

    return lambda read: _kept(read, name, size)


def _kept(
    read: "Reader[Asked, Found]",
    name_of: Callable[[AsyncSession, uuid.UUID, Any], Awaitable[str]],
    size: Callable[[Any], int],
) -> "Reader[Asked, Found]":
    """A transaction that writes may still be undone: what it reads is never kept."""

    @wraps(read)
    async def kept(
        session: AsyncSession, workspace_id: uuid.UUID, *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Found:
        if READS_ONLY not in session.info:
            return await read(session, workspace_id, *args, **kwargs)
        name = await name_of(session, workspace_id, args[0] if args else None)
        key: Hashable = (read.__name__, workspace_id, name, args, tuple(kwargs.items()))
        found = memory.get(key)
        if found is None:
            found = await read(session, workspace_id, *args, **kwargs)
            memory.put(key, found, size(found))
        made: Found = found
        return made

    return kept  # type: ignore[return-value]  # as said: what wraps gives is a coroutine function


def _size(found: Any) -> int:
    return ROW * len(found) if isinstance(found, Sequence | dict) else ENTRY


def scored(metric: Metric, counts: tuple[int, ...]) -> Score:
    """The score of counts by rating, the first one of the metric's lowest; the same object for the
    same counts, as long as it is kept."""
    return memory.keep(
        ("score", metric.key, counts),
        lambda: score(dict(zip(metric.scale, counts, strict=True)), metric),
        lambda _: SCORE,
    )


def scored_line(
    key: str,
    sums: Mapping[str, tuple[int, ...]],
    score_of: Callable[[str, tuple[int, ...]], Score],
) -> Mapping[str, Score]:
    """The scores of a metric's counts by month, in the order of the months; the same object for
    the same counts, as long as it is kept."""
    return memory.keep(
        ("line", key, *sums.items()),
        lambda: {month: score_of(key, sums[month]) for month in sorted(sums)},
        lambda line: OF_LINE * len(line),
    )
