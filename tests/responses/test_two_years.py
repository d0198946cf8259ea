"""People's answers over two years, by every way in: the months equal an independent count."""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from feedback import clock
from feedback.db import Database
from feedback.responses.models import RatingCount
from tests.cast import Shop
from tests.surveys.hosted import Client, fill_in

# What a link or message says of who answers, and whom it means. None is nobody.
PEOPLE: dict[tuple[str, str], str | None] = {
    ("id", "aBc"): "aBc",
    ("id", " aBc "): "aBc",
    ("id", "AbC"): "AbC",
    ("email", "anna+b@shop.example"): "anna",
    ("email", "Anna+B@Shop.Example"): "anna",
    ("id", "anna+b@shop.example"): "an id like an address",
    ("id", "{{ contact.id"): None,
    ("id", "undefined"): None,
    ("id", ""): None,
}
ABOUT = [None, None, "order-1", "order-2", "%ORDER%"]


@dataclass(frozen=True)
class Act:
    """One answer as it is given, so long after the one before."""

    way: str
    after: timedelta
    who: tuple[str, str]
    about: str | None
    rating: int
    is_test: bool
    again: int


acts = st.builds(
    Act,
    way=st.sampled_from(["page", "page", "email", "qr", "widget", "kiosk", "api", "again"]),
    after=st.sampled_from([0, 1, 5, 8, 31, 120]).map(lambda days: timedelta(days=days, minutes=1)),
    who=st.sampled_from(list(PEOPLE)),
    about=st.sampled_from(ABOUT),
    rating=st.integers(0, 10),
    is_test=st.sampled_from([False, False, False, True]),
    again=st.integers(0, 5),
)


@dataclass
class Given:
    """An answer as the model knows it."""

    at: datetime
    rating: int


@dataclass
class Model:
    """What the contract says, in its own words (DESIGN.md 6, `/r` and `/s`)."""

    real: list[Given] = field(default_factory=list)
    tests: list[Given] = field(default_factory=list)
    orders: dict[Any, Given] = field(default_factory=dict)
    links: dict[Any, Given] = field(default_factory=dict)

    def give(self, act: Act, now: datetime) -> Given:
        person = PEOPLE[act.who]
        about = None if act.about == "%ORDER%" else act.about
        is_link = act.way in ("page", "email", "qr")
        if person and about:
            return self._keep(self.orders, (person, about, act.is_test), act, now)
        if person and is_link:
            key = (person, act.is_test)
            before = self.links.get(key)
            if before and now - before.at > timedelta(days=7):
                del self.links[key]
            return self._keep(self.links, key, act, now)
        return self._keep({}, None, act, now)

    def _keep(self, kept: dict[Any, Given], key: Any, act: Act, now: datetime) -> Given:
        if key not in kept:
            kept[key] = Given(now, act.rating)
            (self.tests if act.is_test else self.real).append(kept[key])
        kept[key].rating = act.rating
        return kept[key]

    def months(self, zone: ZoneInfo) -> Counter[tuple[str, int]]:
        return Counter(
            (given.at.astimezone(zone).strftime("%Y-%m-01"), given.rating) for given in self.real
        )


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(life=st.lists(acts, min_size=4, max_size=24))
async def test_the_months_equal_an_independent_count(
    client: Client, shop: Shop, database: Database, life: list[Act]
) -> None:
    before = await months(database, shop)
    # Another survey would do; another name for everybody keeps the examples apart.
    run = uuid.uuid4().hex[:6]
    model, sent = Model(), list[tuple[dict[str, Any], Given]]()
    with pytest.MonkeyPatch.context() as patch:
        now = clock.now() - timedelta(days=700)
        for act in life:
            now += act.after
            patch.setattr(clock, "now", lambda moment=now: moment)
            await do(client, shop, run, act, model, sent, now)
        found = await months(database, shop)
    found.subtract(before)
    assert +found == model.months(ZoneInfo(shop.workspace.time_zone))


async def do(
    client: Client,
    shop: Shop,
    run: str,
    act: Act,
    model: Model,
    sent: list[tuple[dict[str, Any], Given]],
    now: datetime,
) -> None:
    kind, text = act.who
    name = named(text, run) if PEOPLE[act.who] else text
    about = f"{act.about}{run}" if act.about and act.about != "%ORDER%" else act.about
    if act.way == "again" and sent:  # a message of its own id stays that answer for ever
        body, known = sent[act.again % len(sent)]
        body |= {"seq": body["seq"] + 1, "rating": act.rating}
        known.rating = act.rating
        assert (await client.post(f"/r/{shop.nps.key}", json=body)).status_code == 200
    elif act.way in ("page", "email", "qr"):
        query = {kind: name, "channel": act.way} | ({"about": about} if about else {})
        query |= {"feedback-test": ""} if act.is_test else {}
        link = f"/s/{shop.nps.key}?" + "&".join(f"{k}={quoted(v)}" for k, v in query.items())
        assert (await fill_in(client, link, rating=str(act.rating))).status_code == 303
        model.give(act, now)
    elif act.way != "again":
        body = {"submission_id": str(uuid.uuid4()), "seq": 1, "rating": act.rating}
        body |= {"channel": act.way, "test": act.is_test, "contact": {kind: name}}
        body |= {"about": about} if about else {}
        answer = await client.post(f"/r/{shop.nps.key}", json=body)
        assert answer.status_code in (200, 201), answer.text
        sent.append((body, model.give(act, now)))


def named(text: str, run: str) -> str:
    """The same name for nobody else's life."""
    return (
        text.replace("B@", f"B{run}@").replace("b@", f"b{run}@")
        if "@" in text
        else (text.replace("aBc", f"aBc{run}").replace("AbC", f"AbC{run}"))
    )


def quoted(text: str) -> str:
    return text.replace("%", "%25").replace("{", "%7B").replace(" ", "%20").replace("+", "%2B")


async def months(database: Database, shop: Shop) -> Counter[tuple[str, int]]:
    async with database.read() as session:
        found = await session.exec(
            select(RatingCount).where(RatingCount.workspace_id == shop.workspace.id)
        )
        counted = Counter[tuple[str, int]]()
        for row in found:  # one a channel too
            counted[(str(row.month), row.rating)] += row.n
        return counted
