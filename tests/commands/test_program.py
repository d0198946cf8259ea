"""The program itself: help, misuse in one line, rollups, users, settings."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback import clock
from feedback.cli import main
from feedback.db import Database
from feedback.responses.catalog import load_definition
from feedback.responses.ingest import prepare
from feedback.responses.message import Message
from feedback.responses.models import RatingCount
from feedback.responses.rollup import find_differences, rebuild
from feedback.responses.writer import Writer, make_store
from feedback.settings import Settings
from tests import cast
from tests.cast import Shop
from tests.waiting import PATIENCE

COMMANDS = [
    [], ["serve"], ["migrate"], ["import"], ["score"], ["surveys"], ["trend"], ["demo"],
    ["rollups"], ["rollups", "verify"], ["rollups", "rebuild"], ["user"], ["user", "add"],
]  # fmt: skip


Result = subprocess.CompletedProcess[str]
Run = Callable[..., Result]
Program = Callable[..., Awaitable[Result]]


def run(*words: str, **environment: str) -> Result:
    """The program as a person starts it, with these settings."""
    settings = {f"FEEDBACK_{name.upper()}": value for name, value in environment.items()}
    return subprocess.run(
        [sys.executable, "-c", "from feedback.cli import main; main()", *words],
        env=os.environ | settings | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The same within this process: its start takes 30 times as long as what it says."""

    def call(*words: str, **environment: str) -> Result:
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["feedback", *words])
        for name, value in environment.items():
            monkeypatch.setenv(f"FEEDBACK_{name.upper()}", value)
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Result(words, int(ended.value.code or 0), said.out, said.err)

    return call


def refused(result: Result, code: int) -> str:
    """The one line of a refusal."""
    assert result.returncode == code, result.stderr
    assert result.stdout == "" and result.stderr.count("\n") == 1, result.stderr
    return result.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words) or "feedback")
def test_every_command_has_help_with_an_example(words: list[str], call: Run) -> None:
    result = call(*words, "--help")
    assert result.returncode == 0
    is_group = words in ([], ["rollups"], ["user"])
    assert is_group or "Example:" in result.stdout


MISUSES = {
    "an unknown command": ["fly"],
    "a missing option": ["trend"],
    "an option without its value": ["trend", "--metric"],
    "a port that is none": ["serve", "--port", "99999999"],
    "an unknown metric": ["trend", "--metric", "fun"],
    "a file that is not there": ["score", "nothing.csv", "--metric", "nps", "--rating", "x"],
    "no e-mail": ["user", "add", "ana"],
}


@pytest.mark.parametrize("words", MISUSES.values(), ids=MISUSES.keys())
def test_misuse_is_told_in_one_line(words: list[str], tmp_path: Path, call: Run) -> None:
    refused(call(*words, database_url=f"sqlite:///{tmp_path}/new.db"), 2)


ENVIRONMENTS = {
    "database_url": ("mysql://x", "must start with sqlite"),
    "base_url": ("example.org", "must be a web address"),
    "secret_key": ("short", "at least 32"),
}


@pytest.mark.parametrize(("name", "case"), ENVIRONMENTS.items(), ids=ENVIRONMENTS.keys())
def test_an_odd_setting_is_told_by_its_name(name: str, case: tuple[str, str], call: Run) -> None:
    said = refused(call("migrate", **{name: case[0]}), 1)
    assert f"FEEDBACK_{name.upper()}" in said and case[1] in said


def test_a_setting_may_come_from_a_file(tmp_path: Path, call: Run) -> None:
    (tmp_path / "url").write_text(f"sqlite:///{tmp_path}/from-a-file.db\n")
    result = call("migrate", database_url_file=str(tmp_path / "url"))
    assert result.returncode == 0 and (tmp_path / "from-a-file.db").exists()


def test_a_setting_that_is_said_twice_is_refused(tmp_path: Path, call: Run) -> None:
    (tmp_path / "url").write_text("postgresql://app@db/feedback")
    here = f"sqlite:///{tmp_path}/here.db"
    said = refused(call("migrate", database_url=here, database_url_file=f"{tmp_path}/url"), 2)
    assert "FEEDBACK_DATABASE_URL_FILE are both set" in said and not (tmp_path / "here.db").exists()


def test_a_missing_secret_file_is_told(tmp_path: Path, call: Run) -> None:
    assert "SECRET_KEY_FILE" in refused(call("migrate", secret_key_file=f"{tmp_path}/no"), 1)


def test_a_database_that_cannot_be_opened_is_told() -> None:
    said = refused(run("migrate", database_url="sqlite:////no/such/folder/f.db"), 1)
    assert "Cannot open the database" in said


async def stored(database: Database, settings: Settings, shop: Shop) -> None:
    survey = await load_definition(database, shop.nps.key)
    assert survey is not None
    writer = Writer(make_store(settings), database)
    await writer.start()
    for rating in range(11):
        message = Message(rating=rating, test=rating == 0)
        await writer.store(prepare(message, survey, clock.now(), b"k" * 32))
    await writer.stop()


@pytest.fixture
def program(settings: Settings, call: Run) -> Program:
    """The program on the test's database, in a thread: it has an event loop of its own."""
    given = {"database_url": settings.database_url, "secret_key": settings.secret_key or ""}
    return lambda *words: asyncio.to_thread(call, *words, **given)


async def test_rollups_verify_agrees_and_rebuild_mends(
    database: Database, settings: Settings, shop: Shop, program: Program
) -> None:
    await stored(database, settings, shop)
    assert (await program("rollups", "verify")).returncode == 0
    async with database.write() as session:
        rows = await session.exec(
            select(RatingCount).where(RatingCount.workspace_id == shop.workspace.id)
        )
        row = rows.first()
        assert row is not None
        row.n += 3
    wrong = await program("rollups", "verify")
    assert wrong.returncode == 1 and "+3" in wrong.stdout and "rebuild" in wrong.stderr
    assert (await program("rollups", "rebuild")).returncode == 0
    assert (await program("rollups", "verify")).returncode == 0


async def test_a_rebuild_leaves_other_workspaces_alone(
    database: Database, settings: Settings, shop: Shop
) -> None:
    other = await cast.open_shop(database, key="other")
    await stored(database, settings, shop)
    await stored(database, settings, other)
    async with database.write() as session:
        await rebuild(session, shop.workspace.id)
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []
        assert await find_differences(session, other.workspace.id) == []


async def test_user_add_prints_a_link_that_lets_them_in(
    shop: Shop, client: AsyncTestClient[Any], program: Program
) -> None:
    result = await program("user", "add", "Eve@shop.example", "--role", "editor")
    assert result.returncode == 0 and "eve@shop.example is editor" in result.stdout
    path = "/setup/" + result.stdout.strip().split("/setup/")[1]
    answer = await client.post(path, data={"password": "a sentence of mine"})
    assert answer.status_code in (200, 303, 404)  # 404: the board of a later page
    assert "eve@shop.example" in (await client.get("/settings")).text
