"""`make bench` measures every budget. What it finds is not judged here: CI's machine is shared."""

from pathlib import Path

import pytest

from bench.__main__ import Bench, main
from bench.sizes import QUICK
from tests.databases import PostgresMaker

ADDITIONS = (
    "a bare rating",
    "the real load",
    "+ respondent known",
    "+ respondent new",
    "+ comment of 30 words",
)
TABLES = ("rating_count", "count_version")  # on PostgreSQL all tables are one statement
CHANGING = ("/board", "/trends", "/trends?touchpoint", "/map")
PAGES = (
    *CHANGING,
    "/priorities",
    "/actions",
    "/actions/{id}",
    "/compare",
    "/compare?kind=groups",
    "/compare?kind=groups&touchpoint",
    "/responses",
)


def page_lines(where: str) -> set[str]:
    plain = ("/settings", "/surveys", "/board, 304", "/trends, 304")
    looks = ("", ", unseen month", ", after each answer")
    looked_at = [*plain, *(page + look for page in CHANGING for look in looks)]
    sizes = ("2 thousand responses", *([] if where else ["2 thousand / at 500"]))
    return {
        f"dashboards, unchanged data by ETag{where}",
        f"priorities job at 2 thousand responses{where}",
        *(f"{page} at {size}{where}" for page in PAGES for size in sizes),
        *(f"{look} at 2 thousand{where}, in plain pages" for look in looked_at),
    }


# Parts that measure the same databases are run together: each is filled once.
LINES = {
    "widget,tasks,memory,soak,scale": {
        "widget until a rating can be given, gzipped",
        "widget, longest task on a slow phone / of the page alone",
        "resident memory after the dashboards",
        "resident memory after 20 requests",
        "memory of the second half / second quarter",
        "ingest at 2 thousand responses / at 100",
    },
    "machine,scoring,start,commands": {
        "machine, python -c pass",
        "machine, an idle interpreter",
        "machine, an fsync of 4 kB",
        "scoring 100 thousand ratings / numpy.bincount",
        "start to first answer / bare Litestar + SQLModel",
        "feedback --help / python -c pass",
        "feedback import --help / python -c pass",
        "feedback surveys / python -c pass",
        "feedback trend --metric nps / python -c pass",
    },
    "ingest": {
        "ingest, SQLite FULL / bare handler",
        "ingest, PostgreSQL / bare handler",
    },
    "transaction,fsync": {
        "ingest, group commit / single commits, fsync + 2 ms",
        *(
            f"transaction, {where}: {what}"
            for what in ADDITIONS
            for where in ("SQLite", "PostgreSQL")
        ),
        *(f"transaction, SQLite: {table}" for table in TABLES),
    },
    "import": {
        "import / raw executemany, SQLite",
        "import / raw executemany, PostgreSQL",
        "import / raw COPY, PostgreSQL",
        "import, memory at 1 thousand / at 200",
        "an answer during an import",
    },
    "comments": {
        "erasing words from FTS5 (optimize)",
        *(
            f"{line} at 1 thousand answers{where}"
            for line in ("comments job", "/comments?q=…", "/comments")
            for where in ("", ", PostgreSQL")
        ),
    },
    "pages": page_lines(""),
    "postgres": page_lines(", PostgreSQL"),
}
ONE_SIZE = {"postgres": ["--responses", "2000"]}  # how sizes are compared is tested on SQLite


@pytest.mark.postgres
@pytest.mark.parametrize("parts", LINES)
def test_it_measures_every_budget(
    parts: str,
    postgres_maker: PostgresMaker,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    database = postgres_maker.make()
    monkeypatch.setenv("TEST_DATABASE_URL", database.render_as_string(hide_password=False))
    for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        monkeypatch.delenv(name, raising=False)  # it would double what servers take to start

    assert main(["--quick", "--only", parts, *ONE_SIZE.get(parts, [])]) == 0

    postgres_maker.drop(database)
    measured = {line.split("  ")[0] for line in capsys.readouterr().out.splitlines()}
    assert LINES[parts] <= measured


def test_no_part_is_left_out(tmp_path: Path) -> None:
    tested = {part for parts in LINES for part in parts.split(",")}

    assert tested == set(Bench(QUICK, tmp_path).parts())
