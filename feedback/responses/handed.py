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

narrowings: dict[str, Narrowing] = {}
namers: dict[str, Namer] = {}
counters: list[Counter] = []


def narrow_by(name: str, narrowing: Narrowing, namer: Namer | None = None) -> None:
    """Say what one of the filters `q`, `tag` and `mark` means, and what its value is called; until
    then it is refused."""
    narrowings[name] = narrowing
    if namer is not None:
        namers[name] = namer


def count_by(counter: Counter) -> None:
    """Say who counts; until then lists look how many there are."""
    counters[:] = [counter]
