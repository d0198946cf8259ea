"""Checked entries become responses, with the same ids every time they are made."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from feedback.accounts.models import Workspace
from feedback.identity import id_of, who_of
from feedback.imports.cells import EPOCH
from feedback.imports.place import Target
from feedback.imports.read import Entry
from feedback.responses.bulk_rows import NewResponse
from feedback.responses.ingest import month_of
from feedback.scoring.months import shift_day

# Version 7 and variant of a UUID, as ingest.id_at sets them.
_CLEAR = ~(0xF << 76 | 0x3 << 62)
_UUID7 = 0x7 << 76 | 0x2 << 62
_BYTES = [bytes((rating,)) for rating in range(256)]
_SECOND = 1_000_000


def moment(microseconds: int) -> datetime:
    """The moment so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


class Maker:
    """Makes the responses of entries; `places` in the order of the reader's surveys.

    An id is its time, then a hash of its row, so that one row's answers lie side by side, its end
    turned by the survey. Who somebody is enters it only through the hash, under the server's key.
    """

    def __init__(self, workspace: Workspace, places: Sequence[Target], key: bytes) -> None:
        self._zone = ZoneInfo(workspace.time_zone)
        self._key = blake2b(key, digest_size=32).digest()
        self._places = [
            (place.survey_id.bytes, place.series_id.bytes, self._hash(place.survey_id.bytes, 6))
            for place in places
        ]
        self._secret, self._workspace_id = key, workspace.id
        self._month = date.min
        self._month_at = range(0)

    def order(self, entry: Entry) -> int:
        """The hash of a row: what its ids hold after the time."""
        return self._hash(entry[1].encode(), 10)

    def responses(self, order: int, entry: Entry) -> Iterator[NewResponse]:
        at_us, _, who, properties, ratings = entry
        if at_us not in self._month_at:
            self._enter_month(at_us)
        at = moment(at_us)
        named = who_of(self._secret, self._workspace_id, id_of(who), None)
        person = named.names[0].key if named else None
        content = f"{at_us}\0{who}\0{properties}"
        bare = self._digest(content)
        base = at_us // 1000 << 80 | order
        for number, rating, comment in ratings:
            survey_id, series_id, turn = self._places[number]
            yield NewResponse(
                survey_id,
                series_id,
                ((base ^ turn) & _CLEAR | _UUID7).to_bytes(16),
                (self._digest(f"{content}\0{comment}") if comment else bare) + _BYTES[rating],
                rating,
                at,
                self._month,
                "import",
                comment,
                properties,
                person,
            )

    def _enter_month(self, at: int) -> None:
        """Entries come in the order of time: what month it is, is asked once a month."""
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
