"""What erasing a person touches: every table, and what each text, JSON or hash in it is.

One list for whoever erases and for whoever hands a person what is stored of them. A test holds it
against the models: a new table, or a new column that may hold words or bytes, must be classed here.
Of a response each column is, whatever its type, since the row is made anew from those that stay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from feedback.db import Id

# Whole once `feedback.models` was imported, which imports us; every server and command has.
metadata = SQLModel.metadata


class Holds(StrEnum):
    """What stands in a column."""

    WORDS = "what a respondent wrote or sent"
    PERSON = "a keyed hash of a respondent"
    MOMENT = "when it was: the month stays"
    SCORE = "what the numbers are made of: stays"
    OUR_WORDS = "what the team wrote about one answer"
    TEAM = "of the team: stays"
    SETUP = "how the workspace is set up: stays"
    MADE = "made of answers, and made again"
    HASH = "a bare hash: stays"


class Act(StrEnum):
    """What erasing an answer, or a person, does with the rows of a table."""

    ANEW = "made anew with what stays, under another id"
    BARE = "forgets which answer it was"
    GONE = "deleted with the answer"
    FOLLOWS = "follows the answer by a job, and before files are tidied"
    NAMES = "deleted with the person"
    MADE = "deleted, and made again"
    NOTHING = "left as it is"


GOES = frozenset({Holds.WORDS, Holds.PERSON, Holds.OUR_WORDS})


@dataclass(frozen=True, slots=True)
class Reach:
    """The act on a table, and what its columns hold. A table that is GONE has a `response_id`."""

    act: Act
    columns: Mapping[str, Holds]


def _all(holds: Holds, *names: str) -> dict[str, Holds]:
    return dict.fromkeys(names, holds)


def _kept(holds: Holds, *names: str) -> Reach:
    return Reach(Act.NOTHING, _all(holds, *names))


REACH: Mapping[str, Reach] = {
    "response": Reach(
        Act.ANEW,
        {
            **_all(Holds.WORDS, "comment", "answers", "properties", "locale", "page"),
            **_all(Holds.PERSON, "respondent_key", "about_key", "origin"),
            **_all(Holds.MOMENT, "id", "answered_at", "received_at", "changed_at", "late", "seq"),
            **_all(Holds.SCORE, "workspace_id", "series_id", "rating", "channel", "month"),
            **_all(Holds.SCORE, "state", "excluded_from"),
            # So that taking an import back still takes its ratings back.
            **_all(Holds.SETUP, "import_id"),
        },
    ),
    "submission": Reach(Act.BARE, {"response_id": Holds.MOMENT, "digest": Holds.WORDS}),
    "response_change": Reach(
        Act.GONE, {"reason": Holds.OUR_WORDS, "state": Holds.OUR_WORDS}
    ),
    "comment_due": Reach(Act.FOLLOWS, _all(Holds.MOMENT, "workspace_id", "response_id")),
    "comment": Reach(
        Act.FOLLOWS,
        {
            **_all(Holds.WORDS, "stems", "language"),
            **_all(Holds.PERSON, "person"),
            **_all(Holds.SCORE, "channel", "state"),
        },
    ),
    "comment_tag": Reach(Act.GONE, {}),
    "comment_mark": Reach(Act.GONE, {"hidden_reason": Holds.OUR_WORDS}),
    "comment_note": Reach(Act.GONE, {"text": Holds.OUR_WORDS}),
    # Of how many, never of whom; an act that is to be undone names its answers, and quotes notes.
    "tag_count": _kept(Holds.MADE, "counts"),
    "comment_undo": Reach(Act.MADE, _all(Holds.MADE, "changes")),
    "tag": _kept(Holds.TEAM, "name", "folded", "words"),
    "stage_note": _kept(Holds.TEAM, "kind", "text"),
    "contact_key": Reach(Act.NAMES, _all(Holds.PERSON, "key", "person")),
    "computed": Reach(
        Act.MADE, _all(Holds.MADE, "kind", "key", "version", "media_type", "body")
    ),
    "job": Reach(
        Act.MADE,
        {
            **_all(Holds.MADE, "payload", "last_error"),
            **_all(Holds.HASH, "kind", "dedup_key", "locked_by"),
        },
    ),
    "erasure": _kept(Holds.HASH, "key", "kind"),
    "rating_count": _kept(Holds.SCORE, "channel"),
    "display_count": _kept(Holds.SCORE, "channel", "kind"),
    "judged_journey": _kept(Holds.SCORE, "until"),
    "judged_line": _kept(
        *(Holds.SCORE, "metric", "seam", "since", "joined", "whole_until", "digests", "held"),
        *("answers", "signals", "taken_back"),
    ),
    "repeat_count": _kept(Holds.SCORE, "metric"),
    "count_version": _kept(Holds.HASH, "process"),
    "import_run": _kept(Holds.TEAM, "file_name", "content"),
    "clock_span": _kept(Holds.TEAM, "reason"),
    "action": _kept(Holds.TEAM, "kind", "title", "details", "done_by", "public_texts"),
    "workspace": _kept(Holds.SETUP, "key", "name", "time_zone", "language"),
    "user": _kept(Holds.TEAM, "email", "password_hash", "language"),
    "membership": _kept(Holds.TEAM, "role"),
    "session": _kept(Holds.TEAM, "token_hash", "user_agent"),
    "sign_in_try": _kept(Holds.TEAM, "key", "tries"),
    "setup_link": _kept(Holds.TEAM, "token_hash", "kind"),
    "public_key": _kept(Holds.SETUP, "key", "kind"),
    "journey": _kept(Holds.SETUP, "name"),
    "stage": _kept(Holds.SETUP, "name", "headline_metric"),
    "touchpoint": _kept(Holds.SETUP, "name", "place", "owner"),
    "question": _kept(Holds.SETUP, "metric", "texts", "default_language"),
    "survey": _kept(
        *(Holds.SETUP, "key", "name", "state", "follow_ups", "endings", "rules", "look"),
        "kept_properties",
    ),
    "series": _kept(Holds.SETUP, "metric", "texts"),
    "sighting": _kept(Holds.SETUP, "origin"),
    "privacy": _kept(
        *(Holds.SETUP, "responsible", "contact", "officer", "basis", "texts", "storage")
    ),
}  # fmt: skip


def touched() -> list[str]:
    """The tables in which something of a person may stand, in the order of the metadata.

    >>> import feedback.models
    >>> touched()  # doctest: +ELLIPSIS
    ['comment_due', 'job', 'submission', 'comment', ..., 'response', ..., 'response_change']
    """
    return [t.name for t in _sorted() if REACH[t.name].act is not Act.NOTHING]


def tables(act: Act) -> Iterator[sa.Table]:
    """Those on which erasing acts so; what refers to another table comes before it."""
    return (table for table in reversed(_sorted()) if REACH[table.name].act is act)


def _sorted() -> list[sa.Table]:
    missing = set(REACH) - set(metadata.tables)
    if missing:  # nothing may be left out because nobody has imported it
        raise RuntimeError(f"import feedback.models first: {missing}")
    return [table for table in metadata.sorted_tables if table.name in REACH]


def staying(table: str) -> list[str]:
    """The columns of a table whose values stay.

    >>> import feedback.models
    >>> staying("response")[:4]
    ['workspace_id', 'series_id', 'rating', 'channel']
    """
    stays = (Holds.SCORE, Holds.SETUP, Holds.HASH)
    classed = REACH[table].columns
    return [c.name for c in metadata.tables[table].c if classed.get(c.name) in stays]


def must_be_classed(column: sa.Column[Any]) -> bool:
    """Whether a column may hold words or bytes, or is of a table that is made anew."""
    held = REACH.get(column.table.name)
    if held is not None and held.act is Act.ANEW:
        return True
    kind = column.type
    if isinstance(kind, sa.types.TypeDecorator):  # the models' own text is one
        kind = kind.impl_instance
    is_id = isinstance(column.type, Id)
    return isinstance(kind, sa.String | sa.JSON | sa.LargeBinary) and not is_id
