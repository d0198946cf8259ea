"""What rooms above this one know of answers: they hand it in when the pages are wired.

`readings` reads the counts and `comments` the texts; both stand on `responses`, which therefore
imports neither.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

# Given the value of a filter, what an answer must be: conditions on the columns of Response.
Narrowing = Callable[[AsyncSession, uuid.UUID, Any], Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Rated:
    """Answers that scores count. series: each with the ratings that fit, none for all of them.
    Months both included, no channel meaning all."""

    series: tuple[tuple[uuid.UUID, tuple[int, ...]], ...]
    since: str = ""
    until: str = ""
    channel: str = ""


# How many there are by month, without what small groups of anonymous surveys hide.
Counter = Callable[[AsyncSession, uuid.UUID, Rated], Awaitable[Mapping[str, int]]]

# What a filter's value is called, for its chip.
Namer = Callable[[AsyncSession, uuid.UUID, Any], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class OfTeam:
    """What the team made of an answer. tags: by name; notes: how many. hidden: its comment is shown
    in no list."""

    tags: tuple[str, ...] = ()
    starred: bool = False
    done: bool = False
    hidden: bool = False
    notes: int = 0


# Of some answers by their ids; those of which nothing is to be told are not in it.
Teller = Callable[
    [AsyncSession, uuid.UUID, Sequence[uuid.UUID]], Awaitable[Mapping[uuid.UUID, OfTeam]]
]

narrowings: dict[str, Narrowing] = {}
namers: dict[str, Namer] = {}
counters: list[Counter] = []
tellers: list[Teller] = []


def narrow_by(name: str, narrowing: Narrowing, namer: Namer | None = None) -> None:
    """Say what one of the filters `q`, `tag` and `mark` means, and what its value is called; until
    then it is refused."""
    narrowings[name] = narrowing
    if namer is not None:
        namers[name] = namer


def count_by(counter: Counter) -> None:
    """Say who counts; until then lists look how many there are."""
    counters[:] = [counter]


def tell_by(teller: Teller) -> None:
    """Say who tells what the team made of answers; until then nothing was."""
    tellers[:] = [teller]
