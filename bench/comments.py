"""Comments and their search: what a page costs at 300 thousand texts, and what it takes to keep
and to forget them.

The texts are of words by Zipf's law between phrases that a tenth to a thousandth of customers
write, so that a search finds from some hundred to 30 thousand of them.
"""

import asyncio
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlmodel import col, select

from bench import servers
from bench.browsing import Browser, open_browser
from bench.databases import Shop, open_shop, postgres, postgres_url, sqlite_url
from bench.filling import fill
from bench.pages import LIMIT_MS
from bench.rows import Row, at_most, note, percentile
from bench.sizes import Sizes
from feedback.comments.index import follow_all
from feedback.db import Database
from feedback.responses.models import CommentDue, Response

OF_TEN = 3  # so many answers of ten have a text
# Each with how many of a thousand customers write it.
PHRASES = {
    "Trop d'attente à la caisse": 60,
    "le temps d'attente est long": 40,
    "la livraison est arrivée en retard": 50,
    "toujours pas de remboursement": 20,
    "remboursée rapidement, merci": 5,
    "prise de rendez-vous simple": 10,
    "qualité décevante": 30,
    "service client injoignable": 8,
    "waited too long at the till": 50,
    "delivery was late again": 40,
    "my refund was refused": 10,
    "the staff were friendly": 70,
    "checkout crashed twice": 2,
}
QUERIES = (
    *("attente", "caisse", "livraison retard", "remboursement", "rembours*", "qualité"),
    *(
        '"temps d\'attente"',
        '"trop d\'attente"',
        "attente -caisse",
        "rendez-vous",
        "service client",
    ),
    *("till", "waiting", "refund -refused", "deliver*", '"too long"', "friendly staff", "crashed"),
    *("service client", "kangourou", "l'attente à la caisse", "late -delivery", "check*"),
)
NARROWED: tuple[dict[str, str], ...] = (
    {"band": "negative"},
    {"channel": "widget"},
    {"state": "counted"},
)
AT_ONCE = 5_000


def comments(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """On SQLite, then on PostgreSQL."""
    url = sqlite_url(folder / "comments.db")
    yield from _measured(sizes, open_shop(url), "")
    yield _forget(url.database or "")
    with ExitStack() as running:
        maker = running.enter_context(postgres())
        made = running.enter_context(postgres_url(maker))
        yield from _measured(sizes, open_shop(made), ", PostgreSQL")


def _measured(sizes: Sizes, shop: Shop, where: str) -> Iterator[Row]:
    at = f" at {sizes.name(sizes.commented)} answers{where}"
    note(f"filling a database with {sizes.name(sizes.commented)} answers{where}")
    fill(shop, sizes.commented)
    texts, seconds = asyncio.run(_write(shop))
    said = f"{texts:,} texts in {seconds:.0f} s, {texts / seconds:,.0f} a second"
    yield Row(f"comments job{at}", said)
    with servers.feedback(shop.url) as server, open_browser(server, shop) as browser:
        yield _pages(f"/comments?q=…{at}", browser, _searches(), sizes)
        yield _pages(f"/comments{at}", browser, ["/comments", "/comments?band=negative"], sizes)


async def _write(shop: Shop) -> tuple[int, float]:
    """Give the answers their texts, and let the job find them; how many, in how many seconds."""
    database = Database(shop.url)
    own = col(Response.workspace_id) == shop.workspace_id
    async with database.read() as session:
        ids = list(await session.exec(select(Response.id).where(own)))
    chosen = [id for at, id in enumerate(ids) if at % 10 < OF_TEN]
    write, table = _writer(), Response.metadata.tables["response"]
    said = (
        sa.update(table)
        .where(table.c.workspace_id == shop.workspace_id, table.c.id == sa.bindparam("which"))
        .values(comment=sa.bindparam("text"), locale=sa.bindparam("language"))
    )
    note(f"writing {len(chosen):,} texts")
    async with database.write() as session:
        await session.exec(sa.update(Response).where(own).values(comment=None))
        await session.exec(sa.delete(CommentDue).where(_of(shop)))
    for first in range(0, len(chosen), AT_ONCE):
        rows = [
            dict(zip(("which", "text", "language"), (id, *next(write)), strict=True))
            for id in chosen[first : first + AT_ONCE]
        ]
        async with database.write() as session:
            await (await session.connection()).execute(said, rows)  # notes them as due
    note("the job finds them")
    began = time.perf_counter()
    await follow_all(database, shop.workspace_id)
    seconds = time.perf_counter() - began
    async with database.write() as session:
        await (await session.connection()).execute(sa.text("ANALYZE"))
    await database.close()
    return len(chosen), seconds


def _of(shop: Shop) -> sa.ColumnElement[bool]:
    return col(CommentDue.workspace_id) == shop.workspace_id


def _writer() -> Iterator[tuple[str, str | None]]:
    """Texts of customers, with their language; the same ones each time."""
    chance = random.Random(29)
    words = [
        "".join(chance.choices("aeioubdlmnprst", k=chance.randint(2, 9))) for _ in range(8_000)
    ]
    shares = list(accumulate(1 / (at + 3) for at in range(len(words))))
    while True:
        said = chance.choices(words, cum_weights=shares, k=1 + int(chance.lognormvariate(2.4, 0.7)))
        for phrase, often in PHRASES.items():
            if chance.random() < often / 1000:
                said.insert(chance.randrange(len(said) + 1), phrase)
        yield " ".join(said), chance.choice(("fr", "fr", "en", "en", None))


def _searches() -> list[str]:
    alone = [{"q": typed} for typed in QUERIES]
    narrowed = [{"q": typed} | more for typed in QUERIES[:6] for more in NARROWED]
    return [f"/comments?{urlencode(each)}" for each in [*alone, *narrowed]]


def _pages(name: str, browser: Browser, paths: list[str], sizes: Sizes) -> Row:
    visits = []
    for n in range(-1, max(1, sizes.pages * 4 // len(paths))):
        for path in paths:
            visit = browser.get(path)
            if visit.status != 200:
                raise RuntimeError(f"{path} answered {visit.status}")
            if n >= 0:
                visits.append((visit.ms, visit.processor_ms, path))
    times = [ms for ms, _, _ in visits]
    p50, p95 = (percentile(times, share) for share in (0.5, 0.95))
    used = [each for _, each, _ in visits]
    said = f"p50 {p50:.1f}, p95 {p95:.1f} ms; processor p50 {percentile(used, 0.5):.1f}, "
    said += f"p95 {percentile(used, 0.95):.1f} ms; slowest {max(visits)[2]}"
    return at_most(name, p95, LIMIT_MS, said, " ms")


def _forget(file: str) -> Row:
    """What erasing costs: FTS5's lists are written anew, so that no word of it is left."""
    connection = sqlite3.connect(file, isolation_level=None)
    began = time.perf_counter()
    connection.execute("INSERT INTO comment_search (comment_search) VALUES ('optimize')")
    optimized = time.perf_counter() - began
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = time.perf_counter() - began
    connection.close()
    said = f"{optimized:.1f} s, with the checkpoint {whole:.1f} s"
    return Row("erasing words from FTS5 (optimize)", said)
