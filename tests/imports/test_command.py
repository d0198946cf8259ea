"""`feedback import` as a program: what it prints, how it ends, and that it survives a kill."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.imports.conftest import HEADER, MAPPING, ROWS

RUN = [sys.executable, "-c", "from feedback.cli import main; main()", "import"]

# The same, and a word when it begins to read. What starts tests in the background may have had
# Ctrl-C ignored by all that it starts.
STOPPABLE = [
    sys.executable,
    "-c",
    "import signal, sys\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from feedback.imports.read import Reader\n"
    "entries = Reader.entries\n"
    "def told(*given):\n"
    "    print('reading', file=sys.stderr, flush=True)\n"
    "    return entries(*given)\n"
    "Reader.entries = told\n"
    "from feedback.cli import main\n"
    "main()",
    "import",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "answers.csv").write_text("\n".join([HEADER, *ROWS, ""]))
    (tmp_path / "mapping.toml").write_text(MAPPING)
    return tmp_path


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FEEDBACK_")}
    return subprocess.run(
        [*RUN, *arguments], cwd=folder, env=kept, capture_output=True, text=True, check=False
    )


def test_it_works_in_an_empty_folder(folder: Path) -> None:
    first = run(folder, "answers.csv", "--mapping", "mapping.toml")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("stored 5, already stored 0, blank 1, left out 0\n")
    again = run(folder, "answers.csv", "--mapping", "mapping.toml")
    assert again.stdout.startswith("stored 0, already stored 5,")
    taken_back = run(folder, "--undo", first.stdout.split()[-1])
    assert taken_back.stdout == "removed 5\n"


def test_it_tells_what_it_took_the_file_for(folder: Path) -> None:
    header = HEADER.replace("plan", "Status")
    mapping = MAPPING.replace('"plan"', '"Status"')
    (folder / "mapping.toml").write_text(mapping)
    test = "9,2024-04-02,,9,,,Survey Test"
    (folder / "answers.csv").write_text("\n".join(["NPS 2024", "", header, *ROWS, test, ""]))
    told = run(folder, "answers.csv", "--mapping", "mapping.toml")
    assert told.stdout.startswith("stored 5,")
    assert "the header is under line 2; if it is not, say skip_lines" in told.stderr
    assert "left out as previews or tests of the survey itself: 1;" in told.stderr


def test_refused_it_exits_2_and_makes_no_database(folder: Path) -> None:
    with (folder / "answers.csv").open("a") as file:
        file.write("4,2024-02-30,,9,,,\n")
    refused = run(folder, "answers.csv", "--mapping", "mapping.toml")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "line 5" in refused.stderr and "Traceback" not in refused.stderr
    assert list(folder.glob("*.db*")) == []


def test_skipped_lines_are_told(folder: Path) -> None:
    with (folder / "answers.csv").open("a") as file:
        file.write("4,2024-02-30,,9,,,\n")
    done = run(folder, "answers.csv", "--mapping", "mapping.toml", "--skip-bad")
    assert done.returncode == 0 and done.stdout.startswith("stored 5,")
    assert "left out: line 5" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [[], ["answers.csv"], ["--undo", "x", "answers.csv"], ["no.csv", "--mapping", "mapping.toml"]],
    ids=["nothing", "no mapping", "undo with a file", "no such file"],
)
def test_misuse_is_one_line_and_exit_2(folder: Path, arguments: list[str]) -> None:
    refused = run(folder, *arguments)
    assert refused.returncode == 2 and len(refused.stderr.splitlines()) == 1


def test_killed_in_the_middle_nothing_is_lost_or_doubled(folder: Path) -> None:
    rows = [f"{n},2024-03-{n % 28 + 1:02d},p{n},{n % 11},{n % 5 + 1},," for n in range(30_000)]
    (folder / "answers.csv").write_text("\n".join([HEADER, *rows]))
    command = [*RUN, "answers.csv", "--mapping", "mapping.toml"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    while process.poll() is None and not _count(folder, "response"):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = _count(folder, "response")
    done = run(folder, "answers.csv", "--mapping", "mapping.toml")
    assert done.stdout.startswith(f"stored {60_000 - before}, already stored {before},")
    assert _count(folder, "response") == _count(folder, "submission") == 60_000
    assert _count(folder, "import_run") == 1


def test_ids_at_another_time_stop_it_until_it_is_said_what_to_do(folder: Path) -> None:
    run(folder, "answers.csv", "--mapping", "mapping.toml")
    saved = (folder / "answers.csv").read_text().replace("2024-03-31 23:30", "2024-03-31 23:00")
    (folder / "saved.csv").write_text(saved)
    refused = run(folder, "saved.csv", "--mapping", "mapping.toml")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "saved.csv: 1 id is stored already at another time, nothing was" in refused.stderr
    left = run(folder, "saved.csv", "--mapping", "mapping.toml", "--moved", "skip")
    assert left.stdout.startswith("stored 0, already stored 5,") and left.returncode == 0
    assert left.stderr == "feedback: 1 id is stored already at another time.\n"


@pytest.mark.parametrize("table", ["", "response"], ids=["while it checks", "while it stores"])
def test_ctrl_c_says_how_to_go_on_and_how_to_undo(folder: Path, table: str) -> None:
    rows = [f"{n},2024-03-{n % 28 + 1:02d},p{n},{n % 11},{n % 5 + 1},," for n in range(60_000)]
    (folder / "answers.csv").write_text("\n".join([HEADER, *rows]))
    command = [*STOPPABLE, "answers.csv", "--mapping", "mapping.toml"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "reading\n"
    while table and process.poll() is None and not _count(folder, table):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130 and len(said.splitlines()) == 1
    if not table:
        assert "Stopped; nothing was stored." in said and _count(folder, "response") == 0
        return
    before = _count(folder, "response")
    assert 0 < before < 120_000 and "the same command goes on from there" in said
    taken_back = run(folder, "--undo", said.split()[-1])
    assert taken_back.stdout == f"removed {before}\n"


def _count(folder: Path, table: str) -> int:
    try:
        address = f"file:{folder}/feedback.db?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            return found
    except sqlite3.Error:
        return 0
