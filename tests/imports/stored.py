"""What an import left in the database, read back in plain values."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.responses.models import ImportRun, RatingCount, Response, Submission
from feedback.responses.rollup import find_differences
from feedback.surveys.models import Series, Survey


@dataclass(frozen=True)
class Stored:
    """Counts are {touchpoint: {rating: n}} as the rollup has them."""

    workspace: Workspace
    responses: list[Response]
    submissions: int
    counts: dict[str, dict[int, int]]
    runs: list[ImportRun]
    journeys: list[Journey]
    stages: list[Stage]
    touchpoints: dict[str, Touchpoint]
    surveys: list[Survey]
    series: list[Series]
    rollup_agrees: bool


async def stored_in(database: Database) -> Stored:
    async with database.read() as session:
        workspace = (await session.exec(select(Workspace))).one()
        own = workspace.id

        async def all_of(model: Any) -> list[Any]:
            found = await session.exec(select(model).where(model.workspace_id == own))
            return list(found)

        touchpoints = {t.name: t for t in await all_of(Touchpoint)}
        surveys, series = await all_of(Survey), await all_of(Series)
        at = {t.id: t.name for t in touchpoints.values()}
        asked = {s.id: at[s.touchpoint_id] for s in surveys}
        named = {s.id: asked[s.survey_id] for s in series}
        counts: dict[str, dict[int, int]] = {}
        for row in await all_of(RatingCount):
            ratings = counts.setdefault(named[row.series_id], {})
            ratings[row.rating] = ratings.get(row.rating, 0) + row.n
        return Stored(
            workspace=workspace,
            responses=sorted(await all_of(Response), key=lambda r: r.id),
            submissions=len(await all_of(Submission)),
            counts=counts,
            runs=await all_of(ImportRun),
            journeys=await all_of(Journey),
            stages=await all_of(Stage),
            touchpoints=touchpoints,
            surveys=surveys,
            series=series,
            rollup_agrees=not await find_differences(session, own),
        )
