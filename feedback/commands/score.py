"""`feedback score`: the score of a column of any CSV, XLSX or Parquet file."""

from pathlib import Path
from typing import Annotated

import typer

from feedback.commands.printing import Format, listed, print_as
from feedback.offline.score import MONTH, find_metric, score_file
from feedback.offline.score_print import rows_csv, rows_json, rows_table
from feedback.scoring import METRICS


def score_command(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or Parquet file, one row an answer.")],
    metric: Annotated[str, typer.Option(help=f"One of {', '.join(METRICS)}.")],
    rating: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the ratings.")],
    time: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of the date; alone: --by month.")
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="month,COLUMN,...", help="One row for each of these.")
    ] = "",
    missing: Annotated[
        str, typer.Option(metavar="V,V", help="Codes that stand for no answer, such as 11.")
    ] = "",
    weight: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of survey weights.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print the rows.")] = Format.table,
) -> None:
    """Score a column of a file, with its interval, by group and month.

    Blank cells and --missing codes are left out; what is no rating is counted as invalid.

    Example: feedback score answers.csv --metric nps --rating NETPRO --missing 11 --by BAREA
    """
    chosen = find_metric(metric)
    groups = listed(by) or ([MONTH] if time else [])
    rows = score_file(
        file,
        metric=chosen,
        rating=rating,
        by=groups,
        time=time,
        missing=listed(missing),
        weight=weight,
    )
    print_as(
        format,
        table=lambda: rows_table(chosen, groups, rows),
        json=lambda: rows_json(chosen, rows),
        csv=lambda: rows_csv(chosen, groups, rows, weighted=weight is not None),
    )
