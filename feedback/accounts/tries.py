"""How often somebody may try to sign in: ten times an hour at a mailbox, twenty from an address.

The tries stand in rows that all processes share. Each is written, and counted with those before
it, in one transaction before its password is looked at, so that a burst cannot slip through. A
right password takes its try back: only wrong ones count. Neither mailbox nor address is stored,
but a hash under a key of the day.
"""

import hmac
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import SignInTry

WINDOW = timedelta(hours=1)
MOST = {"mailbox": 10, "address": 20}
PRUNED_AT_ONCE = 100

Key = bytes


class TooManyTriesError(Exception):
    """No password is looked at before `retry_seconds` are over."""

    def __init__(self, retry_seconds: int) -> None:
        super().__init__(retry_seconds)
        self.retry_seconds = retry_seconds


@dataclass(frozen=True, slots=True)
class Try:
    """One try as it stands in its rows; `rank` is how many the hour has with it, a kind each."""

    keys: tuple[Key, ...]
    at: int
    rank: tuple[int, ...]


async def record_try(
    session: AsyncSession, secret: bytes, mailbox: str, address: str, now: datetime
) -> Try:
    """Write down one more try. Raises TooManyTriesError when there were enough: then the caller's
    transaction must be given up, so that refused ones keep nobody out for longer."""
    begin, at = _milliseconds(now - WINDOW), _milliseconds(now)
    values = {"mailbox": mailbox, "address": address}
    # In the first hour of a day the day before counts too.
    days = sorted({(now - WINDOW).date(), now.date()})
    keys = {
        kind: [_key(secret, f"{day} {kind} {value}") for day in days]
        for kind, value in values.items()
    }
    found = await _lock(session, [key for some in keys.values() for key in some], now)
    counts, written = [], {}
    for kind, some in keys.items():
        recent = sorted(moment for key in some for moment in found[key] if moment > begin)
        if len(recent) >= MOST[kind]:
            free = recent[len(recent) - MOST[kind]] + WINDOW // timedelta(milliseconds=1)
            raise TooManyTriesError(max(1, math.ceil((free - at) / 1000)))
        counts.append(len(recent) + 1)
        written[some[-1]] = [*(moment for moment in found[some[-1]] if moment > begin), at]
    await _upsert(session, written, now, overwrite="tries")
    if counts[-1] == 1:  # a burst does it once
        await _prune(session, now)
    return Try(tuple(some[-1] for some in keys.values()), at, tuple(counts))


async def take_back(session: AsyncSession, tried: Try) -> None:
    """As if it had not been: its password was right, or was never looked at."""
    rows = select(SignInTry).where(col(SignInTry.key).in_(tried.keys))
    found = await session.exec(rows.order_by(col(SignInTry.key)).with_for_update())
    for row in found.all():
        moments = list(row.tries)
        if tried.at in moments:
            moments.remove(tried.at)
            row.tries = moments


async def forget_tries(session: AsyncSession, now: datetime) -> None:
    """Drop all that count no more."""
    await session.exec(sa.delete(SignInTry).where(col(SignInTry.ends_at) < now))


async def _lock(
    session: AsyncSession, keys: Iterable[Key], now: datetime
) -> Mapping[Key, list[int]]:
    """The moments of each key, held until the transaction ends."""
    found = await _upsert(session, {key: [] for key in keys}, now, overwrite="ends_at")
    return {key: list(tries) for key, tries in found}


async def _upsert(
    session: AsyncSession, tries: Mapping[Key, list[int]], now: datetime, *, overwrite: str
) -> Any:
    # In order, so that two of these never wait for each other.
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert: Any = (sqlite.insert if is_sqlite else postgresql.insert)(SignInTry)
    rows = [{"key": key, "tries": tries[key], "ends_at": now + WINDOW} for key in sorted(tries)]
    statement = insert.values(rows).on_conflict_do_update(
        index_elements=["key"], set_={overwrite: insert.excluded[overwrite]}
    )
    return await session.exec(statement.returning(col(SignInTry.key), col(SignInTry.tries)))


async def _prune(session: AsyncSession, now: datetime) -> None:
    # Last, and without waiting: another may hold such a row and wait for one of ours.
    old = sa.select(col(SignInTry.key)).where(col(SignInTry.ends_at) < now).limit(PRUNED_AT_ONCE)
    some = old.with_for_update(skip_locked=True).cte("old")
    statement = sa.delete(SignInTry).where(col(SignInTry.key).in_(sa.select(some.c.key)))
    await session.exec(statement.execution_options(synchronize_session=False))


def _key(secret: bytes, what: str) -> Key:
    day, _, rest = what.partition(" ")
    of_day = hmac.digest(secret, f"sign-in {day}".encode(), "sha256")
    return hmac.digest(of_day, rest.encode("utf-8", "surrogatepass"), "sha256")[:16]


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
