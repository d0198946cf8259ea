"""From the console's link to a signed-in browser, and out again."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback import clock
from feedback.accounts.models import Session, User, Workspace
from feedback.accounts.passwords import hash_password
from feedback.accounts.setup import make_link
from feedback.db import Database
from tests import cast
from tests.cast import Shop

Client = AsyncTestClient[Any]
PASSWORD = "a sentence of mine"
SETUP = {
    "name": "Corner shop",
    "time_zone": "Asia/Manila",
    "language": "fr",
    "email": "Ana@Example.org",
    "password": PASSWORD,
}


async def first_link(database: Database, kind: str = "first", **more: Any) -> str:
    async with database.write() as session:
        return await make_link(session, kind, clock.now(), **more)


async def with_password(database: Database, user: User) -> None:
    async with database.write() as session:
        (await session.get_one(User, user.id)).password_hash = await hash_password(PASSWORD)


def csrf(html: str) -> str:
    found = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', html)
    assert found
    return found.group(1)


async def post(client: Client, path: str, data: dict[str, str], **headers: str) -> Any:
    return await client.post(path, data=data, headers=headers, follow_redirects=False)


async def test_the_set_up_link_makes_workspace_and_owner(
    client: Client, database: Database
) -> None:
    link = await first_link(database)
    assert "Time zone" in (await client.get(link)).text
    answer = await post(client, link, SETUP)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    async with database.read() as session:
        workspace = (await session.exec(select(Workspace))).one()
        user = (await session.exec(select(User))).one()
    assert (workspace.name, workspace.time_zone) == ("Corner shop", "Asia/Manila")
    assert user.email == "ana@example.org"
    assert (user.password_hash or "").startswith("$argon2id$")
    assert "Paramètres" in (await client.get("/settings")).text


async def test_the_set_up_link_works_once(client: Client, database: Database) -> None:
    link = await first_link(database)
    await post(client, link, SETUP)
    assert (await client.get(link)).status_code == 404
    assert (await post(client, link, SETUP)).status_code == 404


async def test_the_set_up_link_ends_after_a_week(client: Client, database: Database) -> None:
    link = await first_link(database)
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        assert (await client.get(link)).status_code == 404


WRONG = {
    "name": ("", "Give it a name"),
    "name ": ("Corner\x00shop", "cannot be seen"),
    "email ": ("ana\x00@example.org", "Write an e-mail address"),
    "password ": ("x" * 201, "at most 200 characters"),
    "time_zone": ("Mars/Base", "Choose a time zone"),
    "language": ("xx", "Choose a language"),
    "email": ("ana", "Write an e-mail address"),
    "password": ("short", "at least 10"),
}


@pytest.mark.parametrize(("field", "wrong"), WRONG.items(), ids=WRONG.keys())
async def test_set_up_says_beside_the_field_what_is_wrong(
    client: Client, database: Database, field: str, wrong: tuple[str, str]
) -> None:
    link = await first_link(database)
    answer = await post(client, link, SETUP | {field.strip(): wrong[0]})
    assert answer.status_code == 422 and wrong[1] in answer.text
    async with database.read() as session:
        assert (await session.exec(select(User))).all() == []


async def test_signing_in_gives_a_new_session_under_a_hashed_id(
    client: Client, shop: Shop, database: Database
) -> None:
    await with_password(database, shop.alice)
    client.cookies.set("feedback_session", "planted-by-an-attacker")
    answer = await post(
        client, "/sign-in", {"email": "ALICE@shop.example", "password": PASSWORD, "next": "/trends"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/trends")
    cookie = answer.headers["Set-Cookie"]
    token = re.search(r"feedback_session=([^;]+)", cookie)
    assert token and token.group(1) != "planted-by-an-attacker"
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower()
    async with database.read() as session:
        stored = (await session.exec(select(Session))).one()
    assert token.group(1).encode() not in stored.token_hash


async def test_signing_in_again_ends_the_session_before(
    alice: Client, shop: Shop, database: Database
) -> None:
    await with_password(database, shop.alice)
    before = alice.cookies["feedback_session"]
    await post(alice, "/sign-in", {"email": shop.alice.email, "password": PASSWORD})
    alice.cookies.clear()
    alice.cookies.set("feedback_session", before)
    assert (await alice.get("/settings", follow_redirects=False)).status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [("alice@shop.example", "wrong password"), ("nobody@shop.example", PASSWORD), ("", "")],
    ids=["wrong password", "unknown e-mail", "empty"],
)
async def test_a_wrong_pair_is_refused_in_the_same_words(
    client: Client, shop: Shop, database: Database, email: str, password: str
) -> None:
    await with_password(database, shop.alice)
    answer = await post(client, "/sign-in", {"email": email, "password": password})
    assert answer.status_code == 422
    assert "do not belong together" in answer.text and "set-cookie" not in answer.headers


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_it_never_leads_to_another_site(
    client: Client, shop: Shop, database: Database, target: str
) -> None:
    await with_password(database, shop.alice)
    answer = await post(
        client, "/sign-in", {"email": shop.alice.email, "password": PASSWORD, "next": target}
    )
    assert answer.headers["Location"] == "/"


async def test_a_form_from_another_site_is_refused(client: Client, shop: Shop) -> None:
    answer = await post(client, "/sign-in", {}, Origin="https://evil.example")
    assert answer.status_code == 403


async def test_signing_out_ends_the_session_on_the_server(alice: Client) -> None:
    token = csrf((await alice.get("/settings")).text)
    session = alice.cookies["feedback_session"]
    answer = await post(alice, "/sign-out", {"_csrf_token": token})
    assert answer.headers["Location"] == "/sign-in"
    alice.cookies.set("feedback_session", session)
    assert (await alice.get("/settings", follow_redirects=False)).status_code == 303


async def test_a_session_ends_after_two_weeks(alice: Client) -> None:
    with time_machine.travel(clock.now() + timedelta(days=15), tick=False):
        assert (await alice.get("/settings", follow_redirects=False)).status_code == 303


@pytest.mark.parametrize("path", ["/sign-out", "/language", "/settings"])
async def test_a_form_needs_its_own_token(alice: Client, path: str) -> None:
    assert (await post(alice, path, {"_csrf_token": "0" * 64})).status_code == 403
    assert (await post(alice, path, {})).status_code == 403


async def test_a_demo_link_signs_in(client: Client, shop: Shop, database: Database) -> None:
    link = await first_link(database, "demo", user_id=shop.alice.id)
    answer = await client.get(f"{link}?next=/settings", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings")
    assert (await client.get("/settings")).status_code == 200


async def test_a_password_link_sets_a_password(
    client: Client, shop: Shop, database: Database
) -> None:
    link = await first_link(database, "password", user_id=shop.bob.id)
    assert "bob@shop.example" in (await client.get(link)).text
    await post(client, link, {"password": PASSWORD})
    answer = await post(client, "/sign-in", {"email": shop.bob.email, "password": PASSWORD})
    assert answer.status_code == 303


@pytest.mark.parametrize("path", ["/sign-in/nothing", "/setup/nothing"])
async def test_an_unknown_link_says_what_to_do(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404 and "feedback user add" in answer.text


async def test_the_sign_in_page_of_a_new_server_points_to_the_console(client: Client) -> None:
    assert "set-up link" in (await client.get("/sign-in")).text


async def test_the_language_is_the_readers(alice: Client) -> None:
    token = csrf((await alice.get("/settings")).text)
    await post(alice, "/language", {"language": "fr", "_csrf_token": token, "next": "/settings"})
    assert 'lang="fr"' in (await alice.get("/settings")).text


async def test_settings_are_saved_by_an_owner_and_not_by_a_viewer(
    alice: Client, shop: Shop, database: Database
) -> None:
    data = {"name": "New name", "language": "fr"}
    token = csrf((await alice.get("/settings")).text)
    assert (await post(alice, "/settings", data | {"_csrf_token": token})).status_code == 303
    assert "New name" in (await alice.get("/settings")).text
    await cast.sign_in(alice, database, shop.bob, shop.workspace)
    token = csrf((await alice.get("/settings")).text)
    assert (await post(alice, "/settings", data | {"_csrf_token": token})).status_code == 403


async def test_signing_out_the_others_keeps_this_browser(
    alice: Client, shop: Shop, database: Database
) -> None:
    first = alice.cookies["feedback_session"]
    token = csrf((await alice.get("/settings")).text)
    answer = await post(alice, "/settings/sign-out-others", {"_csrf_token": token})
    assert answer.status_code == 303
    assert (await alice.get("/settings", follow_redirects=False)).status_code == 200
    alice.cookies.clear()
    alice.cookies.set("feedback_session", first)
    assert (await alice.get("/settings", follow_redirects=False)).status_code == 303


async def test_two_readers_keep_their_languages_apart(
    alice: Client, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        (await session.get_one(User, shop.alice.id)).language = "fr"
    pages = await asyncio.gather(
        *(alice.get("/settings") for _ in range(5)), *(alice.get("/sign-in") for _ in range(5))
    )
    assert ['lang="fr"' in page.text for page in pages] == [True] * 5 + [False] * 5


async def test_pages_carry_their_headers(alice: Client) -> None:
    headers = (await alice.get("/settings")).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
