"""How many answers a list holds: as the counts say, or as many as a page can afford to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from feedback.responses.filters import Filters
from feedback.responses.known import Known
from feedback.responses.search import LOOK_AT_MOST, Found


@dataclass(frozen=True, slots=True)
class HowMany:
    """n: of all pages. is_least: there may be more. is_counted: these are all that scores count,
    and some that none counts stand among them."""

    n: int
    is_least: bool = False
    is_counted: bool = False


class Listed(Protocol):
    """A page of a list."""

    @property
    def rows(self) -> Sequence[Any]: ...
    @property
    def older(self) -> Any: ...


def counts_itself(known: Known, filters: Filters) -> bool:
    """Whether a search has to count what it finds, since the counts cannot tell."""
    if filters.before is not None or (known.fit is not None and known.is_exact):
        return False
    return known.fit is None or sum(known.fit.values()) <= LOOK_AT_MOST


def how_many(found: Found, known: Known, page: Listed, filters: Filters) -> HowMany | None:
    """Of the whole list; None on its later pages, where only counts could tell and do not."""
    told = sum(known.fit.values()) if known.fit is not None else None
    if told is not None and known.is_exact:
        return HowMany(told)
    if filters.before is not None:
        return None
    if page.older is None:
        return HowMany(len(page.rows))
    if told is not None and told > LOOK_AT_MOST:
        return HowMany(told, is_counted=True)
    n = len(page.rows) if found.n is None else found.n
    return HowMany(min(n, LOOK_AT_MOST), is_least=found.is_cut or n > LOOK_AT_MOST)
