"""`/metrics`: what Prometheus reads, of all processes of a server, for who has the token."""

import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient

from feedback import numbers
from feedback.settings import Settings
from tests.applications import application
from tests.cast import Shop

Client = AsyncTestClient[Any]
TOKEN = "a-token-for-prometheus"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? -?[0-9.]+')


@pytest.fixture
async def watched(settings: Settings) -> AsyncIterator[Client]:
    told = settings.model_copy(update={"metrics_token": TOKEN})
    with application(told) as app:
        async with AsyncTestClient(app, raise_server_exceptions=False) as made:
            yield made


def value(answer: httpx.Response, sample: str) -> float:
    found = [line.rpartition(" ") for line in answer.text.splitlines()]
    return next((float(number) for name, _, number in found if name == sample), 0.0)


async def test_it_works(watched: Client, shop: Shop) -> None:
    before = await watched.get("/metrics", headers=BEARER)
    for rating in (9, 99):
        await watched.post(f"/r/{shop.nps.key}", json={"rating": rating})
    await watched.get(f"/s/{shop.nps.key}?email=canary@example.org")
    after = await watched.get("/metrics", headers=BEARER)
    assert after.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    for sample, more in {
        'feedback_answers_total{result="created"}': 1,
        'feedback_refusals_total{reason="rating_off_scale"}': 1,
        "feedback_write_seconds_count": 1,
        'feedback_write_seconds_bucket{le="+Inf"}': 1,
        'feedback_requests_total{route="GET /s/{survey_key}",status="200"}': 1,
    }.items():
        assert value(after, sample) - value(before, sample) == more, sample
    assert value(after, "feedback_database_up") == 1
    assert value(after, "feedback_database_bytes") > 10_000
    assert 'feedback_build_info{version="' in after.text
    assert "canary" not in after.text and shop.nps.key not in after.text


async def test_it_is_written_as_prometheus_reads_it(watched: Client) -> None:
    await watched.get("/nowhere/canary-token")
    lines = (await watched.get("/metrics", headers=BEARER)).text.splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert len(samples) > 20
    assert [line for line in samples if not LINE.fullmatch(line)] == []
    assert len({line.rpartition(" ")[0] for line in samples}) == len(samples)
    helped = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    names = {re.sub(r"_(bucket|sum|count)$", "", re.split("[{ ]", line)[0]) for line in samples}
    assert names == helped


@pytest.mark.parametrize(
    "sent", [None, "Bearer no", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \u00e9"]
)
async def test_it_refuses_who_has_no_token(watched: Client, sent: str | None) -> None:
    headers = {b"Authorization": sent.encode()} if sent else {}
    answer = await watched.get("/metrics", headers=headers)
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_without_a_token_set_there_is_no_such_page(client: Client) -> None:
    assert (await client.get("/metrics", headers=BEARER)).status_code == 404


def test_the_numbers_of_all_processes_are_added_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers.Meeting, "folder", tmp_path)
    numbers.share()
    own = numbers.snapshot()
    key = ("answers", "created")
    fellow = {**own, "counted": [[*key, 7]], "now": {"queue": 3}}
    text = json.dumps(fellow)
    (tmp_path / f"{os.getppid()}.json").write_text(text)  # lives
    (tmp_path / "999999999.json").write_text(text)  # died: what it counted stays
    (tmp_path / "1.json").write_text(text[:40])  # is being written
    found = numbers.of_all()
    assert found["counted"][key] == numbers.COUNTED[key] + 14
    assert found["now"]["queue"] == numbers.NOW.get("queue", 0) + 3
    assert found["writes"][0] == [3 * n for n in own["writes"][0]]
