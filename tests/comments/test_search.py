"""What is typed finds the same comments on both databases, and those that a reader would find."""

import random
import re
import sqlite3
import unicodedata
import uuid
from collections import Counter
from contextlib import closing
from datetime import date
from typing import Any

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from feedback.comments.facets import unpack
from feedback.comments.models import Comment
from feedback.comments.query import parse_query
from feedback.comments.search import (
    Numbers,
    count_found,
    find_newest,
    found,
    fts5,
    rows_found,
    tsquery,
)
from feedback.comments.stems import stem
from feedback.db import Database, new_id
from feedback.responses.models import Response
from tests.cast import Shop
from tests.comments.said import comments
from tests.comments.searched import write_comments

# What is typed: what a comment must have, what it must not; words of a phrase with blanks between.
QUERIES: dict[str, tuple[list[str], list[str]]] = {
    "attente": (["attente"], []),
    "attentes": (["attente"], []),
    "ATTENTE": (["attente"], []),
    "l'attente": (["attente"], []),
    "L’attente": (["attente"], []),
    "attente caisse": (["attente", "caisse"], []),
    "l'attente à la caisse": (["attente", "caisse"], []),
    '"temps d\'attente"': (["temps d attente"], []),
    "«temps d’attente»": (["temps d attente"], []),
    '"attente temps"': (["attente temps"], []),
    "remboursement": (["remboursement"], []),
    "remboursée": (["remboursée"], []),
    "remboursee": (["remboursée"], []),
    "rembours*": (["rembours*"], []),
    "remboursement*": (["remboursement*"], []),
    "livraison -retard": (["livraison"], ["retard"]),
    "livraisons retard": (["livraison", "retard"], []),
    "livr* -livreur": (["livr*"], ["livreur"]),
    "paiement": (["paiement"], []),
    "payé": (["payé"], []),
    "deux fois": (["deux", "fois"], []),
    '"deux fois"': (["deux fois"], []),
    "rendez-vous": (["rendez vous"], []),
    "rendez vous": (["rendez"], []),
    "d'accord": (["accord"], []),
    "aujourd'hui": (["aujourd hui"], []),
    "aujourd’hui": (["aujourd hui"], []),
    "été": (["ete"], []),
    "\u0065\u0301te\u0301": (["ete"], []),
    "thé": (["the"], []),
    '"the"': (["the"], []),
    "the till": (["till"], []),
    "cœur": (["coeur"], []),
    "coeur": (["coeur"], []),
    "qualité -déçue": (["qualité"], ["déçue"]),
    "prix élevé": (["prix", "élevé"], []),
    "prix élevés": (["prix", "élevé"], []),
    "sav@boutique.example": (["sav boutique example"], []),
    "help@shop.example": (["help shop example"], []),
    "e-mail": (["e mail"], []),
    "20": (["20"], []),
    "-20% coupon": (["coupon"], ["20"]),
    "SAVE20": (["save20"], []),
    "save*": (["save*"], []),
    "12 octobre": (["12", "octobre"], []),
    "wait": (["wait"], []),
    "waiting -times": (["waiting"], ["times"]),
    '"waiting times"': (["waiting times"], []),
    'till -"only one"': (["till"], ["only one"]),
    '-"too long" queue': (["queue"], ["too long"]),
    "refunded": (["refunded"], []),
    "refund -refused": (["refund"], ["refused"]),
    "can't": (["cant"], []),
    "don’t": (["dont"], []),
    "shop's": (["shop"], []),
    "self-checkout": (["self checkout"], []),
    '"self check*"': (["self check*"], []),
    "naive": (["naive"], []),
    "café": (["cafe"], []),
    "café -thé": (["cafe"], ["the"]),
    "😡": (["😡"], []),
    "👍 -parfait": (["👍"], ["parfait"]),
    "บริการ": (["บ ร ิ ก า ร"], []),
    "服务": (["服 务"], []),
    "долго": (["долго"], []),
    "дол*": (["дол*"], []),
    "strasse": (["strasse"], []),
    "iyi": (["iyi"], []),
    "happy": (["happy"], []),
    "near NOT prices": (["near", "not", "prices"], []),
    "prices AND high": (["prices", "high"], []),
    "(prices) high & !": (["prices", "high"], []),
    "prix:élevé": (["prix élevé"], []),
    "long^2": (["long 2"], []),
    'long "': (["long"], []),
    "kangourou": (["kangourou"], []),
    "attente -attente": (["attente"], ["attente"]),
}  # fmt: skip


async def test_queries_find_what_a_reader_would_find(database: Database, shop: Shop) -> None:
    texts = comments()
    ids = await write_comments(database, shop.workspace.id, texts, [shop.nps_series])
    assert len(QUERIES) >= 60
    wrong, none = {}, []
    for typed, (wanted, unwanted) in QUERIES.items():
        expected = [
            id for id, each in zip(ids, texts, strict=True) if _is_found(each, wanted, unwanted)
        ]
        none += [] if expected else [typed]
        async with database.read() as session:
            asked = (session, shop.workspace.id, parse_query(typed))
            newest = await find_newest(*asked, most=len(ids))
        if newest.ids != expected[::-1] or newest.older is not None:
            wrong[typed] = sorted(set(newest.ids) ^ set(expected))
    assert not wrong, [texts[ids.index(id)] for each in wrong.values() for id in each] + [*wrong]
    assert len(none) < 10  # they could all be found nowhere


def _is_found(comment: tuple[str, str], wanted: list[str], unwanted: list[str]) -> bool:
    return all(_holds(comment, each) for each in wanted) and not any(
        _holds(comment, each) for each in unwanted
    )


def _holds(comment: tuple[str, str], phrase: str) -> bool:
    """Read word by word: of what the index is made of, the stems of words alone are used."""
    text, language = comment
    said, asked = _read(text), phrase.rstrip("*").split()
    if phrase.endswith("*"):
        return any(
            said[at : at + len(asked) - 1] == asked[:-1] and word.startswith(asked[-1])
            for at in range(len(said))
            for word in said[at + len(asked) - 1 :][:1]
        )
    return any(
        stems[at : at + len(asked)] == [stem(word, code) for word in asked]
        for stems in ([stem(word, each) for word in said] for each in _languages(language))
        for code in ("fr", "en")
        for at in range(len(stems))
    )


def _languages(language: str) -> list[str]:
    return [language] if language else ["fr", "en"]


def _read(text: str) -> list[str]:
    """Letter by letter, without accents."""
    said, word = [], ""
    plain = unicodedata.normalize("NFKD", re.sub("(?i)n['’]t", "nt", text)).casefold()
    for letter in plain.replace("œ", "oe").replace("ı", "i") + " ":
        kind = unicodedata.category(letter)
        is_alone = kind == "So" or "\u0e00" <= letter <= "\u0e7f" or "\u4e00" <= letter <= "\u9fff"
        if kind[0] in "LN" and not is_alone:
            word += letter
            continue
        if kind == "Mn" and not is_alone:
            continue
        said += [each for each in (word, letter if is_alone else "") if each]
        word = ""
    return said


async def test_it_goes_on_where_a_page_ended(database: Database, shop: Shop) -> None:
    ids = await write_comments(database, shop.workspace.id, comments(), [shop.nps_series])
    query, read, before = parse_query("attente -livraison"), [], None
    async with database.read() as session:
        whole = await find_newest(session, shop.workspace.id, query, most=len(ids))
        while True:
            part = await find_newest(
                session, shop.workspace.id, query, numbers=Numbers(before=before), most=7
            )
            read += part.ids
            if (before := part.older) is None:
                break
    assert read == whole.ids
    assert len(read) > 14


async def test_counts_are_of_what_is_found(database: Database, shop: Shop) -> None:
    both = [shop.nps_series, shop.csat_series]
    await write_comments(database, shop.workspace.id, comments(), both)
    since = col(Comment.month) >= date(2026, 3, 1)
    for typed, within in (("caisse", []), ("caisse", [since]), ("", [since]), ("caisse\0*", [])):
        asked = (shop.workspace.id, parse_query(typed), within)
        async with database.read() as session:
            listed = set((await find_newest(session, *asked, most=1000)).ids)
            counted = dict(await count_found(session, *asked))
            own = col(Comment.workspace_id) == shop.workspace.id
            rows = await session.exec(select(Comment).where(own))
            kept = [row for row in rows if row.response_id in listed]
        facets = unpack(counted, [each.id for each in both])
        by_band: Counter[Any] = Counter()
        for facet, n in zip(facets, counted.values(), strict=True):
            assert facet is not None
            by_band[facet.series_id, facet.band, facet.channel, facet.language] += n
        assert by_band == Counter((r.series_id, r.band, r.channel, r.language) for r in kept)
        assert len(listed) > 5


async def test_no_other_workspace_is_searched(database: Database, shop: Shop) -> None:
    await write_comments(database, shop.workspace.id, comments(20), [shop.nps_series])
    stranger = shop.alice.id
    async with database.read() as session:
        for typed in ("attente", ""):
            query = parse_query(typed)
            assert (await find_newest(session, stranger, query, most=50)).ids == []
            assert await count_found(session, stranger, query) == []


NASTY = [*" \t-\"'«»“”’*&|!()<>:^\\%_~+,.;@#/{}[]=?$\0\u200d\u0301", "OR", "NEAR", "attente", "é"]
NASTY += [
    "<->",
    "$$",
    "--",
    "/*",
    "ด",
    "😡",
    "\ud83d",
    "İ",
    "ß",
    "ﷺ",
    "½",
    "z",
    "zw",
    "1",
    "l'",
    "*",
]


@given(st.lists(st.sampled_from(NASTY)).map("".join) | st.text())
def test_fts5_takes_whatever_is_typed(typed: str) -> None:
    query = parse_query(typed)
    if query.wanted:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(
                "CREATE VIRTUAL TABLE f USING fts5(stems, content='', tokenize=ascii)"
            )
            connection.execute("SELECT 1 FROM f WHERE f MATCH ?", [fts5(query)]).fetchall()
        assert re.fullmatch(r"[a-z0-9'&|!(): *]+", tsquery(query))


async def test_anything_typed_is_answered(database: Database, shop: Shop) -> None:
    await write_comments(database, shop.workspace.id, comments(20), [shop.nps_series])
    odd = [
        *('"', '""', "'", '"attente', 'attente"', '-"', "-", "*", "a*", '"a" *', '"-attente"'),
        *("OR", "NEAR(a b)", "a OR b", "stems:caisse", "^caisse", "a:*", "!a", "a & | b", "<->"),
        *("\\", "\\' OR 1=1", "a\0b", "\0", "\ud800", "a\udfff", "\u202e", "z", "zz*", "zw*"),
        *("x " * 10_000, "x" * 4_999, "é" * 4_999, "-a -b", "the of", "%", "_", "ﷺ", "½", "ǅ"),
    ]
    chance = random.Random(29)
    odd += ["".join(chance.choices(NASTY, k=chance.randint(1, 25))) for _ in range(150)]
    async with database.read() as session:
        for typed in odd:
            query = parse_query(typed)
            newest = await find_newest(session, shop.workspace.id, query, most=50)
            await session.exec(
                select(Response.id).where(
                    col(Response.workspace_id) == shop.workspace.id,
                    found(query, shop.workspace.id, database.is_sqlite),
                )
            )
            assert query.is_empty or not (query.problem and newest.ids)
            query.text.encode()


async def test_counting_reads_no_stems_on_sqlite(database: Database) -> None:
    """Of what it finds it reads the index alone: by the key it would read eight times as much."""
    columns: list[Any] = [col(Comment.facet), sa.func.count()]
    counting = rows_found(columns, parse_query("caisse"), new_id(), True)
    compiled = counting.group_by(col(Comment.facet)).compile(database.engine.sync_engine)
    values = tuple(compiled.construct_params().values())
    async with database.engine.connect() as connection:
        written = f"EXPLAIN QUERY PLAN {compiled}"
        plain = tuple(each.bytes if isinstance(each, uuid.UUID) else each for each in values)
        plan = [row[3] for row in await connection.exec_driver_sql(written, plain)]
    assert any("comment USING COVERING INDEX" in step for step in plan), plan
