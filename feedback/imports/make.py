"""Checked entries become responses, with the same ids every time they are made."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import chain, repeat
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from feedback.accounts.models import Workspace
from feedback.identity import Who, email_of, id_of, who_of
from feedback.imports.moments import EPOCH
from feedback.imports.place import Target
from feedback.imports.read import AND, Entry
from feedback.responses.bulk_rows import Batch
from feedback.responses.ingest import month_of
from feedback.scoring.months import shift_day

# Version 7 and variant of a UUID, as ingest.id_at sets them.
_CLEAR = ~(0xF << 76 | 0x3 << 62)
_UUID7 = 0x7 << 76 | 0x2 << 62
_BYTES = [bytes((rating,)) for rating in range(256)]
_SECOND = 1_000_000


# The number of a row, which survey, the id of its answer.
Named = tuple[int, int, bytes]


def _id(number: int) -> bytes:
    return (number & _CLEAR | _UUID7).to_bytes(16)


def moment(microseconds: int) -> datetime:
    """The moment so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


class Maker:
    """Makes the responses of entries; `places` in the order of the reader's surveys.

    An id is its time, then a hash of its row, so that one row's answers lie side by side, its end
    turned by the survey. Who somebody is enters it only through the hash, under the server's key.
    persons: of those who are not known by the hash of the name in the file.
    """

    def __init__(
        self,
        workspace: Workspace,
        places: Sequence[Target],
        key: bytes,
        persons: Mapping[str, bytes] | None = None,
    ) -> None:
        self._zone = ZoneInfo(workspace.time_zone)
        self._key = blake2b(key, digest_size=32).digest()
        self._places = [
            (place.survey_id.bytes, place.series_id.bytes, self._hash(place.survey_id.bytes, 6))
            for place in places
        ]
        self._secret, self._workspace_id = key, workspace.id
        self._persons = persons or {}
        self._month = date.min
        self._month_at = range(0)

    def orders(self, entries: Sequence[Entry]) -> list[int]:
        """The hashes of rows: what their ids hold after the time."""
        return [self.order(entry[1]) for entry in entries]

    def order(self, identity: str) -> int:
        """The hash of what a row is known by."""
        return self._hash(identity.encode(), 10)

    def names(self, orders: Sequence[int], entries: Sequence[Entry]) -> Iterator[Named]:
        """The row, the survey and the id of each answer of these rows."""
        for row, (order, entry) in enumerate(zip(orders, entries, strict=True)):
            base = entry[0] // 1000 << 80 | order
            for number, _, _ in entry[-1]:
                yield row, number, _id(base ^ self._places[number][2])

    def batch(
        self,
        orders: Sequence[int],
        entries: Sequence[Entry],
        spares: Sequence[int | None] | None = None,
    ) -> Batch:
        """Their responses; the hashes are `orders`, or `spares` where those are taken."""
        ats, _, whos, properties, ratings = zip(*entries, strict=True)
        answers = list(chain.from_iterable(ratings))
        numbers, given, comments = zip(*answers, strict=True)
        contents = [
            f"{at}\0{who}\0{said}" for at, who, said in zip(ats, whos, properties, strict=True)
        ]
        bases = [at // 1000 << 80 | order for at, order in zip(ats, orders, strict=True)]
        columns: dict[str, Sequence[Any]] = {
            "id": bases,
            "digest": [self._digest(content) for content in contents],
            "answered_at": ats,
            "month": self._months(ats),
            "properties": properties,
        }
        if spares is not None:
            columns["spare"] = [
                None if spare is None else at // 1000 << 80 | spare
                for at, spare in zip(ats, spares, strict=True)
            ]
        if any(whos):
            columns["respondent_key"] = [self._person(who) for who in whos]
        if len(answers) > len(entries):
            times = [len(found) for found in ratings]
            columns = {name: _spread(values, times) for name, values in columns.items()}
            contents = _spread(contents, times)
        surveys, series, turns = zip(*[self._places[number] for number in numbers], strict=True)
        for name in ("id", "spare"):
            if name in columns:
                columns[name] = [
                    None if base is None else _id(base ^ turn)
                    for base, turn in zip(columns[name], turns, strict=True)
                ]
        digests = columns["digest"]
        if any(comments):
            columns["comment"] = comments
            digests = [
                self._digest(f"{content}\0{comment}") if comment else digest
                for digest, content, comment in zip(digests, contents, comments, strict=True)
            ]
        columns["digest"] = [
            digest + _BYTES[rating] for digest, rating in zip(digests, given, strict=True)
        ]
        asked = {"survey_id": surveys, "series_id": series, "rating": given}
        return Batch(columns | asked | {"channel": ["import"] * len(answers)})

    def _person(self, who: str | None) -> bytes | None:
        if who is None:
            return None
        named = self._persons.get(who)
        if named is None and (found := who_in(who, self._workspace_id, self._secret)):
            named = found.names[0].key
        return named

    def _months(self, ats: Sequence[int]) -> Sequence[date]:
        """Entries come in the order of time: what month it is, is asked once a month."""
        months = []
        for at in ats:
            if at not in self._month_at:
                self._enter_month(at)
            months.append(self._month)
        return months

    def _enter_month(self, at: int) -> None:
        self._month = month_of(moment(at), self._zone)
        begin, end = (
            int(datetime(day.year, day.month, 1, tzinfo=self._zone).timestamp()) * _SECOND
            for day in (self._month, shift_day(self._month, 1))
        )
        self._month_at = range(begin, end)

    def _digest(self, content: str) -> bytes:
        return blake2b(content.encode(), digest_size=15, key=self._key).digest()

    def _hash(self, content: bytes, size: int) -> int:
        return int.from_bytes(blake2b(content, digest_size=size, key=self._key).digest())


def who_in(who: str, workspace_id: UUID, key: bytes) -> Who | None:
    """Whom an entry names; None when it is nobody. A row that holds both names joins them."""
    external_id, _, email = who.partition(AND)
    names = id_of(external_id), email_of(email)
    return who_of(key, workspace_id, *names, is_joined=None not in names)


def _spread(values: Sequence[Any], times: Sequence[int]) -> list[Any]:
    """A value a row as one a rating: each as often as its row has ratings."""
    return list(chain.from_iterable(map(repeat, values, times)))
