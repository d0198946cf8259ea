"""The closing four of every survey address, and what a viewer may not do."""

import uuid

from feedback.db import Database
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send

READS = ["", "/edit", "/share", "/share/mail.html"]
WRITES = ["", "/edit", "/state", "/overall", "/detach", "/archive"]
FIELDS = {"name": "X", "act": "pause", "do": "preview"}


async def test_it_rejects_the_wrong_method(alice: Client, shop: Shop) -> None:
    for end in ("/state", "/overall", "/detach", "/archive"):
        assert (await alice.get(f"/surveys/{shop.nps.id}{end}")).status_code == 405, end
    for end in ("/share", "/share/mail.html"):
        assert (await send(alice, f"/surveys/{shop.nps.id}{end}")).status_code == 405, end


async def test_it_rejects_a_bad_id(alice: Client) -> None:
    for end in READS:
        assert (await alice.get(f"/surveys/x{end}")).status_code == 404, end
    for end in WRITES:
        assert (await send(alice, f"/surveys/x{end}", **FIELDS)).status_code == 404, end


async def test_it_rejects_a_missing_thing(alice: Client) -> None:
    nothing = f"/surveys/{uuid.uuid4()}"
    for end in READS:
        assert (await alice.get(nothing + end)).status_code == 404, end
    for end in WRITES:
        assert (await send(alice, nothing + end, **FIELDS)).status_code == 404, end


async def test_it_rejects_someone_elses_thing(alice: Client, stranger: Shop) -> None:
    theirs = f"/surveys/{stranger.nps.id}"
    for end in READS:
        assert (await alice.get(theirs + end)).status_code == 404, end
    for end in WRITES:
        assert (await send(alice, theirs + end, **FIELDS)).status_code == 404, end


async def test_a_viewer_may_not_change_anything(
    client: Client, shop: Shop, database: Database
) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    for path in ["/surveys/new", *(f"/surveys/{shop.nps.id}{end}" for end in WRITES)]:
        assert (await send(client, path, **FIELDS)).status_code == 403, path
    for path in ("/surveys/new", f"/surveys/{shop.nps.id}/edit"):
        assert (await client.get(path)).status_code == 403, path


async def test_it_rejects_a_form_without_its_token(alice: Client, shop: Shop) -> None:
    for path in ["/surveys/new", *(f"/surveys/{shop.nps.id}{end}" for end in WRITES)]:
        assert (await alice.post(path, data=FIELDS)).status_code == 403, path


async def test_nobody_reads_it_without_signing_in(client: Client, shop: Shop) -> None:
    for path in ["/surveys", *(f"/surveys/{shop.nps.id}{end}" for end in READS)]:
        answer = await client.get(path, follow_redirects=False)
        assert answer.headers["Location"].startswith("/sign-in?next="), path
