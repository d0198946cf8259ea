"""The install check: on which sites the widget really showed a survey, and when last.

A display only notes its origin in memory; a task writes what is new a moment later. It costs the
display nothing, and when it fails the display is counted all the same.
"""

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from babel.dates import format_timedelta
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.db import Database
from feedback.i18n import BABEL_NAMES, current_locale
from feedback.responses.catalog import SurveyDefinition
from feedback.surveys.models import Sighting

log = logging.getLogger(__name__)

# One site is noted at most this often for a survey, in each process.
NOTE_SECONDS = 60.0
# What arrives within this time is written together.
GATHER_SECONDS = 1.0
# Strangers may claim any origin: they fill neither the table nor the memory.
MOST_ORIGINS = 20
MOST_SURVEYS = 10_000
MOST_CHARACTERS = 200
ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?")

# Instead of an origin: this parameter of a link was no name. Never its text, which may be personal.
UNFILLED = "unfilled "

Seen = tuple[uuid.UUID, uuid.UUID, str]


class Sightings:
    """What was seen in this process and is not written yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[uuid.UUID, dict[str, float]] = {}
        self._waiting: dict[Seen, datetime] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def note(self, survey: SurveyDefinition, origin: str, page: str | None) -> None:
        """The survey was shown on a site: the request's own origin, else that of its page."""
        site = web_origin(origin) or web_origin(page or "")
        if site is not None:
            self._note(survey, site)

    def note_unfilled(self, survey: SurveyDefinition, dropped: Iterable[str]) -> None:
        """A link came with names that name nobody: merge tags that nobody filled in."""
        for name in dropped:
            parameter = name.removeprefix("contact.")
            if parameter in ("id", "email", "about"):
                self._note(survey, UNFILLED + parameter)

    def _note(self, survey: SurveyDefinition, what: str) -> None:
        if not self._is_due(survey.survey_id, what):
            return
        self._waiting[(survey.workspace_id, survey.survey_id, what)] = clock.now()
        if self.is_idle:
            self._task = asyncio.create_task(self._write_soon())

    @property
    def is_idle(self) -> bool:
        """Whether all that was seen is written, or was lost."""
        return self._task is None or self._task.done()

    async def flush(self) -> None:
        """Write what waits. A failure is logged: the next display notes the site again."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            async with self._database.write() as session:
                await store_sightings(session, waiting)
        except Exception as error:
            log.warning("where the widget was seen is not stored: %s", error)
            self._noted.clear()

    async def stop(self) -> None:
        self._stopping.set()
        if self._task is not None:
            await self._task
        await self.flush()

    def _is_due(self, survey_id: uuid.UUID, site: str) -> bool:
        if len(self._noted) >= MOST_SURVEYS:
            self._noted.clear()
        noted, now = self._noted.setdefault(survey_id, {}), time.monotonic()
        if now - noted.get(site, -NOTE_SECONDS) < NOTE_SECONDS:
            return False
        if site not in noted and len(noted) >= MOST_ORIGINS:
            for old in [s for s, at in noted.items() if now - at >= NOTE_SECONDS]:
                del noted[old]
            if len(noted) >= MOST_ORIGINS:
                return False
        noted[site] = now
        return True

    async def _write_soon(self) -> None:
        while self._waiting:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), GATHER_SECONDS)
            await self.flush()


@lru_cache(maxsize=1024)
def web_origin(address: str) -> str | None:
    """The origin of a web address, or None when it is not one.

    >>> web_origin("https://Shop.example/cart?x=1"), web_origin("null")
    ('https://shop.example', None)
    """
    try:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
    except ValueError:
        return None
    fits = len(origin) <= MOST_CHARACTERS and ORIGIN.fullmatch(origin)
    return origin if fits else None


async def store_sightings(session: AsyncSession, seen: dict[Seen, datetime]) -> None:
    """Keep the newest moment of each, and of each survey the sites seen last."""
    for workspace_id, survey_id, origin in sorted(seen):
        await _store(session, (workspace_id, survey_id, origin), seen)
    for workspace_id, survey_id in sorted({key[:2] for key in seen}):
        known = await load_sightings(session, workspace_id, survey_id)
        for old in islice(known, MOST_ORIGINS, None):
            await session.delete(old)


async def load_sightings(
    session: AsyncSession, workspace_id: uuid.UUID, survey_id: uuid.UUID
) -> list[Sighting]:
    """Where the survey was seen, the latest first."""
    found = await session.exec(
        select(Sighting)
        .where(Sighting.workspace_id == workspace_id, Sighting.survey_id == survey_id)
        .order_by(col(Sighting.seen_at).desc(), col(Sighting.origin))
    )
    return list(found)


def told(sightings: Iterable[Sighting], now: datetime) -> list[tuple[str, str]]:
    """(site, how long ago) in the reader's language: `2 minutes ago`."""
    sites = [seen for seen in sightings if not seen.origin.startswith(UNFILLED)]
    return [(seen.origin, time_ago(now - seen.seen_at)) for seen in sites]


def told_unfilled(sightings: Iterable[Sighting], now: datetime) -> list[tuple[str, str]]:
    """(parameter of a link, how long ago it came without being filled in)."""
    return [
        (seen.origin.removeprefix(UNFILLED), time_ago(now - seen.seen_at))
        for seen in sightings
        if seen.origin.startswith(UNFILLED)
    ]


def time_ago(past: timedelta) -> str:
    locale = Locale.parse(BABEL_NAMES[current_locale()])
    return format_timedelta(min(-past, timedelta(seconds=-1)), add_direction=True, locale=locale)


async def _store(session: AsyncSession, key: Seen, seen: dict[Seen, datetime]) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert: Any = (sqlite.insert if is_sqlite else postgresql.insert)(Sighting)
    workspace_id, survey_id, origin = key
    row = insert.values(
        workspace_id=workspace_id, survey_id=survey_id, origin=origin, seen_at=seen[key]
    )
    await session.exec(
        row.on_conflict_do_update(
            index_elements=["workspace_id", "survey_id", "origin"],
            set_={"seen_at": row.excluded.seen_at},
            where=col(Sighting.seen_at) < row.excluded.seen_at,
        )
    )
