"""What the team made of comments, as the reading list and one comment show it."""

import re

from feedback.comments.index import follow_all
from feedback.db import Database
from tests import cast
from tests.cast import Shop
from tests.comments.test_acts import do
from tests.comments.test_page import give
from tests.forms import Client, send


async def test_hidden_comments_are_read_by_editors_who_open_them(
    alice: Client, shop: Shop, database: Database
) -> None:
    id = await give(alice, shop.nps, 2, comment="You are all thieves")
    await do(alice, "hide", id, reason="insults")
    said = f"Hidden by {shop.alice.email}: insults"
    html = (await alice.get("/comments")).text
    assert said in html and "thieves" in html.partition('<details class="folded">')[2]
    one = (await alice.get(f"/comments/{id}")).text
    assert said in one and "Show it again" in one
    await cast.sign_in(alice, database, shop.bob, shop.workspace)
    for path in ("/comments", f"/comments/{id}", "/comments?q=thieves"):
        html = (await alice.get(path)).text
        assert "thieves" not in html.replace('value="thieves"', "").replace("q=thieves", ""), path
    assert said in (await alice.get("/comments")).text


async def test_done_comments_stay_in_the_list_folded(alice: Client, shop: Shop) -> None:
    id = await give(alice, shop.nps, 2, comment="Slow payment")
    await do(alice, "done", id)
    html = (await alice.get("/comments")).text
    assert '<span class="chip done">Done</span>' in html and "<strong>1 comment</strong>" in html
    assert "Slow payment" not in (await alice.get("/comments?mark=open")).text


async def test_a_comment_that_changed_since_it_was_starred_says_so(
    alice: Client, shop: Shop
) -> None:
    message = {"submission_id": "0" * 31 + "1", "rating": 3, "comment": "Slow"}
    first = await alice.post(f"/r/{shop.nps.key}", json={**message, "seq": 1})
    id = first.json()["id"]
    await do(alice, "star", id)
    assert "Changed since" not in (await alice.get("/comments")).text
    later = {**message, "seq": 2, "comment": "Slow, then fine"}
    assert (await alice.post(f"/r/{shop.nps.key}", json=later)).status_code == 200
    for path in ("/comments", f"/comments/{id}"):
        html = (await alice.get(path)).text
        assert "Changed since it was starred" in html and "Slow, then fine" in html


async def test_one_comment_shows_tags_notes_and_the_way_on(alice: Client, shop: Shop) -> None:
    ids = [await give(alice, shop.nps, 2, comment=f"Remark {n}") for n in range(3)]
    await do(alice, "tag", ids[1], tag="<b>Queue</b>")
    await do(alice, "note", ids[1], text="Ask Ann\nor Bob")
    html = (await alice.get(f"/comments/{ids[1]}?band=negative")).text
    assert "&lt;b&gt;Queue&lt;/b&gt;" in html and "Ask Ann\nor Bob" in html
    assert shop.alice.email in html
    newer = re.search(r'rel="prev" href="/comments/([0-9a-f-]+)\?', html)
    older = re.search(r'rel="next" href="/comments/([0-9a-f-]+)\?', html)
    assert newer and older and (newer[1], older[1]) == (ids[2], ids[0])


async def test_one_comment_shows_what_else_the_person_answered(alice: Client, shop: Shop) -> None:
    contact = {"id": "customer-7"}
    await give(alice, shop.csat, 5, comment="Quick delivery", contact=contact)
    id = await give(alice, shop.nps, 2, comment="Slow payment", contact=contact)
    html = (await alice.get(f"/comments/{id}")).text
    assert "1 other answer of this person" in html and "Quick delivery" in html


async def test_who_only_reads_is_offered_no_act(
    alice: Client, shop: Shop, database: Database
) -> None:
    id = await give(alice, shop.nps, 2, comment="Slow payment")
    await cast.sign_in(alice, database, shop.bob, shop.workspace)
    for path in ("/comments", f"/comments/{id}"):
        html = (await alice.get(path)).text
        assert "Slow payment" in html
        assert 'action="/comments/star"' not in html and 'name="response"' not in html


async def test_the_menu_names_comments_when_there_are_any(
    alice: Client, shop: Shop, database: Database
) -> None:
    link = '<a href="/comments" data-key="o"'
    assert link not in (await alice.get("/settings")).text
    assert link in (await alice.get("/comments")).text
    await give(alice, shop.nps, 2, comment="Slow payment")
    await follow_all(database, shop.workspace.id)
    assert link in (await alice.get("/settings")).text


async def test_an_unchanged_list_is_not_sent_again(alice: Client, shop: Shop) -> None:
    id = await give(alice, shop.nps, 2, comment="Slow payment")
    asks = {"HX-Request": "true", "HX-Target": "comments_list"}
    html = (await alice.get("/comments", headers=asks)).text
    tag = re.search(r'data-etag="([^"]+)"', html)
    assert tag
    asks["If-None-Match"] = tag[1].replace("&#34;", '"')
    assert (await alice.get("/comments", headers=asks)).status_code == 304
    await send(alice, "/comments/star", response=id, next="/comments")
    assert (await alice.get("/comments", headers=asks)).status_code == 200
