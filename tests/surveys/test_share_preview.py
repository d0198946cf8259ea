"""The preview on the share page: the real widget, in test mode, in a frame of its own."""

from typing import Any

from feedback.db import Database
from tests import cast
from tests.cast import Shop
from tests.forms import Client


async def dress(database: Database, shop: Shop, **columns: Any) -> None:
    async with database.write() as session:
        survey = await session.merge(shop.nps)
        for name, value in columns.items():
            setattr(survey, name, value)


async def test_it_works(alice: Client, shop: Shop) -> None:
    share = (await alice.get(f"/surveys/{shop.nps.id}/share")).text
    path = f"/surveys/{shop.nps.id}/share/preview.html"
    assert f'src="{path}" sandbox="allow-scripts"' in share
    preview = await alice.get(path)
    assert preview.status_code == 200
    assert (
        f'data-feedback-survey="{shop.nps.key}" data-feedback-lang="en" data-feedback-test async'
        in preview.text
    )
    assert f'data-survey="{shop.nps.key}"' in preview.text


async def test_its_policy_lets_only_our_own_scripts_run(alice: Client, shop: Shop) -> None:
    preview = await alice.get(f"/surveys/{shop.nps.id}/share/preview.html")
    policy = preview.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' http://testserver.local;")
    assert "frame-ancestors 'self'" in policy and "unsafe" not in policy


async def test_what_lies_in_a_page_gets_a_place_in_it(
    alice: Client, shop: Shop, database: Database
) -> None:
    path = f"/surveys/{shop.nps.id}/share/preview.html"
    assert "data-feedback-target" not in (await alice.get(path)).text
    await dress(database, shop, look={"place": "inline", "target": "#theirs"})
    assert 'data-feedback-target="#feedback_here"' in (await alice.get(path)).text


async def test_the_policy_to_allow_names_the_frame(
    alice: Client, shop: Shop, database: Database
) -> None:
    await dress(database, shop, look={"place": "frame"})
    share = (await alice.get(f"/surveys/{shop.nps.id}/share")).text
    assert "frame-src http://testserver.local" in share


async def test_a_frame_is_previewed_as_a_test_of_its_page(
    alice: Client, shop: Shop, database: Database
) -> None:
    await dress(database, shop, look={"place": "frame"})
    share = (await alice.get(f"/surveys/{shop.nps.id}/share")).text
    assert f'src="/s/{shop.nps.key}?feedback-test" sandbox="allow-forms allow-same-origin"' in share


async def test_a_survey_that_does_not_ask_has_none(
    alice: Client, shop: Shop, database: Database
) -> None:
    await dress(database, shop, state="paused")
    share = (await alice.get(f"/surveys/{shop.nps.id}/share")).text
    assert "preview.html" not in share and "once the survey is live" in share


async def test_another_workspaces_survey_is_not_found(
    alice: Client, shop: Shop, database: Database
) -> None:
    other = await cast.open_shop(database, key="charlie")
    path = f"/surveys/{other.nps.id}/share/preview.html"
    assert (await alice.get(path)).status_code == 404


async def test_who_is_not_signed_in_does_not_see_it(client: Client, shop: Shop) -> None:
    path = f"/surveys/{shop.nps.id}/share/preview.html"
    assert (await client.get(path, follow_redirects=False)).status_code != 200
