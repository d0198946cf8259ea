"""The ids of answers and the keys of people: kept for years, so never made in another way."""

import hmac
import uuid
from datetime import UTC, datetime

from feedback.identity import keyed_hash
from feedback.responses.ingest import id_at

KEY = b"a key of the server"
WORKSPACE = uuid.UUID(int=7)


def test_a_person_keeps_the_key_that_hmac_gives() -> None:
    for key in (KEY, b"k" * 64, b"long" * 40):
        expected = hmac.digest(key, WORKSPACE.bytes + b"\0id\0c-7", "sha256")[:16]
        assert keyed_hash(key, WORKSPACE, b"\0id\0c-7") == expected
        assert keyed_hash(key, uuid.UUID(int=8), b"\0id\0c-7") != expected


def test_ids_of_a_moment_say_it_and_differ() -> None:
    moment = datetime(2026, 3, 2, 10, 30, 0, 123_000, tzinfo=UTC)
    ids = [id_at(moment) for _ in range(1_000)]

    assert {one.int >> 80 for one in ids} == {int(moment.timestamp() * 1000)}
    assert {(one.version, one.variant) for one in ids} == {(7, uuid.RFC_4122)}
    assert len(set(ids)) == len(ids)
    # Each bit is one in some and none in others: drawn by chance, all 74 of them.
    by_chance = (1 << 62) - 1 | 0xFFF << 64
    ones = zeros = 0
    for one in ids:
        ones |= one.int
        zeros |= ~one.int
    assert ones & zeros & by_chance == by_chance
