"""An error is said by its class, its code and its place, never by its text: SAFETY E8."""

import ast
import asyncio
import gc
import logging
import sqlite3
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from feedback import logs
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.logs import describe, safe_traceback

CANARY = "canary-5e1f@example.org"


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError(CANARY), "ValueError"),
        (KeyError(CANARY), "KeyError"),
        (FileNotFoundError(2, "No such file", CANARY), "FileNotFoundError: ENOENT, No such file "
         "or directory"),
        (OSError(CANARY), "OSError"),
        (OSError(99_999, CANARY), "OSError"),
        (FeedbackError(f"{CANARY} is not an e-mail address."), "FeedbackError"),
        (FeedbackError("The disk is gone.", exit_code=1), "FeedbackError: The disk is gone."),
        (UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY), "UnicodeDecodeError"),
    ],
)  # fmt: skip
def test_a_line_says_class_and_code(error: BaseException, said: str) -> None:
    assert describe(error) == said
    assert describe(raised(error)).startswith(f"{said} (test_logs.py:")
    assert describe(raised(error), with_place=False) == said


async def test_a_database_says_its_code_and_not_the_row(database: Database) -> None:
    add = sa.text("INSERT INTO \"user\" (id, email, created_at) VALUES (:id, :email, '2026-01-01')")
    with pytest.raises(sa.exc.IntegrityError) as twice:
        async with database.write() as session:
            for n in (b"1", b"2"):
                id = n * 16 if database.is_sqlite else "0" * 31 + n.decode()
                given = {"id": id, "email": CANARY}
                await session.exec(add, params=given)  # type: ignore[call-overload]
    said = describe(twice.value)
    code = "SQLITE_CONSTRAINT_UNIQUE" if database.is_sqlite else "SQLSTATE 23505"
    assert said.startswith(f"IntegrityError: {code}, a rule of the data would be broken")
    assert database.is_sqlite or "uq_user_email" in said
    assert CANARY not in said + safe_traceback(twice.value)
    # On PostgreSQL the text still has it, in the row it quotes: that is why it is never printed.
    assert (CANARY in str(twice.value)) == (not database.is_sqlite)
    assert "hide_parameters=True" in str(twice.value)


def test_a_traceback_has_the_frames_of_every_cause_and_no_text() -> None:
    def fail() -> None:
        try:
            sqlite3.connect(":memory:").execute(f"SELECT '{CANARY}' FROM nowhere")
        except sqlite3.Error as error:
            raise RuntimeError(CANARY) from error

    try:
        fail()
    except RuntimeError as caught:
        said = safe_traceback(ExceptionGroup(CANARY, [caught, KeyError(CANARY)]))
    assert CANARY not in said
    assert said.count("Traceback (most recent call last)") == 2
    assert "in fail\n" in said and "which caused:" in said and "KeyError" in said
    assert "OperationalError: SQLITE_ERROR, the statement or the schema is wrong" in said


def test_no_record_holds_the_text_whoever_writes_it(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("somebody.else")
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        log.exception("it failed: %s", error)
        log.warning("%(what)s: %(why)s", {"what": "so", "why": error})
        log.warning("again", exc_info=error)
    assert CANARY not in caplog.text
    assert caplog.text.count("in test_no_record_holds_the_text") == 2
    assert "it failed: ValueError (test_logs.py:" in caplog.text


@pytest.mark.parametrize("name", ["uvicorn.access", "granian.access"])
def test_a_line_about_a_request_has_no_query_and_no_token(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, name)
    log = logging.getLogger(name)
    logging.getLogger(name).propagate = True
    log.info('%s "%s %s" %d', "::1", "GET", f"/s/abc?id={CANARY}&rating=9", 200)
    log.info("%(path)s %(status)d", {"path": f"/setup/{CANARY}", "status": 200})
    log.info('%s "%s"', "::1", f"GET /sign-in/{CANARY}?next=/board HTTP/1.1")
    log.info('%s "%s"', "::1", f"POST /mine/nps1/{CANARY}/erase?lang=fr HTTP/1.1")
    assert CANARY not in caplog.text
    assert '"GET /s/abc" 200' in caplog.text and "/setup/... 200" in caplog.text
    assert "GET /sign-in/... HTTP/1.1" in caplog.text
    assert "POST /mine/nps1/.../erase HTTP/1.1" in caplog.text


async def test_what_nobody_awaited_is_told_without_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    loop = asyncio.get_running_loop()

    def fail(what: str) -> None:
        raise ValueError(what)

    async def fail_later() -> None:
        fail(CANARY)

    loop.call_soon(fail, CANARY)
    task = loop.create_task(fail_later())
    await asyncio.wait([task])
    del task
    gc.collect()
    loop.call_exception_handler({"message": "a socket is gone", "what": CANARY})
    for said in ("Exception in callback", "exception was never retrieved", "a socket is gone"):
        assert said in caplog.text
    assert caplog.text.count("ValueError (test_logs.py:") == 2 and CANARY not in caplog.text


def test_what_ends_a_thread_is_told_without_its_text(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    logs.watch_threads()

    def fail() -> None:
        raise ValueError(CANARY)

    class Dropped:
        def __del__(self) -> None:
            raise KeyError(CANARY)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    Dropped()
    assert "a thread failed" in caplog.text and "what was dropped failed" in caplog.text
    assert CANARY not in caplog.text


def test_every_engine_hides_its_parameters() -> None:
    root = Path(__file__).parents[1]
    files = [*(root / "feedback").rglob("*.py"), root / "migrations" / "env.py"]
    calls = [
        ast.unparse(node)
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("create_engine", "create_async_engine")
    ]
    assert len(calls) >= 3
    assert all("hide_parameters=True" in call or "**_engine_options" in call for call in calls)
