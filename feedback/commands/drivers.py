"""`feedback drivers`: what an overall rating is linked with, from any file of answers."""

from pathlib import Path
from typing import Annotated

import typer

from feedback.commands.printing import Format, listed, print_as
from feedback.offline.drivers import file_drivers
from feedback.offline.drivers_print import drivers_csv, drivers_json, drivers_table


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
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
) -> None:
    """Divide the variance of an overall rating among the ratings it is linked with.

    Shapley regression (LMG) up to 12 drivers, Johnson's relative weights beyond, with bootstrap
    intervals. Linked with, not caused by. What is no number is counted as invalid.

    Example: feedback drivers answers.csv --outcome Q7ALL --drivers Q7FOOD,Q7SIGN --missing 0,6
    """
    told = file_drivers(
        file,
        outcome=outcome,
        drivers_named=listed(drivers),
        missing=listed(missing),
        pairwise=pairwise,
    )
    print_as(
        format,
        table=lambda: drivers_table(told),
        json=lambda: drivers_json(told),
        csv=lambda: drivers_csv(told),
    )
