"""One ranked list: a finding only where the place is sure, in the words of the page."""

import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from litestar.testing import AsyncTestClient

from feedback.db import Database
from feedback.journeys.models import Stage, Touchpoint
from feedback.priorities.claims import claims
from feedback.priorities.findings import Driver, Findings, Matrix, Mentions, Named, Pair
from feedback.priorities.rank import rank
from feedback.surveys.models import Survey
from tests.cast import Shop
from tests.priorities.conftest import NOW, People
from tests.priorities.test_findings import NAMES
from tests.priorities.test_page import find

Client = AsyncTestClient[Any]
NOTHING = Mentions(0, 0, 0, 0, False, {})


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(NOW):
        yield


def findings(matrix: Matrix | None = None, mentions: Mentions = NOTHING) -> Findings:
    return Findings(
        survey="All of it", metric="nps", since="2026-01", until="2026-03", mentions=mentions,
        people=500, is_sample=False, together={}, used=(), needed=100, complete=500, matrix=matrix,
    )  # fmt: skip


def matrix(drivers: dict[str, tuple[float, str, float]], *pairs: Pair) -> Matrix:
    """drivers: share, quadrant and p-value of the place, by touchpoint."""
    return Matrix(
        n=500, r_squared=0.5, method="lmg", missing="complete", resamples=1000, seed=1,
        share_mean=1 / len(drivers), performance_mean=60, notes=(), twins=(), pairs=pairs,
        drivers=tuple(
            Driver(name, share, None, None, 0.5, 60, None, None, quadrant, 500, p)
            for name, (share, quadrant, p) in drivers.items()
        ),
    )  # fmt: skip


def said(**named: tuple[int, int]) -> Mentions:
    """Of 100 unhappy and 100 happy people so many named each."""
    counted = {name: Named(bad, 0, good, bad + good) for name, (bad, good) in named.items()}
    return Mentions(200, 100, 100, 0, False, counted)


def test_a_verdict_stands_only_after_all_were_counted() -> None:
    """One of ten at p .03 is what chance gives; alone on its page it is a finding."""
    quiet = {name: (0.1, "keep_up", 0.9) for name in "bcdefghij"}
    one = {"a": (0.2, "concentrate_here", 0.03)}
    alone = claims(findings(matrix(one)), {"a": 30}, "a", 3)
    among = claims(findings(matrix(one | quiet)), {"a": 30}, "abcdefghij", 3)
    assert [item.verdict for item in alone] == ["concentrate_here"]
    assert {item.verdict for item in among} == {"unclear"}


@pytest.mark.parametrize(("unhappy", "months", "verdict"), [
    (0, 3, "possible_overkill"), (14, 3, "possible_overkill"), (15, 3, "low_priority"),
    (408, 3, "unclear"),
])  # fmt: skip
def test_nobody_is_told_to_do_less_where_many_are_unhappy(
    unhappy: int, months: int, verdict: str
) -> None:
    sure = matrix({"a": (0.1, "possible_overkill", 0.001), "b": (0.9, "keep_up", 0.9)})
    found = claims(findings(sure), {"a": unhappy, "b": 90}, "ab", months)
    assert found[0].verdict == verdict


def test_the_interval_and_the_verdict_agree() -> None:
    """Named by 30 and 18 of 100: between +0 and +24 alone, and not proof among twelve."""
    names = {f"t{place}": (20, 20) for place in range(11)}
    (alone,) = claims(findings(None, said(a=(32, 18))), {}, ["a"], 3)
    among, *others = claims(findings(None, said(a=(32, 18), **names)), {}, ["a", *names], 3)
    assert alone.said and alone.said.low and alone.said.low > 0
    assert alone.verdict == "concentrate_here"
    assert among.said and among.said.low is not None and among.said.low < 0
    assert among.verdict == "unclear" and {item.verdict for item in others} == {"unclear"}


def test_two_that_cannot_be_told_apart_are_named_together() -> None:
    low, rest = "concentrate_here", ("keep_up", 0.9)
    drivers = {"a": (0.4, low, 0.0001), "b": (0.45, low, 0.0001), "c": (0.15, *rest)}
    close = matrix(drivers, Pair(0, 1, -1.6, 0.3), Pair(0, 2, 5, 0.1), Pair(1, 2, 5, 0.1))
    lead, items = rank(findings(close), {"a": 651, "b": 300, "c": 900}, "abc", 3)
    assert (lead.reason, lead.touchpoints) == ("between", ("a", "b"))
    # ((1.96 + .842) / 1.6) ^ 2 = 3.07 times as many people.
    assert lead.more == 1040
    assert [item.touchpoint for item in items] == ["a", "b", "c"]
    apart = matrix(drivers, Pair(0, 1, -2.5, 0.7), Pair(0, 2, 5, 0.1), Pair(1, 2, 5, 0.1))
    lead, items = rank(findings(apart), {"a": 651, "b": 300, "c": 900}, "abc", 3)
    assert (lead.reason, lead.touchpoints) == ("rated", ("b",))
    assert items[0].goes_with == ("a",) and items[1].goes_with == ("b",)


def test_words_and_ratings_that_differ_are_told_so() -> None:
    low = matrix({"a": (0.9, "concentrate_here", 0.0001), "b": (0.1, "keep_up", 0.9)})
    found = findings(low, said(a=(10, 10), b=(60, 10)))
    lead, _ = rank(found, {"a": 50, "b": 60}, "ab", 3)
    assert (lead.reason, lead.touchpoints) == ("differ", ("b", "a"))
    found = findings(low, said(a=(60, 10), b=(10, 10)))
    lead, _ = rank(found, {"a": 50, "b": 60}, "ab", 3)
    assert (lead.reason, lead.touchpoints, lead.is_sure) == ("both", ("a",), True)


def test_forty_touchpoints_are_ranked() -> None:
    names = [f"t{place}" for place in range(40)]
    quiet = {name: (0.025, "keep_up", 0.5) for name in names}
    lead, items = rank(findings(matrix(quiet)), {name: 20 for name in names}, names, 3)
    assert lead.reason == "unknown" and len(items) == 40


async def test_one_answer_is_no_priority(alice: Client, people: People) -> None:
    await people.rate([{"Help": 1}])
    text = (await alice.get("/priorities")).text
    assert "Too few unhappy answers to say where to start" in text
    assert "start there" not in text and "Most unhappy" not in text and "Start with" not in text
    document = (await alice.get("/priorities.json")).json()
    assert document["lead"]["touchpoints"] == [] and not document["lead"]["is_sure"]


async def test_five_alike_have_no_finding(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    chance = random.Random(3)
    rows = [{name: chance.choice((1, 2, 3, 4, 5)) for name in NAMES} for _ in range(200)]
    await people.rate([row | {"overall": round(sum(row.values()) / 2.5)} for row in rows])
    await find(database, shop)
    text = (await alice.get("/priorities")).text
    assert "Start with" not in text and "Concentrate here" not in text
    assert "Possible overkill" not in text
    assert "The answers cannot yet say which touchpoint counts most." in text


async def test_two_that_count_alike_are_named_with_what_tells_where_to_start(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    chance = random.Random(3)
    rows = [{name: chance.choice((1, 2, 3, 4, 5)) for name in NAMES} for _ in range(80)]
    rows = [row | {"Help": row["Help"] // 2 + 1, "Parcel": row["Parcel"] // 2 + 1} for row in rows]
    rows += [row | {"Help": row["Parcel"], "Parcel": row["Help"]} for row in rows]
    await people.rate([row | {"overall": 2 * row["Help"] + 2 * row["Parcel"] - 3} for row in rows])
    await people.rate([{"Parcel": 1}] * 20, start=500)
    await find(database, shop)
    text = (await alice.get("/priorities")).text
    n = sum(row["Parcel"] <= 2 for row in rows) + 20
    assert (
        "Parcel or Help: the answers cannot yet say which counts more. "
        f"Parcel has more unhappy answers ({n} a month): start there."
    ) in text
    document = (await alice.get("/priorities.json")).json()
    assert document["lead"]["touchpoints"] == ["Parcel", "Help"]
    assert not document["lead"]["is_sure"]


async def test_all_happy_is_said(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    await people.rate([{**dict.fromkeys(NAMES, 5), "overall": 9 + n % 2} for n in range(120)])
    await find(database, shop)
    text = (await alice.get("/priorities")).text
    assert "Nobody was unhappy in these months" in text and "Start with" not in text


async def test_a_survey_never_answered_waits_for_nothing(alice: Client, people: People) -> None:
    """The job keeps that there was nothing; the page does not ask for it again and again."""
    await people.rate([{"Help": 1}] * 6 + [{"Search": 5}] * 6)
    await find(people.database, people.shop)
    text = (await alice.get("/priorities")).text
    assert "Working it out" not in text
    assert "0 of at least 30 answers so far" in text
    assert "Most unhappy answers come from Help" in text


@pytest.mark.parametrize("what", [Survey, Touchpoint, Stage])
async def test_what_is_archived_is_no_priority(
    alice: Client, database: Database, shop: Shop, people: People, what: Any
) -> None:
    await people.rate([{"Help": 1, "Search": 2}] * 12 + [{"Search": 5}] * 12)
    text = (await alice.get("/priorities")).text
    assert "Help" in text
    help_id = people.touchpoints["Help"].id
    which: dict[Any, Any] = {
        Survey: Survey.touchpoint_id == help_id,
        Touchpoint: Touchpoint.id == help_id,
        Stage: Stage.id == shop.care.id,
    }
    async with database.write() as session:
        await session.exec(
            sa.update(what)
            .where(what.workspace_id == shop.workspace.id, which[what])
            .values(archived_at=NOW - timedelta(days=5))
        )
    text = (await alice.get("/priorities")).text
    assert "Most unhappy answers come from Help" not in text and "<strong>Help" not in text
    document = (await alice.get("/priorities.json")).json()
    assert "Help" not in [row["touchpoint"] for row in document["unhappy"]]


async def test_unhappy_answers_are_divided_by_every_month(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    """Twelve in one month of three are four a month, though two months had none there."""
    await people.rate([{"Help": 1}] * 12, days=60)
    await people.rate([{"Search": 5}] * 3, start=100, days=100)
    await people.rate([{"Search": 5}] * 3, start=200, days=20)
    document = (await alice.get("/priorities.json")).json()
    assert document["months"] == ["2025-12", "2026-01", "2026-02"]
    assert {"touchpoint": "Help", "a_month": 4.0} in document["unhappy"]
    assert "Most unhappy answers come from Help: 4 unhappy answers a month." in (
        (await alice.get("/priorities")).text
    )
