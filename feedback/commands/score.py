"""`feedback score`: the score of a column of any CSV, XLSX or Parquet file."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from feedback.commands.printing import Format, LabelsOption, print_as, tell
from feedback.offline.labels import read_labels
from feedback.offline.lists import columns_in, listed
from feedback.offline.months import Months
from feedback.offline.own_export import write_left_out
from feedback.offline.score import MONTH, find_metric, score_file
from feedback.offline.score_print import rows_csv, rows_json, rows_table, without_answers
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
    A file of the list of responses is scored as the board does: what that does not count is
    left out, and told.

    Example: feedback score answers.csv --metric nps --rating NETPRO --missing 11 --by BAREA
    """
    chosen = find_metric(metric)
    groups = _groups(by, file) or ([MONTH] if time else [])
    words = read_labels(listed(labels))
    months = Months(time_format, time_zone)
    left_out: Counter[str] = Counter()
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
        left_out=left_out,
    )
    groups = list(rows[0].group) if rows else groups
    tell(words.told, months.told, write_left_out(left_out))
    like = without_answers(chosen, weighted=weight is not None)
    print_as(
        format,
        table=lambda: rows_table(chosen, groups, rows),
        json=lambda: rows_json(chosen, rows),
        csv=lambda: rows_csv(chosen, groups, rows, like=like),
    )


def _groups(by: str, file: Path) -> list[str]:
    # The file's own names are looked at only where a comma could be in one of them.
    return columns_in(by, [MONTH, *open_table(file).columns]) if "," in by else listed(by)
