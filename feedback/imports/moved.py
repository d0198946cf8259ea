"""Rows whose id is stored already at another time: seconds were cut, a zone was mended.

Stored again, each would count twice; so they are found before anything is written.
"""

from collections.abc import Sequence
from contextlib import aclosing
from datetime import date, timedelta
from itertools import chain
from typing import Literal, NamedTuple
from uuid import UUID

from sqlmodel import col, select

from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.imports.make import Maker, moment
from feedback.imports.place import Target
from feedback.imports.repeats import Piece
from feedback.imports.spool import Spool
from feedback.readings.queries import CountQuery, read_by_channel
from feedback.responses.elsewhere import Found, Spans, make_elsewhere
from feedback.scoring.months import shift_day
from feedback.settings import Settings
from feedback.surveys.models import Series

Choice = Literal["skip", "store"]
_SHOWN = 3
# A zone may put an answer into the month beside its moment's.
_NEAR = timedelta(days=2)


class Example(NamedTuple):
    """One such id: when it is stored, and what the file says, both in UTC."""

    id: str
    stored: str
    here: str


class Moved:
    """Which rows of the spool they are, a byte for each row of the file.

    left_out: how many of their answers `without` took out.
    """

    def __init__(self, rows: int) -> None:
        self.count = 0
        self.left_out = 0
        self._is_moved = bytearray(rows)
        self._is_stored_too = False
        self._examples: list[Example] = []
        self._stored_at: dict[int, int] = {}

    def add(self, found: Sequence[Found]) -> None:
        for row, stored_at in found:
            self._is_moved[row] = 1
            if len(self._stored_at) < _SHOWN:
                self._stored_at[row] = stored_at
        self.count += len(found)

    def look_at(self, spool: Spool) -> None:
        """Read the first of them again, for what to say of them."""
        for row, entry in enumerate(chain.from_iterable(spool.pieces())):
            if len(self._examples) == len(self._stored_at):
                return
            if row in self._stored_at:
                own = entry[1].partition("\0")[2]
                stored_at = self._stored_at[row] * 1000
                self._examples.append(Example(own, _written(stored_at), _written(entry[0])))

    def refuse_unless(self, wanted: Choice | None, file_name: str) -> None:
        """Raises FeedbackError, with the first of them, unless it was said what to do."""
        self._is_stored_too = wanted == "store"
        if not self.count or wanted is not None:
            return
        listed = "".join(f"\n  {own}: stored {at}, here {here}" for own, at, here in self._examples)
        raise FeedbackError(
            f"{file_name}: {told(self.count)}, nothing was stored. A spreadsheet "
            "that cut the seconds, another time zone or the time of the last change does that. "
            "Leave them as they are stored with --moved skip; if they are new answers under an "
            f"old id, store them too with --moved store. In UTC:{listed}"
        )

    def without(self, piece: Piece) -> Piece:
        """The rows that are to be stored."""
        if not self.count or self._is_stored_too:
            return piece
        wanted = [not self._is_moved[row] for row in piece.numbers]
        kept = piece.only(wanted)
        self.left_out += _answers(piece) - _answers(kept)
        return kept


def told(count: int) -> str:
    """So many ids, in words.

    >>> told(1)
    '1 id is stored already at another time'
    """
    ids = "1 id is" if count == 1 else f"{count} ids are"
    return f"{ids} stored already at another time"


def _answers(piece: Piece) -> int:
    return sum(len(entry[-1]) for entry in piece.entries)


class Stored(NamedTuple):
    """The database, and the surveys there that the file's answers belong to."""

    settings: Settings
    database: Database
    workspace_id: UUID
    places: Sequence[Target]


async def find_moved(stored: Stored, maker: Maker, spool: Spool) -> Moved:
    """Those of the spool. An import into surveys that hold none asks nothing else."""
    moved = Moved(spool.rows)
    spans = await _spans(stored)
    if not spans:
        return moved
    elsewhere = make_elsewhere(stored.settings)
    await elsewhere.open()
    try:
        first = 0
        for piece in spool.pieces():
            names = maker.names(maker.orders(piece), piece)
            await elsewhere.add(
                [(first + row, stored.places[n].survey_id.bytes, own) for row, n, own in names]
            )
            first += len(piece)
        async with aclosing(elsewhere.find(stored.workspace_id, spans)) as pieces:
            async for found in pieces:
                moved.add(found)
    finally:
        await elsewhere.close()
    moved.look_at(spool)
    return moved


async def _spans(stored: Stored) -> Spans:
    """Where imported answers of these surveys lie: a survey without one is not in it."""
    own = select(Series.id, Series.survey_id).where(
        Series.workspace_id == stored.workspace_id,
        col(Series.survey_id).in_({place.survey_id for place in stored.places}),
    )
    months: dict[UUID, list[date]] = {}
    async with stored.database.read() as session:
        survey_of = dict((await session.exec(own)).all())
        query = CountQuery(tuple(sorted(survey_of)), channel="import")
        for row in await read_by_channel(session, stored.workspace_id, query):
            months.setdefault(survey_of[row.series], []).append(row.month)
    return {survey_id: _ids(min(found), max(found)) for survey_id, found in months.items()}


def _ids(begin: date, end: date) -> tuple[bytes, bytes]:
    days = begin - _NEAR, shift_day(end, 1) + _NEAR
    first, last = ((day - date(1970, 1, 1)).days * 86_400_000 for day in days)
    return (max(0, first) << 80).to_bytes(16), ((last << 80) - 1).to_bytes(16)


def _written(microseconds: int) -> str:
    return f"{moment(microseconds):%Y-%m-%d %H:%M:%S}"
