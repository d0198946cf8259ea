"""Checked entries become responses, with the same ids every time they are made."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b, sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from feedback.accounts.models import Workspace
from feedback.imports.cells import EPOCH
from feedback.imports.place import Place
from feedback.imports.read import Entry
from feedback.responses.bulk import NewResponse
from feedback.responses.ingest import month_of

# Version 7 and variant of a UUID, as ingest.id_at sets them.
_CLEAR = ~(0xF << 76 | 0x3 << 62)
_UUID7 = 0x7 << 76 | 0x2 << 62
_QUARTER = 900_000_000
_BYTES = [bytes((rating,)) for rating in range(256)]


def moment(microseconds: int) -> datetime:
    """The moment so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


class Maker:
    """Makes the responses of entries; `places` in the order of the reader's surveys.

    Who somebody is enters an id only through a hash under the server's key.
    """

    def __init__(self, workspace: Workspace, places: Sequence[Place], key: bytes) -> None:
        self._zone = ZoneInfo(workspace.time_zone)
        self._key = blake2b(key, digest_size=32).digest()
        self._places = [(place.survey_id.bytes, place.series_id.bytes) for place in places]
        self._person = keyed_hash(key, workspace.id)
        self._months: dict[int, date] = {}

    def order(self, entry: Entry) -> bytes:
        """What all ids of a row begin with after its time, so that they lie side by side."""
        return blake2b(entry.identity.encode(), digest_size=4, key=self._key).digest()

    def responses(self, order: bytes, entry: Entry) -> Iterator[NewResponse]:
        at_us, written, who, properties, ratings = entry
        identity, key = written.encode(), self._key
        at, month = moment(at_us), self._month(at_us)
        person = self._person(who) if who else None
        content = f"{at_us}\0{who}\0{properties}"
        bare = self._digest(content)
        milliseconds = at_us // 1000 << 80
        for number, rating, comment in ratings:
            survey_id, series_id = self._places[number]
            tail = blake2b(survey_id + identity, digest_size=6, key=key).digest()
            value = (milliseconds | int.from_bytes(order + tail)) & _CLEAR | _UUID7
            digest = self._digest(f"{content}\0{comment}") if comment else bare
            yield NewResponse(
                survey_id,
                series_id,
                value.to_bytes(16),
                digest + _BYTES[rating],
                rating,
                at,
                month,
                "import",
                comment,
                properties,
                person,
            )

    def _month(self, at: int) -> date:
        # No month begins between two quarters of an hour, in any time zone in use.
        quarter = at // _QUARTER
        month = self._months.get(quarter)
        if month is None:
            month = self._months[quarter] = month_of(moment(at), self._zone)
        return month

    def _digest(self, content: str) -> bytes:
        return blake2b(content.encode(), digest_size=15, key=self._key).digest()


def keyed_hash(key: bytes, workspace_id: UUID) -> Callable[[str], bytes]:
    """`ingest.respondent_key` under one key in one workspace, made ready for millions of people."""
    padded = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in padded) + workspace_id.bytes)
    outer = sha256(bytes(byte ^ 0x5C for byte in padded))

    def respondent_key(who: str) -> bytes:
        inside, outside = inner.copy(), outer.copy()
        inside.update(who.strip().casefold().encode())
        outside.update(inside.digest())
        return outside.digest()[:16]

    return respondent_key
