"""SAFETY E2: no page of ours asks anything of anybody else's server."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from playwright.async_api import Page, Request
from sqlmodel import select

from feedback import clock
from feedback.accounts.models import PublicKey, User, Workspace
from feedback.accounts.setup import make_link
from feedback.app import create_app
from feedback.calendar.models import Action
from feedback.comments.models import Tag as CommentsTag
from feedback.db import Database
from feedback.demo import build
from feedback.demo.build import build_demo
from feedback.demo.shop import IN_SHOP
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.resources import PACKAGE, resource_dir
from feedback.responses.models import Response
from feedback.settings import Settings
from feedback.surveys.models import Survey
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.conftest import KEY
from tests.serving import serve

ROWS: dict[str, Any] = {
    "journey_id": Journey,
    "stage_id": Stage,
    "touchpoint_id": Touchpoint,
    "survey_id": Survey,
    "response_id": Response,
    "name": Action,
}
HOST = re.compile(r"(?:https?:)?//([a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+)")
# Which load nothing.
FILES = ("/metrics", ".csv", ".js", ".json", ".pdf", ".png", ".svg", ".txt", ".xlsx", ".zip")


@dataclass(frozen=True)
class Demo:
    base: str
    link: str
    values: dict[str, str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A served demo of three months: every page of it has something to show."""
    path = tmp_path_factory.mktemp("demo") / "feedback-demo.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedback.demo.answers.MONTHS", 2)
        patch.setattr(build, "_REWORDED", 1)
        patch.setenv("FEEDBACK_DEMO", "true")
        settings = Settings(database_url=f"sqlite:///{path}")
        link = asyncio.run(build_demo(settings, clock.now()))
        values = asyncio.run(_values(settings))
        with serve(settings.database_url) as served:
            yield Demo(served.base, link, values)


async def _values(settings: Settings) -> dict[str, str]:
    """Something of the demo for each parameter of an address."""
    database = Database(settings.url)
    async with database.write() as session:
        user = (await session.exec(select(User))).first()
        workspace = (await session.exec(select(Workspace))).one()
        assert user
        found = {
            "token": (await make_link(session, "password", clock.now(), user.id)).split("/")[-1]
        }
        for name, model in ROWS.items():
            query = select(model.id).where(model.workspace_id == workspace.id)
            found[name] = str((await session.exec(query)).first())
        tag = CommentsTag(
            workspace_id=workspace.id,
            name="Queue",
            folded="queue",
            user_id=user.id,
            created_at=clock.now(),
        )
        session.add(tag)
        found["tag_id"] = str(tag.id)
        for kind in ("site", "survey"):
            query = select(PublicKey.key).where(
                PublicKey.workspace_id == workspace.id, PublicKey.kind == kind
            )
            found[f"{kind}_key"] = str((await session.exec(query)).first())
        found["key"] = found["site_key"]  # of a privacy page
    await database.close()
    return found


def page_paths() -> list[str]:
    """Every address that answers GET with something a browser shows: also those of tomorrow."""
    app = create_app(Settings(secret_key=KEY, demo=True))
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    paths = [route.path_format for route in routes if "GET" in route.methods]
    shown = [path for path in paths if not path.endswith(FILES) and "/static" not in path]
    return sorted({*shown, *(f"/demo/shop?at={step}" for step in IN_SHOP)})


class Elsewhere:
    """What a page asks of other servers; nothing of it leaves this machine."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.page = ""
        self.own = 0
        self.asked: list[tuple[str, str]] = []

    def note(self, request: Request) -> None:
        if request.url.startswith((f"{self.base}/", "data:", "blob:")):
            self.own += 1
        else:
            self.asked.append((self.page, request.url))

    async def walk(self, page: Page, addresses: list[str]) -> None:
        page.context.on("request", self.note)
        for self.page in addresses:
            before = self.own
            await page.goto(self.base + self.page)
            assert self.own > before, self.page


async def test_every_page_asks_its_own_server_alone(demo: Demo, open_page: PageMaker) -> None:
    paths = page_paths()
    assert len(paths) >= 35
    addresses = [path.format_map(demo.values) for path in paths]
    page = await open_page(demo.base + demo.link)
    found = Elsewhere(demo.base)
    await found.walk(page, addresses)
    signed_out = [
        path for path in addresses if path.startswith(("/sign-in", "/setup", "/s/", "/k/"))
    ]
    await found.walk(await open_page("about:blank"), [*signed_out, "/nothing"])
    assert found.asked == []


async def test_a_request_to_another_server_would_be_seen(
    site: Site, base: str, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page("about:blank")
    found = Elsewhere(site.base)
    site.add(tag(), "/shop")
    await found.walk(page, ["/shop"])
    assert found.asked[0] == ("/shop", f"{base}/widget.js")


def test_no_file_of_a_page_names_another_server() -> None:
    named: dict[str, str] = {}
    for folder in (resource_dir("templates"), PACKAGE / "static", PACKAGE / "widget" / "src"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".html", ".css", ".js", ".svg"):
                hosts = HOST.findall(path.read_text(encoding="utf-8"))
                named |= {host: path.name for host in hosts}
    assert named.keys() == {"www.w3.org", "shop.example"}, named  # a namespace, and an example
