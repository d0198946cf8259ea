"""Who answered, in a file: ids and addresses apart, joined by a row that holds both."""

from typing import Any

from sqlmodel import select

from feedback.db import Database
from feedback.responses.models import ContactKey, Response
from tests.cast import Shop
from tests.imports.conftest import MAPPING, Import
from tests.imports.stored import stored_in
from tests.surveys.hosted import Client

BOTH = MAPPING.replace('respondent = "who"', 'respondent = "who"\nemail = "said"').replace(
    'comment = "said"\n', ""
)
ROWS = (
    "1,2024-04-01T10:00:00Z,c-7,9,,,",
    "2,2024-04-02T10:00:00Z,,8,,Anna@Shop.example,",
    "3,2024-04-03T10:00:00Z,c-7,7,,anna@shop.example ,",
    "4,2024-04-04T10:00:00Z,,6,,anna@shop.example,",
    "5,2024-04-05T10:00:00Z,C-7,5,,null,",
    "6,2024-04-06T10:00:00Z,,4,,{{email}},",
    "7,2024-04-07T10:00:00Z,,3,,,",
    "8,2024-04-08T10:00:00Z,anna@shop.example,2,,,",
)


async def persons(database: Database) -> dict[int, bytes | None]:
    return {row.rating: row.respondent_key for row in (await stored_in(database)).responses}


async def joins(database: Database) -> int:
    async with database.read() as session:
        workspace = (await stored_in(database)).workspace.id
        own = ContactKey.workspace_id == workspace
        return len(list(await session.exec(select(ContactKey).where(own))))


async def test_a_row_with_both_names_joins_them_wherever_it_stands(
    import_rows: Import, database: Database
) -> None:
    await import_rows(*ROWS, mapping=BOTH)
    found = await persons(database)
    assert found[9] == found[8] == found[7] == found[6] is not None
    assert found[5] not in (None, found[9])
    assert found[4] is None and found[3] is None
    assert found[2] not in (None, found[9])  # an id that looks like an address
    assert await joins(database) == 1


async def test_the_addresses_may_be_taken_in_later(import_rows: Import, database: Database) -> None:
    await import_rows(*ROWS, mapping=BOTH.replace('email = "said"\n', ""))
    before = await persons(database)
    again = await import_rows(*ROWS, mapping=BOTH)
    assert again.stored == 0 and await joins(database) == 1
    assert (await persons(database))[9] == before[9]


async def test_no_row_joins_without_the_column(import_rows: Import, database: Database) -> None:
    await import_rows(*ROWS)
    assert await joins(database) == 0


async def test_a_file_joins_answers_that_were_there_and_one_that_comes(
    client: Client, shop: Shop, database: Database, import_rows: Import
) -> None:
    async def give(**body: Any) -> None:
        answer = await client.post(f"/r/{shop.csat.key}", json={"rating": 3, **body})
        assert answer.status_code in (200, 201)

    await give(contact={"email": "anna@shop.example"}, about="order-1")
    await give(contact={"id": "c-7"})
    await import_rows(*ROWS, mapping=BOTH, workspace=shop.workspace.key)
    await give(contact={"email": "ANNA@shop.example"})
    await give(contact={"id": "c-7"}, about="order-1", rating=5)
    async with database.read() as session:
        own = Response.workspace_id == shop.workspace.id, Response.channel == "api"
        rows = list(await session.exec(select(Response).where(*own)))
    assert len({row.respondent_key for row in rows}) == 1
    assert sorted(row.rating for row in rows) == [3, 3, 5]
