"""All that is wrong with the cells of a file, by what stands in them and not by line."""

from collections.abc import Iterator
from dataclasses import dataclass

from feedback.imports.report import Report

# A file may hold a million different bad cells; so many of one kind are told apart, and shown.
_REMEMBERED, _SHOWN = 5_000, 20


@dataclass(slots=True)
class _Found:
    """How often something is wrong, and where it is first."""

    n: int
    line: int


class Findings(Report):
    """Counts bad cells by column, what is wrong, and their text. It wants to know of each of a row.

    >>> found = Findings("answers.csv")
    >>> for line in (2, 3, 9):
    ...     found.add_cell(line, "score", "good", "is no rating of nps (0 to 10)")
    >>> found.told
    ['score is no rating of nps (0 to 10): "good" 3 times, first in line 2']
    """

    is_thorough = True

    def __init__(self, file_name: str) -> None:
        super().__init__(file_name)
        self._kinds: dict[str, dict[str | None, _Found]] = {}
        self._others: dict[str, int] = {}

    def add(self, line: int, wrong: str) -> None:
        """A row that cannot be used."""
        self._count(line, wrong, None)

    def add_cell(self, line: int, column: str, cell: str, wrong: str) -> None:
        """A cell that cannot be used."""
        self._count(line, f"{' '.join(column.split())} {wrong}", self.shown(cell))

    def _count(self, line: int, kind: str, cell: str | None) -> None:
        self.count += 1
        cells = self._kinds.setdefault(kind, {})
        if found := cells.get(cell):
            found.n += 1
        elif sum(map(len, self._kinds.values())) < _REMEMBERED:
            cells[cell] = _Found(1, line)
        else:
            self._others[kind] = self._others.get(kind, 0) + 1

    @property
    def told(self) -> list[str]:
        """One line for each kind of problem, with its cells, the most frequent first."""
        return [line for kind in self._kinds for line in self._of_kind(kind)]

    def _of_kind(self, kind: str) -> Iterator[str]:
        cells = sorted(self._kinds[kind].items(), key=lambda item: (-item[1].n, item[1].line))
        more = self._others.get(kind, 0) + sum(found.n for _, found in cells[_SHOWN:])
        named = [
            f"{_named(cell)}{_times(found.n)}, first in line {found.line}"
            for cell, found in cells[:_SHOWN]
        ]
        if more:
            named.append(f"and {more} more such cells")
        yield f"{kind}: {'; '.join(named)}"


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _named(cell: str | None) -> str:
    return "" if cell is None else f'"{cell}" '
