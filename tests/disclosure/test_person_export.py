"""SAFETY E9: a person is handed all that erasing them touches, and nothing of anybody else."""

import asyncio
import io
import json
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from feedback.cli import app
from feedback.db import Database
from feedback.disclosure.gather import columns
from feedback.erasure.reach import GOES, REACH, Act, touched
from feedback.errors import FeedbackError
from feedback.i18n import LOCALES
from feedback.models import metadata
from feedback.settings import Settings
from tests import cast
from tests.cast import Shop
from tests.conftest import KEY
from tests.forms import Client, send
from tests.responses.test_masking import mask
from tests.responses.test_pages import give

WHO = {"id": "c-77", "email": "zebulon@zork.example"}


def test_it_holds_every_table_and_column_that_erasing_touches() -> None:
    """But for what is made of many people's answers, and made again."""
    made = {name for name in REACH if REACH[name].act is Act.MADE}
    handed = {name: columns(name) for name in REACH if columns(name)}
    assert set(handed) | made == set(touched()) and not set(handed) & made
    for name, held in handed.items():
        goes = {column for column, holds in REACH[name].columns.items() if holds in GOES}
        assert goes <= set(held), name
        others = {"workspace_id", "user_id", "starred_by", "done_by", "hidden_by"}
        assert set(metadata.tables[name].c.keys()) - set(held) <= others


def opened(content: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    return files, json.loads(files["data.json"])


async def download(client: Client, id: str) -> tuple[dict[str, str], dict[str, Any]]:
    answer = await client.get(f"/responses/{id}/person.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    return opened(answer.content)


async def test_it_holds_all_answers_of_the_person_and_of_nobody_else(
    alice: Client, shop: Shop
) -> None:
    first = await give(
        alice, shop.nps, 3, comment="<b>Slow</b> & cold, call 0612345678", contact=WHO,
        properties={"plan": "pro"}, page="/cart", locale="fr",
    )  # fmt: skip
    second = await give(alice, shop.csat, 5, comment="Lovely", contact=WHO)
    await give(alice, shop.nps, 9, comment="Somebody else", contact={"id": "c-78"})
    await give(alice, shop.nps, 8, comment="Nobody")
    await mask(alice, first)
    await send(alice, f"/responses/{first}/exclude", reason="A note of the team")
    files, data = await download(alice, second)
    assert set(files) == {"data.json", *(f"{code}.html" for code in LOCALES)}
    assert {row["id"] for row in data["tables"]["response"]} == {first, second}
    assert len(data["tables"]["submission"]) == 2
    [masked, excluded] = sorted(
        data["tables"]["response_change"], key=lambda row: row["state"], reverse=True
    )
    assert (masked["state"], excluded["reason"]) == ("masked", "A note of the team")
    whole = "".join(files.values())
    assert "Somebody else" not in whole and "Nobody" not in whole and "0612345678" not in whole
    assert "alice@" not in whole and "zork" not in whole
    for page in (files["en.html"], files["fr.html"]):
        for said in ("&lt;b&gt;Slow&lt;/b&gt; &amp; cold", "Lovely", "pro", "/cart", "▇▇▇"):
            assert said in page
        assert "A note of the team" in page and "http" not in page.partition("<body>")[0]
    assert '<html lang="fr">' in files["fr.html"] and "à votre sujet" in files["fr.html"]


async def test_of_an_answer_that_names_nobody_it_holds_that_answer(
    alice: Client, shop: Shop
) -> None:
    id = await give(alice, shop.nps, 3, comment="Alone")
    await give(alice, shop.nps, 4, comment="Another")
    files, data = await download(alice, id)
    assert [row["comment"] for row in data["tables"]["response"]] == ["Alone"]
    assert data["tables"]["contact_key"] == []
    assert "1 answer is stored." in files["en.html"] and "Another" not in files["en.html"]


async def test_the_names_of_its_files_tell_nobody_whose_it_is(alice: Client, shop: Shop) -> None:
    id = await give(alice, shop.nps, 3, contact=WHO)
    answer = await alice.get(f"/responses/{id}/person.zip")
    day = datetime.now(UTC).date()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="person-{day}.zip"'


async def test_only_an_owner_hands_it_over(alice: Client, shop: Shop, database: Database) -> None:
    id = await give(alice, shop.nps, 3)
    assert "person.zip" in (await alice.get(f"/responses/{id}")).text
    await cast.sign_in(alice, database, shop.bob, shop.workspace)
    assert "person.zip" not in (await alice.get(f"/responses/{id}")).text
    assert (await alice.get(f"/responses/{id}/person.zip")).status_code == 403


async def run(settings: Settings, *words: str) -> str:
    return await asyncio.to_thread(_run, settings, words)


def _run(settings: Settings, words: tuple[str, ...]) -> str:
    """What the command says; of a refusal its one line, after its exit code."""
    environment = {"FEEDBACK_DATABASE_URL": settings.database_url, "FEEDBACK_SECRET_KEY": KEY}
    result = CliRunner().invoke(app, ["export-person", *words], env=environment)
    error = result.exception
    if isinstance(error, FeedbackError):
        return f"{error.exit_code}: {error.message}"
    assert result.exit_code == 0, result.output
    return result.output


async def test_the_command_finds_a_person_by_address_id_or_answer(
    alice: Client, shop: Shop, settings: Settings, tmp_path: Path
) -> None:
    id = await give(alice, shop.nps, 3, comment="By id", contact={"id": "c-77"})
    await give(alice, shop.nps, 4, comment="By address", contact={"email": WHO["email"]})
    for n, (who, comment) in enumerate(
        {"c-77": "By id", id: "By id", "Zebulon@Zork.example": "By address"}.items()
    ):
        file = tmp_path / f"{n}.zip"
        said = await run(settings, who, "--output", str(file))
        assert f"{file}: 1 answer, 0 notes of the team." in said
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        _files, data = opened(file.read_bytes())
        assert [row["comment"] for row in data["tables"]["response"]] == [comment]


async def test_the_command_refuses_and_writes_nothing(
    alice: Client, shop: Shop, settings: Settings, tmp_path: Path
) -> None:
    """An id that looks like an address is another person than the address."""
    await give(alice, shop.nps, 3, contact={"id": "a@b.example"})
    await give(alice, shop.nps, 4, contact={"email": "a@b.example"})
    file, there = tmp_path / "new.zip", tmp_path / "there.zip"
    there.write_text("mine")
    nobody = await run(settings, "nobody@shop.example", "--output", str(file))
    assert nobody == "2: Nothing is stored in shop of this person."
    two = await run(settings, "a@b.example", "--output", str(file))
    assert two == "2: This names more than one: say which with --as address or --as id."
    assert "is there already" in await run(settings, "c-1", "--output", str(there))
    assert there.read_text() == "mine" and not file.exists()
    assert "1 answer" in await run(settings, "a@b.example", "--as", "id", "--output", str(file))
    away = tmp_path / "no" / "such.zip"
    said = await run(settings, "a@b.example", "--as", "id", "--output", str(away))
    assert said == f"1: Cannot write {away}: No such file or directory."


async def test_it_holds_the_tags_and_notes_of_the_team_by_name(alice: Client, shop: Shop) -> None:
    mine = await give(alice, shop.nps, 3, comment="Slow", contact=WHO)
    other = await give(alice, shop.nps, 3, comment="Slow too", contact={"id": "c-78"})
    for id, tag, note in ((mine, "Late <b>", "Call <her>"), (other, "Secret", "Not about her")):
        await send(alice, "/comments/tag", response=id, tag=tag)
        await send(alice, "/comments/note", response=id, text=note)
    await send(alice, "/comments/hide", response=mine, reason="A name in it")
    files, data = await download(alice, mine)
    assert [row["tag"] for row in data["tables"]["comment_tag"]] == ["Late <b>"]
    assert [row["text"] for row in data["tables"]["comment_note"]] == ["Call <her>"]
    assert [row["hidden_reason"] for row in data["tables"]["comment_mark"]] == ["A name in it"]
    whole = "".join(files.values())
    assert "Secret" not in whole and "Not about" not in whole and str(shop.alice.id) not in whole
    for words in ("Late &lt;b&gt;", "Call &lt;her&gt;", "A name in it"):
        assert words in files["en.html"] and words in files["fr.html"]
