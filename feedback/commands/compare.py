"""`feedback compare`: do two CSV files of answers differ, by how much, and could it be chance?"""

from pathlib import Path
from typing import Annotated

import typer

from feedback.commands.printing import Format, LabelsOption, print_as, tell
from feedback.offline.compare import compare_files
from feedback.offline.compare_print import comparison_csv, comparison_json, comparison_table
from feedback.offline.labels import read_labels
from feedback.offline.lists import listed
from feedback.offline.score import find_metric
from feedback.scoring import METRICS


def compare_command(
    file_a: Annotated[Path, typer.Argument(help="CSV, XLSX or Parquet file, one row an answer.")],
    file_b: Annotated[Path, typer.Argument(help="The file to compare it with.")],
    metric: Annotated[str, typer.Option(help=f"One of {', '.join(METRICS)}.")],
    rating: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the ratings.")],
    missing: Annotated[
        str, typer.Option(metavar="V,V", help="Codes that stand for no answer, such as 11.")
    ] = "",
    weight: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of survey weights.")
    ] = None,
    labels: LabelsOption = "",
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
) -> None:
    """Compare the scores of two CSV files: the first less the second, with its interval.

    Net scores by adjusted Wald, shares by Newcombe and chi-square, means by Welch's t.

    Example: feedback compare may.csv june.csv --metric nps --rating NETPRO --missing 11
    """
    chosen = find_metric(metric)
    words = read_labels(listed(labels))
    found = compare_files(
        (file_a, file_b),
        metric=chosen,
        rating=rating,
        missing=listed(missing),
        weight=weight,
        labels=words,
    )
    tell(words.told)
    print_as(
        format,
        table=lambda: comparison_table(chosen, (str(file_a), str(file_b)), found),
        json=lambda: comparison_json(found),
        csv=lambda: comparison_csv(chosen, found),
    )
