"""How many messages one address may send to one survey: token buckets, in memory alone.

Who sends is known here only as a keyed hash, under a key that is made at the start, thrown away
after a day, and written nowhere.
"""

import hashlib
import logging
import math
import secrets
import time
from typing import Any

from feedback.responses.body import Refused
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.message import Message
from feedback.responses.outcome import Answer
from feedback.responses.recent import Recent
from feedback.settings import Settings
from feedback.web.address import address_of, unnamed_proxy

log = logging.getLogger(__name__)

DAY_SECONDS = 24 * 3600.0
# A bucket is full again after this long, and then no other than one that is not remembered.
REFILL_SECONDS = 60.0
MOST_BUCKETS = 20_000
FILES_A_MINUTE = 10


class TooManyError(Refused):
    """More than the limit; `retry_after` is in whole seconds."""

    def __init__(self, wait: float) -> None:
        self.retry_after = max(1, math.ceil(wait))
        reason = f"too many messages from one address; send it again in {self.retry_after} s"
        super().__init__(429, "too_many", reason)


class Buckets:
    """A token bucket a key: as many at once as may come in a minute, refilled evenly."""

    def __init__(self) -> None:
        # Of each: when it will be full again. That one number says how full it is.
        self._full_at: Recent[float] = Recent(REFILL_SECONDS, MOST_BUCKETS)

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: bytes, per_minute: int, now: float) -> float:
        """0.0, and a token is gone; or the seconds until there is one."""
        step = REFILL_SECONDS / per_minute
        full_at = max(self._full_at.get(key, now) or now, now)
        wait = full_at + step - now - REFILL_SECONDS
        if wait > 1e-6:
            return wait
        self._full_at.put(key, full_at + step, now)
        return 0.0


class Limits:
    """What each address has sent to each survey of late, in this process.

    Answers and displays have buckets of their own: a site that is much looked at may still answer.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.answers, self.displays, self.files = Buckets(), Buckets(), Buckets()
        self._key, self._key_since = secrets.token_bytes(32), time.monotonic()
        self._known = self._unknown = 0
        self._proxy: str | None = None

    def admit_answer(
        self, scope: Any, survey: SurveyDefinition, message: Message, answer: Answer
    ) -> bytes | None:
        """Who sends it, as a hash of today; None when nobody can tell, or a server vouches for it.

        Raises TooManyError, but never for what the customer's server signed.
        """
        if message.signature is not None and answer.who is not None:  # a false one names nobody
            return None
        return self._admit(self.answers, scope, survey.survey_id.bytes, self._settings.public_limit)

    def admit_display(self, scope: Any, survey: SurveyDefinition) -> None:
        """Raises TooManyError."""
        self._admit(self.displays, scope, survey.survey_id.bytes, self._settings.public_limit)

    def admit_file(self, scope: Any) -> None:
        """Of files to look at, each of which takes a while. Raises TooManyError."""
        self._admit(self.files, scope, b"", FILES_A_MINUTE)

    @property
    def unnamed_proxy(self) -> str | None:
        """Where most requests come from with a header that is not believed: the address of a
        proxy nearby, "" of one further away; None where most come with none."""
        return self._proxy if self._unknown > self._known else None

    def _admit(self, buckets: Buckets, scope: Any, what: bytes, most: int) -> bytes | None:
        now = time.monotonic()
        if now - self._key_since > DAY_SECONDS:
            self._key, self._key_since = secrets.token_bytes(32), now
        address = address_of(scope, self._settings)
        whose = what + (address or "").encode()
        sender = hashlib.blake2b(whose, key=self._key, digest_size=16).digest()
        if address is None:  # all of these share a bucket, no larger: a forged header wins nothing
            self._note_unknown(scope)
        else:
            self._known += 1
        if most and (wait := buckets.take(sender, most, now)):
            raise TooManyError(wait)
        return sender if address is not None else None

    def _note_unknown(self, scope: Any) -> None:
        proxy = unnamed_proxy(scope, self._settings)
        if proxy is None:
            return
        self._unknown += 1
        if self._proxy is None:
            log.warning(
                "requests come with forwarding headers from %s, which FEEDBACK_TRUSTED_PROXIES "
                "does not name: they are limited together (docs/settings.md)",
                proxy or "an address further away",
            )
        self._proxy = proxy or self._proxy or ""
