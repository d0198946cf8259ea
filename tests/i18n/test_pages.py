"""A French reader meets no English: on no page, in no title, on no button."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import AsyncTestClient
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.models import User, Workspace
from feedback.accounts.setup import add_member, create_workspace, make_link
from feedback.app import create_app
from feedback.calendar.models import Action
from feedback.db import Database, new_id
from feedback.demo.shop import IN_SHOP
from feedback.responses.models import Response
from feedback.settings import Settings
from scripts.locales import catalogues, read_catalogue
from tests import cast
from tests.conftest import KEY
from tests.forms import send

Client = AsyncTestClient[Any]

# English words that are no French ones. What a page says in the team's own words is taken out.
ENGLISH = re.compile(
    r"\b(the|of|and|with|is|are|was|your|you|this|that|it|its|for|from|to|by|not|yet|here|there"
    r"|answers?|responses?|surveys?|journeys?|touchpoints?|stages|board|trends|settings|save|add"
    r"|name|new|asks?|asked|show|months?|ratings?|channel|language|choose|give|delete|archived"
    r"|scores? of|last|days|since|less|more|share|preview|copy|e-mail|january|march|may)\b",
    re.IGNORECASE,
)
OURS = (
    "Alice's shop", "Online shop", "Checkout", "After-sales", "Payment", "Delivery",
    *cast.TEXTS["en"].values(), "feedback user add", "--role viewer",
)  # fmt: skip
# What a survey's own words are to keep, as they are written.
PLACEHOLDER = re.compile(r"\{\w+\}")
TOLD = ("title", "placeholder", "aria-label", "alt", "data-copied", "data-label", "data-after")
NOT_PROSE = {"script", "style", "textarea", "code", "kbd", "pre"}
EMPTY_TAGS = {"br", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "line", "wbr"}


class Prose(HTMLParser):
    """What a reader reads or hears, without what is marked as another language or as code."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.texts: list[str] = []
        self._skipped: list[bool] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "html":
            self.language = given.get("lang") or ""
        skipped = tag in NOT_PROSE or given.get("lang", "fr") != "fr"
        if tag not in EMPTY_TAGS:
            self._skipped.append(skipped)
        if not (skipped or any(self._skipped)):
            self.texts += [given[name] or "" for name in TOLD if name in given]

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY_TAGS:
            self.handle_starttag(tag, attributes)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY_TAGS:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self._skipped):
            self.texts.append(" ".join(data.split()))


def read(html: str) -> Prose:
    prose = Prose()
    prose.feed(html)
    return prose


def english_in(html: str) -> list[str]:
    """The texts of a page that are, or contain, English."""
    return [text for text in read(html).texts if is_english(text)]


def is_english(text: str) -> bool:
    for name in OURS:
        text = text.replace(name, "")
    text = PLACEHOLDER.sub("", text)
    return text in UNTRANSLATED or ENGLISH.search(text) is not None


def _untranslated() -> set[str]:
    """Sources whose French differs: printed as they stand, they were forgotten. A word that is
    French for something else, as `Note` for a rating, cannot be told."""
    (french,) = catalogues()
    texts = {m.id: m.string for m in read_catalogue(french) if m.id and isinstance(m.id, str)}
    return {source for source, text in texts.items() if source != text} - set(texts.values())


UNTRANSLATED = _untranslated()
FRENCH = {"Accept-Language": "fr"}


def page_paths(app: Litestar) -> list[str]:
    """The address of everything that answers GET, with its parameters by name."""
    return sorted(
        route.path_format
        for route in app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods and "static" not in route.path
    )


PATHS = page_paths(create_app(Settings(secret_key=KEY, demo=True)))


@pytest.fixture
async def ids(alice: Client, shop: cast.Shop, database: Database) -> dict[str, str]:
    """Alice reads French; her shop has answers of every band; a value for every parameter."""
    async with database.write() as session:
        (await session.get_one(User, shop.alice.id)).language = "fr"
        (await session.get_one(Workspace, shop.workspace.id)).language = "fr"
        setup = await make_link(session, "password", clock.now(), shop.bob.id)
        action = Action(
            workspace_id=shop.workspace.id, journey_id=shop.journey.id, title="Nouveau paiement",
            touchpoint_id=shop.payment.id, done_on=clock.now().date(), author_id=shop.alice.id,
            created_at=clock.now(),
        )  # fmt: skip
        session.add(action)
    for survey, rating in ((shop.nps, 3), (shop.nps, 7), (shop.nps, 10), *[(shop.csat, 4)] * 6):
        body = {"v": 1, "submission_id": str(new_id()), "seq": 1, "rating": rating}
        assert (await alice.post(f"/r/{survey.key}", json=body)).status_code == 201
    async with database.read() as session:
        ours = col(Response.workspace_id) == shop.workspace.id
        response = (await session.exec(select(Response).where(ours))).first()
    assert response
    tag = await send(alice, "/comments/tags", name="Retard", words="retard")
    await send(alice, "/comments/tag", response=response.id, tag="Retard")
    await send(alice, "/comments/hide", response=response.id, reason="un nom")
    return {
        "journey_id": str(shop.journey.id),
        "stage_id": str(shop.care.id),
        "touchpoint_id": str(shop.delivery.id),
        "survey_id": str(shop.nps.id),
        "survey_key": shop.nps.key,
        "key": shop.nps.key,
        "response_id": str(response.id),
        "tag_id": tag.headers["Location"].rpartition("/")[2],
        "name": str(action.id),
        "token": setup.rpartition("/")[2],
        "site_key": "none",
    }


Wrong = dict[str, list[str]]
STATES = [
    "/trends?metric=csat_5", "/trends?from=soon", "/board?month=2025-06", "/board?month=x",
    "/responses?band=positive", "/responses?band=none", "/responses?month=2020-01",
    "/surveys/new?touchpoint={touchpoint_id}", "/journeys/new?start=empty", "/nothing",
    "/map?month=x", "/priorities?missing=x", "/priorities?touchpoint={touchpoint_id}",
    "/compare?kind=groups", "/compare?before_to=2026-02&after_from=2026-01", "/compare?property=-",
    "/actions/new?kind=note&touchpoint={touchpoint_id}",
    "/noise?before_detractors=40&before_promoters=40&after_detractors=20&after_promoters=60",
    "/noise?kind=share&before_satisfied=9&before_answers=10&after_satisfied=8&after_answers=10",
    "/noise?precision=5&difference=3", "/noise?precision=0", "/noise?before_passives=x",
    *(f"/demo/shop?at={step}" for step in IN_SHOP),
]  # fmt: skip
EMPTY = (
    "/board", "/trends", "/map", "/priorities", "/actions", "/compare", "/responses", "/surveys",
    "/journeys", "/comments/tags", "/settings/privacy", "/settings/privacy/register",
    "/settings/clock",
)  # fmt: skip
REFUSED: list[tuple[str, dict[str, str]]] = [
    ("/journeys/new", {"name": ""}),
    ("/stages/{stage_id}", {"name": "", "target": "x"}),
    ("/touchpoints/{touchpoint_id}", {"name": "", "target": "x", "place": "moon"}),
    ("/surveys/new", {"do": "publish"}),
    ("/surveys/{survey_id}/edit", {"do": "save"}),
    ("/surveys/{survey_id}/widget", {"place": "x", "color": "teal", "delay": "2", "paths": "x"}),
    ("/surveys/{survey_id}/widget", {"place": "inline", "art": "faces", "properties": "x"}),
    ("/responses/{response_id}/exclude", {"reason": ""}),
    ("/comments/tag", {"response": "{response_id}", "tag": "x" * 500}),
    ("/comments/hide", {"response": "{response_id}", "reason": ""}),
    ("/comments/note", {"response": "{response_id}", "text": ""}),
    ("/comments/star", {}),
    ("/comments/tags", {"name": "", "words": "-retard"}),
    ("/comments/tags/{tag_id}", {"act": "words", "words": "x" * 501}),
    ("/settings", {"name": "", "language": "xx"}),
    ("/settings/privacy", {"contact": "", "keep_texts_months": "0", "basis": "x"}),
    ("/settings/privacy", {"contact": "-", "keep_texts_months": "x", "storage": "x"}),
    ("/actions/new", {"do": "save", "kind": "note", "title": "", "place": "", "done_on": "x"}),
]


async def test_a_french_reader_meets_no_english(alice: Client, ids: dict[str, str]) -> None:
    wrong: Wrong = {}
    for path in [*PATHS, *STATES]:
        address = path.format_map(ids)
        answer = await alice.get(address, headers=FRENCH, follow_redirects=False)
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.text:
            is_fragment = "/share/mail" in path or path.endswith("/suggested")
            assert is_fragment or read(answer.text).language == "fr", path
            wrong[path] = english_in(answer.text)
    assert len(wrong) >= 25
    assert {path: texts for path, texts in wrong.items() if texts} == {}


async def test_nor_in_an_empty_workspace(client: Client, database: Database) -> None:
    now = clock.now()
    async with database.write() as session:
        workspace = await create_workspace(
            session, key="neuf", name="Neuf", time_zone="Europe/Paris", language="fr", now=now
        )
        user = await add_member(session, workspace, "eve@neuf.example", role="owner", now=now)
    await cast.sign_in(client, database, user, workspace)
    for path in EMPTY:
        page = (await client.get(path)).text
        assert read(page).language == "fr", path
        assert english_in(page) == [], path


async def test_nor_in_what_a_form_refuses(alice: Client, ids: dict[str, str]) -> None:
    for path, fields in REFUSED:
        filled = {name: value.format_map(ids) for name, value in fields.items()}
        answer = await send(alice, path.format_map(ids), **filled)
        assert answer.status_code == 422, path
        assert english_in(answer.text) == [], path


def test_the_check_itself_sees_english() -> None:
    assert english_in('<html lang="fr"><p>Save</p><p title="No answers">Bien</p>') == [
        "Save", "No answers",
    ]  # fmt: skip
    assert english_in('<p lang="en">The end</p><code>from here</code><p>Fin</p>') == []
