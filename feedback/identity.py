"""Who answered, as a keyed hash, and signed identity: the customer's server vouches for whom an
answer names.

Its signature is an HMAC of the contact's id, or of the e-mail address when there is no id, under
the workspace's secret. Nothing is stored: the secret is derived from the server's own key.
"""

import hmac
import uuid
from functools import lru_cache

# The error and its reason, where a survey takes no contact without a signature.
UNSIGNED = (
    "signature_invalid",
    "signature_invalid: the contact is not signed with the secret of the workspace",
)


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


def is_signed(who: str, signature: str, secret: str) -> bool:
    """Whether this is the signature of exactly this text, compared in constant time."""
    given = signature.encode("utf-8", "surrogatepass")
    return hmac.compare_digest(given, sign(who, secret).encode())


def respondent_key(who: str, workspace_id: uuid.UUID, key: bytes) -> bytes:
    """A keyed hash of an external id or e-mail: joins one person's answers, names nobody."""
    # Not hmac.digest, which gives the interpreter away for any text, however short.
    keyed = _keyed(key).copy()
    keyed.update(workspace_id.bytes + who.strip().casefold().encode())
    return keyed.digest()[:16]


@lru_cache(maxsize=16)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")
