"""What stands for an erased answer where its id stood: a hash that holds no time and no text."""

import uuid
from hashlib import blake2b

# Version 8 and variant of a UUID: no id that is made anywhere else has this version.
_CLEAR = ~(0xF << 76 | 0x3 << 62)
_UUID8 = 0x8 << 76 | 0x2 << 62


def erased_id(workspace_id: uuid.UUID, response_id: uuid.UUID) -> uuid.UUID:
    """The id of a response once it is erased; that of an erased one is itself.

    Whoever holds the id can find that it was erased; nobody can go back. It needs no key, since an
    id has 74 random bits.

    >>> erased_id(uuid.UUID(int=1), uuid.UUID(int=2))
    UUID('7df84953-d6a5-8174-9d41-db80219503ad')
    """
    if is_erased(response_id):
        return response_id
    hashed = blake2b(workspace_id.bytes + response_id.bytes, digest_size=16, person=b"erased")
    return uuid.UUID(int=int.from_bytes(hashed.digest()) & _CLEAR | _UUID8)


def is_erased(response_id: uuid.UUID) -> bool:
    """Whether this id stands for an erased answer.

    >>> is_erased(erased_id(uuid.UUID(int=1), uuid.UUID(int=2))), is_erased(uuid.UUID(int=2))
    (True, False)
    """
    return response_id.version == 8
