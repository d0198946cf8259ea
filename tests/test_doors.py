"""The closing four of every address of the team, and who may come in: read from the routes.

A route with a parameter that is not named in `things` fails here, so that none is left out.
"""

import re
import uuid
from collections.abc import Iterable
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.routes import HTTPRoute
from sqlmodel import col, select

from feedback.app import create_app
from feedback.comments.models import CommentNote, Tag
from feedback.db import Database
from feedback.models import metadata
from feedback.responses.models import Response
from feedback.settings import Settings
from tests import cast
from tests.cast import Shop
from tests.conftest import KEY
from tests.forms import Client, id_in, send

PUBLIC = (
    *("/s/", "/k/", "/mine/", "/w/", "/static/", "/widget", "/sign-in", "/setup/", "/noise"),
    *("/privacy/", "/health/", "/metrics"),
)
ANYBODY = {"/language", "/sign-out", "/settings/sign-out-others"}
EDITORS_READ = re.compile(r"/new$|/edit$|/widget$|/follow-ups$|/erase$|/person.zip$")
# What every form that acts takes for well filled in.
FIELDS = {"name": "X", "place": "site", "direction": "up", "act": "archive", "reason": "a test"}


def team_routes() -> list[tuple[str, frozenset[str]]]:
    """Each address of the team and its methods."""
    found: dict[str, set[str]] = {}
    for route in create_app(Settings(secret_key=KEY)).routes:
        if isinstance(route, HTTPRoute) and not route.path_format.startswith(PUBLIC):
            found.setdefault(route.path_format, set()).update(route.methods - {"OPTIONS"})
    return sorted((path, frozenset(methods)) for path, methods in found.items())


ROUTES = team_routes()
READS = [path for path, methods in ROUTES if "GET" in methods]
WRITES = [path for path, methods in ROUTES if "POST" in methods]


def with_things(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if "{" in path]


async def things(client: Client, database: Database, shop: Shop) -> dict[str, object]:
    """One of everything this shop has, by the name of the parameter that asks for it."""
    await cast.sign_in(client, database, shop.alice, shop.workspace)
    answer = await client.post(
        f"/r/{shop.nps.key}", json={"rating": 9, "comment": "Me: a@b.example"}
    )
    await in_burst(database, shop)
    place = {"place": f"touchpoint:{shop.payment.id}", "done_on": "2025-12-10"}
    made = await send(client, "/actions/new", kind="action", title="Wallets", **place)
    return {
        "journey_id": shop.journey.id,
        "stage_id": shop.checkout.id,
        "touchpoint_id": shop.payment.id,
        "survey_id": shop.nps.id,
        "response_id": answer.json()["id"],
        "name": id_in(made.headers["Location"]),
        "act": "exclude",
        **await of_comments(client, database, shop, answer.json()["id"]),
    }


async def of_comments(
    client: Client, database: Database, shop: Shop, answer: object
) -> dict[str, object]:
    """A tag and a note of this answer, which is starred, done and hidden."""
    said = {"tag": "Late", "text": "Call her", "reason": "A name"}
    for act in ("tag", "note", "star", "done", "hide"):
        await send(client, f"/comments/{act}", response=answer, **said)
    async with database.read() as session:
        own = shop.workspace.id
        tag = (await session.exec(select(Tag.id).where(Tag.workspace_id == own))).one()
        note = select(CommentNote.id).where(CommentNote.workspace_id == own)
        return {"tag_id": tag, "note_id": (await session.exec(note)).one()}


async def in_burst(database: Database, shop: Shop) -> None:
    """The answers of this shop came together."""
    async with database.write() as session:
        own = col(Response.workspace_id) == shop.workspace.id
        await session.exec(sa.update(Response).where(own).values(origin=b"together"))


def named(paths: Iterable[str], id: object) -> list[str]:
    """The addresses with this in place of every id."""
    return [re.sub(r"\{(?!act)\w+\}", str(id), path).format(act="exclude") for path in paths]


# What jobs write meanwhile, of what is there.
BY_JOBS = ("comment_due", "comment", "tag_count", "computed")


async def stored(database: Database, shop: Shop) -> list[Any]:
    """Every row of a workspace."""
    tables = [
        table
        for table in metadata.sorted_tables
        if "workspace_id" in table.c and table.name not in BY_JOBS
    ]
    async with database.engine.connect() as connection:
        return [
            sorted(map(repr, await connection.execute(
                sa.select(table).where(table.c.workspace_id == shop.workspace.id)
            )))
            for table in tables
        ]  # fmt: skip


@pytest.fixture
async def stranger(database: Database, shop: Shop) -> Shop:
    """Charlie's workspace, of which Alice must see nothing."""
    return await cast.open_shop(database, key="charlie")


@pytest.fixture
async def theirs(client: Client, database: Database, stranger: Shop) -> dict[str, object]:
    return await things(client, database, stranger)


@pytest.fixture
async def ours(client: Client, database: Database, shop: Shop) -> dict[str, object]:
    """What Alice has, who is signed in."""
    return await things(client, database, shop)


async def test_it_ignores_no_name_of_an_address(alice: Client, ours: dict[str, object]) -> None:
    for path in READS:
        address = f"{path.format(**ours)}?surprise=1"
        answer = await alice.get(address, follow_redirects=False)
        assert answer.status_code == 422 and "There is no filter surprise" in answer.text, path


async def test_it_says_so_on_a_page_and_as_a_problem_of_a_file(
    alice: Client, ours: dict[str, object]
) -> None:
    page = await alice.get("/actions/new?touchpoint=&touchpoint=")
    assert page.status_code == 422 and "The filter touchpoint is given twice." in page.text
    assert page.headers["Content-Type"].startswith("text/html")
    file = await alice.get(f"/actions/{ours['name']}.json?surprise=1")
    assert file.headers["Content-Type"] == "application/problem+json"
    assert file.json()["detail"] == "There is no filter surprise: this page has none."


async def test_it_rejects_the_wrong_method(alice: Client, ours: dict[str, object]) -> None:
    for path, methods in ROUTES:
        address = path.format(**ours)
        for method in {"GET", "POST", "PUT", "DELETE"} - methods:
            answer = await alice.request(method, address, follow_redirects=False)
            # Where one address could be another's ({name}), the other's rule may come first.
            assert answer.status_code == 405, (method, path)


async def test_it_rejects_a_bad_id_and_a_missing_thing(alice: Client) -> None:
    for id in ("x", uuid.uuid4()):
        for path in named(with_things(READS), id):
            assert (await alice.get(path)).status_code == 404, path
        for path in named(with_things(WRITES), id):
            assert (await send(alice, path, **FIELDS)).status_code == 404, path


async def test_it_rejects_someone_elses_thing_and_changes_nothing_of_it(
    theirs: dict[str, object],
    alice: Client,
    database: Database,
    stranger: Shop,
) -> None:
    before = await stored(database, stranger)
    for path in with_things(READS):
        assert (await alice.get(path.format(**theirs))).status_code == 404, path
    for path in with_things(WRITES):
        assert (await send(alice, path.format(**theirs), **FIELDS)).status_code == 404, path
    assert await stored(database, stranger) == before


async def test_a_viewer_may_read_and_not_change_anything(
    ours: dict[str, object], client: Client, shop: Shop, database: Database
) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    before = await stored(database, shop)
    for path in WRITES:
        if path not in ANYBODY:
            assert (await send(client, path.format(**ours), **FIELDS)).status_code == 403, path
    assert await stored(database, shop) == before
    for path in with_things(READS):
        expected = 403 if EDITORS_READ.search(path) else 200
        assert (await client.get(path.format(**ours))).status_code == expected, path


async def test_it_rejects_a_form_without_its_token(ours: dict[str, object], alice: Client) -> None:
    for path in WRITES:
        assert (await alice.post(path.format(**ours), data=FIELDS)).status_code == 403, path


async def test_nobody_comes_in_without_signing_in(ours: dict[str, object], client: Client) -> None:
    client.cookies.clear()
    for path in READS:
        answer = await client.get(path.format(**ours), follow_redirects=False)
        assert answer.headers["Location"].startswith("/sign-in"), path
    for path in WRITES:
        answer = await client.post(path.format(**ours), data=FIELDS, follow_redirects=False)
        assert answer.headers["Location"].startswith("/sign-in"), path
