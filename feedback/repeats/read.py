"""What pages read of repeats: one small statement, kept until a job has found others."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.kept import while_shaped
from feedback.repeats.models import RepeatCount
from feedback.scoring import Repeats
from feedback.scoring.months import month_of

ROW = 400  # bytes, about

OfLine = Mapping[str, Repeats]  # by the last month of its window, YYYY-MM
NONE: OfLine = {}


@dataclass(frozen=True, repr=False)
class KnownRepeats:
    """The repeats of every line and window in which somebody repeated; none of any other."""

    lines: Mapping[tuple[str, str, int], OfLine] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Short: versions of pages are made of it."""
        return f"KnownRepeats({self.digest})"

    def of(self, place_id: uuid.UUID | str, metric: str, months: int) -> OfLine:
        """By month, of a stage or touchpoint in a metric, over windows of 1, 3 or 12 months."""
        return self.lines.get((str(place_id), metric, months), NONE)

    @cached_property
    def digest(self) -> str:
        """Another one for other repeats; blank where there are none."""
        if not self.lines:
            return ""
        return blake2b(repr(self.lines).encode(), digest_size=12).hexdigest()


NOBODY = KnownRepeats()


@while_shaped(lambda known: ROW * (1 + sum(len(line) for line in known.lines.values())))
async def read_repeats(session: AsyncSession, workspace_id: uuid.UUID) -> KnownRepeats:
    """As they were counted last: what came since is taken for other people's."""
    r = RepeatCount
    keys = (col(r.place_id), col(r.metric), col(r.months), col(r.month))
    sums = [
        sa.func.sum(each) for each in (col(r.fewer), col(r.squares), col(r.products), col(r.sizes))
    ]
    found = await (await session.connection()).execute(
        sa.select(*keys, *(sa.cast(each, sa.BigInteger) for each in sums))
        .where(col(r.workspace_id) == workspace_id)
        .group_by(*keys)
        .having(sums[0] > 0)
        .order_by(*keys)
    )
    lines: dict[tuple[str, str, int], dict[str, Repeats]] = {}
    for place, metric, months, month, *added in found:
        lines.setdefault((str(place), metric, months), {})[month_of(month)] = Repeats(*added)
    return KnownRepeats(lines) if lines else NOBODY
