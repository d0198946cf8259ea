"""What was wrong with a file: counted whole, told by its first lines."""

from feedback.errors import FeedbackError

NAMED = 20
_SHOWN = 60


class BadCellError(Exception):
    """A row that cannot be used, by its (column, cell, what is wrong with it)."""


class Report:
    """Bad cells and rows as (line, what is wrong), in the order they were met."""

    # Whether it wants to know of each bad cell of a row that cannot be used, not of the first.
    is_thorough = False

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.count = 0
        self._named: list[str] = []

    def add(self, line: int, wrong: str) -> None:
        """A row that cannot be used."""
        self.count += 1
        if self.count <= NAMED:
            self._named.append(f"line {line}: {wrong}")

    def add_cell(self, line: int, column: str, cell: str, wrong: str) -> None:
        """A cell that cannot be used."""
        self.add(line, f'{column} "{self.shown(cell)}" {wrong}')

    @staticmethod
    def shown(cell: str) -> str:
        """The cell on one line, its end left out where it is long."""
        return " ".join((cell if len(cell) <= _SHOWN else cell[: _SHOWN - 1] + "…").split())

    @property
    def lines(self) -> list[str]:
        """The first problems, one line each, and how many more there are."""
        others = self.count - len(self._named)
        return [*self._named, *([f"and {others} more"] if others else [])]

    def raise_if_any(self) -> None:
        """Raises FeedbackError with the number of problems and the first of them."""
        if self.count:
            things = "1 problem" if self.count == 1 else f"{self.count} problems"
            listed = "\n  ".join(self.lines)
            raise FeedbackError(
                f"{self.file_name}: {things}, nothing was stored. "
                f"Mend the file, or leave them out with --skip-bad.\n  {listed}"
            )
