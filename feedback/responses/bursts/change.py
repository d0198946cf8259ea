"""Take whole bursts out of the scores, or undo that, and keep who did it and why."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import Database, new_id
from feedback.responses.bursts.read import of_survey, taken_with_burst
from feedback.responses.models import Response, ResponseChange
from feedback.responses.rollup import CountAt, shift_counts
from feedback.responses.states import RISING, Act, Standing, after_person

# One transaction each: answers that come meanwhile wait for one of them, not for all.
BATCH = 2_000
# Ids in one statement.
_AT_ONCE = 500


async def change_bursts(
    database: Database,
    workspace_id: uuid.UUID,
    survey_id: uuid.UUID,
    origins: Collection[bytes],
    act: Act,
    *,
    reason: str,
    user_id: uuid.UUID,
    now: datetime,
) -> int:
    """Exclude every answer of these bursts, or restore those excluded so; how many changed.

    An answer that somebody excluded by itself stays so. Each transaction holds whole changes, with
    their counts. One that a customer is just changing is left as it is.
    """
    wanted = [*of_survey(workspace_id, survey_id), col(Response.origin).in_(origins)]
    wanted.append(col(Response.state).in_(RISING) if act == "exclude" else taken_with_burst())
    done = 0
    while True:
        async with database.write() as session:
            rows = await _lock_some(session, wanted)
            changes = {"state": "", "reason": reason, "user_id": user_id, "changed_at": now}
            await _change(session, workspace_id, rows, act, changes)
        done += len(rows)
        if len(rows) < BATCH:
            return done


async def _lock_some(session: AsyncSession, wanted: Sequence[Any]) -> Sequence[Any]:
    r = Response
    columns: Any = (r.id, r.series_id, r.channel, r.month, r.rating, r.state, r.excluded_from)
    found: Any = sa.select(*columns).where(*wanted).order_by(col(r.id)).limit(BATCH)
    # Whoever waits here for one row holds others that the writer may wait for.
    return list(await session.exec(found.with_for_update(of=r, skip_locked=True)))


async def _change(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    rows: Sequence[Any],
    act: Act,
    change: dict[str, Any],
) -> None:
    together: dict[Standing, list[uuid.UUID]] = defaultdict(list)
    moved: Counter[CountAt] = Counter()
    history = []
    for id, *key, state, excluded_from in rows:
        after = after_person(Standing(state, excluded_from), act)
        assert after is not None
        together[after].append(id)
        moved[CountAt(*key)] += (after.state == "counted") - (state == "counted")
        own = {"workspace_id": workspace_id, "id": new_id(), "response_id": id}
        history.append(change | own | {"state": after.state, "with_burst": True})
    for standing, ids in together.items():
        for some in _parts(ids):
            await session.exec(
                sa.update(Response)
                .where(col(Response.workspace_id) == workspace_id, col(Response.id).in_(some))
                .values(**standing._asdict(), changed_at=change["changed_at"])
                .execution_options(synchronize_session=False)
            )
    if history:
        made: Any = sa.insert(ResponseChange)
        await (await session.connection()).execute(made, history)
    await shift_counts(session, workspace_id, moved)


def _parts(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
