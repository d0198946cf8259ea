"""`python -m scripts.verdicts`: measures all verdicts, prints the table, and writes it."""

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from scripts.verdicts import CALM, RESTLESS, Rate, Verdict, measure
from scripts.verdicts.rows import VERDICTS
from scripts.watch_grid import over_cores

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scoring.md"
BEGIN, END = "<!-- verdicts -->\n", "<!-- end of verdicts -->\n"
HEAD = (
    "| Where | What it says | While nothing happens | Wrong in | ... in restless months |\n"
    "|---|---|---|---|---|\n"
)
CHUNK = 50  # draws a process takes at once


def rate(verdict: Verdict, rho: float, pages: int, over: Callable[..., Iterable[Rate]]) -> Rate:
    """How often it is wrong, in so many draws (fewer where one takes long)."""
    draws = max(1, round(pages * verdict.part))
    chunks = [range(at, min(at + CHUNK, draws)) for at in range(0, draws, CHUNK)]
    found = list(over(partial(measure, verdict, rho), chunks))
    return Rate(sum(each.wrong for each in found), sum(each.of for each in found))


def row(verdict: Verdict, calm: Rate, restless: Rate | None) -> str:
    """One line of the table."""
    cells = (
        verdict.where,
        verdict.says,
        verdict.given,
        f"{100 * calm.share:.1f} % of {calm.of:,}",
        "" if restless is None else f"{100 * restless.share:.1f} %",
    )
    return f"| {' | '.join(cells)} |\n"


def lines(
    wanted: Iterable[Verdict], pages: int, over: Callable[..., Iterable[Rate]]
) -> Iterator[str]:
    for verdict in wanted:
        calm = rate(verdict, CALM, pages, over)
        restless = rate(verdict, RESTLESS, pages, over) if verdict.restless else None
        yield row(verdict, calm, restless)


def written(page: str, table: str) -> str:
    """The page with the table between its two marks."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + table + END + rest.split(END)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description="How often each verdict is wrong.")
    parser.add_argument("--pages", type=int, default=100, help="draws of each")
    parser.add_argument("--only", metavar="NAME", choices=[each.key for each in VERDICTS])
    parser.add_argument("--write", action="store_true", help="put the table into docs/scoring.md")
    parser.add_argument("--cores", type=int, default=1)
    asked = parser.parse_args()
    wanted = [each for each in VERDICTS if asked.only in (None, each.key)]
    began, table = time.monotonic(), HEAD
    print(HEAD, end="")
    with over_cores(asked.cores) as over:
        for line in lines(wanted, asked.pages, over):
            print(line, end="", flush=True)
            table += line
    if asked.write and not asked.only:
        PAGE.write_text(written(PAGE.read_text(), table))
    print(f"{asked.pages} draws, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
