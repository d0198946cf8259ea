"""Rows that nobody answered: a survey tool's own previews and tests of a survey."""

from collections.abc import Sequence

from feedback.imports.mapping import RowsPart
from feedback.offline.headers import Columns, places, position
from feedback.offline.layout import is_qualtrics
from feedback.offline.words import folded

# Qualtrics, whose exports hold them: in words, and in the numbers of an export of numbers.
_WORDS = {
    "Status": frozenset({"survey preview", "survey test"}),
    "Response Type": frozenset({"survey preview", "survey test"}),
    "DistributionChannel": frozenset({"preview", "test"}),
    "Distribution Channel": frozenset({"preview", "test"}),
}
_NUMBERS = frozenset({"1", "2", "9", "17"})


class Previews:
    """Tells previews by the columns that the mapping names, else by Qualtrics' own.

    `previews = true` in the mapping keeps them all.
    """

    def __init__(self, part: RowsPart, columns: Columns) -> None:
        self.left_out = 0
        if isinstance(part.previews, dict):
            self._told = [
                (position(columns, name), _accepted(values))
                for name, values in part.previews.items()
            ]
        else:
            self._told = [] if part.previews else _of_qualtrics(columns)

    @property
    def told(self) -> str | None:
        """How many were left out, in a sentence; None if none were."""
        if not self.left_out:
            return None
        return (
            f"left out as previews or tests of the survey itself: {self.left_out}; "
            "previews = true under [rows] keeps them."
        )

    def without(
        self, lines: Sequence[int], cells: Sequence[list[str]]
    ) -> tuple[Sequence[int], Sequence[list[str]]]:
        """The rows that are answers; the others are counted in `left_out`."""
        for place, accepted in self._told:
            shown = {row[place] for row in cells}
            if found := {cell for cell in shown if folded(cell) in accepted}:
                kept = [number for number, row in enumerate(cells) if row[place] not in found]
                self.left_out += len(cells) - len(kept)
                lines, cells = [lines[n] for n in kept], [cells[n] for n in kept]
        return lines, cells


def _of_qualtrics(columns: Columns) -> list[tuple[int, frozenset[str]]]:
    numbers = _NUMBERS if is_qualtrics(columns.lines) else frozenset()
    found = {name: places(columns, name) for name in _WORDS}
    return [(one[0], _WORDS[name] | numbers) for name, one in found.items() if len(one) == 1]


def _accepted(values: int | str | tuple[int | str, ...]) -> frozenset[str]:
    listed = values if isinstance(values, tuple) else (values,)
    return frozenset(folded(str(value)) for value in listed)
