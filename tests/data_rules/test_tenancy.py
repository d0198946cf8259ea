"""Rule 7: a statement that forgets its workspace never reaches the database."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select, update

from feedback.db import Database, new_id
from feedback.journeys.models import Stage, Touchpoint
from feedback.responses.models import RatingCount, Response
from feedback.surveys.models import Question, Survey
from feedback.tenancy import TenancyError
from tests.cast import Shop

WS: Any = new_id()
other: Any = aliased(Stage)


def same(left: Any, right: Any) -> Any:
    return left.workspace_id == right.workspace_id


FORGETFUL = {
    "a plain read": select(Survey),
    "a read by id alone": select(Survey).where(Survey.id == WS),
    "one column": select(RatingCount.n),
    "a join that forgets the other table": (
        select(Survey, Question)
        .join(Question, col(Question.id) == Survey.question_id)
        .where(Survey.workspace_id == WS)
    ),
    "an alias of a scoped table": (
        select(Stage).join(other, other.id == Stage.id).where(Stage.workspace_id == WS)
    ),
    "an unscoped subquery": select(sa.func.count()).select_from(
        select(Response.id).where(Response.state == "counted").subquery()
    ),
    "one half of a union": sa.union_all(
        select(Survey.id).where(Survey.workspace_id == WS), select(Question.id)
    ),
    "not equal": select(Survey).where(Survey.workspace_id != WS),
    "an update": update(Survey).where(col(Survey.id) == WS).values(name="x"),
    "a delete": delete(RatingCount).where(col(RatingCount.n) == 0),
}
MINDFUL = {
    "a read": select(Survey).where(Survey.workspace_id == WS),
    "a join that repeats it": (
        select(Survey, Question)
        .join(Question, sa.and_(same(Question, Survey), col(Question.id) == Survey.question_id))
        .where(Survey.workspace_id == WS)
    ),
    "an alias with its own": (
        select(Stage)
        .join(other, sa.and_(same(other, Stage), other.id == Stage.id))
        .where(Stage.workspace_id == WS)
    ),
    "a subquery": select(sa.func.count()).select_from(
        select(Response.id).where(Response.workspace_id == WS).subquery()
    ),
    "an update": update(Response).where(col(Response.workspace_id) == WS).values(page="x"),
}


@pytest.mark.parametrize("statement", FORGETFUL.values(), ids=FORGETFUL.keys())
async def test_it_stops(database: Database, statement: Any) -> None:
    async with database.engine.connect() as connection:
        with pytest.raises(TenancyError, match="no workspace named"):
            await connection.execute(statement)


@pytest.mark.parametrize("statement", FORGETFUL.values(), ids=FORGETFUL.keys())
async def test_it_stops_in_a_session_too(database: Database, statement: Any) -> None:
    async with database.read() as session:
        with pytest.raises(TenancyError):
            await session.exec(statement)


@pytest.mark.parametrize("statement", MINDFUL.values(), ids=MINDFUL.keys())
async def test_it_lets_pass(database: Database, statement: Any) -> None:
    async with database.write() as session:
        await session.exec(statement)


async def test_it_lets_a_row_be_read_by_its_key_and_changed(database: Database, shop: Shop) -> None:
    async with database.write() as session:
        found = await session.get(Touchpoint, (shop.workspace.id, shop.payment.id))
        assert found is not None
        found.name = "Pay"
    async with database.read() as session:
        again = await session.get(Touchpoint, (shop.workspace.id, shop.payment.id))
        assert again is not None and again.name == "Pay"


async def test_it_stops_what_only_resembles_a_statement_that_passed(database: Database) -> None:
    by_id = select(Stage).where(Stage.id == WS)
    async with database.read() as session:
        for _ in range(2):
            await session.exec(by_id.where(Stage.workspace_id == new_id()))
        for _ in range(2):
            with pytest.raises(TenancyError):
                await session.exec(by_id)
