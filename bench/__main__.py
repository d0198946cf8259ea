"""`make bench`: each budget, what was measured, and whether it holds.

python -m bench [--quick] [--only NAME,NAME] [--responses N]
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import (
    comments,
    importing,
    ingest,
    pages,
    scoring,
    soak,
    starting,
    tasks,
    transaction,
    weight,
    yardsticks,
)
from bench.databases import Shop, open_shop, sqlite_url
from bench.filling import fill
from bench.rows import Row, note, show
from bench.sizes import FULL, QUICK, Sizes


class Bench:
    """One run: its sizes, its folder, and databases that several measurements share."""

    def __init__(self, sizes: Sizes, folder: Path) -> None:
        self.sizes = sizes
        self.folder = folder
        self._shops: dict[int, Shop] = {}

    def shop(self, responses: int) -> Shop:
        if responses not in self._shops:
            note(f"filling a database with {self.sizes.name(responses)} responses")
            shop = open_shop(sqlite_url(self.folder / f"{responses}.db"))
            fill(shop, responses)
            self._shops[responses] = shop
        return self._shops[responses]

    def parts(self) -> dict[str, Callable[[], Iterator[Row]]]:
        sizes, folder = self.sizes, self.folder
        return {
            "machine": lambda: yardsticks.machine(sizes, folder),
            "widget": lambda: weight.widget(sizes, self.shop(sizes.tiny)),
            "tasks": lambda: tasks.longest_task(sizes, self.shop(sizes.tiny)),
            "scoring": lambda: scoring.scoring(sizes),
            "start": lambda: starting.start(sizes, folder),
            "commands": lambda: starting.commands(sizes, self.shop(sizes.tiny)),
            "memory": lambda: starting.memory(sizes, self.shop(sizes.stored[0])),
            "soak": lambda: soak.soak(sizes, folder),
            "ingest": lambda: ingest.against_bare(sizes, folder),
            "transaction": lambda: transaction.additions(sizes, folder),
            "fsync": lambda: ingest.against_single_commits(sizes, folder),
            "import": lambda: importing.importing(sizes, folder),
            "pages": lambda: pages.on_sqlite(sizes, {n: self.shop(n) for n in sizes.stored}),
            "comments": lambda: comments.comments(sizes, folder),
            "postgres": lambda: pages.on_postgres(sizes),
            "scale": lambda: ingest.against_small(
                sizes, self.shop(sizes.tiny), self.shop(sizes.large)
            ),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does every line work?")
    parser.add_argument("--only", help="comma-separated parts", default="")
    parser.add_argument("--responses", type=int, help="one database, of this many responses")
    given = parser.parse_args(arguments)
    sizes = QUICK if given.quick else FULL
    if given.responses:
        sizes = replace(sizes, stored=(given.responses,))
    rows = []
    with TemporaryDirectory(prefix="feedback-bench-") as folder:
        bench = Bench(sizes, Path(folder))
        chosen = given.only.split(",") if given.only else list(bench.parts())
        show("What", "measured", "budget", "verdict")
        for part in chosen:
            for row in bench.parts()[part]():
                show(row.name, row.measured, row.budget, row.verdict)
                rows.append(row)
    missed = [row.name for row in rows if row.holds is False]
    print(f"\n{len(rows) - len(missed)} of {len(rows)} within budget.")
    return 1 if missed and not given.quick else 0


if __name__ == "__main__":
    sys.exit(main())
