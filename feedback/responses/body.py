"""The JSON of a public message, decoded strictly.

Plain decoders answer bad UTF-8, deep nesting and doubled keys each in their own way, some with a
crash. Here every one of them is a refusal (SAFETY.md G2); what is only half a character, or a NUL,
in some text is mended and named: it must not cost the rating beside it.
"""

import json
import math
import re
from typing import Any

import msgspec

MAX_BODY = 65_536  # what a browser sends with `keepalive` at most
MAX_DEPTH = 32
# Python refuses to read longer whole numbers at all; no column of ours holds one of more digits.
MAX_DIGITS = 18

_APART = re.compile(rb'"[ \t\r\n]+:').search
_PLAIN = msgspec.json.Decoder(dict[str, Any]).decode
_LONG = 10 ** (MAX_DIGITS - 1)
_HALF = re.compile("[\ud800-\udfff]")


class Refused(Exception):
    """A message that is not stored. `error` is for programs, `reason` for the integrator."""

    def __init__(self, status: int, error: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.error = error
        self.reason = reason


def read_json(body: bytes) -> tuple[dict[str, Any], list[str]]:
    """The object in a body, and the places whose text was mended ("properties.nick").

    Valid UTF-8, no key twice, no NaN, at most 32 levels, else Refused. A NUL is left out and half a
    character becomes U+FFFD. A whole number of more than 18 digits comes as its text.
    """
    # Whatever its content type: a body sent as text/plain needs no preflight.
    if (plain := _plain(body)) is not None:
        return plain, []
    try:
        value = _DECODE(body.decode("utf-8"))
        if body.count(b"{") + body.count(b"[") > MAX_DEPTH:  # else it cannot be that deep
            _check_depth(value, MAX_DEPTH)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise malformed(f"the body is not valid JSON: {_said(error)}") from None
    if not isinstance(value, dict):
        raise malformed("the body must be a JSON object")
    mended: list[str] = []
    # Only an escape can bring in NUL or half a character: raw ones are not valid JSON or UTF-8.
    return (_mend(value, "", mended) if b"\\u" in body else value), mended


def _plain(body: bytes) -> dict[str, Any] | None:
    """The object in a body that plainly keeps every rule, a fifth of the work; None where the
    strict decoder must tell.

    This one would not see a doubled key, but then the text has more `":` than there are keys: it
    has one for each key, as there is no blank before a colon, and a quote within a text is escaped.
    """
    if b"\\" in body or b"[" in body or _APART(body) or body.count(b"{") > MAX_DEPTH:
        return None
    try:
        found = _PLAIN(body)
        return found if _keys(found) == body.count(b'":') else None
    except (msgspec.MsgspecError, ValueError):
        return None


def _keys(found: dict[str, Any]) -> int:
    """How many there are in all. Raises ValueError where a number is long."""
    keys = len(found)
    for value in found.values():
        kind = type(value)
        if kind is dict:
            keys += _keys(value)
        elif kind is int and not -_LONG < value < _LONG:
            raise ValueError
    return keys


def malformed(reason: str) -> Refused:
    return Refused(400, "body_malformed", reason)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= MAX_DIGITS else digits


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


# json.loads makes a decoder for each text.
_DECODE = json.JSONDecoder(
    object_pairs_hook=_unique_keys,
    parse_constant=_no_constant,
    parse_int=_whole,
    parse_float=_finite,
).decode


def _check_depth(value: Any, depth: int) -> None:
    if depth == 0:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, depth - 1)


def _mend(value: Any, place: str, mended: list[str]) -> Any:
    if isinstance(value, str):
        whole = mend_text(value)
        if whole != value and place not in mended:
            mended.append(place)
        return whole
    if isinstance(value, list):
        return [_mend(item, place, mended) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for name, item in value.items():
        whole = mend_text(name)
        inside = f"{place}.{whole}" if place else whole
        if whole != name:
            mended.append(inside)
        found[whole] = _mend(item, inside, mended)
    return found


def mend_text(text: str) -> str:
    """Text that every database takes and every file can hold.

    >>> mend_text("a\\x00b \\ud83d")
    'ab \ufffd'
    """
    return _HALF.sub("\ufffd", text.replace("\x00", ""))


def _said(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).encode("ascii", "replace").decode()
