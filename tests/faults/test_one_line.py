"""Whatever around the program is wrong, every command says it in one line, and changes nothing."""

import asyncio
import os
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import URL

from feedback import cli
from feedback.commands.serve import require_free_port
from feedback.errors import FeedbackError
from feedback.settings import load_settings, secret_key
from tests.commands.test_program import Run, call
from tests.faults.conftest import on_postgres
from tests.faults.small_disk import small_disk
from tests.imports.conftest import HEADER, MAPPING, ROWS
from tests.serving import free_port

__all__ = ["call"]  # a fixture

# One way to call each command that opens the database.
CALLS = {
    "serve": ["serve", "--port", str(free_port())],
    "worker": ["worker"],
    "worker status": ["worker", "--status"],
    "migrate": ["migrate"],
    "import": ["import", "a.csv", "--mapping", "a.toml"],
    "surveys": ["surveys"],
    "trend": ["trend", "--metric", "nps"],
    "rollups verify": ["rollups", "verify"],
    "rollups rebuild": ["rollups", "rebuild"],
    "user": ["user", "add", "ana@shop.example"],
    "backup": ["backup", "copy.backup"],
    "export-person": ["export-person", "ana@shop.example", "--output", "ana.zip"],
    "erase": ["erase", "ana@shop.example", "--yes"],
}
# Those that open none, and those that say more than a line of it, in tests of their own.
OTHERS = {"compare", "demo", "drivers", "routes", "score", "restore", "check", "doctor"}

every_command = pytest.mark.parametrize("words", CALLS.values(), ids=CALLS.keys())


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("FEEDBACK_BASE_URL", "http://localhost")  # serve sets it for its processes
    monkeypatch.delenv("FEEDBACK_BASE_URL")
    (tmp_path / "a.csv").write_text("\n".join((HEADER, *ROWS)))
    (tmp_path / "a.toml").write_text(MAPPING)
    yield


def one_line(call: Run, words: list[str], **environment: str) -> str:
    said = call(*words, **environment)
    assert said.returncode == 1, said
    lines = [line for line in said.stderr.splitlines() if "is no setting of this" not in line]
    assert len(lines) == 1 and lines[0].startswith("feedback: "), said.stderr
    assert "Traceback" not in said.stderr + said.stdout
    return lines[0]


def test_every_command_is_tried() -> None:
    assert {words[0] for words in CALLS.values()} | OTHERS >= set(cli.COMMANDS)


def file_with(path: Path, *statements: str) -> str:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


FOREIGN = ("CREATE TABLE invoice (id INTEGER)", "INSERT INTO invoice VALUES (7)")
THEIR_ALEMBIC = (
    *FOREIGN,
    "CREATE TABLE alembic_version (version_num VARCHAR(32))",
    "INSERT INTO alembic_version VALUES ('4e6f')",
)
OURS = [f"CREATE TABLE {name} (id INTEGER)" for name in ("workspace", "survey", "response")]
NEWER = (
    *OURS,
    "CREATE TABLE rating_count (id INTEGER)",
    "CREATE TABLE alembic_version (version_num VARCHAR(32))",
    "INSERT INTO alembic_version VALUES ('2999_01_01_far')",
)


@every_command
def test_a_file_that_is_wrong_is_told_and_left_as_it_is(
    words: list[str], call: Run, tmp_path: Path
) -> None:
    (tmp_path / "letter.db").write_text("Dear customer, " * 100)
    cases: Mapping[str, tuple[str, str]] = {
        f"sqlite:///{tmp_path}/none/f.db": ("ENOENT", ""),
        "sqlite:////proc/f.db": ("ENOENT", ""),
        f"sqlite:///{tmp_path}": ("EISDIR", ""),
        "sqlite://": ("names no file", ""),
        "mysql://db/x": ("must start with sqlite", ""),
        f"sqlite:///{tmp_path}/letter.db": ("SQLITE_NOTADB", "letter.db"),
        file_with(tmp_path / "foreign.db", *FOREIGN): ("another program's", "foreign.db"),
        file_with(tmp_path / "alembic.db", *THEIR_ALEMBIC): ("another program's", "alembic.db"),
        file_with(tmp_path / "newer.db", *NEWER): ("newer than this program", "newer.db"),
    }
    for url, (expected, kept) in cases.items():
        before = (tmp_path / kept).read_bytes() if kept else b""
        mode = (tmp_path / kept).stat().st_mode
        if words[0] == "backup" and expected != "SQLITE_NOTADB":
            continue  # it says that there is none; what it finds it copies
        assert expected in one_line(call, words, database_url=url), url
        if kept:
            assert ((tmp_path / kept).read_bytes(), (tmp_path / kept).stat().st_mode) == (
                before,
                mode,
            )
            beside = {path.name for path in tmp_path.glob(f"{kept}*")}
            assert beside == {kept}


def test_an_older_schema_is_told_from_a_newer_one(call: Run, tmp_path: Path) -> None:
    older = (*NEWER[:-1], "INSERT INTO alembic_version VALUES ('2026_11_22_first')")
    said = one_line(call, ["surveys"], database_url=file_with(tmp_path / "old.db", *older))
    assert "older than this program" in said and "feedback migrate" in said


@every_command
def test_a_setting_that_is_none_is_named_with_the_nearest(words: list[str], call: Run) -> None:
    said = one_line(call, words, databse_url="sqlite:///x.db")
    assert "FEEDBACK_DATABSE_URL is no setting. Is FEEDBACK_DATABASE_URL meant?" in said


@pytest.mark.parametrize(
    ("name", "meant"),
    [("SECRETKEY_FILE", "SECRET_KEY_FILE"), ("BASEURL", "BASE_URL"), ("WORKERS", "WORKER")],
)
def test_slips_are_refused(name: str, meant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"FEEDBACK_{name}", "x")
    with pytest.raises(FeedbackError, match=f"Is FEEDBACK_{meant} meant"):
        load_settings()


def test_names_of_others_are_told_and_those_of_kubernetes_are_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("SERVICE_HOST", "PORT", "PORT_8000_TCP_ADDR", "SERVICE_PORT_HTTP"):
        monkeypatch.setenv(f"FEEDBACK_{name}", "10.0.0.1")
    load_settings()
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FEEDBACK_COLOUR_OF_THE_SEA", "x")
    load_settings()
    assert "FEEDBACK_COLOUR_OF_THE_SEA is no setting of this version" in capsys.readouterr().err


@pytest.mark.parametrize("file", [".", "none", "latin"], ids=["folder", "missing", "no text"])
def test_a_file_of_a_setting_that_cannot_be_read_is_told(
    file: str, call: Run, tmp_path: Path
) -> None:
    (tmp_path / "latin").write_bytes(b"\xe9\xff")
    said = one_line(call, ["surveys"], base_url_file=str(tmp_path / file))
    assert "FEEDBACK_BASE_URL_FILE: cannot read" in said


def test_half_a_key_is_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEEDBACK_SECRET_KEY")
    (tmp_path / "f.db.secret").write_text("")
    with pytest.raises(FeedbackError, match="holds no key"):
        secret_key(load_settings(database_url=f"sqlite:///{tmp_path}/f.db"))
    (tmp_path / "f.db.secret").unlink()
    assert len(secret_key(load_settings(database_url=f"sqlite:///{tmp_path}/f.db"))) == 64
    assert [path.name for path in tmp_path.glob("f.db*")] == ["f.db.secret"]


def test_a_port_or_a_host_that_is_not_ours_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        cases = {
            ("127.0.0.1", taken.getsockname()[1]): "is in use",
            ("192.0.2.1", 8000): "no address of this machine",
            ("nobody.invalid", 8000): "There is no host",
        }
        for (host, port), expected in cases.items():
            with pytest.raises(FeedbackError, match=expected) as refused:
                require_free_port(host, port)
            assert refused.value.exit_code == 1


@pytest.mark.parametrize("words", [CALLS["serve"], CALLS["migrate"]], ids=["serve", "migrate"])
def test_a_full_disk_at_the_start_is_told(words: list[str], call: Run, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        disk.fill()
        said = one_line(call, words, database_url=f"sqlite:///{disk.folder}/f.db")
        assert "SQLITE_FULL" in said and "Make room" in said


def _run(url: URL, *statements: str) -> None:
    async def work() -> None:
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    asyncio.run(work())


@on_postgres
@every_command
def test_a_server_that_is_wrong_is_told(words: list[str], call: Run, database_url: URL) -> None:
    there = database_url.render_as_string(hide_password=False)
    cases = {
        database_url.set(database="no_such").render_as_string(hide_password=False): "SQLSTATE 3D",
        "postgresql://nobody@127.0.0.1:1/x": "ECONNREFUSED",
        "postgresql://nobody@nobody.invalid/x": "there is no such host",
        "postgresql://nobody@/x?host=/nowhere": "ENOENT",
        "postgresql://db/x?sslmode=perhaps": "sslmode=perhaps",
        "postgresql://db/x?sslmod=require": "sslmod=, which is unknown",
        "postgresql://db/x?ssl=true&sslmode=disable": "leave one out",
        f"{there}{'&' if '?' in there else '?'}sslmode=verify-full&sslrootcert=/none": "/none",
    }
    for url, expected in cases.items():
        if "sslrootcert" in url and "host=" in url:
            continue  # a socket in a folder: TLS is not spoken there
        assert expected in one_line(call, words, database_url=url), url


@on_postgres
@every_command
def test_a_database_of_others_is_told_and_left_as_it_is(
    words: list[str], call: Run, database_url: URL
) -> None:
    name = f"foreign_{os.getpid()}"
    _run(database_url, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    theirs = database_url.set(database=name)
    try:
        for statements, expected in (
            (FOREIGN, "another program's"),
            (("DROP TABLE invoice", *NEWER), "newer than this program"),
        ):
            _run(theirs, *statements)
            if words[0] == "backup" and statements is not FOREIGN:
                continue  # what it finds it copies
            said = one_line(call, words, database_url=theirs.render_as_string(hide_password=False))
            assert expected in said
    finally:
        _run(database_url, f"DROP DATABASE {name} WITH (FORCE)")


@on_postgres
def test_a_server_whose_commits_do_not_wait_is_told(call: Run, database_url: URL) -> None:
    _run(database_url, f'ALTER DATABASE "{database_url.database}" SET synchronous_commit = off')
    try:
        there = database_url.render_as_string(hide_password=False)
        assert "synchronous_commit is off" in one_line(call, CALLS["serve"], database_url=there)
    finally:
        _run(database_url, f'ALTER DATABASE "{database_url.database}" RESET synchronous_commit')
