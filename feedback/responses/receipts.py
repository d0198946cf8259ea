"""The token of an answer's private link: whoever has it may see, change and erase that answer.

Nothing is stored for it, so every answer there is has one: it names the answer's submission, under
a MAC that this server alone can make. Where others may change the same answer (a link or a message
that names somebody, and is not proof of being them), the token is sealed: it opens the answer only
while it is what this one message made it, so that nobody reads what another wrote.
"""

import binascii
import hmac
import json
import uuid
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from feedback.responses.models import Response
from feedback.responses.outcome import Answer

MAC, ID, SEAL = 16, 16, 8
_TO_ADDRESS, _FROM_ADDRESS = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class Token:
    """What a token names. `seal`: of the one message that it is for, empty where it is for all."""

    submission_id: uuid.UUID
    test: bool
    seal: bytes


def make_token(key: bytes, answer: Answer, *, is_shared: bool) -> str:
    """The token of an answer as it was stored: 43 characters of an address, 54 of a shared one.

    key: the server's secret. is_shared: whether another message than this sender's may change it.
    """
    named = answer.submission_id.bytes
    if not is_shared:
        mac = _mac(key, answer.survey_id, named, answer.test)
        return _written(mac + named)
    detail = [json.loads(text or "null") for text in (answer.answers, answer.properties)]
    content = (answer.rating, answer.comment, *detail)
    named += _seal(key, answer.submission_id, answer.seq, *content)
    mac = _mac(key, answer.survey_id, named, answer.test)
    # The id of a shared answer is a secret: who knows it may change it for ever.
    return _written(mac + _veiled(key, mac, named))


def receipt_path(survey_key: str, token: str) -> str:
    """Where the token leads, on this server."""
    return f"/mine/{survey_key}/{token}"


def read_token(key: bytes, survey_id: uuid.UUID, text: str) -> Token | None:
    """What the token names; None of one that this server did not make for this survey.

    >>> read_token(b"k" * 32, uuid.UUID(int=1), "A" * 43) is None
    True
    """
    given = _read(text)
    mac, named = given[:MAC], given[MAC:]
    if len(named) == ID + SEAL:
        named = _veiled(key, mac, named)
    elif len(named) != ID:
        return None
    for test in (False, True):
        if hmac.compare_digest(mac, _mac(key, survey_id, named, test)):
            return Token(uuid.UUID(bytes=named[:ID]), test, named[ID:])
    return None


def is_sealed_for(key: bytes, token: Token, response: Response) -> bool:
    """Whether the answer is still what the token's message made it."""
    content = (response.rating, response.comment, response.answers, response.properties)
    now = _seal(key, token.submission_id, response.seq, *content)
    return hmac.compare_digest(token.seal, now)


def _seal(key: bytes, submission_id: uuid.UUID, seq: int, *content: Any) -> bytes:
    told = json.dumps([seq, *map(_plain, content)], sort_keys=True).encode()
    data = submission_id.bytes + told
    return blake2b(data, key=_derived(key), digest_size=SEAL, person=b"receipt seal").digest()


def _plain(value: Any) -> Any:
    """PostgreSQL keeps 1e5 as 100000."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _mac(key: bytes, survey_id: uuid.UUID, named: bytes, test: bool) -> bytes:
    data = survey_id.bytes + named + (b"\1" if test else b"\0")
    return blake2b(data, key=_derived(key), digest_size=MAC, person=b"receipt").digest()


def _veiled(key: bytes, mac: bytes, named: bytes) -> bytes:
    """`named` under a key stream of its own; the same again takes it off."""
    stream = blake2b(mac, key=_derived(key), digest_size=len(named), person=b"receipt veil")
    mixed = int.from_bytes(stream.digest()) ^ int.from_bytes(named)
    return mixed.to_bytes(len(named))


@lru_cache(maxsize=16)
def _derived(key: bytes) -> bytes:
    return hmac.digest(key, b"receipt", "sha256")


def _written(token: bytes) -> str:
    text = binascii.b2a_base64(token, newline=False).translate(_TO_ADDRESS)
    return text.rstrip(b"=").decode()


def _read(text: str) -> bytes:
    """Empty where it is none, or not written as we write it."""
    try:
        token = binascii.a2b_base64(
            text.encode("ascii").translate(_FROM_ADDRESS) + b"=" * (-len(text) % 4),
            strict_mode=True,
        )
    except ValueError:
        return b""
    return token if _written(token) == text else b""
