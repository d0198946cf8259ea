"""A new password ends what the old one opened, a link is used once, the first owner is first."""

import asyncio
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from litestar.testing import AsyncTestClient
from sqlalchemy.engine import URL
from sqlmodel import col, delete, select

from feedback import clock
from feedback.accounts import entering, passwords
from feedback.accounts.models import Membership, Session, SetupLink, User, Workspace
from feedback.accounts.setup import add_member, create_workspace, make_link, set_password
from feedback.app import create_app
from feedback.commands.serve import prepare
from feedback.db import Database
from feedback.settings import Settings
from tests import cast
from tests.accounts.test_sign_in import PASSWORD, SETUP, post, with_password
from tests.cast import Shop
from tests.faults.program import Program
from tests.faults.test_busy_database import many_at_once

Client = AsyncTestClient[Any]
NEW = "another sentence of mine"


async def link_for(database: Database, user: User | None, kind: str = "password") -> str:
    async with database.write() as session:
        return await make_link(session, kind, clock.now(), user.id if user else None)


async def is_in(client: Client, token: str) -> bool:
    client.cookies.clear()
    client.cookies.set("feedback_session", token)
    answer = await client.get("/settings", follow_redirects=False)
    client.cookies.clear()
    return answer.status_code == 200


async def sessions(database: Database, user: User) -> int:
    async with database.read() as session:
        found = await session.exec(select(Session).where(col(Session.user_id) == user.id))
        return len(found.all())


async def test_every_old_browser_is_out_and_the_new_one_in(
    client: Client, shop: Shop, database: Database
) -> None:
    olds = [
        (await cast.session_cookie(database, shop.alice, shop.workspace))["value"] for _ in range(2)
    ]
    bobs = (await cast.session_cookie(database, shop.bob, shop.workspace))["value"]
    demo = await link_for(database, shop.alice, "demo")
    answer = await post(client, await link_for(database, shop.alice), {"password": NEW})
    new = answer.cookies["feedback_session"]
    assert [await is_in(client, token) for token in olds] == [False, False]
    assert await is_in(client, new) and await is_in(client, bobs)
    assert (await client.get(demo)).status_code == 404
    assert await sessions(database, shop.alice) == 1


async def test_whatever_way_the_password_is_set(shop: Shop, database: Database) -> None:
    ways: list[Any] = [
        lambda session: set_password(session, shop.alice, "a hash"),
        lambda session: add_member(
            session, shop.workspace, shop.alice.email, role=None, now=clock.now(), password_hash="b"
        ),
    ]
    for way in ways:
        await cast.session_cookie(database, shop.alice, shop.workspace)
        await link_for(database, shop.alice)
        async with database.write() as session:
            await way(session)
        assert await sessions(database, shop.alice) == 0
        async with database.read() as session:
            assert list(await session.exec(select(SetupLink))) == []


async def test_a_password_that_fails_to_be_set_ends_nothing(shop: Shop, database: Database) -> None:
    await cast.session_cookie(database, shop.alice, shop.workspace)
    with pytest.raises(KeyError):
        async with database.write() as session:
            await set_password(session, shop.alice, "a hash")
            raise KeyError
    assert await sessions(database, shop.alice) == 1


async def test_who_signs_in_with_the_old_password_meanwhile_stays_out(
    settings: Settings, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_password(database, shop.alice)
    right = passwords.is_password

    async def slowly(*given: Any) -> bool:
        is_right = await right(*given)
        async with database.write() as session:
            await set_password(session, shop.alice, "the hash of a new one")
        return is_right

    monkeypatch.setattr(entering, "is_password", slowly)
    async with many_at_once(settings) as client:
        form = {"email": shop.alice.email, "password": PASSWORD}
        answer = await client.post("/sign-in", data=form)
    assert answer.status_code == 422 and await sessions(database, shop.alice) == 0


async def test_sign_ins_and_a_reset_at_once_leave_one_session(
    settings: Settings, shop: Shop, database: Database
) -> None:
    """Whoever was quicker: no session of the old password is left."""
    await with_password(database, shop.alice)
    link = await link_for(database, shop.alice)
    form = {"email": shop.alice.email, "password": PASSWORD}
    async with many_at_once(settings) as client:
        found = await asyncio.gather(
            *(client.post("/sign-in", data=form) for _ in range(4)),
            client.post(link, data={"password": NEW}),
            *(client.post("/sign-in", data=form) for _ in range(4)),
        )
    assert found[4].status_code == 303
    assert await sessions(database, shop.alice) == 1


@pytest.mark.parametrize("kind", ["first", "password"])
async def test_four_posts_of_one_link_are_one_success_and_three_sentences(
    settings: Settings, database: Database, kind: str
) -> None:
    user = (await cast.open_shop(database)).bob if kind == "password" else None
    link = await link_for(database, user, kind)
    nodes = [create_app(settings) for _ in range(2)]
    async with nodes[0].lifespan(), nodes[1].lifespan():
        clients = [
            AsyncClient(transport=ASGITransport(app=node), base_url="http://test")  # type: ignore[arg-type]
            for node in nodes
        ]
        found = await asyncio.gather(*(clients[n % 2].post(link, data=SETUP) for n in range(4)))
    assert sorted(answer.status_code for answer in found) == [303, 404, 404, 404]
    said = "there is an owner now" if kind == "first" else "It was used already"
    assert [said in answer.text for answer in found].count(True) == 3
    async with database.read() as session:
        owners = await session.exec(select(Membership).where(Membership.role == "owner"))
        assert len(owners.all()) == 1


async def test_the_first_link_ends_with_the_first_owner_whoever_made_that_one(
    client: Client, database: Database
) -> None:
    link = await link_for(database, None, "first")
    async with database.write() as session:
        at: Any = {"time_zone": "UTC", "language": "en", "now": clock.now()}
        workspace = await create_workspace(session, key="shop", name="Shop", **at)
        await add_member(session, workspace, "eve@x.example", role="viewer", now=clock.now())
    assert (await client.get(link)).status_code == 200  # a viewer is no owner
    async with database.write() as session:
        await add_member(session, workspace, "ana@x.example", role="owner", now=clock.now())
    for answer in (await client.get(link), await post(client, link, SETUP)):
        assert answer.status_code == 404 and "there is an owner now" in answer.text
    async with database.write() as session:  # for good: not only as long as there is one
        await session.exec(delete(Membership))
    assert (await client.get(link)).status_code == 404
    async with database.read() as session:
        assert len((await session.exec(select(User))).all()) == 2


async def test_a_link_that_was_left_as_it_was_does_nothing_beside_an_owner(
    client: Client, shop: Shop, database: Database
) -> None:
    """A row of an older version, or one that was written while the owner came."""
    link = await link_for(database, None, "first")
    for answer in (await client.get(link), await post(client, link, SETUP)):
        assert answer.status_code == 404 and "there is an owner now" in answer.text


async def test_the_server_prints_no_link_beside_an_owner(
    settings: Settings, database: Database
) -> None:
    link = await prepare(settings)
    assert link is not None
    await cast.open_shop(database)
    assert await prepare(settings) is None


async def test_the_command_ends_the_first_link_and_keeps_a_role(
    database: Database, database_url: URL, client: Client, tmp_path: Any
) -> None:
    program = Program(database_url, tmp_path / "log")
    link = await link_for(database, None, "first")
    async with database.write() as session:
        at: Any = {"time_zone": "UTC", "language": "en", "now": clock.now()}
        await create_workspace(session, key="shop", name="Shop", **at)
    made = await asyncio.to_thread(program.run, "user", "add", "ana@x.example", "--role", "owner")
    assert "ana@x.example is owner of Shop" in made.stdout, made.stderr
    assert "there is an owner now" in (await client.get(link)).text
    again = await asyncio.to_thread(program.run, "user", "add", "ana@x.example")
    assert "ana@x.example is owner of Shop" in again.stdout


async def leave(database: Database, user: User, workspace: Workspace) -> None:
    async with database.write() as session:
        await session.delete(await session.get_one(Membership, (workspace.id, user.id)))


async def test_who_has_no_workspace_any_more_gets_a_page(
    alice: Client, shop: Shop, database: Database
) -> None:
    await leave(database, shop.alice, shop.workspace)
    for path in ("/", "/board", "/settings", "/trends?from=2026-01"):
        answer = await alice.get(path, follow_redirects=False)
        assert answer.status_code == 403 and "You belong to no workspace" in answer.text, path
        assert 'href="/sign-in"' in answer.text
    assert (await alice.get("/sign-in")).status_code == 200
    htmx = await alice.get("/board", headers={"HX-Request": "true"})
    assert htmx.status_code == 403 and htmx.text.startswith("You belong to no workspace")
    french = await alice.get("/board", headers={"Accept-Language": "fr"})
    assert "Vous n’appartenez à aucun espace de travail" in french.text
    assert (await alice.post("/settings", data={"name": "x"})).status_code == 403


@pytest.mark.parametrize("way", ["password", "link", "demo"])
async def test_who_comes_in_without_a_workspace_gets_the_page_too(
    client: Client, shop: Shop, database: Database, way: str
) -> None:
    await with_password(database, shop.alice)
    await leave(database, shop.alice, shop.workspace)
    if way == "password":
        form = {"email": shop.alice.email, "password": PASSWORD}
        answer = await post(client, "/sign-in", form)
    elif way == "link":
        answer = await post(client, await link_for(database, shop.alice), {"password": NEW})
    else:
        answer = await client.get(await link_for(database, shop.alice, "demo"))
    assert answer.status_code == 403 and "You belong to no workspace" in answer.text
    assert await sessions(database, shop.alice) == 0


async def test_another_workspace_takes_them_in(
    client: Client, shop: Shop, database: Database
) -> None:
    await with_password(database, shop.alice)
    other = await cast.open_shop(database, key="other")
    async with database.write() as session:
        await add_member(session, other.workspace, shop.alice.email, role="viewer", now=clock.now())
    await leave(database, shop.alice, shop.workspace)
    await post(client, "/sign-in", {"email": shop.alice.email, "password": PASSWORD})
    assert (await client.get("/settings")).status_code == 200


async def test_hashing_waits_where_too_many_sign_in(
    client: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = await link_for(database, shop.bob)
    with monkeypatch.context() as patched:
        patched.setattr(passwords, "_turns", passwords.Turns(at_once=0, most=0))
        answer = await post(client, link, {"password": NEW})
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
        assert "Many people sign in right now" in answer.text
    assert (await post(client, link, {"password": NEW})).status_code == 303
