"""What was counted is kept under the names of its months, and a score under its counts."""

import uuid
from collections.abc import Callable, Coroutine, Hashable, Sequence
from datetime import date
from functools import wraps
from hashlib import blake2b
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import READS_ONLY
from feedback.memory import ENTRY, memory
from feedback.responses.count_version import EVERY_MONTH, Version, read_versions
from feedback.scoring import Metric, Score, score
from feedback.scoring.months import first_day

Found = TypeVar("Found")
Asked = ParamSpec("Asked")
Reader = Callable[Concatenate[AsyncSession, uuid.UUID, Asked], Coroutine[Any, Any, Found]]

ROW, SCORE = 600, 1500  # bytes, about


async def count_versions(session: AsyncSession, workspace_id: uuid.UUID) -> tuple[Version, ...]:
    """Those of the workspace, in one session the first ones found: they must be asked for before
    any count, so that what is kept under them is as new as they say, or newer."""
    key = ("count versions", workspace_id)
    found: tuple[Version, ...] | None = session.info.get(key)
    if found is None:
        found = session.info[key] = await read_versions(session, workspace_id)
    return found


async def counts_name(
    session: AsyncSession, workspace_id: uuid.UUID, since: str = "", until: str = ""
) -> str:
    """The name of the counts from one month to another: after a change of one another name."""
    first = first_day(since) if since else date.min
    last = first_day(until) if until else date.max
    versions = await count_versions(session, workspace_id)
    said = [each for each in versions if each.month == EVERY_MONTH or first <= each.month <= last]
    return blake2b(repr(said).encode(), digest_size=12).hexdigest()


def while_counted(read: "Reader[Asked, Found]") -> "Reader[Asked, Found]":
    """A reader of counts whose answer is kept as long as none that it asks for changes.

    A transaction that writes may still be undone: what it reads is never kept.
    """

    @wraps(read)
    async def kept(
        session: AsyncSession, workspace_id: uuid.UUID, *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Found:
        if READS_ONLY not in session.info:
            return await read(session, workspace_id, *args, **kwargs)
        months = (getattr(args[0], "since", ""), getattr(args[0], "until", ""))
        name = await counts_name(session, workspace_id, *months)
        key: Hashable = (read.__name__, workspace_id, name, args, tuple(kwargs.items()))
        found = memory.get(key)
        if found is None:
            found = await read(session, workspace_id, *args, **kwargs)
            memory.put(key, found, _size(found))
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
