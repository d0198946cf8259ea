"""Answers by channel, and how often people were asked: read for what stands under the table."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.months import shift
from feedback.dashboards.queries import AskedRow, CountQuery, CountRow, read_asked, read_counts

MONTHS = 24  # complete ones, that a change and the months before it may reach back
RATES_BEFORE = 3  # months before the first one shown, that its response rate is held against


@dataclass(frozen=True)
class ByChannel:
    """Of the series in view: `answers` by series, month and channel; `asked` of the months shown
    and the three before."""

    answers: Sequence[CountRow] = ()
    asked: Sequence[AskedRow] = ()

    @cached_property
    def version(self) -> str:
        """Another one whenever anything of it is another."""
        rows = msgspec.msgpack.encode([self.answers, self.asked])
        return blake2b(rows, digest_size=12).hexdigest()


async def read_by_channel(
    session: AsyncSession, workspace_id: uuid.UUID, shown: CountQuery, looked_at: str
) -> ByChannel:
    """shown: the series and months of the page; looked_at: its last complete month."""
    asked = replace(shown, since=shift(shown.since, -RATES_BEFORE))
    answers = replace(shown, since=min(asked.since, shift(looked_at, 1 - MONTHS)))
    return ByChannel(
        await read_counts(session, workspace_id, answers, by_channel=True),
        await read_asked(session, workspace_id, asked),
    )
