"""Whose answers are whose: names are hashed apart, and joined only where somebody proved it.

`contact_key` holds `key -> person`: a name that is another person's too. A row whose person is its
own key stands for somebody whom an earlier version knew by a hash that told names less apart: it
belongs to the first name that meets it, and then goes.

`settle` decides for one batch and touches no database, so that SQLite and PostgreSQL cannot differ.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from feedback.identity import Name, Who
from feedback.responses.outcome import (
    JOINED,
    Answer,
    Display,
    Key,
    KnownSubmission,
    answer_id,
)

# Workspace and hash of a name.
NameKey = tuple[uuid.UUID, bytes]
Joined = Mapping[NameKey, bytes]


@dataclass(slots=True)
class Move:
    """A name that turns out to be a person's: `moved` is the key its answers stood under."""

    workspace_id: uuid.UUID
    key: bytes
    person: bytes
    moved: bytes


@dataclass(slots=True)
class Part:
    """Answers that are stored together, after what becomes of their names.

    released: rows that say so no more, an old hash or what took it, with their person. named:
    (workspace, key) -> person, new rows. moves: joins, whose older answers change hands before
    these are looked up.
    """

    answers: list[Answer | Display] = field(default_factory=list)
    released: list[tuple[NameKey, bytes]] = field(default_factory=list)
    named: list[tuple[NameKey, bytes]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)


def name_keys(batch: Iterable[Answer | Display]) -> set[NameKey]:
    """The rows of `contact_key` that `settle` has to know of."""
    return {
        (item.workspace_id, key)
        for item in batch
        if isinstance(item, Answer) and item.who
        for name in item.who.names
        for key in name
    }


def settle(batch: Sequence[Answer | Display], joined: Joined) -> list[Part]:
    """The batch with each answer under its person, cut before each new join.

    joined: what `contact_key` holds of `name_keys`. Every part is to be written before the next
    one is looked up: a join moves answers that the rest of the batch may be about.
    """
    known = dict(joined)
    parts = [Part()]
    for item in batch:
        if (
            not isinstance(item, Answer)
            or item.who is None
            or not (known or item.who.is_joined)  # the usual: each name stands for itself
        ):
            parts[-1].answers.append(item)
            continue
        move = _join(item.workspace_id, item.who, known)
        if move and parts[-1].answers:
            parts.append(Part())
        part = parts[-1]
        person = _claim(item.workspace_id, item.who.names[0], known, part)
        if move:
            _record(move, item.who.names[1], known, part)
        if person != item.respondent_key:
            item = msgspec.structs.replace(item, respondent_key=person)
        part.answers.append(item)
    return parts


def settle_names(
    workspace_id: uuid.UUID, whos: Sequence[Who], joined: Joined
) -> tuple[list[bytes], Part]:
    """The person of each once all that they prove together is known, and what that changes."""
    known, part = dict(joined), Part()
    for who in whos:
        move = _join(workspace_id, who, known)
        _claim(workspace_id, who.names[0], known, part)
        if move:
            _record(move, who.names[1], known, part)
    return [person_of(workspace_id, who.names[0], known) for who in whos], part


def person_of(workspace_id: uuid.UUID, name: Name, joined: Joined) -> bytes:
    """The key under which the answers of a name stand.

    >>> person_of(uuid.UUID(int=1), Name(b"new", b"old"), {(uuid.UUID(int=1), b"new"): b"joined"})
    b'joined'
    """
    found = joined.get((workspace_id, name.key))
    if found is not None:
        return found
    return name.old if _is_unclaimed(workspace_id, name, joined) else name.key


def _is_unclaimed(workspace_id: uuid.UUID, name: Name, joined: Joined) -> bool:
    return joined.get((workspace_id, name.old)) == name.old


def _claim(workspace_id: uuid.UUID, name: Name, known: dict[NameKey, bytes], part: Part) -> bytes:
    person = person_of(workspace_id, name, known)
    if person == name.old and (workspace_id, name.key) not in known:
        part.released.append(((workspace_id, name.old), name.old))
        part.named.append(((workspace_id, name.key), person))
        del known[(workspace_id, name.old)]
        known[(workspace_id, name.key)] = person
    return person


def _join(workspace_id: uuid.UUID, who: Who, known: dict[NameKey, bytes]) -> Move | None:
    """What changes hands when both names are one person's; None when nothing does.

    A name that was joined before stays where it is: an address that two people share is the first
    one's, and their ids stay apart.
    """
    if not who.is_joined:
        return None
    first, second = who.names
    # A row that leads to its own old hash is no join: the name was only met before.
    if known.get((workspace_id, second.key), second.old) != second.old:
        return None
    person = person_of(workspace_id, first, known)
    moved = person_of(workspace_id, second, known)
    # What the first name claims in this very message is not the second's to bring.
    moved = second.key if moved == person else moved
    return Move(workspace_id, second.key, person, moved)


def _record(move: Move, name: Name, known: dict[NameKey, bytes], part: Part) -> None:
    for key in ((move.workspace_id, name.old), (move.workspace_id, name.key)):
        if move.moved == name.old == known.get(key):
            part.released.append((key, name.old))
            del known[key]
    part.named.append(((move.workspace_id, move.key), move.person))
    known[(move.workspace_id, move.key)] = move.person
    part.moves.append(move)


# An answer of a name: its id, its survey's, what it is about, its state.
Told = tuple[uuid.UUID, uuid.UUID, bytes, str]


def told_again(move: Move, told: Iterable[Told]) -> list[tuple[Key, KnownSubmission]]:
    """What makes each answer of a joined name the person's one answer about the same thing.

    To be left out where that person has one already: both were given, both stay.
    """
    found: dict[Key, KnownSubmission] = {}
    for response_id, survey_id, about_key, state in told:
        one = answer_id(survey_id, move.person, about_key)
        key = (move.workspace_id, survey_id, one, state == "test")
        found.setdefault(key, KnownSubmission(response_id, JOINED, JOINED, b""))
    return list(found.items())
