"""What a viewer sees of a journey; who may come in at all is in tests/test_doors.py."""

from feedback.db import Database
from tests import cast
from tests.cast import Shop
from tests.forms import Client


async def test_a_viewer_may_read(client: Client, shop: Shop, database: Database) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    for path in [
        "/journeys",
        f"/journeys/{shop.journey.id}",
        f"/stages/{shop.care.id}",
        f"/touchpoints/{shop.delivery.id}",
    ]:
        answer = await client.get(path)
        assert answer.status_code == 200 and 'class="button primary"' not in answer.text, path
