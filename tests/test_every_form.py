"""Every form on a page of the team, sent as the page shows it, is taken; and each POST has one.

A form whose address, token or fields do not fit its handler fails here, and so does a POST of the
team that no page has a form for.
"""

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from feedback.db import Database, new_id
from feedback.surveys.models import Survey
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send
from tests.test_doors import READS, WRITES, things

# After it a page shows something else, or nothing, or nobody is signed in.
LAST = re.compile(r"/archive$|/sign-out|^/journeys/[^/]+/move$")


@dataclass
class FormOnPage:
    page: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page with `method=post`, with the values a browser would send."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[FormOnPage] = []
        self._form: FormOnPage | None = None
        self._select = self._text = ""
        self._elsewhere: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "form":
            is_post = (has.get("method") or "").lower() == "post"
            self._form = FormOnPage(self.page, has.get("action") or self.page) if is_post else None
        elif self._form is None or "disabled" in has:
            return
        elif tag == "input" and name and _is_sent(has):
            self._form.fields.append((name, value))
        elif tag == "button" and has.get("type", "submit") == "submit":
            if address := has.get("formaction"):
                self._elsewhere.append(address)
            else:
                self._form.buttons.append((name, value))
        elif tag == "textarea":
            self._text = name
            self._form.fields.append((name, ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            self._choose(value, is_chosen="selected" in has)

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._text:
            name, value = self._form.fields.pop()
            self._form.fields.append((name, value + data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            form, elsewhere = self._form, self._elsewhere
            self.found += [form, *(replace(form, action=a, buttons=[]) for a in elsewhere)]
            self._form, self._elsewhere = None, []
        self._select = "" if tag == "select" else self._select
        self._text = "" if tag == "textarea" else self._text

    def _choose(self, value: str, *, is_chosen: bool) -> None:
        """The chosen option, else the first."""
        assert self._form is not None
        names = [name for name, _value in self._form.fields]
        if self._select not in names:
            self._form.fields.append((self._select, value))
        elif is_chosen:
            self._form.fields[names.index(self._select)] = (self._select, value)


def _is_sent(has: dict[str, str | None]) -> bool:
    kind = has.get("type") or "text"
    return "checked" in has if kind in ("checkbox", "radio") else kind not in ("submit", "button")


@pytest.fixture
async def forms(alice: Client, shop: Shop, database: Database) -> list[FormOnPage]:
    """The forms of every page, alike ones once; those that end something come last."""
    names = await things(alice, database, shop)
    await _open_more(alice, database, shop)
    found: dict[object, FormOnPage] = {}
    # Some forms are there before the first answer alone.
    for path in (*READS, f"/surveys/{shop.csat.id}"):
        answer = await alice.get(path.format(**names))
        if answer.headers["Content-Type"].startswith("text/html"):
            forms = Forms(path.format(**names))
            forms.feed(answer.text)
            for form in forms.found:
                found.setdefault((form.action, tuple(dict(form.fields))), form)
    return sorted(found.values(), key=lambda form: bool(LAST.search(form.action)))


async def _open_more(alice: Client, database: Database, shop: Shop) -> None:
    """A second journey, for an order needs two; a second survey with the same question."""
    await send(alice, "/journeys/new", name="Returns", starter="contact")
    at: dict[str, Any] = {"workspace_id": shop.workspace.id, "touchpoint_id": shop.delivery.id}
    async with database.write() as session:
        session.add(
            Survey(
                **at, id=new_id(), question_id=shop.nps.question_id, key="shared", name="Delivery",
                state="draft", created_at=cast.OPENED,
            )
        )  # fmt: skip


def route_of(address: str) -> str:
    path = re.split("[?#]", address)[0]
    found = [each for each in WRITES if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path)]
    return min(found, key=lambda each: each.count("{"))


async def test_every_form_is_taken_as_it_stands(alice: Client, forms: list[FormOnPage]) -> None:
    sent = set()
    for form in forms:
        button = [pair for pair in form.buttons[:1] if pair[0]]
        data: dict[str, Any] = {}
        for name, value in [*form.fields, *button]:
            data.setdefault(name, []).append(value)
        answer = await alice.post(form.action, data=data, follow_redirects=False)
        assert answer.status_code in (200, 303, 422), (form.page, form.action, answer.status_code)
        sent.add(route_of(form.action))
    assert sent | {"/comments/undo"} == set(WRITES)  # offered beside what was just done
