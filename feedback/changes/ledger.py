"""The ledger of what was said: read whole, as it stands in the database, and written line by line.

What a month of a line was held to (unrest, lines watched, repeats of people) stands in it for good,
so its verdict follows from the line's own counts and from nothing that came later elsewhere. Pages
read the signals; `judge` alone adds to them.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.changes.models import JudgedJourney, JudgedLine
from feedback.kept import while_shaped
from feedback.scoring import Held
from feedback.scoring.cusum import Signal
from feedback.scoring.months import shift

LINE, MONTH = 2_000, 150  # bytes, about
DIGEST = 12  # letters of a digest


class LineId(NamedTuple):
    """place: the id of a touchpoint, or of the stage whose headline it is."""

    place: uuid.UUID
    metric: str
    seam: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A change that was said and is none on the counts of now; months YYYY-MM.

    month: when it was taken back; cause: `imported`, `added`, `excluded`, `import undone`,
    `left out` or `corrected`, of the answers of the month `changed`.
    """

    signalled: str
    began: str
    is_up: bool
    month: str
    cause: str
    changed: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A line as it was judged, month by month from `since` on.

    joined: the month from whose close on it counts among the lines of the journey: what was said
    of earlier ones was said without it. whole_until: up to which month it was all of its stage's
    headline. digests: of all months up to each. held: what each was held to. answers: of each.
    signals: what named its changes, months as indexes. taken_back: what was said in error.
    """

    since: str
    joined: str
    whole_until: str
    digests: tuple[str, ...]
    held: tuple[Held, ...]
    answers: tuple[int, ...]
    signals: tuple[Signal, ...]
    taken_back: tuple[TakenBack, ...] = ()

    @property
    def until(self) -> str:
        """The last month of it that was judged."""
        return shift(self.since, len(self.held) - 1)


@dataclass(frozen=True)
class Ledger:
    """What was said of a journey up to the month `until`; blank where nobody judged it yet."""

    until: str = ""
    revision: int = 0
    judged_at: datetime | None = None
    lines: Mapping[LineId, Judged] = field(default_factory=dict, repr=False)


EMPTY = Ledger()


def _size(ledger: Ledger) -> int:
    return sum(LINE + MONTH * len(line.held) for line in ledger.lines.values()) + LINE


@while_shaped(_size)
async def read_ledger(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID
) -> Ledger:
    """All that was said of the journey."""
    journey: Any = select(
        JudgedJourney.until, JudgedJourney.revision, col(JudgedJourney.judged_at)
    ).where(JudgedJourney.workspace_id == workspace_id, JudgedJourney.journey_id == journey_id)
    known: Any = (await session.exec(journey)).first()
    if known is None:
        return EMPTY
    lines: Any = select(JudgedLine).where(
        JudgedLine.workspace_id == workspace_id, JudgedLine.journey_id == journey_id
    )
    rows = (await session.exec(lines)).all()
    found = {LineId(row.place_id, row.metric, row.seam): _judged(row) for row in rows}
    until, revision, judged_at = known
    return Ledger(until, revision, judged_at, found)


def _judged(row: JudgedLine) -> Judged:
    digests = row.digests
    return Judged(
        since=row.since,
        joined=row.joined,
        whole_until=row.whole_until,
        digests=tuple(digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST)),
        held=tuple(_unpacked(row.held)),
        answers=tuple(row.answers),
        signals=tuple(Signal(at, began, up, tuple(held)) for at, began, up, held in row.signals),
        taken_back=tuple(TakenBack(*each) for each in row.taken_back),
    )


def _unpacked(runs: Iterable[Sequence[Any]]) -> Iterator[Held]:
    for months, *each in runs:
        yield from [Held(*each)] * months


def _packed(held: Iterable[Held]) -> list[list[Any]]:
    """Months alike, counted: few differ from the one before."""
    runs = [(each, len(list(same))) for each, same in groupby(held)]
    return [[months, each.lines, each.rho, each.times] for each, months in runs]


async def write_ledger(
    session: AsyncSession,
    at: tuple[uuid.UUID, uuid.UUID],
    before: Ledger,
    now: Ledger,
) -> bool:
    """Keep what was said of a workspace's journey; `now` has the lines that are other than before.

    False where somebody else wrote since `before` was read: then nothing may be committed.
    """
    workspace_id, journey_id = at
    values: dict[str, Any] = {
        "until": now.until,
        "revision": before.revision + 1,
        "judged_at": now.judged_at,
    }
    if before.revision:
        seen = (
            col(JudgedJourney.workspace_id) == workspace_id,
            col(JudgedJourney.journey_id) == journey_id,
            col(JudgedJourney.revision) == before.revision,
        )
        done = await session.exec(sa.update(JudgedJourney).where(*seen).values(**values))
        if done.rowcount != 1:
            return False
    else:
        session.add(JudgedJourney(workspace_id=workspace_id, journey_id=journey_id, **values))
        try:
            await session.flush()
        except sa.exc.IntegrityError:
            return False
    if old := [tuple(key) for key in now.lines if key in before.lines]:
        key = sa.tuple_(col(JudgedLine.place_id), col(JudgedLine.metric), col(JudgedLine.seam))
        await session.exec(
            sa.delete(JudgedLine).where(col(JudgedLine.workspace_id) == workspace_id, key.in_(old))
        )
    session.add_all(_row(at, key, line) for key, line in now.lines.items())
    await session.flush()
    return True


def _row(at: tuple[uuid.UUID, uuid.UUID], key: LineId, line: Judged) -> JudgedLine:
    return JudgedLine(
        workspace_id=at[0],
        journey_id=at[1],
        place_id=key.place,
        metric=key.metric,
        seam=key.seam,
        since=line.since,
        joined=line.joined,
        whole_until=line.whole_until,
        digests="".join(line.digests),
        held=_packed(line.held),
        answers=list(line.answers),
        signals=[[s.signalled, s.began, s.up, list(s.baseline)] for s in line.signals],
        taken_back=[
            [each.signalled, each.began, each.is_up, each.month, each.cause, each.changed]
            for each in line.taken_back
        ],
    )
