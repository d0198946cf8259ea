"""Names of columns: found whatever their spaces, accents and header lines."""

from collections import Counter
from collections.abc import Sequence

from feedback.errors import FeedbackError
from feedback.offline.words import folded

_BETWEEN = " / "
_LISTED = 2000


class Columns(tuple[str, ...]):
    """The name of each column, "" for none, and the header's lines that they come from.

    A name that stands there twice is told apart by its number: `score (1)`, `score (2)`.
    """

    lines: tuple[tuple[str, ...], ...]

    def __new__(cls, names: Sequence[str], lines: Sequence[Sequence[str]] = ()) -> "Columns":
        made = super().__new__(cls, _numbered(names))
        made.lines = tuple(tuple(line) for line in lines) or (tuple(names),)
        return made


def columns_of(lines: Sequence[Sequence[str]], *, named_by_first: bool = False) -> Columns:
    """The columns of a header of one or more lines.

    Several lines are joined, `How satisfied are you with / Price`; a merged cell of the first ones
    stands above all that are blank beside it and have something under them. Where the first line
    is of names and the others only explain them (named_by_first), these names stay.

    >>> columns_of([["id", "Satisfaction", "", ""], ["", "Price", "Delivery", ""]])
    ('id', 'Satisfaction / Price', 'Satisfaction / Delivery')
    """
    # A header's blank cells at its end are nothing, unless another line of it is longer.
    width = max((len(_trimmed(line)) for line in lines), default=0) if len(lines) > 1 else 0
    padded = [[cell.strip() for cell in line] for line in lines]
    padded = [line[:width] + [""] * (width - len(line)) if width else line for line in padded]
    if len(padded) == 1 or named_by_first:
        return Columns(padded[0], padded)
    for line, under in zip(padded, padded[1:], strict=False):
        for place in range(1, width):
            if not line[place] and under[place]:
                line[place] = line[place - 1]
    names = [_BETWEEN.join(cell for cell in cells if cell) for cells in zip(*padded, strict=True)]
    return Columns(names, padded)


def position(columns: Sequence[str], column: str) -> int:
    """Where `column` stands in each row: by its name, else by its name as `folded`, else by one
    line of its header. Raises FeedbackError, listing the columns, unless it is there once.

    >>> position(columns_of([["id", "Note\\u00a0: 0-10"]]), "note : 0-10")
    1
    """
    found = places(columns, column)
    if len(found) == 1:
        return found[0]
    if found:
        names = [columns[place] for place in found]
        told = f" Write {' or '.join(names)}." if len(set(names)) == len(names) else ""
        raise FeedbackError(f"The file has {len(found)} columns called {column}.{told}"[:_LISTED])
    listed = ", ".join(" ".join(name.split()) for name in columns if name)
    raise FeedbackError(f"The file has no column {column}. Its columns are: {listed[:_LISTED]}.")


def places(columns: Sequence[str], column: str) -> list[int]:
    """All that `column` may mean, as `position` looks for it."""
    if column in columns:
        return [place for place, name in enumerate(columns) if name == column]
    wanted = folded(column)
    lines = getattr(columns, "lines", ())
    for line in (columns, *lines):
        if found := [place for place, name in enumerate(line) if name and folded(name) == wanted]:
            return found
    return []


def _numbered(names: Sequence[str]) -> list[str]:
    times = Counter(name for name in names if name)
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(f"{name} ({seen[name]})" if times[name] > 1 else name)
    return numbered


def _trimmed(line: Sequence[str]) -> list[str]:
    cells = list(line)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells
