"""Comments that a query finds, the newest first, and how many of each kind there are.

On SQLite FTS5 finds their numbers in the order of time; on PostgreSQL a GIN index of
`to_tsvector('simple', stems)` finds those with all the words, and a phrase is looked for in the
stems themselves, which costs a fiftieth of parsing them anew.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.models import SEARCH, Comment
from feedback.comments.query import Query, Term, parse_query
from feedback.responses.models import Response

FTS = sa.table(SEARCH, sa.column("rowid", sa.BigInteger), sa.column(SEARCH))
# Without its rows, which hold the stems: SQLite prefers the key, and reads eight times as much.
_NARROW = "INDEXED BY ix_comment_workspace_id_number_facet_month_response_id"
# The same words as in the index, or it is not used.
_VECTOR: Any = sa.literal_column("to_tsvector('simple', comment.stems)")


class Numbers(NamedTuple):
    """A range of `Comment.number`, which run with time: from the first on, and below the other."""

    since: int | None = None
    before: int | None = None


ALL = Numbers()


@dataclass(frozen=True, slots=True)
class Found:
    """Answers, the newest first; `older`: the number to go on before, None at the end."""

    ids: list[uuid.UUID]
    older: int | None


def found(query: Query, workspace_id: uuid.UUID, is_sqlite: bool) -> Any:
    """That a comment is found, as a condition on `Response.id`; an empty query finds all answers,
    one that has a problem none."""
    if query.problem or query.is_empty:
        return sa.true() if query.is_empty else sa.false()
    comments = rows_found([col(Comment.response_id)], query, workspace_id, is_sqlite)
    if is_sqlite:
        return col(Response.id).in_(comments)
    # All of them first, and once: PostgreSQL would rather parse the stems of each answer of a list,
    # the newest first, until it has enough that fit; of a rare word for minutes.
    return col(Response.id) == sa.any_(sa.func.array(comments.scalar_subquery()))


async def narrow(session: AsyncSession, workspace_id: uuid.UUID, typed: str) -> list[Any]:
    """What the filter `q` of a list of answers means."""
    return [found(parse_query(typed), workspace_id, _is_sqlite(session))]


async def find_newest(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    query: Query,
    within: Sequence[Any] = (),
    numbers: Numbers = ALL,
    *,
    most: int,
    oldest_first: bool = False,
) -> Found:
    """At most so many. within: conditions on the columns of Comment."""
    if query.problem:
        return Found([], None)
    is_sqlite = _is_sqlite(session)
    columns = [col(Comment.number), col(Comment.response_id)]
    matching = rows_found(columns, query, workspace_id, is_sqlite, numbers).where(*within)
    number = _number(query, is_sqlite)
    if not (is_sqlite or query.is_empty):
        # In the order of the key PostgreSQL would parse the stems of all that do not fit.
        rows = matching.offset(0).subquery()
        matching, number = sa.select(*rows.c), rows.c.number
    ordered = matching.order_by(number if oldest_first else number.desc()).limit(most + 1)
    read: Any = (await session.exec(ordered)).all()
    ids = [row[1] for row in read[:most]]
    return Found(ids, read[most - 1][0] if len(read) > most else None)


async def count_found(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    query: Query,
    within: Sequence[Any] = (),
    numbers: Numbers = ALL,
    *,
    by: Sequence[Any] = (col(Comment.facet),),
) -> list[tuple[Any, ...]]:
    """How many are found of each `Comment.facet`, or of each of other columns: these, then n."""
    if query.problem:
        return []
    columns, is_sqlite = [*by, sa.func.count()], _is_sqlite(session)
    matching = rows_found(columns, query, workspace_id, is_sqlite, numbers).where(*within)
    return [tuple(row) for row in await session.exec(matching.group_by(*by))]


def fts5(query: Query) -> str:
    """The query in FTS5's language.

    >>> from feedback.comments.query import parse_query
    >>> fts5(parse_query('caisse "trop long" -rembours*'))
    '("caiss") AND ("trop long") NOT ("zwrembours" *)'
    """
    wanted = " AND ".join(f"({_fts5(term)})" for term in query.wanted)
    return wanted + "".join(f" NOT ({_fts5(term)})" for term in query.unwanted)


def tsquery(query: Query) -> str:
    """The query in PostgreSQL's language, but for the order of the words of its phrases.

    >>> from feedback.comments.query import parse_query
    >>> tsquery(parse_query('caisse "trop long" -rembours* -"trop cher"'))
    "('caiss') & ('trop' & 'long') & !('zwrembours':*)"
    """
    wanted = [f"({_tsquery(term)})" for term in query.wanted]
    unwanted = [f"!({_tsquery(term)})" for term in query.unwanted if not _is_phrase(term)]
    return " & ".join([*wanted, *unwanted])


def rows_found(
    columns: Sequence[Any],
    query: Query,
    workspace_id: uuid.UUID,
    is_sqlite: bool,
    numbers: Numbers = ALL,
) -> Any:
    """These columns of the comments found, and of what is joined to them."""
    own: Any = sa.select(*columns).where(col(Comment.workspace_id) == workspace_id)
    number = _number(query, is_sqlite)
    if numbers.since is not None:
        own = own.where(number >= numbers.since)
    if numbers.before is not None:
        own = own.where(number < numbers.before)
    if query.is_empty or query.problem:
        return own if query.is_empty else own.where(sa.false())
    if is_sqlite:
        # The plus keeps SQLite from asking FTS5 for one comment after the other.
        at = col(Comment.number) == sa.literal_column(f"+{SEARCH}.rowid")
        both = own.select_from(FTS).join(Comment, at).with_hint(Comment, _NARROW, "sqlite")
        return both.where(_in_fts5(query))
    return own.where(*_in_stems(query))


def matches(query: Query, is_sqlite: bool) -> list[Any]:
    """That a comment is found, as conditions on the columns of Comment: for a statement that
    reads few of them by another way."""
    if query.is_empty or query.problem:
        return [] if query.is_empty else [sa.false()]
    if is_sqlite:
        # The plus: not by each number that is found, but by what else is asked for.
        number = sa.literal_column("+comment.number", sa.BigInteger)
        return [number.in_(sa.select(FTS.c.rowid).where(_in_fts5(query)))]
    return _in_stems(query)


def _number(query: Query, is_sqlite: bool) -> Any:
    return FTS.c.rowid if is_sqlite and query.wanted else col(Comment.number)


def _in_fts5(query: Query) -> Any:
    return FTS.c[SEARCH].op("MATCH")(fts5(query))


def _in_stems(query: Query) -> list[Any]:
    words = _VECTOR.op("@@")(sa.cast(sa.cast(tsquery(query), sa.Text), TSQUERY))
    wanted = [_in_order(term) for term in query.wanted if _is_phrase(term)]
    unwanted = [sa.not_(_in_order(term)) for term in query.unwanted if _is_phrase(term)]
    return [words, *wanted, *unwanted]


def _in_order(term: Term) -> Any:
    stems = sa.literal(" ").concat(col(Comment.stems)).concat(" ")
    runs = [f" {' '.join(run)}{'' if term.is_prefix else ' '}" for run in term.runs()]
    return sa.or_(*(sa.func.strpos(stems, run) > 0 for run in runs))


def _is_phrase(term: Term) -> bool:
    return len(term.words) > 1


def _fts5(term: Term) -> str:
    star = " *" if term.is_prefix else ""
    return " OR ".join(f'"{" ".join(run)}"{star}' for run in term.runs())


def _tsquery(term: Term) -> str:
    star = ":*" if term.is_prefix else ""
    runs = [" & ".join(f"'{stem}'" for stem in run) + star for run in term.runs()]
    return " | ".join(f"({run})" for run in runs) if len(runs) > 1 else runs[0]


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"
