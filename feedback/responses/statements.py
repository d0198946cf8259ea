"""The statements of the write path, written once in Core and compiled for each driver.

Rows travel as tuples in the order of the columns, since the ORM costs ten times as much here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.engine import Dialect

from feedback.models import metadata
from feedback.responses.outcome import Answer, CountKey, DisplayKey, Key, Known

RESPONSE = metadata.tables["response"]
SUBMISSION = metadata.tables["submission"]
RATING_COUNT = metadata.tables["rating_count"]
DISPLAY_COUNT = metadata.tables["display_count"]


@dataclass(frozen=True, slots=True)
class Statement:
    """Driver text and the names of its parameters, in order."""

    text: str
    names: tuple[str, ...]

    def row(self, values: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(values[name] for name in self.names)

    def times(self, n: int) -> str:
        """The text with its group of `?` repeated: n rows in one execution (SQLite only)."""
        group = f"({', '.join('?' * len(self.names))})"
        return self.text.replace(group, ", ".join([group] * n), 1)


class Statements:
    """Every statement of the write path for one kind of database."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self.is_sqlite = is_sqlite
        dialect: Dialect = sqlite.dialect() if is_sqlite else asyncpg.dialect()  # type: ignore[no-untyped-call]
        insert = sqlite.insert if is_sqlite else postgresql.insert
        # PostgreSQL locks what it read; SQLite's transaction is alone from its first statement.
        self.find_submission = _compile(
            _find_submission(is_sqlite=is_sqlite), dialect, lock=not is_sqlite
        )
        self.find_response = _compile(_find_response(), dialect, lock=not is_sqlite)
        new_submission = insert(SUBMISSION)
        if not is_sqlite:
            new_submission = new_submission.on_conflict_do_nothing().returning(
                SUBMISSION.c.submission_id
            )
        self.insert_submission = _compile(new_submission, dialect)
        self.insert_response = _compile(insert(RESPONSE), dialect)
        self.update_submission = _compile(_update_submission(), dialect)
        self.update_response = _compile(_update_response(), dialect)
        self.add_ratings = _compile(_add(insert(RATING_COUNT), RATING_COUNT), dialect)
        self.add_displays = _compile(_add(insert(DISPLAY_COUNT), DISPLAY_COUNT), dialect)

    def id(self, value: UUID | None) -> Any:
        return value.bytes if value is not None and self.is_sqlite else value

    def time(self, value: datetime) -> Any:
        if not self.is_sqlite:
            return value
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")

    def date(self, value: date) -> Any:
        return value.isoformat() if self.is_sqlite else value

    def key_row(self, key: Key) -> tuple[Any, ...]:
        workspace, survey, submission = key
        return (self.id(workspace), self.id(survey), self.id(submission))

    def submission_row(self, answer: Answer, known: Known) -> dict[str, Any]:
        return {
            "workspace_id": self.id(answer.workspace_id),
            "survey_id": self.id(answer.survey_id),
            "submission_id": self.id(answer.submission_id),
            "response_id": self.id(known.response_id),
            "first_seq": known.first_seq,
            "seq": known.seq,
            "digest": known.digest,
        }

    def response_row(self, answer: Answer, known: Known) -> dict[str, Any]:
        assert known.month is not None
        return {
            "workspace_id": self.id(answer.workspace_id),
            "id": self.id(known.response_id),
            "series_id": self.id(known.series_id),
            "rating": answer.rating,
            "comment": answer.comment,
            "answers": answer.answers,
            "properties": answer.properties,
            "channel": known.channel,
            "locale": answer.locale,
            "page": answer.page,
            "answered_at": self.time(answer.answered_at),
            "received_at": self.time(answer.received_at),
            "month": self.date(known.month),
            "state": known.state,
            "seq": answer.seq,
            "import_id": self.id(answer.import_id),
            "contact_id": None,
            "respondent_key": answer.respondent_key,
        }

    def update_submission_row(self, answer: Answer, known: Known) -> tuple[Any, ...]:
        workspace, survey, submission = self.key_row(answer.key)
        return (known.seq, known.digest, workspace, survey, submission)

    def update_response_row(self, answer: Answer, known: Known) -> tuple[Any, ...]:
        content = (answer.rating, answer.comment, answer.answers, answer.properties, answer.seq)
        return (*content, self.id(answer.workspace_id), self.id(known.response_id))

    def count_rows(self, counts: Iterable[tuple[CountKey, int]]) -> Iterator[tuple[Any, ...]]:
        # Sorted, so that two processes never wait for each other in a circle.
        for (workspace, series, channel, month, rating), n in sorted(counts):
            if n:
                yield self.add_ratings.row(
                    {
                        "workspace_id": self.id(workspace),
                        "series_id": self.id(series),
                        "channel": channel,
                        "month": self.date(month),
                        "rating": rating,
                        "n": n,
                    }
                )

    def display_rows(self, counts: Iterable[tuple[DisplayKey, int]]) -> Iterator[tuple[Any, ...]]:
        for (workspace, series, channel, month, kind), n in sorted(counts):
            yield self.add_displays.row(
                {
                    "workspace_id": self.id(workspace),
                    "series_id": self.id(series),
                    "channel": channel,
                    "month": self.date(month),
                    "kind": kind,
                    "n": n,
                }
            )


def _compile(statement: Any, dialect: Dialect, *, lock: bool = False) -> Statement:
    compiled = (statement.with_for_update() if lock else statement).compile(dialect=dialect)
    return Statement(str(compiled), tuple(compiled.positiontup or _KEY))


_KEY = ("workspace_id", "survey_id", "submission_id")


def _find_submission(*, is_sqlite: bool) -> Any:
    s = SUBMISSION.c
    key = [s[name] for name in _KEY]
    found = sa.select(*key, s.response_id, s.first_seq, s.seq, s.digest)
    if is_sqlite:
        # One execution for the whole batch, see Statement.times.
        wanted = sa.text("(VALUES (?, ?, ?))")
        return found.where(sa.tuple_(*key).op("IN")(wanted))
    return found.where(*(column == sa.bindparam(column.name) for column in key))


def _find_response() -> Any:
    r = RESPONSE.c
    found = sa.select(r.series_id, r.channel, r.month, r.rating, r.state)
    return found.where(
        r.workspace_id == sa.bindparam("workspace_id"), r.id == sa.bindparam("response_id")
    )


def _update_submission() -> Any:
    return (
        sa.update(SUBMISSION)
        .where(*(SUBMISSION.c[name] == sa.bindparam(f"key_{name}") for name in _KEY))
        .values(seq=sa.bindparam("seq"), digest=sa.bindparam("digest"))
    )


def _update_response() -> Any:
    changing = ("rating", "comment", "answers", "properties", "seq")
    return (
        sa.update(RESPONSE)
        .where(
            RESPONSE.c.workspace_id == sa.bindparam("key_workspace_id"),
            RESPONSE.c.id == sa.bindparam("key_id"),
        )
        .values({name: sa.bindparam(name) for name in changing})
    )


def _add(insert: Any, table: sa.Table) -> Any:
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={"n": table.c.n + insert.excluded.n},
    )
