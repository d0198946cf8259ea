"""Every line in one form, what repeats itself summed up, nobody's data in any."""

import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback import log_lines
from feedback.log_lines import Asked, Line, Lines
from tests.cast import Shop

Client = AsyncTestClient[Any]
CANARY = "canary-77ab@example.org"
TEXT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING|ERROR) .+"
    r" \[[0-9a-f-]{8,64}, POST /[a-z{}_/-]+, \d{3}, \d+ ms\]"
)


class Said:
    """What the server writes from now on, and a logger that says it so."""

    def __init__(self, capsys: pytest.CaptureFixture[str], handler: Lines) -> None:
        self._capsys = capsys
        self._all = ""
        self.handler = handler
        self.log = logging.getLogger("a.test.of.lines")
        self.log.propagate = False
        self.log.setLevel(logging.INFO)
        self.log.handlers = [handler]

    @property
    def lines(self) -> list[str]:
        self._all += self._capsys.readouterr().err
        return self._all.splitlines()


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Said]:
    made = Said(capsys, Lines(seconds=600))
    yield made
    made.log.handlers = []
    made.handler.flush()


def test_what_repeats_itself_is_one_line_and_then_their_number(said: Said) -> None:
    for _ in range(400):
        said.log.warning("an answer was not stored: %s", OSError(28, CANARY))
        said.log.warning("something else")
    assert len(said.lines) == 2
    said.handler.flush()
    first, other, more, _ = said.lines
    assert first.endswith("WARNING an answer was not stored: OSError: ENOSPC, "
                          "No space left on device")  # fmt: skip
    assert "something else" in other and "(399 more times in 60 s)" in more
    assert CANARY not in "".join(said.lines)


def test_a_minute_without_more_says_nothing(said: Said) -> None:
    said.log.warning("once")
    said.handler.flush()
    said.log.warning("once")
    assert len(said.lines) == 2


def test_the_minute_ends_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    made = Said(capsys, Lines(seconds=0.05))
    for _ in range(3):
        made.log.warning("again")
    while not any("2 more times" in line for line in made.lines):
        time.sleep(0.01)
    made.log.handlers = []


def test_failures_of_different_places_are_different_kinds(said: Said) -> None:
    for wrong in ("x", "y"):
        try:
            int(wrong) if wrong == "x" else [][1]
        except (ValueError, IndexError):
            said.log.exception("a page failed")
    assert sum("a page failed" in line for line in said.lines) == 2
    assert sum("Traceback" in line for line in said.lines) == 2


def test_kinds_without_end_are_lumped_together(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_lines, "MOST_KINDS", 10)
    for n in range(500):
        said.log.warning("job %d failed", n)
    assert len(said.lines) <= 11


def test_as_json_a_line_is_one_object(said: Said) -> None:
    said.handler.setFormatter(Line("json"))
    scope = {"method": "GET", "path": "/setup/x", "path_template": "/setup/{token}", "headers": []}
    about = {"asked": Asked(scope), "status": 500}
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        said.log.exception("it failed: %s", error, extra=about)
    [line] = said.lines
    found = json.loads(line)
    assert {"time", "level", "logger", "message", "request", "route", "status", "ms"} < set(found)
    assert (found["level"], found["route"], found["status"]) == (
        "error", "GET /setup/{token}", 500)  # fmt: skip
    assert "Traceback" in found["trace"] and CANARY not in line


def test_an_output_that_is_gone_stops_nobody(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, _text: str) -> None:
            raise OSError(28, "No space left on device")

        flush = write

    monkeypatch.setattr(sys, "stderr", Full())
    said.log.warning("nobody hears this")


@pytest.mark.parametrize("given", [CANARY, "a" * 65, "abc", "<script>", "0123456g"])
def test_an_id_of_a_proxy_holds_nothing_but_an_id(given: str) -> None:
    assert log_lines.request_id([(b"x-request-id", given.encode())]) != given


async def test_what_is_refused_and_who_fails_to_sign_in_is_told_without_their_data(
    client: Client, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    log_lines.set_up("text")
    message = {"rating": 99, "comment": CANARY, "contact": {"email": CANARY}}
    for _ in range(30):
        answer = await client.post(f"/r/{shop.nps.key}?token={CANARY}", json=message)
        assert answer.status_code == 422
        signed_in = {"email": CANARY, "password": CANARY}
        origin = {"Origin": "http://testserver.local"}
        await client.post(f"/sign-in?next=/{CANARY}", data=signed_in, headers=origin)
    log_lines.say_what_is_held()
    heard = capsys.readouterr().err
    lines = [line for line in heard.splitlines() if "refused" in line or "sign-in" in line]
    assert CANARY not in heard and shop.nps.key not in heard
    assert [line for line in lines if not TEXT.fullmatch(line)] == []
    assert any("refused: rating_off_scale [" in line for line in lines)
    assert any("rating_off_scale (29 more times in 60 s)" in line for line in lines)
    assert any("a sign-in failed [" in line and "POST /sign-in, 422" in line for line in lines)
    assert len(lines) <= 6


async def test_an_answer_has_the_id_that_its_line_has(
    client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log_lines.set_up("json")
    # Another application of this process may have given Litestar's own lines another way.
    litestar = logging.getLogger("litestar")
    monkeypatch.setattr(litestar, "handlers", [])
    monkeypatch.setattr(litestar, "propagate", True)

    def fail(*_given: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(client.app.state.catalog, "find", fail)
    sent = {"X-Request-Id": "00c0ffee00c0ffee"}
    for answer in (
        await client.get(f"/s/{CANARY}", headers=sent),
        await client.post(f"/r/{CANARY}", json={"rating": 1}, headers=sent),
    ):
        assert answer.status_code == 500 and answer.headers["X-Request-Id"] == "00c0ffee00c0ffee"
    heard = capsys.readouterr().err
    found = [json.loads(line) for line in heard.splitlines()]
    routes = [one["route"] for one in found if one.get("request") == "00c0ffee00c0ffee"]
    assert routes == ["GET /s/{survey_key}", "POST /r/{survey_key}"] and CANARY not in heard


def test_a_forked_process_does_not_say_what_its_parent_will(said: Said) -> None:
    for _ in range(3):
        said.log.warning("again")
    child = os.fork()
    if child == 0:
        said.handler.flush()
        os._exit(0)
    os.waitpid(child, 0)
    assert len(said.lines) == 1
    said.handler.flush()
    assert "2 more times" in said.lines[1]
