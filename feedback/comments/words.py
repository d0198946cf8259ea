"""What pages show of the words of comments, as the job found them: no page reads a comment."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.word_find import Found, Said, Side, query_of
from feedback.db import Database
from feedback.i18n import format_number
from feedback.i18n import gettext as _
from feedback.outbox import computed
from feedback.outbox.queue import enqueue, find_job
from feedback.responses.filters import Filters, answers_link
from feedback.scoring.months import shift
from feedback.wording import month_name

KIND = "words"
JSON = "application/json"
PLACES = ("touchpoint", "stage", "journey")
EVER = "2000-01"  # before any answer
SPANS = (3, 12)  # months that a page without months of its own shows, the shorter where it claims


@dataclass(frozen=True, slots=True)
class Where:
    """A place by the name of its filter: journey, stage or touchpoint, "" for the workspace."""

    kind: str
    id: uuid.UUID

    @property
    def filters(self) -> dict[str, Any]:
        return {self.kind: self.id} if self.kind else {}


class Kept(msgspec.Struct, frozen=True):
    """As a job keeps it. asked_at: when a reader last asked for months that no page
    shows by itself; such a row is made anew for some days only."""

    found: Found
    since: str
    until: str
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of the words at a place in these months: `found` is None as long as no job has
    looked, `at` is when it did."""

    where: Where
    since: str
    until: str
    found: Found | None = None
    at: datetime | None = None
    metric: str = ""

    @property
    def is_claim(self) -> bool:
        return self.found is not None and self.found.is_claim

    @property
    def unhappy(self) -> Side:
        return self.found.first if self.found else Side(0, 0)

    @property
    def happy(self) -> Side:
        return self.found.second if self.found else Side(0, 0)

    @property
    def texts(self) -> int:
        return self.unhappy.texts + self.happy.texts

    @property
    def title(self) -> str:
        """What stands before the words since a change."""
        month = {"month": month_name(self.since)}
        if self.is_claim:
            return _("Since %(month)s unhappy customers write more than before:") % month
        return _("Most said by unhappy customers since %(month)s:") % month

    @property
    def address(self) -> str:
        """Of the page with these words.

        >>> Words(Where("", uuid.UUID(int=0)), "2026-08", "2026-10").address
        '/words?since=2026-08&until=2026-10'
        """
        months = {"since": self.since, "until": self.until}
        return f"/words?{Filters().query(**self.where.filters, **months)}"

    @property
    def months(self) -> str:
        """The months, in words."""
        if self.since == self.until:
            return month_name(self.since)
        return _("%(first)s to %(last)s") % {
            "first": month_name(self.since),
            "last": month_name(self.until),
        }

    def link(self, said: Said, band: str = "negative") -> str:
        """The address of the comments that hold the word: as many as `said.texts`."""
        return self._link(band, q=query_of(said.form))

    def link_of_all(self, band: str = "negative") -> str:
        """Of all comments of that side."""
        return self._link(band)

    def _link(self, band: str, **more: str) -> str:
        months = {"since": self.since, "until": self.until}
        given = {"comment": True, "band": band, "metric": self.metric, **months, **more}
        return answers_link("/comments", **self.where.filters, **given)


async def read_words(
    session: AsyncSession, workspace_id: uuid.UUID, where: Where, since: str, until: str
) -> Words:
    """What the last job found of these months, both included, YYYY-MM."""
    kept, at = await _load(session, workspace_id, key_of(where, since, until))
    return Words(where, since, until, kept.found if kept else None, at)


async def read_places(
    session: AsyncSession, workspace_id: uuid.UUID, places: Sequence[Where], since: str, until: str
) -> dict[uuid.UUID, Words]:
    """Of several places by their id, in one statement; of some nothing may be known."""
    keys = {key_of(where, since, until): where for where in places}
    rows = await computed.load_all(session, workspace_id, KIND, list(keys))
    found = {keys[row.key]: (_decoded(row.body), row.computed_at) for row in rows}
    return {
        where.id: Words(where, since, until, kept.found, at)
        for where, (kept, at) in found.items()
        if kept
    }


async def read_recent(
    session: AsyncSession, workspace_id: uuid.UUID, where: Where, until: str
) -> Words:
    """Of the three months up to this one; of twelve where three hold too few comments for a claim
    and twelve do not."""
    short, long = [
        await read_words(session, workspace_id, where, shift(until, 1 - months), until)
        for months in SPANS
    ]
    return long if long.is_claim and not short.is_claim else short


async def read_for(
    session: AsyncSession, workspace_id: uuid.UUID, filters: Filters, running: str
) -> Words | None:
    """The words of the comments that filters leave; None where they ask for more than a place and
    months, of which alone words are counted. running: the month that is not over."""
    asked = set(filters.given()) - {"comment", "band", "state"}
    if not asked <= {*PLACES, "since", "until"} or filters.state not in ("", "counted"):
        return None
    where = where_of(workspace_id, filters)
    if not (filters.since or filters.until):
        return await read_recent(session, workspace_id, where, running)
    until = filters.until or running
    return await read_words(session, workspace_id, where, filters.since or EVER, until)


def where_of(workspace_id: uuid.UUID, filters: Filters) -> Where:
    """The smallest place that filters name."""
    named = [Where(kind, id) for kind in PLACES if (id := getattr(filters, kind))]
    return named[0] if named else Where("", workspace_id)


async def read_since(
    session: AsyncSession, workspace_id: uuid.UUID, where: Where, metric: str, began: str
) -> Words | None:
    """What unhappy people say at a place since a score fell there, against the year before: it is
    the `unhappy` side; None where nothing is known."""
    kept, at = await _load(session, workspace_id, key_since(where, metric, began))
    if kept is None:
        return None
    return Words(where, kept.since, kept.until, kept.found, at, metric=metric)


def since_sentence(words: Words | None) -> str:
    """One line beside a fallen score, "" where there is nothing to say: what people say since that
    they did not say before; where there are too few comments for that, what they say most."""
    if words is None or not words.unhappy.words:
        return ""
    return f"{words.title} {listed(words.unhappy.words[:3])}."


def listed(words: Sequence[Said]) -> str:
    """Words with the number of their comments, in a row."""
    return ", ".join(f"{each.form} ({format_number(each.texts)})" for each in words)


def key_of(where: Where, since: str, until: str) -> str:
    """Under which words of these months are kept."""
    return f"{where.id.hex}:{since}:{until}"


def key_since(where: Where, metric: str, began: str) -> str:
    """Under which those since a change are."""
    return f"{where.id.hex}:{metric}:{began}"


async def _load(
    session: AsyncSession, workspace_id: uuid.UUID, key: str
) -> tuple[Kept | None, datetime | None]:
    row = await computed.load(session, workspace_id, KIND, key)
    return (_decoded(row.body), row.computed_at) if row else (None, None)


def _decoded(body: bytes) -> Kept | None:
    try:
        return decode(body)
    except msgspec.DecodeError:  # kept by another release
        return None


def encode(kept: Kept) -> bytes:
    return msgspec.json.encode(kept)


def decode(body: bytes) -> Kept:
    return msgspec.json.decode(body, type=Kept)


async def ask_for_words(
    session: AsyncSession, workspace_id: uuid.UUID, now: datetime, *, at_once: bool = False
) -> None:
    """Have words counted anew: comments have changed, in the caller's transaction.

    Whoever asks within the same moments is served by one job; the moments are as long as a hundred
    times what counting took last. at_once: text is to leave the results, within a minute.
    """
    row = await computed.load(session, workspace_id, KIND, PACE)
    rests, most = (2, SOON) if at_once else (RESTS, MOST_SLOT)
    slot = SLOT if row is None else min(max(SLOT, int(float(row.body) * rests)), most)
    at = int(now.timestamp()) // slot + 1
    run_at = datetime.fromtimestamp(at * slot, UTC)
    # So many rows at most: one that is done is made new. A count is over long before its turn.
    name = f"{'now' if at_once else 'soon'}:{at % ROWS}"
    key = f"{KIND}:{workspace_id.hex}:{name}"
    payload = {"workspace": workspace_id.hex}
    await enqueue(session, KIND, payload, dedup_key=key, run_at=run_at, now=now)


PACE = "pace"  # the key under which stands how many seconds the last count took
SLOT, SOON, MOST_SLOT, RESTS = 5, 30, 3600, 100  # seconds, and times
ROWS = 60  # of jobs


async def ask_for_months(
    database: Database, workspace_id: uuid.UUID, words: Words, now: datetime
) -> bool:
    """Have the words of these months counted, which nobody has looked at; whether that is under
    way, False where it failed for good. A GET may ask for a job, never more."""
    key = key_of(words.where, words.since, words.until)
    name = f"{KIND}:{workspace_id.hex}:{key}"
    async with database.read() as session:
        job = await find_job(session, name)
    if job is not None and job.dead_at is not None:
        return False
    if job is None or job.done_at is not None:
        payload = {
            "workspace": workspace_id.hex,
            "kind": words.where.kind,
            "place": words.where.id.hex,
            "since": words.since,
            "until": words.until,
        }
        async with database.write() as session:
            await enqueue(session, KIND, payload, dedup_key=name, now=now)
    return True
