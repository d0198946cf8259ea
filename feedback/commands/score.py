"""`feedback score`: the score of a column of any CSV, XLSX or Parquet file."""

from pathlib import Path
from typing import Annotated

import typer

from feedback.commands.printing import Format, LabelsOption, print_as, tell
from feedback.offline.labels import read_labels
from feedback.offline.lists import columns_in, listed
from feedback.offline.months import Months
from feedback.offline.score import MONTH, find_metric, score_file
from feedback.offline.score_print import rows_csv, rows_json, rows_table
from feedback.offline.tables import open_table
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
    labels: LabelsOption = "",
    time_format: Annotated[
        str | None,
        typer.Option(metavar="FORMAT", help="How the date is written, such as %d/%m/%Y."),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="Count months in it; without: as they are written."),
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print the rows.")] = Format.table,
) -> None:
    """Score a column of a file, with its interval, by group and month.

    Blank cells and --missing codes are left out; what is no rating is counted as invalid. Words
    with their number (10 - Extremely likely) are read by it, and told. A name with a comma in a
    list stands in quotes, as '"Food, drinks",Price', where it could be read otherwise.

    Example: feedback score answers.csv --metric nps --rating NETPRO --missing 11 --by BAREA
    """
    chosen = find_metric(metric)
    groups = _groups(by, file) or ([MONTH] if time else [])
    words = read_labels(listed(labels))
    months = Months(time_format, time_zone)
    rows = score_file(
        file,
        metric=chosen,
        rating=rating,
        by=groups,
        time=time,
        missing=listed(missing),
        weight=weight,
        labels=words,
        months=months,
    )
    tell(words.told, months.told)
    print_as(
        format,
        table=lambda: rows_table(chosen, groups, rows),
        json=lambda: rows_json(chosen, rows),
        csv=lambda: rows_csv(chosen, groups, rows, weighted=weight is not None),
    )


def _groups(by: str, file: Path) -> list[str]:
    # The file's own names are looked at only where a comma could be in one of them.
    return columns_in(by, [MONTH, *open_table(file).columns]) if "," in by else listed(by)
