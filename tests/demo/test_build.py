"""The demo's answers: the same for a seed and a month, many, and with the story they tell."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from sqlmodel import select

from feedback.accounts.models import Workspace
from feedback.calendar.models import Action
from feedback.comments.indexed import indexed
from feedback.comments.word_count import Corpus
from feedback.comments.word_find import search
from feedback.comments.word_texts import Gathering, Text
from feedback.db import Database
from feedback.demo import build
from feedback.demo.answers import REGULARS, Answers, make_answers, make_people, months_until
from feedback.demo.build import build_demo
from feedback.demo.shop import ASKED_WHAT_COUNTED, DEEDS, POINTS, STAGES
from feedback.journeys.models import Touchpoint
from feedback.priorities.gather import index_of
from feedback.responses.models import Response
from feedback.responses.rollup import find_differences
from feedback.scoring import METRICS, changes, compare_share, drivers, effect, quadrants
from feedback.settings import Settings
from feedback.surveys.models import Survey

NOW = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)


def draw(now: datetime) -> dict[str, Answers]:
    random = np.random.default_rng(build.SEED)
    people = make_people(random)
    return {point.key: make_answers(random, point, people, now) for point in POINTS}


@pytest.fixture(scope="module")
def answers() -> dict[str, Answers]:
    return draw(NOW)


# Chance falls out another way in each month the demo may be built in; its story must not.
@pytest.fixture(scope="module", params=range(1, 13))
def any_month(request: pytest.FixtureRequest) -> dict[str, Answers]:
    day = (1, 15, 28)[request.param % 3]
    return draw(datetime(2027, request.param, day, 22, 10, tzinfo=UTC))


def test_it_has_five_stages_and_fourteen_touchpoints() -> None:
    assert len(STAGES) == 5 and len(POINTS) == 14
    assert {point.metric for point in POINTS} == {"nps", "csat_5", "ces_ease_7"}


def test_there_are_about_150_thousand_over_four_channels(answers: dict[str, Answers]) -> None:
    assert 140_000 < sum(len(found.at) for found in answers.values()) < 170_000
    channels = {
        found.point.channels[number][0]
        for found in answers.values()
        for number in np.unique(found.channel)
    }
    assert channels == {"widget", "page", "email", "qr"}


def test_they_end_in_the_running_month_and_never_later(answers: dict[str, Answers]) -> None:
    newest = max(found.at.max() for found in answers.values() if len(found.at))
    assert newest <= NOW.timestamp() * 1000
    assert months_until(NOW)[-1].first.isoformat() == "2026-05-01"
    assert months_until(NOW)[0].first.isoformat() == "2024-05-01"


def monthly(answers: dict[str, Answers], *keys: str, since: int = 0) -> list[Counter[int]]:
    """What the board counts, a whole month at a time."""
    found = [answers[key] for key in keys]
    return [
        sum((Counter(each.rating[each.month == month].tolist()) for each in found), Counter())
        for month in range(since, 24)
    ]


def test_payment_falls_and_delivery_rose_before(any_month: dict[str, Answers]) -> None:
    named = {}
    for key, found in any_month.items():
        # The reworded survey's line begins ten months later.
        counts = monthly(any_month, key, since=10 if found.point.reworded else 0)
        named[key] = changes(counts, METRICS[found.point.metric], series=len(POINTS))
    [payment], [delivery] = named.pop("payment"), named.pop("delivery")
    assert payment.began in (21, 22) and -16 < payment.difference < -9
    assert delivery.began == 16 and 4 < delivery.difference < 10
    assert not any(named.values()), named


def test_its_actions_tell_a_true_story(any_month: dict[str, Answers]) -> None:
    """Delivery did get better; of the two carts nothing can be said yet, nor does it move."""
    for deed in DEEDS:
        if deed.kind == "action":
            counts, metric = monthly(any_month, deed.point), any_month[deed.point].point.metric
            found = effect(counts, METRICS[metric], 24 - deed.age)
            verdict, known_from = {"delivery": ("better", 19), "cart": ("early", 24)}[deed.point]
            assert (found.verdict, found.known_from) == (verdict, known_from)


def test_a_stage_moves_with_its_touchpoint_only(any_month: dict[str, Answers]) -> None:
    moved = {}
    for part in STAGES:
        keys = [point.key for point in part.points if point.metric == part.headline]
        named = changes(monthly(any_month, *keys), METRICS[part.headline], series=len(STAGES))
        moved[part.name] = [change.began for change in named]
    assert moved.pop("Purchase decision") == [22] and moved.pop("Retention") == [16]
    assert not any(moved.values()), moved


def test_enough_people_rated_the_journey_and_its_touchpoints(
    any_month: dict[str, Answers],
) -> None:
    latest: dict[str, dict[int, int]] = {}
    for key, found in any_month.items():
        order = [at for at in found.at.argsort().tolist() if found.month[at] >= 13]
        latest[key] = {int(found.customer[at]): int(found.rating[at]) for at in order}
    keys = ["one-month", "landing", "compare", "cart", "payment", "confirmation", "delivery"]
    whole = [who for who in range(REGULARS) if all(who in latest[key] for key in keys)]
    assert len(whole) >= 600
    frame = pd.DataFrame({key: [latest[key][who] for who in whole] for key in keys})
    found_ = drivers(frame, "one-month", keys[1:])
    assert 0.15 < found_.r_squared < 0.5
    share = {row.driver: row.share for row in found_.rows}
    assert min(share["payment"], share["delivery"]) > 2 * max(
        share["landing"], share["confirmation"]
    )
    indexes = {
        key: index_of(float(frame[key].mean()), METRICS[any_month[key].point.metric])
        for key in keys[1:]
    }
    placed = {item.name: item.quadrant for item in quadrants(indexes, share).items}
    assert placed["payment"] == "concentrate_here" and placed["delivery"] == "keep_up"


def test_the_unhappy_name_other_touchpoints_than_the_happy(
    any_month: dict[str, Answers],
) -> None:
    found = any_month["one-month"]
    asked = [(r, c) for r, c, m in zip(found.rating, found.counted, found.month, strict=True)
             if m >= 24 - ASKED_WHAT_COUNTED]  # fmt: skip
    given = [(rating, counted) for rating, counted in asked if counted is not None]
    assert 0.7 < len(given) / len(asked) < 0.9
    assert {len(counted) for _, counted in given} == {0, 1, 2}
    assert all(len(set(counted)) == len(counted) for _, counted in given)

    unhappy = [counted for rating, counted in given if rating < 7]
    happy = [counted for rating, counted in given if rating > 8]

    def least_more(key: str) -> float:
        """How many points more of the unhappy name it, at least."""
        among = [sum(key in counted for counted in band) for band in (unhappy, happy)]
        return compare_share(among[0], len(unhappy), among[1], len(happy)).low

    assert least_more("payment") > 0.03 and least_more("returns") > 0.02
    # Of what also matters by ratings, payment is the one to start with.
    assert max("compare", "cart", "payment", "delivery", key=least_more) == "payment"
    assert least_more("confirmation") < 0
    assert not any("search-ad" in counted for _, counted in given)
    assert not any(each.counted.count(None) < len(each.counted)
                   for key, each in any_month.items() if key != "one-month")  # fmt: skip


def test_one_of_the_two_carts_is_a_little_better(any_month: dict[str, Answers]) -> None:
    cart = any_month["cart"]
    easy = np.isin(cart.rating, list(METRICS["ces_ease_7"].positive))
    a, b = (easy[cart.variant == variant] for variant in (0, 1))
    assert min(len(a), len(b)) > 900 and 0.02 < b.mean() - a.mean() < 0.12
    assert cart.month[cart.variant >= 0].min() == 21
    assert all((each.variant < 0).all() for key, each in any_month.items() if key != "cart")


def test_some_touchpoints_are_small_and_some_are_silent(answers: dict[str, Answers]) -> None:
    assert len(answers["newsletter"].at) == len(answers["referral"].at) == 0
    assert 0 < len(answers["advice"].at) < 30 * 24


def test_unhappy_comments_belong_to_unhappy_ratings(answers: dict[str, Answers]) -> None:
    found = answers["payment"]
    said = [r for r, c in zip(found.rating, found.comment, strict=True) if c and "refused" in c]
    assert said and max(said) <= 2


def test_its_comments_name_what_the_story_planted(any_month: dict[str, Answers]) -> None:
    """Payment went to another provider, who takes no PayPal."""
    texts = sorted(
        (int(at), key, int(month), found.point.metric, int(rating), text)
        for key, found in any_month.items()
        for at, month, rating, text in zip(
            found.at, found.month, found.rating, found.comment, strict=True
        )
        if text
    )
    gathering = Gathering()
    gathering.add(
        Text(
            *(number, key, month, _band(metric, rating)),
            *(None, False, None, _indexed(text)),
        )
        for number, (_at, key, month, metric, rating, text) in enumerate(texts)
    )
    corpus = Corpus(gathering, 0)
    said = corpus.within(0, 24, ["payment"])
    unhappy, since = said & (corpus.band < 0), said & corpus.within(22, 24)
    for first, second in (
        (since & unhappy, since & (corpus.band > 0)),
        (since & unhappy, corpus.within(10, 21) & unhappy),
    ):
        found = search(corpus.part(said), first, second)
        assert found.told is not None and ("paypal",) in found.chosen[0]


def _band(metric: str, rating: int) -> int:
    bands = METRICS[metric]
    return (rating in bands.positive) - (rating in bands.negative)


@cache
def _indexed(text: str) -> str:
    return indexed(text, "en" if text.isascii() else "fr")


def test_the_seed_and_the_day_decide_everything() -> None:
    def once(seed: int) -> list[Any]:
        random = np.random.default_rng(seed)
        people = make_people(random)
        found = make_answers(random, POINTS[7], people, NOW)
        return [found.at.tolist(), found.rating.tolist(), found.customer.tolist(), found.comment]

    assert once(1) == once(1) != once(2)


def test_the_month_goes_on_as_it_began(answers: dict[str, Answers]) -> None:
    earlier = NOW - timedelta(days=12)
    for key, began in draw(earlier).items():
        later = answers[key].until(earlier)
        assert began.at.tolist() == later.at.tolist() and len(began.at) <= len(answers[key].at)
        assert began.rating.tolist() == later.rating.tolist()
        assert list(began.comment) == list(later.comment)
        assert list(began.counted) == list(later.counted)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.demo.answers.MONTHS", 2)
    monkeypatch.setattr(build, "_REWORDED", 1)


async def test_the_database_holds_them_and_its_counts_agree(few: None, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/feedback-demo.db", demo=True)
    link = await build_demo(settings, NOW)
    first = await _read(settings)
    await _tells_what_was_done(settings)
    again = await build_demo(settings, NOW)
    assert link != again and link.startswith("/sign-in/")
    assert await _read(settings) == first and len(first) > 5_000


async def _read(settings: Settings) -> list[tuple[Any, ...]]:
    database = Database(settings.url)
    async with database.read() as session:
        workspace = (await session.exec(select(Workspace))).one()
        assert await find_differences(session, workspace.id) == []
        found = await session.exec(
            select(Response.id, Response.rating, Response.answered_at, Response.comment).where(
                Response.workspace_id == workspace.id
            )
        )
        rows = sorted(tuple(row) for row in found)
    await database.close()
    return rows


async def _tells_what_was_done(settings: Settings) -> None:
    """Actions on their days, one told to customers; the survey about the whole journey marked."""
    database = Database(settings.url)
    async with database.read() as session:
        own = (await session.exec(select(Workspace.id))).one()
        actions = await session.exec(select(Action).where(Action.workspace_id == own))
        days = {action.done_on: action for action in actions}
        assert len(days) == len(DEEDS) and {a.kind for a in days.values()} == {"action", "note"}
        told = [action.public_texts for action in days.values() if action.public_texts]
        assert [set(texts) for texts in told] == [{"en", "fr"}]
        assert days[date(2025, 9, 1)].public_texts is not None
        overall = await session.exec(
            select(Survey.key).where(Survey.workspace_id == own, Survey.is_overall == sa.true())
        )
        assert list(overall) == ["demo-one-month"]
        rows = await session.exec(
            select(Response.answers, Response.properties).where(Response.workspace_id == own)
        )
        answers, properties = zip(*rows, strict=True)
        points = await session.exec(select(Touchpoint.id).where(Touchpoint.workspace_id == own))
        known = {str(each) for each in points}
        chosen = [each["counted_most"] for each in answers if each]
        assert len(chosen) > 500 and known.issuperset(sum(chosen, []))
        assert {name for each in properties for name in each} == {
            "country", "device", "plan", "version", "variant",
        }  # fmt: skip
    await database.close()
