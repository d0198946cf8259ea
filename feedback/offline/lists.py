"""`a,b,"c, d"`: what an option lists, where names may hold a comma themselves."""

import csv
from collections.abc import Sequence

from feedback.errors import FeedbackError


def listed(text: str) -> list[str]:
    """The parts of `a, b,"c, d"`; quotes are those of CSV.

    >>> listed('a, b,"c, d"'), listed(" ")
    (['a', 'b', 'c, d'], [])
    """
    parts = next(csv.reader([text], skipinitialspace=True), [])
    return [part.strip() for part in parts if part.strip()]


def columns_in(text: str, columns: Sequence[str]) -> list[str]:
    """The names in `text`, where a name of `columns` may hold commas, quoted or not.

    Raises FeedbackError where it could be read in two ways. Names that are no column are given
    back as they are.

    >>> columns_in("Food, drinks,Price", ["Price", "Food, drinks"])
    ['Food, drinks', 'Price']
    """
    if '"' in text:
        return listed(text)
    parts = [part.strip() for part in text.split(",")]
    known = {_spaced(name): name for name in columns}
    ways = _ways(parts, known)
    if len(ways) > 1:
        first, second = (" | ".join(way) for way in ways[:2])
        raise FeedbackError(
            f"{text} can be read as {first} and as {second}: put a name with a comma in quotes, "
            """as '"Food, drinks",Price'."""
        )
    return ways[0] if ways else listed(text)


def _ways(parts: Sequence[str], known: dict[str, str]) -> list[list[str]]:
    """Up to two ways to put the parts together so that each name is known."""
    found: list[list[list[str]]] = [[] for _ in range(len(parts) + 1)]
    found[len(parts)] = [[]]
    for start in reversed(range(len(parts))):
        for end in range(start + 1, len(parts) + 1):
            name = known.get(", ".join(parts[start:end]))
            if name is not None:
                found[start] += [[name, *rest] for rest in found[end]]
        if not parts[start]:
            found[start] += found[start + 1]
        found[start] = found[start][:2]
    return found[0]


def _spaced(name: str) -> str:
    """A name as its parts are joined again."""
    return ", ".join(part.strip() for part in name.split(","))
