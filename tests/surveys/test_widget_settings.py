"""The page "Widget": where a survey appears, in which colours, when and to whom."""

import html
import uuid
from typing import Any

import pytest
from sqlmodel import select

from feedback.accounts.models import PublicKey
from feedback.db import Database
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send
from tests.surveys.conftest import Rows

USUAL = {"place": "popup", "corner": "bottom-right", "scheme": "auto", "art": "numbers"}
EVERYTHING = {
    "place": "inline",
    "corner": "top-left",
    "target": "#here",
    "origins": " https://Shop.example/\r\n\r\nhttp://localhost:3000 ",
    "color": "#0B6B5D",
    "radius": "0",
    "scheme": "dark",
    "logo": "Alice's shop",
    "paths": "/cart*\r\n\r\n  /help \r\n#/café/*",
    "not_paths": "/checkout/*",
    "delay": "3",
    "event": "order_placed",
    "device_phone": "1",
    "device_tablet": "1",
    "language_fr": "1",
    "properties": "plan = pro, team\ncountry=FR",
    "sample": "12,5",
    "from": "2026-09-01",
    "to": "2026-09-30",
    "again_after": "180",
    "rest_after_dismissal": "60",
}


def address(shop: Shop) -> str:
    return f"/surveys/{shop.nps.id}/widget"


async def configured(client: Client, database: Database, shop: Shop, **query: str) -> Any:
    async with database.read() as session:
        found = await session.exec(
            select(PublicKey.key).where(
                PublicKey.workspace_id == shop.workspace.id, PublicKey.kind == "site"
            )
        )
        answer = await client.get(f"/w/{found.one()}", params=query)
    return answer.json()["surveys"]


async def test_it_stores_what_was_chosen(alice: Client, shop: Shop, rows: Rows) -> None:
    answer = await send(alice, address(shop), **EVERYTHING)
    assert (answer.status_code, answer.headers["Location"]) == (303, address(shop))
    stored = await rows.survey(shop.nps.id)
    assert stored.look == {
        "place": "inline",
        "corner": "top-left",
        "scheme": "dark",
        "art": "numbers",
        "target": "#here",
        "origins": ["https://shop.example", "http://localhost:3000"],
        "color": "#0b6b5d",
        "radius": 0,
        "logo": "Alice's shop",
    }
    assert stored.rules == {
        "paths": ["/cart*", "/help", "#/café/*"],
        "not_paths": ["/checkout/*"],
        "delay": 3,
        "event": "order_placed",
        "devices": ["phone", "tablet"],
        "languages": ["fr"],
        "properties": {"plan": ["pro", "team"], "country": ["FR"]},
        "sample": 12.5,
        "from": "2026-09-01",
        "to": "2026-09-30",
        "again_after": 180,
        "rest_after_dismissal": 60,
    }


async def test_it_shows_what_is_stored(alice: Client, shop: Shop, rows: Rows) -> None:
    await send(alice, address(shop), **EVERYTHING)
    before = await rows.survey(shop.nps.id)
    page = html.unescape((await alice.get(address(shop))).text)
    for part in (
        'value="#here"',
        'value="12.5"',
        "/cart*\n/help\n#/café/*</textarea>",
        "plan = pro, team",
    ):
        assert part in page
    fields = dict(EVERYTHING) | {
        "paths": "/cart*\n/help\n#/café/*",
        "sample": "12.5",
        "color": "#0b6b5d",
    }
    await send(alice, address(shop), **fields)
    after = await rows.survey(shop.nps.id)
    assert (after.look, after.rules) == (before.look, before.rules)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        USUAL,
        USUAL | {"radius": "6", "delay": "10", "sample": "100 %", "again_after": "90"},
        USUAL | {"device_phone": "1", "device_tablet": "1", "device_desktop": "1"},
        USUAL | {"language_en": "1", "language_fr": "1", "tab_en": "Tell us", "target": "#x"},
    ],
    ids=["nothing", "the defaults", "defaults typed", "every device", "what does not apply"],
)
async def test_it_stores_nothing_when_nothing_differs(
    alice: Client, shop: Shop, rows: Rows, fields: dict[str, str]
) -> None:
    await send(alice, address(shop), **EVERYTHING)
    await send(alice, address(shop), **fields)
    stored = await rows.survey(shop.nps.id)
    assert (stored.look, stored.rules) == (None, None)


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("place", "modal", "Choose one from the list."),
        ("corner", "middle", "Choose one from the list."),
        ("art", "hearts", "Choose one from the list."),
        ("art", "faces", "for satisfaction only"),
        ("art", "stars", "for satisfaction only"),
        ("color", "teal", "# and six digits"),
        ("color", "#12345", "# and six digits"),
        ("origins", "shop.example", "is not a site"),
        ("origins", "http://shop.example", "is not a site"),
        ("origins", "https://shop.example/cart", "is not a site"),
        ("origins", "https://*.example", "is not a site"),
        ("origins", "https://a.example; script-src *", "is not a site"),
        ("origins", "https://a.example https://b.example", "is not a site"),
        ("origins", "".join(f"https://s{n}.example\n" for n in range(21)), "at most 20 lines"),
        ("radius", "25", "0 to 24"),
        ("radius", "2.5", "0 to 24"),
        ("radius", "round", "Write a number."),
        ("logo", "x" * 41, "at most 40"),
        ("paths", "https://shop.example/cart", "is not a path"),
        ("paths", "/cart?x=1", "is not a path"),
        ("not_paths", "cart", "is not a path"),
        ("paths", "#", "is not a path"),
        ("paths", "#/cart?n=1", "is not a path"),
        ("paths", "/x\n" * 51, "at most 50 lines"),
        ("delay", "9", "from 10 to 3600"),
        ("delay", "-1", "from 10 to 3600"),
        ("properties", "plan", "cannot be read"),
        ("properties", "plan = ", "cannot be read"),
        ("properties", "plan = a\nplan = b", "cannot be read"),
        ("sample", "101", "from 0 to 100"),
        ("sample", "few", "Write a number."),
        ("from", "30.9.2026", "year-month-day"),
        ("again_after", "0", "from 1 to 730"),
        ("rest_after_dismissal", "1e9", "from 1 to 730"),
    ],
)
async def test_it_says_beside_the_field_what_is_wrong(
    alice: Client, shop: Shop, rows: Rows, field: str, typed: str, says: str
) -> None:
    answer = await send(alice, address(shop), **USUAL | {"logo": "Kept", field: typed})
    page = html.unescape(answer.text)
    assert answer.status_code == 422
    error = page.split(f'id="{field}_error">')[1].split("<")[0]
    assert says in error
    assert field == "logo" or 'value="Kept"' in page
    stored = await rows.survey(shop.nps.id)
    assert (stored.look, stored.rules) == (None, None)


async def test_nothing_typed_is_lost(alice: Client, shop: Shop) -> None:
    fields = EVERYTHING | {"delay": "soon", "tab_fr": "Votre avis ?", "paths": "cart\n/help"}
    page = html.unescape((await send(alice, address(shop), **fields)).text)
    for name in ("target", "radius", "logo", "event", "sample", "from", "to", "again_after"):
        assert f'value="{fields[name]}"' in page, name
    assert "cart\n/help</textarea>" in page and 'value="Votre avis ?"' in page
    for box in ("device_phone", "device_tablet", "language_fr"):
        assert f'name="{box}" type="checkbox" value="1" checked' in page
    assert 'value="inline" checked' in page


async def test_the_last_day_comes_after_the_first(alice: Client, shop: Shop) -> None:
    fields = USUAL | {"from": "2026-09-30", "to": "2026-09-01"}
    answer = await send(alice, address(shop), **fields)
    assert answer.status_code == 422 and "comes before the first one" in answer.text


async def test_what_stands_in_the_page_needs_its_element(alice: Client, shop: Shop) -> None:
    answer = await send(alice, address(shop), **USUAL | {"place": "inline"})
    assert answer.status_code == 422 and "Name the element" in answer.text


async def test_satisfaction_may_have_faces(
    alice: Client, shop: Shop, rows: Rows, database: Database
) -> None:
    path = f"/surveys/{shop.csat.id}/widget"
    assert "Faces" in (await alice.get(path)).text
    assert (await send(alice, path, **USUAL | {"art": "faces"})).status_code == 303
    [_nps, csat] = await configured(alice, database, shop)
    assert csat["look"]["art"] == "faces"


async def test_faces_leave_with_the_metric(
    alice: Client, shop: Shop, rows: Rows, database: Database
) -> None:
    await send(alice, f"/surveys/{shop.csat.id}/widget", **USUAL | {"art": "faces"})
    question = await rows.question(shop.csat)
    async with database.write() as session:
        (await session.merge(question)).metric = "ces_effort_5"
    alice.app.state.catalog.forget()
    [_nps, effort] = await configured(alice, database, shop)
    assert effort["look"]["art"] == "numbers"


@pytest.mark.parametrize(
    ("color", "says"),
    [
        ("#0b6b5d", "6.4 to 1 on white"),
        ("#ffee00", "Hard to see on a light page"),
        ("#101010", "Hard to see on a dark page"),
        ("#808080", "It is easy to see."),
    ],
)
async def test_it_says_how_well_the_colour_is_seen(
    alice: Client, shop: Shop, color: str, says: str
) -> None:
    await send(alice, address(shop), **USUAL | {"color": color})
    assert says in (await alice.get(address(shop))).text


async def test_the_widget_is_told_at_once(alice: Client, shop: Shop, database: Database) -> None:
    before = await configured(alice, database, shop)
    assert all("look" not in survey and "rules" not in survey for survey in before)
    fields = USUAL | {"place": "tab", "tab_en": "Tell us", "tab_fr": "Votre avis", "event": "e"}
    await send(alice, address(shop), **fields)
    [nps, csat] = await configured(alice, database, shop)
    assert nps["look"] == USUAL | {"place": "tab", "tab": {"en": "Tell us", "fr": "Votre avis"}}
    assert nps["rules"] == {"event": "e"}
    assert "look" not in csat and "rules" not in csat


async def test_the_sites_it_names_may_frame_its_own_page(
    alice: Client, shop: Shop, database: Database
) -> None:
    sites = "https://shop.example\nhttps://help.shop.example:8443"
    await send(alice, address(shop), **USUAL | {"place": "frame", "origins": sites})
    opened = f"frame-ancestors 'self' {sites.replace(chr(10), ' ')}"
    for path in ("", "/thanks", "/more?rating=9"):
        [policy] = await policies(alice, f"/s/{shop.nps.key}{path}")
        assert policy.endswith(opened) and policy.startswith("default-src 'none'")
    for path in (f"/s/{shop.csat.key}", "/s/unknown", f"/surveys/{shop.nps.id}"):
        [policy] = await policies(alice, path)
        assert "shop.example" not in policy
    for query in ({}, {"survey": shop.nps.key, "lang": "en"}):
        assert "shop.example" not in str(await configured(alice, database, shop, **query))


async def test_only_a_site_gets_into_the_header(
    alice: Client, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        stored = await session.merge(shop.nps)
        stored.look = {"place": "frame", "origins": ["*; script-src *", "https://a.example\n"]}
    alice.app.state.catalog.forget()
    [policy] = await policies(alice, f"/s/{shop.nps.key}")
    assert policy.endswith("frame-ancestors 'self'")


async def policies(client: Client, path: str) -> list[str]:
    return (await client.get(path)).headers.get_list("Content-Security-Policy")


async def test_the_form_is_a_part_of_the_page(alice: Client, shop: Shop) -> None:
    headers = {"HX-Request": "true", "HX-Target": "widget_form"}
    block = await alice.get(address(shop), headers=headers)
    assert block.text.strip().startswith('<form id="widget_form"')
    assert block.text.strip() in (await alice.get(address(shop))).text


async def test_the_survey_leads_there(alice: Client, shop: Shop) -> None:
    assert f'href="{address(shop)}"' in (await alice.get(f"/surveys/{shop.nps.id}")).text


async def test_only_editors_see_and_change_it(
    client: Client, shop: Shop, database: Database
) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    assert (await client.get(address(shop))).status_code == 403
    assert (await send(client, address(shop), **USUAL)).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_it_rejects_the_wrong_method(alice: Client, shop: Shop, method: str) -> None:
    assert (await alice.request(method, address(shop))).status_code == 405


async def test_it_rejects_a_bad_id_and_a_missing_thing(alice: Client) -> None:
    for survey in ("x", uuid.uuid4()):
        assert (await alice.get(f"/surveys/{survey}/widget")).status_code == 404
        assert (await send(alice, f"/surveys/{survey}/widget", **USUAL)).status_code == 404


async def test_it_rejects_someone_elses_thing(
    alice: Client, stranger: Shop, database: Database
) -> None:
    theirs = f"/surveys/{stranger.nps.id}/widget"
    assert (await alice.get(theirs)).status_code == 404
    assert (await send(alice, theirs, **EVERYTHING)).status_code == 404
    assert all("look" not in survey for survey in await configured(alice, database, stranger))


async def test_rules_choose_from_all_surveys_in_one_language(
    client: Client, shop: Shop, database: Database
) -> None:
    found = await configured(client, database, shop, lang="fr-CA,en")
    assert [survey["key"] for survey in found] == [shop.nps.key, shop.csat.key]
    assert all(survey["texts"] == {"fr": cast.TEXTS["fr"]} for survey in found)
    [one] = await configured(client, database, shop, lang="fr", survey=shop.csat.key)
    assert one == found[1]
