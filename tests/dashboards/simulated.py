"""Years of answers drawn by a seed, put where ingest would have put them: five stages, NPS."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import numpy as np

from feedback.accounts.models import Workspace
from feedback.accounts.setup import create_workspace
from feedback.dashboards.read import Scope
from feedback.db import Database, new_id
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.models import metadata
from feedback.readings.filters import Asked
from feedback.scoring.months import shift
from feedback.surveys.models import Question, Series, Survey
from feedback.versions import note_counts
from scripts.watch_grid import steady
from tests.cast import OPENED, TEXTS

STAGES = ("Discover", "Choose", "Pay", "Receive", "Return")
FIRST = "2024-01"
# One rating of each band; NPS 30, and after a fall NPS 10.
RATINGS = (3, 8, 10)
USUAL, FALLEN = (0.2, 0.3, 0.5), (0.3, 0.3, 0.4)


@dataclass(frozen=True)
class Drawn:
    """What was drawn: answers by stage, month and band."""

    counts: "np.ndarray[Any, Any]"

    @classmethod
    def by(
        cls, seed: int, n: int, months: int, *, fallen_from: int | None = None, rho: float = 0
    ) -> "Drawn":
        """n answers a month of each stage; the third falls by 20 points in a month (an index).
        rho: the share of an answer's variance that belongs to its month."""
        rng = np.random.default_rng(seed)
        shares = steady(rho)(rng, len(STAGES), months)
        counts = rng.multinomial(n, shares)
        if fallen_from is not None:
            counts[2, fallen_from:] = rng.multinomial(n, FALLEN, size=months - fallen_from)
        return cls(counts)


@dataclass(frozen=True)
class Journeyed:
    """A workspace of one journey with five stages of one touchpoint each, each asked for NPS."""

    database: Database
    workspace: Workspace
    series: tuple[uuid.UUID, ...]

    async def load(self, drawn: Drawn) -> None:
        """These counts and no others."""
        ours = {"workspace_id": self.workspace.id, "channel": "widget"}
        rows = [
            {
                "series_id": self.series[at],
                "month": day(month),
                "rating": RATINGS[band],
                "n": int(n),
            }
            for (at, month, band), n in np.ndenumerate(drawn.counts)
            if n
        ]
        table = metadata.tables["rating_count"]
        async with self.database.write() as session:
            connection = await session.connection()
            mine = table.c.workspace_id == self.workspace.id
            await connection.execute(table.delete().where(mine))
            await connection.execute(table.insert(), [ours | row for row in rows])
            await note_counts(session, self.workspace.id)

    def after(self, months: int, **asked: str) -> Scope:
        """Who looks in the middle of the month that follows so many months."""
        now = datetime.fromisoformat(f"{shift(FIRST, months)}-15T12:00:00+00:00")
        return Scope(self.workspace, Asked(asked), now.astimezone(UTC))


@cache
def day(month: int) -> date:
    return date.fromisoformat(f"{shift(FIRST, month)}-01")


async def five_stages(database: Database) -> Journeyed:
    async with database.write() as session:
        workspace = await create_workspace(
            session, key="five", name="Five stages", time_zone="UTC", language="en", now=OPENED
        )
        at: dict[str, Any] = {"workspace_id": workspace.id}
        journey = Journey(**at, id=new_id(), name="Shop", created_at=OPENED)
        session.add(journey)
        await session.flush()
        series = [
            await _stage(session, at | {"journey_id": journey.id}, name, position)
            for position, name in enumerate(STAGES)
        ]
    return Journeyed(database, workspace, tuple(series))


async def _stage(session: Any, at: dict[str, Any], name: str, position: int) -> uuid.UUID:
    ours = {"workspace_id": at["workspace_id"]}
    stage = Stage(**at, id=new_id(), name=name, position=position, headline_metric="nps")
    touchpoint = Touchpoint(**ours, id=new_id(), stage_id=stage.id, name=f"{name} page")
    question = Question(**ours, id=new_id(), metric="nps", texts=TEXTS)
    survey = Survey(
        **ours, id=new_id(), touchpoint_id=touchpoint.id, question_id=question.id,
        key=f"nps{position}", name=name, state="live", created_at=OPENED, published_at=OPENED,
    )  # fmt: skip
    series = Series(
        **ours, id=new_id(), survey_id=survey.id, metric="nps", texts=TEXTS, opened_at=OPENED
    )
    for row in (stage, touchpoint, question, survey, series):
        session.add(row)
        await session.flush()
    return series.id
