"""`make bench` measures every budget. What it finds is not judged here: CI's machine is shared."""

import subprocess
import sys
from pathlib import Path

import pytest

LINES = (
    "widget until a rating can be given, gzipped",
    "widget, longest task on a slow phone / of the page alone",
    "scoring 100 thousand ratings / numpy.bincount",
    "start to first answer / bare Litestar + SQLModel",
    "feedback --help / python -c pass",
    "feedback import --help / python -c pass",
    "feedback surveys / python -c pass",
    "feedback trend --metric nps / python -c pass",
    "resident memory after the dashboards",
    "ingest, SQLite FULL / bare handler",
    "ingest, PostgreSQL / bare handler",
    "ingest, group commit / single commits, fsync + 2 ms",
    "ingest at 2 thousand responses / at 100",
    "import of 1 thousand ratings, a second",
    "import, memory at 1 thousand / at 200",
    "an answer during an import",
    "dashboards, unchanged data by ETag",
    "dashboards, unchanged data by ETag, PostgreSQL",
    "priorities job at 2 thousand responses",
    "priorities job at 2 thousand responses, PostgreSQL",
    *(
        f"{look} at 2 thousand{where}, in plain pages"
        for look in ("/settings", "/surveys", "/board, 304", "/trends, 304")
        for where in ("", ", PostgreSQL")
    ),
    *(
        f"{page}{look} at 2 thousand{where}, in plain pages"
        for page in ("/board", "/trends", "/trends?touchpoint", "/map")
        for look in ("", ", unseen month", ", after each answer")
        for where in ("", ", PostgreSQL")
    ),
    *(
        f"{page} at {sizes}"
        for page in (
            "/board",
            "/trends",
            "/trends?touchpoint",
            "/map",
            "/priorities",
            "/actions",
            "/actions/{id}",
            "/compare",
            "/compare?kind=groups",
            "/compare?kind=groups&touchpoint",
            "/responses",
        )
        for sizes in (
            "2 thousand responses",
            "2 thousand responses, PostgreSQL",
            "2 thousand / at 500",
            "2 thousand / at 500, PostgreSQL",
        )
    ),
)


# Four times as long as it takes on a busy machine.
MOST_SECONDS = 900


def run_bench() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", "--quick"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
    )


@pytest.mark.postgres
def test_it_measures_every_budget() -> None:
    try:
        ran = run_bench()
    except subprocess.TimeoutExpired:
        # Seen once in some forty runs: greenlet 3.5.6 spins in C while it takes down the state of a
        # thread that has ended (ThreadState_DestroyNoGIL). A hang of ours would hang again.
        ran = run_bench()
    assert ran.returncode == 0, ran.stderr
    measured = {line.split("  ")[0] for line in ran.stdout.splitlines()}
    assert set(LINES) <= measured
