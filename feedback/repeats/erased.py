"""What erasing does with repeats: they stay true, and nothing is left that tells whose they were.

An erased answer has no name any more, so a recount takes it for another person's. What the erased
person added to each window, those to come included, is moved from the counted sums to those of the
erased: sums over people, of which no row, key or id is anybody's.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.repeats.lines import YEAR, Line, Lines, read_lines
from feedback.repeats.models import STALE, RepeatCount
from feedback.responses.models import Response
from feedback.scoring import METRICS, Repeats
from feedback.scoring.months import month_of, shift_day
from feedback.scoring.repeats import code_of, repeats_by

Key = tuple[uuid.UUID, str, int, date]


async def move_repeats(
    session: AsyncSession, workspace_id: uuid.UUID, gone: Sequence[Response]
) -> None:
    """Move what these answers, erased at once, add to the repeats of their lines, in the caller's
    transaction. Answers that nobody is known to have given add nothing."""
    known = [row for row in gone if row.respondent_key and row.state == "counted"]
    if not known:
        return
    lines = await read_lines(session, workspace_id)
    series = {row.series_id for row in known}
    touched = [line for line in lines.lines if series & set(line.series)]
    await _count_anew(session, workspace_id, touched, [row.month for row in known])
    moved = {key: found for key, found in _added(lines, touched, known).items() if found.fewer}
    if moved:
        await _add(session, workspace_id, moved)


def _added(lines: Lines, touched: Sequence[Line], known: Sequence[Response]) -> dict[Key, Repeats]:
    found: dict[Key, Repeats] = {}
    for _, own in groupby(sorted(known, key=_whose), key=_whose):
        answers = list(own)
        for line in touched:
            at_line = [row for row in answers if row.series_id in line.series]
            if len(at_line) < 2:
                continue
            for window in lines.of_answers(line, (month_of(row.month) for row in at_line)):
                codes = [
                    code_of(row.rating, METRICS[line.metric])
                    for row in at_line
                    if lines.holds(window, row.series_id, month_of(row.month))
                ]
                if len(codes) > 1:
                    added = repeats_by(len(codes), sum(codes), sum(code * code for code in codes))
                    found[window.key] = found.get(window.key, Repeats()) + added
    return found


def _whose(row: Response) -> bytes:
    return row.respondent_key or b""


async def _count_anew(
    session: AsyncSession, workspace_id: uuid.UUID, lines: Sequence[Line], months: Sequence[date]
) -> None:
    """The counts stay, and so would the job: it is told by an impossible number of answers."""
    table: Any = sa.inspect(RepeatCount).local_table
    own = (
        table.c.workspace_id == workspace_id,
        table.c.of_erased.is_(False),
        table.c.place_id.in_({line.place_id for line in lines}),
        table.c.month.between(min(months), shift_day(max(months), YEAR - 1)),
    )
    connection = await session.connection()
    # Locked first and in the order of their key, as the job does.
    locked = sa.select(table.c.month).where(*own).order_by(*table.primary_key).with_for_update()
    await connection.execute(locked)
    await connection.execute(sa.update(table).where(*own).values(answers=STALE))


async def _add(
    session: AsyncSession, workspace_id: uuid.UUID, moved: Mapping[Key, Repeats]
) -> None:
    """Together both stay what they were, so no page shows anything else."""
    table: Any = sa.inspect(RepeatCount).local_table
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    made: Any = (sqlite.insert if is_sqlite else postgresql.insert)(table)
    names = ("fewer", "squares", "products", "sizes")
    statement = made.on_conflict_do_update(
        index_elements=[column.name for column in table.primary_key],
        set_={name: table.c[name] + made.excluded[name] for name in names},
    )
    rows = []
    for key, found in sorted(moved.items()):
        at = dict(zip(("place_id", "metric", "months", "month"), key, strict=True))
        at["workspace_id"] = workspace_id
        for of_erased, sign in ((False, -1), (True, 1)):
            sums = {name: sign * getattr(found, name) for name in names}
            rows.append(at | sums | {"of_erased": of_erased, "answers": 0 if of_erased else STALE})
    await (await session.connection()).execute(statement, rows)
