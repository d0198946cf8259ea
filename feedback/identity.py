"""Who answered: names as keyed hashes, and the signature that vouches for them.

An external id is exact, an e-mail address is not told apart by its case; each is hashed under a
prefix of its own, so that an id which looks like an address is not that address. Nothing else of
a name is stored (docs/signed-identity.md).

| | |
|---|---|
| `id_of`, `email_of` | a name as it is compared; None when it names nobody |
| `is_placeholder` | whether a text is a merge tag that a tool did not fill in |
| `who_of` | the hashed names of one person |
| `identity_secret`, `sign`, `vouched` | what the customer's own server proves |
"""

import hmac
import re
import unicodedata
import uuid
from functools import lru_cache
from typing import Any, NamedTuple

MOST_ID, MOST_EMAIL = 200, 254

# The error and its reason, where a survey takes no contact without a signature.
UNSIGNED = (
    "signature_invalid",
    "signature_invalid: the contact is not signed with the secret of the workspace",
)

# Between two marks that tools put around a field, anywhere in a text: "c-{{contact.id}}".
_FIELD = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\*\|.*?\|\*|%%[^%]+%%|<%.*?%>|<<[^<>]+>>|[$#%@]!?\{[^{}]*\}|\{!.*?\}"
    r"|\[\[.*?\]\]|##[^#]+##|\{\$.*?\}|\[%.*?%\]|\$\[.*?\]",
    re.DOTALL,
)
# The whole text in one pair of marks: "%SUBSCRIBERID%", "[subscriber:email]".
_WHOLE = re.compile(
    r"%[^%]+%|\{[^{}]+\}|\[[^\[\]]+\]|<[^<>]+>|\([^()]+\)|#[^#]+#|\$[^$]+\$|\|[^|]+\||~[^~]+~"
    r"|«[^«»]+»|!\*.+\*!|__\w+__|\$!?[A-Za-z_][\w.]*"
)
# One mark that was cut off: "{{ contact.id", "contact.id }}".
_CUT = re.compile(r"(?:\{\{|\{%|\{!|\$\{|#\{|\*\||<%|<<|\[\[|%%).*|.*(?:\}\}|%\}|\|\*|%>|\]\]|%%)")
_NOTHING = {"undefined", "null", "none", "nil", "nan", "[object object]", "n/a", "#n/a"}
_SAMPLE = re.compile(
    r"(?:your|my|the)[_-](?:\w+[_-])?(?:id|e-?mail)(?:[_-]here)?"
    r"|(?:user|customer|contact|subscriber|recipient|visitor|lead|member|client)_?(?:id|e-?mail)",
    re.IGNORECASE,
)
# Microsoft writes its keys in braces: they are somebody's.
_BRACED_KEY = re.compile(r"[{(\[][0-9A-Fa-f]{8}(?:-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}[)}\]]")
_LETTER = re.compile(r"[^\W\d_]")


class Name(NamedTuple):
    """One name of somebody, hashed. `old`: as versions before this rule hashed it."""

    key: bytes
    old: bytes


class Who(NamedTuple):
    """Whom an answer names. The first name is the one it is stored under.

    is_joined: whether both names are proven to be one person's; only then there are two.
    """

    names: tuple[Name, ...]
    is_joined: bool = False


def id_of(given: Any) -> str | None:
    """An external id as it is compared: NFC, outer blanks off, its case kept; a number is its
    text. None when it is no text, longer than 200 characters, or names nobody.

    >>> id_of(" aBc "), id_of(42), id_of("%SUBSCRIBERID%"), id_of("undefined")
    ('aBc', '42', None, None)
    """
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return None
    text = unicodedata.normalize("NFC", str(given)).strip()
    return text if 0 < len(text) <= MOST_ID and not is_placeholder(text) else None


def email_of(given: Any) -> str | None:
    """An address as it is compared, in lower case; a blank within it was a plus.

    None when it is no address, longer than 254 characters, or names nobody.

    >>> email_of(" Anna shop@Example.org"), email_of("anna"), email_of("[subscriber:email]")
    ('anna+shop@example.org', None, None)
    """
    if not isinstance(given, str):
        return None
    text = unicodedata.normalize("NFC", given).strip().lower().replace(" ", "+")
    before, at, after = text.rpartition("@")
    is_address = bool(before and at and after) and len(text) <= MOST_EMAIL
    return text if is_address and not is_placeholder(text) else None


def is_placeholder(text: str) -> bool:
    """Whether this is plainly a tool's merge tag, or what a program writes for nothing at all.

    >>> [is_placeholder(text) for text in ("{{ contact.id", "*|UNIQID|*", "None", "c-7", "100%")]
    [True, True, True, False, False]
    """
    text = text.strip()
    if text.casefold() in _NOTHING or _SAMPLE.fullmatch(text):
        return True
    if text.isalnum() or _BRACED_KEY.fullmatch(text) or not _LETTER.search(text):
        return False
    return bool(_FIELD.search(text) or _WHOLE.fullmatch(text) or _CUT.fullmatch(text))


def is_merge_tag(text: str) -> bool:
    """Whether this is one whole field of a tool, in marks that nothing else is written in.

    Narrower than `is_placeholder`: of a property "None" or "(not set)" may be the value.

    >>> is_merge_tag("{{ plan }}"), is_merge_tag("None"), is_merge_tag("(not set)")
    (True, False, False)
    """
    return _FIELD.fullmatch(text.strip()) is not None


def who_of(
    key: bytes,
    workspace_id: uuid.UUID,
    external_id: str | None,
    email: str | None,
    *,
    is_joined: bool = False,
) -> Who | None:
    """The person of an id or an address, each as `id_of` and `email_of` give it; None of neither.

    key: the server's own secret. is_joined: whether both are proven to be one person's.
    """
    names = []
    if external_id is not None:
        names.append(_name(key, workspace_id, b"\0id\0", external_id))
    if email is not None and (is_joined or not names):
        names.append(_name(key, workspace_id, b"\0email\0", email))
    return Who(tuple(names), is_joined=len(names) == 2) if names else None


def _name(key: bytes, workspace_id: uuid.UUID, prefix: bytes, text: str) -> Name:
    return Name(
        keyed_hash(key, workspace_id, prefix + text.encode("utf-8", "replace")),
        keyed_hash(key, workspace_id, old_name(text)),
    )


def old_name(text: str) -> bytes:
    """A name as it was hashed before ids were exact and addresses apart from them."""
    return text.strip().casefold().encode("utf-8", "replace")


def keyed_hash(key: bytes, workspace_id: uuid.UUID, text: bytes) -> bytes:
    """16 bytes that join what is the same within one workspace, and tell nobody what it was."""
    # Not hmac.digest, which gives the interpreter away for any text, however short.
    keyed = _keyed(key).copy()
    keyed.update(workspace_id.bytes + text)
    return keyed.digest()[:16]


@lru_cache(maxsize=16)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")


@lru_cache(maxsize=1024)
def identity_secret(key: bytes, workspace_id: uuid.UUID) -> str:
    """The secret of a workspace, 64 hexadecimal digits; they are themselves the HMAC's key.

    key: the server's own. Another key makes every secret, and so every signature, another one.

    >>> identity_secret(b"k" * 32, uuid.UUID(int=1))[:16]
    '0a722e05c91a1884'
    """
    return hmac.digest(key, f"identity:{workspace_id}".encode(), "sha256").hex()


def sign(who: str, secret: str) -> str:
    """What the customer's server computes: `hex(HMAC-SHA256(secret, who))`, both in UTF-8.

    >>> sign("42", "secret")[:16]
    '93c121e7aa437a1e'
    """
    # Half a character is sent by nobody; it must still not pass for another text.
    return hmac.digest(secret.encode(), who.encode("utf-8", "surrogatepass"), "sha256").hex()


def vouched(
    external_id: str | None, email: str | None, signature: str, secret: str
) -> tuple[bool, bool]:
    """Whether the signature is true of whom the answer is stored under, and of both names.

    The names exactly as they were sent. Both are signed as one text: the id, a line break, the
    address; a name that holds a line break itself is never true, or one could pass for the other.

    >>> vouched("42", "a@b.example", sign("42\\na@b.example", "secret"), "secret")
    (True, True)
    >>> vouched("42", "a@b.example", sign("42", "secret"), "secret")
    (True, False)
    """
    given = [name for name in (external_id, email) if name is not None]
    if not given or any("\n" in name for name in given):
        return False, False
    if len(given) == 2 and _is_signed("\n".join(given), signature, secret):
        return True, True
    return _is_signed(given[0], signature, secret), False


def _is_signed(who: str, signature: str, secret: str) -> bool:
    """Compared in constant time."""
    given = signature.encode("utf-8", "surrogatepass")
    return hmac.compare_digest(given, sign(who, secret).encode())
