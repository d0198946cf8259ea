"""`feedback drivers`: what an overall rating is linked with, from any file of answers."""

from pathlib import Path
from typing import Annotated

import typer

from feedback.commands.printing import Format, LabelsOption, print_as, tell
from feedback.offline.drivers import file_drivers
from feedback.offline.drivers_print import drivers_csv, drivers_json, drivers_table
from feedback.offline.labels import read_labels
from feedback.offline.lists import listed


def drivers_command(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or Parquet file, one row a respondent.")],
    outcome: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of the overall rating; high is good.")
    ],
    drivers: Annotated[
        str, typer.Option(metavar="COLUMN,...", help="Columns of the touchpoints' ratings.")
    ],
    missing: Annotated[
        str,
        typer.Option(
            metavar="V,V", help="Codes that stand for no answer; COLUMN=V for one column."
        ),
    ] = "",
    pairwise: Annotated[
        bool, typer.Option("--pairwise", help="Use everybody who rated two of the columns.")
    ] = False,
    labels: LabelsOption = "",
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
) -> None:
    """Divide the variance of an overall rating among the ratings it is linked with.

    Shapley regression (LMG) up to 12 drivers, Johnson's relative weights beyond, with bootstrap
    intervals. Linked with, not caused by. What is no number is counted as invalid; words with
    their number (5 - Very good) are read by it. A name with a comma may stand in quotes.

    Example: feedback drivers answers.csv --outcome Q7ALL --drivers Q7FOOD,Q7SIGN --missing 0,6
    """
    words = read_labels(listed(labels))
    told = file_drivers(
        file,
        outcome=outcome,
        drivers_named=drivers,
        missing=listed(missing),
        pairwise=pairwise,
        labels=words,
    )
    tell(words.told)
    print_as(
        format,
        table=lambda: drivers_table(told),
        json=lambda: drivers_json(told),
        csv=lambda: drivers_csv(told),
    )
