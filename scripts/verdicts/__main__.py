"""`python -m scripts.verdicts`: measures all verdicts, prints the table, and writes it."""

import argparse
import time
from collections.abc import Callable, Iterable
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
    also = "" if restless is None else f"{100 * restless.share:.1f} %"
    return f"{beginning(verdict)}| {100 * calm.share:.1f} % of {calm.of:,} | {also} |\n"


def known_rows(page: str) -> dict[str, str]:
    """The lines that stand in the table, by the beginning they share with `beginning`."""
    lines = page.split(BEGIN)[1].split(END)[0].splitlines(keepends=True)
    return {line.rsplit("|", 3)[0]: line for line in lines}


def beginning(verdict: Verdict) -> str:
    return f"| {verdict.where} | {verdict.says} | {verdict.given} "


def written(page: str, measured: dict[str, str]) -> str:
    """The page with its table made anew, of the rows measured and those that stand there."""
    rows = known_rows(page) | measured
    before, rest = page.split(BEGIN)
    table = HEAD + "".join(rows.get(beginning(each), "") for each in VERDICTS)
    return before + BEGIN + table + END + rest.split(END)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description="How often each verdict is wrong.")
    parser.add_argument("--pages", type=int, default=100, help="draws of each")
    keys = [each.key for each in VERDICTS]
    parser.add_argument("--only", metavar="NAME", nargs="+", choices=keys, default=keys)
    parser.add_argument("--write", action="store_true", help="put the rows into docs/scoring.md")
    parser.add_argument("--cores", type=int, default=1)
    asked = parser.parse_args()
    began, measured = time.monotonic(), {}
    print(HEAD, end="")
    with over_cores(asked.cores) as over:
        for verdict in (each for each in VERDICTS if each.key in asked.only):
            calm = rate(verdict, CALM, asked.pages, over)
            restless = rate(verdict, RESTLESS, asked.pages, over) if verdict.restless else None
            line = measured[beginning(verdict)] = row(verdict, calm, restless)
            print(line, end="", flush=True)
    if asked.write:
        PAGE.write_text(written(PAGE.read_text(), measured))
    print(f"{asked.pages} draws, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
