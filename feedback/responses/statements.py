"""The statements of the write path, written once in Core and compiled for each driver.

Rows travel as plain values in the order of the columns, since the ORM costs ten times as much here.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.engine import Dialect

from feedback.responses.columns import Columns
from feedback.responses.compiled import compile_insert, compiled, in_one
from feedback.responses.due import look_again
from feedback.responses.masking.frozen import comment_after
from feedback.responses.models import ContactKey, Response, Submission
from feedback.responses.outcome import CONTENT, Answer, CountKey, DisplayKey, Key, KnownSubmission
from feedback.responses.people import Move, NameKey
from feedback.surveys.models import Series
from feedback.versions import next_version, this_process

_tables = Response.metadata.tables
RESPONSE = _tables["response"]
SUBMISSION = _tables["submission"]
COMMENT_DUE = _tables["comment_due"]
RATING_COUNT = _tables["rating_count"]
DISPLAY_COUNT = _tables["display_count"]
CONTACT_KEY = _tables["contact_key"]
SERIES = Series.metadata.tables["series"]

# What an update writes, and where.
_CHANGING = (*CONTENT, "state", "excluded_from", "changed_at")
_CHANGED = ("workspace_id", "id")

Day = date  # within the class below `date` is its method
Planned = Sequence[tuple[Key, KnownSubmission]]


class Statements:
    """Every statement of the write path for one kind of database."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self.is_sqlite = is_sqlite
        self.submissions = Columns(Submission, is_sqlite=is_sqlite)
        self.responses = Columns(Response, is_sqlite=is_sqlite)
        self.names = Columns(ContactKey, is_sqlite=is_sqlite)
        self._changing = Columns(Response, is_sqlite=is_sqlite, only=_CHANGING)
        self._changed = Columns(Response, is_sqlite=is_sqlite, only=_CHANGED)
        dialect: Dialect = sqlite.dialect() if is_sqlite else asyncpg.dialect()  # type: ignore[no-untyped-call]
        insert = sqlite.insert if is_sqlite else postgresql.insert
        # PostgreSQL locks what it read (FOR UPDATE), or another process changes it before we
        # write; SQLite's transaction is alone from its first statement.
        self.find_submission = compiled(_find_submission(is_sqlite=is_sqlite), dialect)
        self.find_response = compiled(_find_response(is_sqlite=is_sqlite), dialect)
        new_name: Any = insert(CONTACT_KEY)
        if not is_sqlite:
            new_name = new_name.on_conflict_do_nothing().returning(CONTACT_KEY.c.key)
        self.insert_submission = compile_insert(insert(SUBMISSION), dialect)
        self.find_names = compiled(_find_names(is_sqlite=is_sqlite), dialect)
        self.insert_name = compile_insert(new_name, dialect)
        self.release_name = compiled(_release_name(), dialect)
        self.find_told = compiled(_find_told(), dialect)
        self.move_answers = compiled(_move_answers(), dialect)
        self.insert_response = compile_insert(insert(RESPONSE), dialect)
        self.insert_due = compile_insert(look_again(insert), dialect)
        self.note_moved = compiled(_note_moved(insert), dialect)
        self.update_submission = compiled(_update_submission(), dialect)
        self.update_response = compiled(_update_response(), dialect)
        self.add_ratings = compile_insert(_add(insert(RATING_COUNT), RATING_COUNT), dialect)
        self.add_displays = compile_insert(_add(insert(DISPLAY_COUNT), DISPLAY_COUNT), dialect)
        self.next_version = compile_insert(next_version(insert), dialect)
        first = (self.insert_submission, self.insert_response)
        rest = (self.add_ratings, self.add_displays, self.next_version)
        self.add_all = in_one(*first, *rest)
        self.add_all_with_texts = in_one(*first, self.insert_due, *rest)

    def id(self, value: UUID | None) -> Any:
        return value.bytes if value is not None and self.is_sqlite else value

    def date(self, value: date) -> Any:
        return value.isoformat() if self.is_sqlite else value

    def key_row(self, key: Key) -> tuple[Any, ...]:
        workspace, survey, submission, test = key
        return (self.id(workspace), self.id(survey), self.id(submission), test)

    def name_key_rows(self, keys: Iterable[NameKey]) -> list[tuple[Any, ...]]:
        # By the hash alone: comparing ids takes longer than finding the rows.
        return [(self.id(workspace), key) for workspace, key in sorted(keys, key=itemgetter(1))]

    def released_rows(self, released: Iterable[tuple[NameKey, bytes]]) -> list[tuple[Any, ...]]:
        return [(self.id(workspace), key, person) for (workspace, key), person in released]

    def name_columns(self, named: Sequence[tuple[NameKey, bytes]]) -> list[Sequence[Any]]:
        given: dict[str, Sequence[Any]] = {
            "workspace_id": [workspace for (workspace, _), _ in named],
            "key": [key for (_, key), _ in named],
            "person": [person for _, person in named],
        }
        return self.names.by_column(len(named), given, {})

    def moved_row(self, move: Move) -> tuple[Any, ...]:
        return (self.id(move.workspace_id), move.moved)

    def submission_columns(self, planned: Planned) -> list[Sequence[Any]]:
        columns = list(zip(*(key for key, _ in planned), strict=True)) or [()] * len(_KEY)
        keys = zip(_KEY, columns, strict=True)
        rest = ("response_id", "first_seq", "seq", "digest")
        given = {name: [getattr(known, name) for _, known in planned] for name in rest}
        return self.submissions.by_column(len(planned), {**dict(keys), **given}, {})

    def response_columns(self, answers: Sequence[Answer]) -> list[Sequence[Any]]:
        return self.responses.of(answers)

    def due_rows(self, answers: Iterable[tuple[UUID, UUID]]) -> list[tuple[Any, ...]]:
        """Sorted, so that two processes never wait for each other in a circle."""
        return [(self.id(workspace), self.id(id)) for workspace, id in sorted(answers)]

    def update_submission_rows(self, planned: Planned) -> list[tuple[Any, ...]]:
        return [(known.seq, known.digest, *self.key_row(key)) for key, known in planned]

    def update_response_rows(self, answers: Sequence[Answer]) -> list[tuple[Any, ...]]:
        return list(zip(*self._changing.of(answers), *self._changed.of(answers), strict=True))

    def count_rows(self, counts: Iterable[tuple[CountKey, int]]) -> list[tuple[Any, ...]]:
        # Sorted, so that two processes never wait for each other in a circle.
        return [
            (self.id(workspace), self.id(series), channel, self.date(month), rating, n)
            for (workspace, series, channel, month, rating), n in sorted(counts)
            if n
        ]

    def display_rows(self, counts: Iterable[tuple[DisplayKey, int]]) -> list[tuple[Any, ...]]:
        return [
            (self.id(workspace), self.id(series), channel, self.date(month), kind, n)
            for (workspace, series, channel, month, kind), n in sorted(counts)
        ]

    def version_rows(self, months: Iterable[tuple[UUID, Day]]) -> list[tuple[Any, ...]]:
        """One a workspace and month of which a count changed; written after the counts."""
        process, now = this_process(), time.time_ns()
        return [
            (self.id(workspace), process, self.date(month), now)
            for workspace, month in sorted(set(months))
        ]


_KEY = ("workspace_id", "survey_id", "submission_id", "test")


def _find_submission(*, is_sqlite: bool) -> Any:
    s = SUBMISSION.c
    key = [s[name] for name in _KEY]
    columns = [*key, s.response_id, s.first_seq, s.seq, s.digest]
    # One execution for the whole batch, driven by the wanted keys: as a row value,
    # `(a, b, c) IN (VALUES ...)` scans the whole table of SQLite.
    if is_sqlite:
        wanted = sa.text("(VALUES (?, ?, ?, ?)) AS wanted")  # see Statement.times
        names = [f"wanted.column{n}" for n in (1, 2, 3, 4)]
    else:
        arrays = "$1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[]"
        wanted = sa.text(f"unnest({arrays}) AS wanted({', '.join(_KEY)})")
        names = [f"wanted.{name}" for name in _KEY]
    matches = (sa.literal_column(name) == column for name, column in zip(names, key, strict=True))
    found = sa.select(*columns).select_from(wanted).where(*matches)
    return found if is_sqlite else found.with_for_update(of=SUBMISSION)


def _find_names(*, is_sqlite: bool) -> Any:
    n = CONTACT_KEY.c
    if is_sqlite:
        wanted = sa.text("(VALUES (?, ?)) AS wanted")  # see Statement.times
        names = ["wanted.column1", "wanted.column2"]
    else:
        wanted = sa.text("unnest($1::uuid[], $2::bytea[]) AS wanted(workspace_id, key)")
        names = ["wanted.workspace_id", "wanted.key"]
    workspace: Any = sa.literal_column(names[0])
    key: Any = sa.literal_column(names[1])
    found = sa.select(n.workspace_id, n.key, n.person).select_from(wanted)
    return found.where(n.workspace_id == workspace, n.key == key)


def _release_name() -> Any:
    n = CONTACT_KEY.c
    row = (n.workspace_id == sa.bindparam("workspace_id"), n.key == sa.bindparam("key"))
    released = sa.delete(CONTACT_KEY).where(*row, n.person == sa.bindparam("person"))
    return released.returning(n.key)


def _find_told() -> Any:
    """The answers of a name that say what they are about, with the survey of each."""
    r = RESPONSE.c
    series = sa.and_(SERIES.c.workspace_id == r.workspace_id, SERIES.c.id == r.series_id)
    return (
        sa.select(r.id, SERIES.c.survey_id, r.about_key, r.state)
        .join_from(RESPONSE, SERIES, series)
        .where(
            r.workspace_id == sa.bindparam("workspace_id"),
            r.respondent_key == sa.bindparam("moved"),
            r.about_key.is_not(None),
        )
    )


def _move_answers() -> Any:
    r = RESPONSE.c
    return (
        sa.update(RESPONSE)
        .where(
            r.workspace_id == sa.bindparam("key_workspace_id"),
            r.respondent_key == sa.bindparam("key_moved"),
        )
        .values(respondent_key=sa.bindparam("person"))
    )


def _note_moved(insert: Any) -> Any:
    """The answers of a name that is another person's too: their comments are that person's."""
    r = RESPONSE.c
    texts = sa.select(r.workspace_id, r.id).where(
        r.workspace_id == sa.bindparam("workspace_id"),
        r.respondent_key == sa.bindparam("moved"),
        r.comment.is_not(None),
    )
    return look_again(insert, texts)


def _find_response(*, is_sqlite: bool) -> Any:
    r = RESPONSE.c
    columns = (r.series_id, r.channel, r.month, r.rating, r.state, r.excluded_from)
    found = sa.select(*columns, r.comment.is_not(None)).where(
        r.workspace_id == sa.bindparam("workspace_id"), r.id == sa.bindparam("response_id")
    )
    return found if is_sqlite else found.with_for_update()


def _update_submission() -> Any:
    return (
        sa.update(SUBMISSION)
        .where(*(SUBMISSION.c[name] == sa.bindparam(f"key_{name}") for name in _KEY))
        .values(seq=sa.bindparam("seq"), digest=sa.bindparam("digest"))
    )


def _update_response() -> Any:
    # In the order of the model, as SQLAlchemy compiles them and `Columns` makes them.
    comment = comment_after(sa.bindparam("comment", type_=RESPONSE.c.comment.type))
    return (
        sa.update(RESPONSE)
        .where(*(RESPONSE.c[name] == sa.bindparam(f"key_{name}") for name in _CHANGED))
        .values({name: sa.bindparam(name) for name in _CHANGING} | {"comment": comment})
    )


def _add(insert: Any, table: sa.Table) -> Any:
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={"n": table.c.n + insert.excluded.n},
    )
