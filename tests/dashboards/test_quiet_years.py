"""How often the board says "changed" where nothing did, and how soon it says so where it did.

Counts in the database, the product's own queries, and what the page says of them. 100 fixed seeds
each; with TEST_LONG, as `make test-long` sets it, 2,000 and the bounds we promise.
"""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from litestar.testing import AsyncTestClient

from feedback.accounts.setup import add_member
from feedback.changes.words import SaidChanges
from feedback.dashboards.read import Counts, Scope, changes_of, load_board
from feedback.dashboards.screen import said
from feedback.db import Database
from feedback.scoring import METRICS, watch
from feedback.scoring.months import shift
from tests.cast import OPENED, sign_in
from tests.dashboards.simulated import FIRST, RATINGS, STAGES, Drawn, Journeyed, five_stages

IS_LONG = bool(os.environ.get("TEST_LONG"))
SEEDS = 2_000 if IS_LONG else 100
BASELINE = 12

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Bounds:
    """What 2,000 seeds must show; what 100 show unless the odds are below 1 in 1,000."""

    promised: float
    of_few: float

    @property
    def share(self) -> float:
        return self.promised if IS_LONG else self.of_few


QUIET_YEAR = Bounds(0.08, 0.13)
WITHIN_THREE, WITHIN_FIVE = Bounds(0.60, 0.48), Bounds(0.86, 0.78)
WITHIN_THREE_OF_200 = Bounds(0.94, 0.88)


@pytest.fixture
async def journey(database: Database) -> AsyncIterator[Journeyed]:
    yield await five_stages(database)


@pytest.mark.parametrize("rho", [0, 0.02])
@pytest.mark.parametrize("n", [30, 1_000])
async def test_few_quiet_years_are_said_to_have_changed(
    journey: Journeyed, n: int, rho: float
) -> None:
    flagged = 0
    for seed in range(SEEDS):
        drawn = Drawn.by(seed, n, BASELINE + 12, rho=rho)
        await journey.load(drawn)
        counts, scope = await _counted(journey, BASELINE + 12)
        named = any(sentence.verdict for sentence in said(counts, scope).sentences)
        changed = changes_of(counts).changed
        decided = {
            told.line.stage.name: (told.change.signalled, told.change.began, told.change.is_up)
            for told in changed
            if told.change
        }
        assert decided == _watched(drawn), seed
        assert named == bool(decided)
        flagged += named
    print(f"n {n}, rho {rho}: quiet years flagged: {flagged} of {SEEDS}")
    assert flagged <= QUIET_YEAR.share * SEEDS


def _watched(drawn: Drawn) -> dict[str, tuple[str, str, bool]]:
    """The last change that `watch` names on each line in the newest year, on the same counts."""
    lines = {
        name: (METRICS["nps"], [dict(zip(RATINGS, map(int, month), strict=True)) for month in line])
        for name, line in zip(STAGES, drawn.counts, strict=True)
    }
    return {
        name: (shift(FIRST, change.signalled), shift(FIRST, change.began), change.up)
        for name, found in watch(lines, baseline=6).changes.items()
        for change in found[-1:]
        if change.signalled >= BASELINE
    }


@pytest.mark.skipif(not IS_LONG, reason="the later years stand in `make test-long` only")
async def test_nor_are_the_quiet_years_that_follow(journey: Journeyed) -> None:
    flagged = dict.fromkeys((2, 3, 4), 0)
    for seed in range(SEEDS):
        await journey.load(Drawn.by(seed, 100, BASELINE + 12 * 4))
        for year in flagged:
            told = await _said(journey, BASELINE + 12 * year)
            flagged[year] += any(sentence.verdict for sentence in told.sentences)
    print(f"quiet years flagged, by year: {flagged} of {SEEDS}")
    assert max(flagged.values()) <= QUIET_YEAR.share * SEEDS


@pytest.mark.parametrize(
    ("n", "within"),
    [(100, {3: WITHIN_THREE, 5: WITHIN_FIVE}), (200, {3: WITHIN_THREE_OF_200})],
    ids=["100 answers", "200 answers"],
)
async def test_a_real_fall_is_named_soon(
    journey: Journeyed, n: int, within: dict[int, Bounds]
) -> None:
    named = dict.fromkeys(within, 0)
    for seed in range(SEEDS):
        await journey.load(Drawn.by(seed, n, BASELINE + max(within), fallen_from=BASELINE))
        for months in within:
            named[months] += _names_the_fall(await _said(journey, BASELINE + months))
    print(f"20 points down, {n} answers a month, named within months: {named} of {SEEDS}")
    assert {
        months: found for months, found in named.items() if found < within[months].share * SEEDS
    } == {}


async def test_what_was_named_is_not_unsaid_in_the_months_after(journey: Journeyed) -> None:
    for seed in range(8):
        await journey.load(Drawn.by(seed, 100, BASELINE + 10, fallen_from=BASELINE))
        named = [
            _names_the_fall(await _said(journey, BASELINE + months)) for months in range(1, 11)
        ]
        assert named == sorted(named)


async def test_before_half_a_year_of_answers_it_says_from_when(journey: Journeyed) -> None:
    await journey.load(Drawn.by(0, 100, 5))
    told = await _said(journey, 5)
    assert [sentence.text for sentence in told.sentences] == [
        "Changes can be named from July 2024."
    ]


async def test_the_file_of_the_board_names_what_the_page_says(
    client: AsyncTestClient[Any], journey: Journeyed
) -> None:
    async with journey.database.write() as session:
        user = await add_member(
            session, journey.workspace, "ann@five.example", role="owner", now=OPENED
        )
    await journey.load(Drawn.by(1, 200, BASELINE + 5, fallen_from=BASELINE))
    with time_machine.travel(journey.after(BASELINE + 5).now):
        await sign_in(client, journey.database, user, journey.workspace)
        document = (await client.get("/board.json")).json()
    changed = [row for row in document["changes"] if row["state"] == "changed"]
    assert [(row["stage"], row["began"]) for row in changed] == [("Pay", "2025-01")]
    assert document["series"] == len(STAGES)
    assert _names_the_fall(await _said(journey, BASELINE + 5))


async def _counted(journey: Journeyed, months: int) -> tuple[Counts, Scope]:
    """What the board is made of once so many months are over, and who looks."""
    scope = journey.after(months)
    async with journey.database.read() as session:
        counts = await load_board(session, scope)
    assert counts is not None
    return counts, scope


async def _said(journey: Journeyed, months: int) -> SaidChanges:
    """What stands above the board once so many months are over."""
    return said(*await _counted(journey, months))


def _names_the_fall(told: SaidChanges) -> bool:
    return any(
        sentence.verdict is not None and sentence.verdict.key == "worse" and "Pay" in sentence.text
        for sentence in told.sentences
    )
