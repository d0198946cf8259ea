"""Whatever is done to answers, search ends up knowing what a recount says."""

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy.engine import URL
from sqlmodel import col, delete, select
from typer.testing import CliRunner

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.cli import app
from feedback.clocks.models import ClockSpan
from feedback.clocks.spans import carry_out, take_back
from feedback.comments.index import follow, follow_all
from feedback.comments.models import Comment
from feedback.comments.recount import Recounted, differing_comments, differing_words
from feedback.db import Database, new_id
from feedback.erasure.erase import erase_responses
from feedback.imports.undo import undo_import
from feedback.responses.bursts.change import change_bursts
from feedback.responses.masking.mask import Choice, mask_comment, name_of
from feedback.responses.models import CommentDue, Response
from feedback.responses.review import change_state
from feedback.settings import Settings
from tests.cast import Shop
from tests.comments.test_index import comments, finds
from tests.imports.conftest import ROWS, Import
from tests.imports.conftest import import_rows as import_rows
from tests.surveys.hosted import Client

TEXTS = ("", "queue", "The queue, the till", "Élèves déçus\U0001f621", "parking 2 l'attente", "ok")
ACTS = ("answer", "later", "mask", "exclude", "restore", "erase", "burst", "clock", "job", "remove")


Rollups = Callable[[str], Awaitable[Any]]


class Step(NamedTuple):
    act: str
    which: int
    text: int
    rating: int


steps = st.builds(
    Step,
    st.sampled_from(ACTS) | st.just("answer"),
    st.integers(0, 4),
    st.integers(0, len(TEXTS) - 1),
    st.integers(0, 10),
)


class Play:
    """Does the steps to one shop."""

    def __init__(self, client: Client, shop: Shop, database: Database, folder: Path) -> None:
        self.client, self.shop, self.database, self.folder = client, shop, database, folder
        self.own: Any = Response.workspace_id == shop.workspace.id
        self.sent: dict[int, tuple[str, int]] = {}

    async def ids(self) -> list[uuid.UUID]:
        async with self.database.read() as session:
            return sorted(await session.exec(select(Response.id).where(self.own)))

    async def do(self, step: Step) -> None:
        await getattr(self, step.act)(step)

    async def answer(self, step: Step) -> None:
        name, seq = str(new_id()), 1
        self.sent[step.which] = (name, seq)
        await self._send(step, name, seq)

    async def later(self, step: Step) -> None:
        if step.which in self.sent:
            name, seq = self.sent[step.which]
            self.sent[step.which] = (name, seq + 1)
            await self._send(step, name, seq + 1)

    async def _send(self, step: Step, name: str, seq: int) -> None:
        body = {"submission_id": name, "seq": seq, "rating": step.rating}
        body |= {"comment": TEXTS[step.text], "locale": ("fr", "en", "de")[step.rating % 3]}
        said = await self.client.post(f"/r/{self.shop.nps.key}", json=body)
        assert said.status_code in (200, 201), said.text

    async def _one(self, step: Step) -> uuid.UUID | None:
        ids = await self.ids()
        return ids[step.which % len(ids)] if ids else None

    async def mask(self, step: Step) -> None:
        if (id := await self._one(step)) is None:
            return
        async with self.database.write() as session:
            row = await session.get_one(Response, (self.shop.workspace.id, id))
            if row.comment:
                choice = Choice(name_of(row.comment), all_of_it=step.rating > 5)
                choice = Choice(choice.seen, (), (row.comment.split()[0],), choice.all_of_it)
                if len(row.comment.split()) > 1 or choice.all_of_it:
                    who = self.shop.alice.id
                    mask_comment(session, row, choice, user_id=who, now=clock.now())

    async def exclude(self, step: Step) -> None:
        if (id := await self._one(step)) is not None:
            act: Any = step.act
            async with self.database.write() as session:
                await change_state(
                    session, self.shop.workspace.id, id, act,
                    reason="", user_id=self.shop.alice.id, now=clock.now(),
                )  # fmt: skip

    restore = exclude

    async def erase(self, step: Step) -> None:
        if (id := await self._one(step)) is not None:
            async with self.database.write() as session:
                await erase_responses(
                    session, self.shop.workspace.id, [id], folder=self.folder, now=clock.now()
                )

    async def burst(self, step: Step) -> None:
        async with self.database.write() as session:
            await session.exec(sa.update(Response).where(self.own).values(origin=b"together"))
        acts: Any = ("exclude", "restore")[: 1 + step.rating % 2]
        for act in acts:
            await change_bursts(
                self.database, self.shop.workspace.id, self.shop.nps.id, [b"together"], act,
                reason="", user_id=self.shop.alice.id, now=clock.now(),
            )  # fmt: skip

    async def clock(self, step: Step) -> None:
        now = clock.now()
        span = ClockSpan(
            workspace_id=self.shop.workspace.id,
            begins_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
            seconds=None if step.rating > 7 else -86_400 * 40,
            reason="",
            user_id=self.shop.alice.id,
            done_at=now,
        )
        async with self.database.write() as session:
            session.add(span)
        which = (span.workspace_id, span.id)
        await carry_out(self.database, which, "UTC")
        await follow(self.database) if step.text else None
        await take_back(self.database, which, "UTC", clock.now())

    async def job(self, step: Step) -> None:
        await follow(self.database)

    async def remove(self, step: Step) -> None:
        if (id := await self._one(step)) is not None:
            async with self.database.write() as session:
                await session.exec(sa.delete(Response).where(self.own, col(Response.id) == id))


async def check(database: Database, shop: Shop) -> None:
    await follow_all(database, shop.workspace.id)
    assert await differing_comments(database, shop.workspace.id) == Recounted(0, 0)
    assert await differing_words(database) == 0
    known = await comments(database, shop)
    tokens = {token for row in known.values() for token in row.stems.split()}
    for token in sorted(tokens)[:5]:
        having = [row.number for row in known.values() if token in row.stems.split()]
        assert await finds(database, token) == sorted(having, reverse=True)


@examples(
    max_examples=200 if os.environ.get("TEST_LONG") else 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(doing=st.lists(steps, min_size=4, max_size=14))
async def test_after_any_acts_search_knows_what_a_recount_says(
    client: Client, shop: Shop, database: Database, tmp_path: Path, doing: list[Step]
) -> None:
    play = Play(client, shop, database, tmp_path)
    async with database.write() as session:  # examples share the database
        await session.exec(sa.delete(Response).where(play.own))
    for step in doing:
        await play.do(step)
    await check(database, shop)


async def test_an_import_is_searched_and_taken_back_it_is_not(
    database: Database, settings: Settings, import_rows: Import
) -> None:
    result = await import_rows(*ROWS)
    async with database.read() as session:
        workspace_id = (await session.exec(select(Workspace.id))).one()
    await follow_all(database, workspace_id)
    assert len(await finds(database, "great")) == 1
    await undo_import(settings, None, str(result.run_id))
    await follow_all(database, workspace_id)
    assert await finds(database, "great") == []


@pytest.fixture
def rollups(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Rollups:
    """`feedback rollups ...` on this database."""
    monkeypatch.setenv("FEEDBACK_DATABASE_URL", database_url.render_as_string(hide_password=False))

    async def run(command: str) -> Any:
        return await asyncio.to_thread(CliRunner().invoke, app, ["rollups", command])

    return run


async def broken(database: Database, shop: Shop, client: Client) -> None:
    """Three comments: one as another text, one unknown, one of an answer that is gone."""
    for text in ("queue", "till", "parking"):
        await client.post(f"/r/{shop.nps.key}", json={"rating": 3, "comment": text})
    await follow_all(database, shop.workspace.id)
    own: Any = Response.workspace_id == shop.workspace.id
    async with database.write() as session:
        for text, change in (
            ("queue", sa.update(Response).values(comment="other")),
            ("parking", sa.delete(Response)),
        ):
            await session.exec(change.where(own, col(Response.comment) == text))
        await session.exec(
            sa.delete(Comment).where(
                col(Comment.workspace_id) == shop.workspace.id, col(Comment.words) == 1,
                col(Comment.stems).like("till%") | col(Comment.stems).like("etill%"),
            )
        )  # fmt: skip
        due: Any = CommentDue.workspace_id == shop.workspace.id
        await session.exec(delete(CommentDue).where(due))


async def test_a_recount_finds_what_is_wrong_and_mends_it(
    client: Client, shop: Shop, database: Database, rollups: Rollups
) -> None:
    await broken(database, shop, client)
    found = await differing_comments(database, shop.workspace.id)
    assert found == Recounted(3, 0)
    assert (await differing_comments(database, shop.workspace.id, with_stems=False)).wrong == 2
    said = await rollups("verify")
    assert said.exit_code == 1 and "search knows 3 comments wrongly" in said.output
    rebuilt = await rollups("rebuild")
    assert rebuilt.exit_code == 0, rebuilt.output
    said = await rollups("verify")
    assert said.exit_code == 0, said.output
    await check(database, shop)


async def test_what_waits_for_the_job_is_told_and_no_error(
    client: Client, shop: Shop, database: Database, rollups: Rollups
) -> None:
    await client.post(f"/r/{shop.nps.key}", json={"rating": 3, "comment": "queue"})
    assert await differing_comments(database, shop.workspace.id) == Recounted(0, 1)
    said = await rollups("verify")
    assert said.exit_code == 0 and "1 comments wait" in said.output
