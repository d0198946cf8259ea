"""`/noise` with a file of another tool: which of its monthly movements were more than chance."""

import io
import random
import tempfile
from collections.abc import Iterator
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import time_machine
from litestar.testing import AsyncTestClient

from feedback.comparisons import noise_file
from feedback.comparisons.moves import judge_moves
from feedback.rows import Table, csv_text, xlsx_bytes
from feedback.scoring import METRICS
from feedback.scoring.months import months_between

Client = AsyncTestClient[Any]
MONTHS = months_between("2024-03", "2026-02")
HEAD = ["Submitted at", "How likely are you to recommend us?", "Why?"]
TODAY = "2026-03-15T12:00:00+00:00"


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


def given(months: list[str] = MONTHS, *, fallen_from: str = "2025-09", n: int = 60) -> list[Any]:
    """Answers of a tool: by chance, and from one month on of less happy people."""
    chance = random.Random(11)
    rows = []
    for month in months:
        shares = (45, 30, 25) if month >= fallen_from else (15, 30, 55)
        for _ in range(n):
            band = chance.choices((range(7), (7, 8), (9, 10)), shares)[0]
            day = f"{month}-{chance.randint(1, 28):02d} 10:{chance.randint(0, 59):02d}"
            rows.append([day, chance.choice(band), "Because" if chance.random() < 0.3 else ""])
    return rows


async def send(client: Client, content: bytes, name: str = "answers.csv", **fields: str) -> Any:
    return await client.post("/noise", files={"file": (name, content)}, data=fields)


async def test_it_works_without_signing_in_and_tells_news_from_noise(client: Client) -> None:
    answer = await send(client, csv_text(HEAD, given()).encode())
    assert answer.status_code == 200
    assert "Your tool showed 23 movements in 24 months; 1 was more than chance." in answer.text
    assert "more than chance: down since September 2025" in answer.text
    assert "Nothing is said of the movements of the first twelve months" in answer.text
    assert answer.text.count('<th scope="row">') == 24
    held = answer.text.count("what later months are held against")
    assert held == 12 + 5  # the first year, and after the month of the change the new level
    assert "Ratings are those of “How likely are you to recommend us?”" in answer.text


async def test_a_workbook_and_other_ways_to_write_say_the_same(client: Client) -> None:
    plain = (await send(client, csv_text(HEAD, given()).encode())).text
    rows = [[f"{day[8:10]}/{day[5:7]}/{day[:4]}", f"{n} - so", why] for day, n, why in given()]
    german = csv_text(HEAD, rows).replace(",", ";").encode("utf-16")
    for content in (xlsx_bytes(Table(HEAD, given())), german):
        assert _table(await send(client, content)) == plain.partition("<tbody>")[2]


def _table(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.text.partition("<tbody>")[2])


async def test_a_file_of_our_own_is_read_as_the_board_reads_it(client: Client) -> None:
    head = ["survey", "metric", "rating", "state", "answered_at", "answered_at_local", "month"]
    kinds = ((0, "counted", "nps"), (10, "test", "nps"), (1, "counted", "csat_5"))
    rows = [
        ["key", metric, rating, state, f"{month}-01T00:00:00Z", f"{month}-01T02:00:00+02:00", month]
        for month in MONTHS
        for rating, state, metric in kinds
    ]
    answer = await send(client, csv_text(head, rows).encode())
    assert "Your tool showed 0 movements in 24 months." in answer.text
    assert "48 rows that our own board does not count are left out." in answer.text


async def test_it_speaks_the_readers_language(client: Client) -> None:
    french = {"Accept-Language": "fr"}
    sent = {"file": ("a.csv", csv_text(HEAD, given()).encode())}
    text = (await client.post("/noise", files=sent, headers=french)).text
    assert "Votre outil a montré 23 mouvements en 24 mois\u202f; 1 dépassait le hasard." in text
    assert "en baisse depuis septembre 2025" in text


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (given(MONTHS[:9]), "From March 2025 on it can be told which are more than chance"),
        (given(n=5), "None of them can be told from chance"),
        (given(fallen_from="2030-01"), "; none was more than chance."),
        (given([*MONTHS, "2026-03"], fallen_from="2026-03"), "not over yet"),
    ],
    ids=["few months", "few answers", "quiet", "the running month"],
)
async def test_it_says_what_it_cannot_say(client: Client, rows: list[Any], said: str) -> None:
    answer = await send(client, csv_text(HEAD, rows).encode())
    assert answer.status_code == 200 and said in answer.text


BOMB = io.BytesIO()
with ZipFile(BOMB, "w", ZIP_DEFLATED) as parts:
    parts.writestr("[Content_Types].xml", "<x/>")
    parts.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
LATER = csv_text(["day", "n"], [["1990-01-01", 9], ["2026-01-01", 3]]).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "cannot be read"),
        (b"PK\x03\x04 no zip", "cannot be read"),
        (b"\xd0\xcf\x11\xe0 old", "cannot be read"),
        (b"PAR1....PAR1", "Parquet files are not read here"),
        (BOMB.getvalue(), "unpacks to too much"),
        (b"name,why\nAnn,so\n", "No column looks like ratings"),
        (b"score\n9\n3\n", "No column looks like dates"),
        (b"day,nps\n01/02/2025,9\n02/01/2025,3\n", "in more than one way"),
        (b"day,score,rating\n2025-01-01,9,8\n2025-02-01,3,2\n", "Several columns may hold"),
        (b"day,score\n2025-01-01,9,1\n", "cannot be read"),
        (b'day,score\n2025-01-01,"9\n', "cannot be read"),
        (LATER.replace(b",n\n", b",score\n"), "The dates span 433 months"),
        (b"day,score\n2025-01-01,none\n", "No column looks like ratings"),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else "",
)
async def test_a_bad_file_gets_a_sentence(client: Client, content: bytes, said: str) -> None:
    answer = await send(client, content)
    assert answer.status_code == 422 and said in answer.text
    assert answer.text.rstrip().endswith("</html>")


async def test_a_column_can_be_named(client: Client) -> None:
    two = b"day,first score,second score\n2025-01-01,9,8\n2025-02-01,3,2\n"
    answer = await send(client, two, rating="second score", time="day")
    assert "“second score”" in answer.text and answer.status_code == 200
    wrong = await send(client, two, rating="third")
    assert wrong.status_code == 422 and "The file has no column third" in wrong.text
    assert (await send(client, two, metric="stars")).status_code == 422


async def test_it_takes_no_more_than_it_says(client: Client) -> None:
    answer = await send(client, b"a" * (noise_file.MOST_BYTES + 1))
    assert answer.status_code == 422 and "5 MB at most" in answer.text
    answer = await send(client, b"a" * (noise_file.MOST_BYTES + 100_000))
    assert answer.status_code == 413 and "5 MB at most" in answer.text
    for _ in range(8):
        assert (await send(client, b"")).status_code == 422
    answer = await send(client, b"")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "6")


async def test_one_after_another_where_too_many_are_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noise_file.READING, "most", 0)
    answer = await send(client, csv_text(HEAD, given(n=1)).encode())
    assert answer.status_code == 503 and "Retry-After" in answer.headers


async def test_nothing_of_it_reaches_a_disk(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: Any, **_named: Any) -> Any:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    content = csv_text(HEAD, given(n=2200)).encode()
    assert len(content) > 1_100_000
    assert (await send(client, content)).status_code == 200


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}])
async def test_another_site_cannot_send_one(client: Client, headers: dict[str, str]) -> None:
    sent = {"file": ("a.csv", b"day,score\n2025-01-01,9\n")}
    assert (await client.post("/noise", files=sent, headers=headers)).status_code == 403


async def test_what_is_no_such_form_is_refused(client: Client) -> None:
    assert (await client.post("/noise", data={"metric": "nps"})).status_code == 400
    assert (await client.post("/noise", files={"other": b"x"})).status_code == 422
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await client.post("/noise", content=b"--y\r\n", headers=kind)).status_code == 400
    assert (await client.post("/noise?kind=nps", files={"file": b"x"})).status_code == 422


def test_a_low_score_that_falls_is_better_where_low_is_good() -> None:
    metric = METRICS["ces_effort_5"]
    monthly = {
        month: {1: 10, 5: 40} if at < 14 else {1: 45, 5: 5} for at, month in enumerate(MONTHS)
    }
    rows = judge_moves(monthly, metric, "2026-03").rows
    assert [row.verdict for row in rows if row.verdict] == ["better"]
