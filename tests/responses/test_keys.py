"""The ids of answers and the keys of people: kept for years, so never made in another way."""

import hmac
import uuid
from datetime import UTC, datetime

from feedback.identity import respondent_key
from feedback.responses.ingest import id_at

KEY = b"a key of the server"
WORKSPACE = uuid.UUID(int=7)


def test_a_person_keeps_the_key_that_hmac_gives() -> None:
    expected = hmac.digest(KEY, WORKSPACE.bytes + b"anna@example.org", "sha256")[:16]

    assert respondent_key(" Anna@Example.org ", WORKSPACE, KEY) == expected
    assert respondent_key("anna@example.org", WORKSPACE, KEY) == expected
    assert respondent_key("anna@example.org", WORKSPACE, b"another key") != expected


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
