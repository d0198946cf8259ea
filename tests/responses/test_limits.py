"""How many messages one address may send to one survey in a minute, and who is exempt."""

import re
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.db import Database
from feedback.identity import identity_secret, sign
from feedback.responses.limits import MOST_BUCKETS, Buckets, Limits
from feedback.settings import Settings
from tests.cast import Shop
from tests.conftest import KEY
from tests.forms import Client
from tests.surveys.hosted import answers, counts, hidden
from tests.visiting import house, post, statuses, visitor

OFFICE, ELSEWHERE, PROXY = "198.51.100.7", "198.51.100.8", "10.0.0.2"
FEW = 6


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update={"public_limit": FEW, **getattr(request, "param", {})})


def with_settings(**changed: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("settings", [changed], indirect=True, ids=[""])


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Any]:
    async with house(settings) as made:
        yield made


def most(limit: int, began: float) -> float:
    """What a full bucket lets through from a moment until now."""
    return limit + (time.monotonic() - began) * limit / 60 + 1


@with_settings(public_limit=600)
async def test_1500_answers_from_one_address(
    client: Client, shop: Shop, database: Database
) -> None:
    began = time.monotonic()
    found = await post(client, f"/r/{shop.nps.key}", OFFICE, [None] * 1500, rating=0)
    stored = statuses(found)[201]
    assert 600 <= stored <= most(600, began) and stored + statuses(found)[429] == 1500
    assert len(await answers(database, shop)) == stored
    assert await counts(database, shop) == {0: stored}
    [refused, *_] = (answer for answer in found if answer.status_code == 429)
    assert refused.json()["error"] == "too_many"
    assert refused.headers["X-Feedback-Reason"] == refused.json()["reason"]
    assert int(refused.headers["Retry-After"]) >= 1
    assert "retry-after" in refused.headers["Access-Control-Expose-Headers"]
    assert refused.headers["Access-Control-Allow-Origin"] == "*"


async def test_others_and_other_surveys_are_not_touched(client: Client, shop: Shop) -> None:
    path = f"/r/{shop.nps.key}"
    assert 429 in statuses(await post(client, path, OFFICE, [None] * 20, rating=9))
    assert statuses(await post(client, path, ELSEWHERE, [None] * FEW, rating=9)) == {201: FEW}
    other = await post(client, f"/r/{shop.csat.key}", OFFICE, [None] * FEW, rating=3)
    assert statuses(other) == {201: FEW}


async def test_a_house_of_ipv6_is_one_address(client: Client, shop: Shop) -> None:
    began, stored = time.monotonic(), 0
    for n in range(20):
        [one] = await post(client, f"/r/{shop.nps.key}", f"2001:db8:1:1::{n}", [None], rating=9)
        stored += one.status_code == 201
    assert FEW <= stored <= most(FEW, began)
    next_door = await post(client, f"/r/{shop.nps.key}", "2001:db8:1:2::1", [None], rating=9)
    assert statuses(next_door) == {201: 1}


def told(*addresses: str) -> list[dict[str, str]]:
    return [{"X-Forwarded-For": address} for address in addresses]


MANY = [f"203.0.113.{n}" for n in range(40)]


@with_settings(trusted_proxies="10.0.0.0/24")
async def test_a_trusted_proxy_tells_visitors_apart(client: Client, shop: Shop) -> None:
    path, began = f"/r/{shop.nps.key}", time.monotonic()
    assert statuses(await post(client, path, PROXY, told(*MANY), rating=9)) == {201: 40}
    # What a visitor made up stands further left than what the proxy saw.
    lies = [f"{lie}, {OFFICE}" for lie in MANY]
    stored = statuses(await post(client, path, PROXY, told(*lies), rating=9))[201]
    assert FEW <= stored <= most(FEW, began)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded"])
@with_settings(trusted_proxies="10.0.0.99")
async def test_another_proxy_is_not_believed(client: Client, shop: Shop, name: str) -> None:
    path, began = f"/r/{shop.nps.key}", time.monotonic()
    made_up = [{name: f"for={each}" if name == "Forwarded" else each} for each in MANY]
    found = await post(client, path, PROXY, made_up, rating=9)
    found += await post(client, path, ELSEWHERE, made_up, rating=9)  # it is the survey's bucket
    stored = statuses(found)[201]
    assert FEW <= stored <= most(FEW, began)
    assert statuses(await post(client, path, PROXY, [None], rating=9)) == {201: 1}


@with_settings(public_limit=0)
async def test_zero_lets_all_through(client: Client, shop: Shop) -> None:
    path = f"/r/{shop.nps.key}"
    assert statuses(await post(client, path, OFFICE, [None] * 99, rating=9)) == {201: 99}
    assert statuses(await post(client, path, OFFICE, told(*MANY), rating=9)) == {201: 40}


async def test_what_a_server_signed_is_exempt(client: Client, shop: Shop) -> None:
    path = f"/r/{shop.nps.key}"
    assert 429 in statuses(await post(client, path, OFFICE, [None] * 20, rating=9))
    secret = identity_secret(KEY.encode(), shop.workspace.id)
    for n in range(FEW):
        signed = {"contact": {"id": f"c{n}"}, "signature": sign(f"c{n}", secret)}
        assert statuses(await post(client, path, OFFICE, [None], rating=9, **signed)) == {201: 1}
        signed["signature"] = sign("another", secret)
        assert statuses(await post(client, path, OFFICE, [None], rating=9, **signed)) == {429: 1}
        async with visitor(client, OFFICE) as visiting:
            form = {"rating": "9", "id": f"c{n}", "sig": sign(f"c{n}", secret)}
            assert (await visiting.post(f"/s/{shop.nps.key}", data=form)).status_code == 303


async def test_displays_have_a_bucket_of_their_own(client: Client, shop: Shop) -> None:
    path, began = f"/d/{shop.nps.key}", time.monotonic()
    found = statuses(await post(client, path, OFFICE, [None] * 40, kind="shown"))
    assert FEW <= found[204] <= most(FEW, began) and found[204] + found[429] == 40
    answered = await post(client, f"/r/{shop.nps.key}", OFFICE, [None], rating=9)
    assert statuses(answered) == {201: 1}


async def test_what_asks_before_it_sends_is_not_counted(client: Client, shop: Shop) -> None:
    path = f"/r/{shop.nps.key}"
    async with visitor(client, OFFICE) as visiting:
        for _ in range(3 * FEW):
            assert (await visiting.options(path)).status_code == 204
            assert (await visiting.get(f"/s/{shop.nps.key}")).status_code == 200
    assert statuses(await post(client, path, OFFICE, [None], rating=9)) == {201: 1}


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Press Send again in a moment"), ("fr", "Renvoyez-la dans un")]
)
async def test_the_page_says_so_and_keeps_the_form(
    client: Client, shop: Shop, database: Database, language: str, said: str
) -> None:
    await post(client, f"/r/{shop.nps.key}", OFFICE, [None] * 20, rating=9)
    before = len(await answers(database, shop))
    async with visitor(client, OFFICE) as visiting:
        page = await visiting.get(f"/s/{shop.nps.key}?lang={language}&rating=4")
        fields = hidden(page.text) | {"rating": "4", "comment": "My own words"}
        refused = await visiting.post(f"/s/{shop.nps.key}", data=fields)
    assert refused.status_code == 429 and said in refused.text and "My own words" in refused.text
    assert re.findall(r'value="([0-9]+)"[^>]* checked', refused.text) == ["4"]
    assert hidden(refused.text)["answer"] == fields["answer"]
    assert int(refused.headers["Retry-After"]) >= 1
    assert "one address" in refused.headers["X-Feedback-Reason"]
    assert len(await answers(database, shop)) == before


async def test_owners_are_told_of_a_proxy_that_is_not_named(
    alice: Client, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    pages = ("/settings", f"/surveys/{shop.nps.id}/share")
    for page in pages:
        assert "FEEDBACK_TRUSTED_PROXIES" not in (await alice.get(page)).text
    await post(alice, f"/r/{shop.nps.key}", "172.18.0.3", told(*MANY), rating=9)
    for page in pages:
        text = (await alice.get(page)).text
        assert "172.18.0.3" in text and "FEEDBACK_TRUSTED_PROXIES" in text
    # Somebody's made-up header among many visitors is no proxy.
    await post(alice, f"/r/{shop.nps.key}", "9.9.9.9", told(*MANY), rating=9)
    for n in range(100):
        await post(alice, f"/r/{shop.nps.key}", f"9.9.9.{n}", [None], rating=9)
    assert "FEEDBACK_TRUSTED_PROXIES" not in (await alice.get("/settings")).text


def test_it_is_logged_once_and_names_no_visitor(caplog: pytest.LogCaptureFixture) -> None:
    found = Limits(Settings())
    headers = [(b"x-forwarded-for", b"203.0.113.7")]
    for peer in ("9.9.9.9", "9.9.9.8", "172.18.0.3"):
        found.admit_display({"client": (peer, 1), "headers": headers}, AnySurvey())  # type: ignore[arg-type]
    [told] = [record.getMessage() for record in caplog.records]
    assert "FEEDBACK_TRUSTED_PROXIES" in told and "9.9.9" not in told and "203.0" not in told
    assert found.unnamed_proxy == "172.18.0.3"


class AnySurvey:
    survey_id = UUID(int=7)


# From here on: the bucket itself, with a clock of its own.


@given(
    per_minute=st.integers(1, 50),
    waits=st.lists(st.floats(0, 30) | st.just(0.0), min_size=1, max_size=120),
)
def test_it_is_a_token_bucket(per_minute: int, waits: list[float]) -> None:
    bucket, now, tokens = Buckets(), 1000.0, float(per_minute)
    for passed in waits:
        now += passed
        tokens = min(per_minute, tokens + passed * per_minute / 60)
        wait = bucket.take(b"k", per_minute, now)
        if abs(tokens - 1) > 1e-6:  # where it is a matter of rounding either is right
            assert (wait == 0) == (tokens > 1)
        if wait == 0:
            tokens -= 1
        else:
            assert wait == pytest.approx((1 - tokens) * 60 / per_minute, abs=1e-6)


def test_it_keeps_its_promise_of_when_to_come_back() -> None:
    bucket, now = Buckets(), 0.0
    assert [bucket.take(b"k", 3, now) for _ in range(3)] == [0, 0, 0]
    wait = bucket.take(b"k", 3, now)
    assert wait == pytest.approx(20)
    assert bucket.take(b"k", 3, now + wait - 0.1) > 0
    assert bucket.take(b"k", 3, now + wait) == 0


def test_its_memory_is_bounded_and_empties_itself() -> None:
    found = Buckets()
    for n in range(100_000):
        assert found.take(n.to_bytes(16, "big"), 600, 5.0) == 0
        assert len(found) <= 2 * MOST_BUCKETS
    assert len(found) > MOST_BUCKETS
    found.take(b"later", 600, 5.0 + 200)
    assert len(found) == 1


def test_a_day_later_the_same_address_is_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("feedback.responses.limits.time.monotonic", lambda: clock[0])
    found, scope = Limits(Settings()), {"client": (OFFICE, 1), "headers": []}
    senders = []
    for hours in (0, 1, 23, 2, 26):
        clock[0] += 3600 * hours
        senders.append(found._admit(found.answers, scope, b"survey", 600))
    assert len(set(senders)) == 3 and senders[0] == senders[1] == senders[2]
    held = repr([vars(found), vars(found.answers), vars(found.answers._full_at)])
    assert OFFICE not in held and repr(OFFICE.encode())[2:-1] not in held
