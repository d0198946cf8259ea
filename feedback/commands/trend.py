"""`feedback trend`: the scores of the trends page, printed."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from feedback.accounts.opening import WorkspaceKey, open_database, open_workspace
from feedback.commands.printing import Format, print_as
from feedback.errors import FeedbackError
from feedback.offline.lists import listed

if TYPE_CHECKING:
    from feedback.dashboards.trend import TrendQuery
    from feedback.scoring import ScoreRow

DIMENSIONS = ("month", "stage", "touchpoint", "channel")


def trend_command(
    metric: Annotated[str, typer.Option(metavar="KEY", help="Such as nps, csat_5, ces_ease_7.")],
    journey: Annotated[
        str, typer.Option(metavar="NAME", help="One journey; all of them if left out.")
    ] = "",
    by: Annotated[
        str, typer.Option(metavar="NAME,...", help=f"One row for each: {', '.join(DIMENSIONS)}.")
    ] = "month",
    since: Annotated[str, typer.Option(metavar="YYYY-MM", help="First month.")] = "",
    until: Annotated[str, typer.Option(metavar="YYYY-MM", help="Last month.")] = "",
    format: Annotated[Format, typer.Option(help="How to print the rows.")] = Format.table,
    workspace: WorkspaceKey = None,
) -> None:
    """Print the scores of one metric by month, stage, touchpoint or channel.

    Counted responses only: test, quarantined and excluded ones are left out.

    Example: feedback trend --metric nps --by month,stage --since 2026-01
    """
    from feedback.offline.score_print import rows_csv, rows_json, rows_table
    from feedback.readings.scores import named_wordings, without_answers

    query = _query(metric, journey, by, since, until)
    rows = asyncio.run(_read(query, workspace))
    like = without_answers(query.by, query.metric)
    print_as(
        format,
        table=lambda: rows_table(query.metric, named_wordings(query.by, rows), rows),
        json=lambda: rows_json(query.metric, rows),
        csv=lambda: rows_csv(query.metric, query.by, rows, like=like),
    )


def _query(metric: str, journey: str, by: str, since: str, until: str) -> "TrendQuery":
    from feedback.dashboards.trend import TrendQuery
    from feedback.offline.score import find_metric
    from feedback.scoring.months import is_month

    wanted = listed(by)
    for name in wanted:
        if name not in DIMENSIONS or wanted.count(name) > 1:
            raise FeedbackError(
                f"--by takes each of {', '.join(DIMENSIONS)} at most once, not {by!r}."
            )
    for option, month in (("--since", since), ("--until", until)):
        if month and not is_month(month):
            raise FeedbackError(f"{option} is a month, YYYY-MM, as 2026-03, not {month!r}.")
    if since and until and since > until:
        raise FeedbackError("--since must not come after --until.")
    return TrendQuery(find_metric(metric), journey, tuple(wanted), since, until)


async def _read(query: "TrendQuery", key: str | None) -> "list[ScoreRow]":
    from feedback.dashboards.trend import read_trend
    from feedback.settings import load_settings

    async with open_database(load_settings()) as database:
        workspace = await open_workspace(database, key)
        async with database.read() as session:
            return await read_trend(session, workspace, query)
