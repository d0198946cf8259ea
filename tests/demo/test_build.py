"""The demo's answers: the same for a seed and a day, many, and with the story they should tell."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlmodel import select

from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.demo import build
from feedback.demo.answers import Answers, make_answers, make_people, months_until
from feedback.demo.build import build_demo
from feedback.demo.shop import POINTS, STAGES
from feedback.responses.models import Response
from feedback.responses.rollup import find_differences
from feedback.settings import Settings

NOW = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def answers() -> dict[str, Answers]:
    random = np.random.default_rng(build.SEED)
    people = make_people(random)
    return {point.key: make_answers(random, point, people, NOW) for point in POINTS}


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


def test_payment_drops_in_the_last_months_and_nothing_else_does(
    answers: dict[str, Answers],
) -> None:
    def satisfied(key: str, months: range) -> float:
        found = answers[key]
        return float((found.rating[np.isin(found.month, list(months))] >= 4).mean())

    assert satisfied("payment", range(12, 21)) - satisfied("payment", range(21, 24)) > 0.1
    for key in ("landing", "confirmation", "search-ad"):
        assert abs(satisfied(key, range(15, 21)) - satisfied(key, range(21, 24))) < 0.05


def test_some_touchpoints_are_small_and_some_are_silent(answers: dict[str, Answers]) -> None:
    assert len(answers["newsletter"].at) == len(answers["referral"].at) == 0
    assert 0 < len(answers["advice"].at) < 30 * 24


def test_unhappy_comments_belong_to_unhappy_ratings(answers: dict[str, Answers]) -> None:
    found = answers["payment"]
    said = [r for r, c in zip(found.rating, found.comment, strict=True) if c and "refused" in c]
    assert said and max(said) <= 2


def test_the_seed_and_the_day_decide_everything() -> None:
    def once(seed: int) -> list[Any]:
        random = np.random.default_rng(seed)
        people = make_people(random)
        found = make_answers(random, POINTS[7], people, NOW)
        return [found.at.tolist(), found.rating.tolist(), found.customer.tolist(), found.comment]

    assert once(1) == once(1) != once(2)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.demo.answers.MONTHS", 2)
    monkeypatch.setattr(build, "_REWORDED", 1)


async def test_the_database_holds_them_and_its_counts_agree(few: None, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/feedback-demo.db", demo=True)
    link = await build_demo(settings, NOW)
    first = await _read(settings)
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
