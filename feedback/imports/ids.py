"""The ids of rows, as they were before a spreadsheet took them for numbers."""

import re
from collections.abc import Sequence

from feedback.errors import FeedbackError
from feedback.imports.report import BadCellError

# What a spreadsheet may have written: it adds ".0", cuts zeros in front, writes 12 digits and more
# as 1.23457E+11, and keeps 15 digits of any number.
_ODD = re.compile(
    r"^(?:$|0|[+-]?[0-9]+[.,]0*$|[0-9](?:[.,][0-9]+)?E\+[0-9]|[0-9]{16})", re.MULTILINE
)
_NUMBER = re.compile(r"0*([0-9]+?)(?:[.,]0*)?")
_EXACT = 15
_CHANCE = 6  # zeros at the end of ids, one in a million of which comes by chance
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+")


class Ids:
    """Reads the cells of the column of ids."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._zeros = 0
        self._is_exact = False

    def all(self, cells: Sequence[str]) -> list[str]:
        """The id in each: 123 also of "123.0" and "00123", which a spreadsheet makes of another.

        Raises BadCellError at the first that is empty, or that was rounded as 1.23457E+11 is.

        >>> Ids("id").all(["7", " 7.0", "007", "0", "c-07"])
        ['7', '7', '7', '0', 'c-07']
        """
        ids = [cell.strip() for cell in cells]
        if _ODD.search("\n".join(ids)) is None:
            return ids
        return [self._one(given) for given in ids]

    def _one(self, given: str) -> str:
        if not given:
            raise BadCellError(self._column, "", "is empty: no id")
        if _ROUNDED.fullmatch(given):
            raise BadCellError(self._column, given, "is an id that a spreadsheet has rounded")
        number = _NUMBER.fullmatch(given)
        if number is None:
            return given
        if end := number[1][_EXACT:]:
            self._zeros += len(end)
            self._is_exact |= bool(end.strip("0"))
        return number[1]

    def raise_if_rounded(self) -> None:
        """Raises FeedbackError if all long ids met so far end in zeros after 15 digits."""
        if self._zeros >= _CHANCE and not self._is_exact:
            raise FeedbackError(
                f"{self._column}: a spreadsheet program has rounded these ids to 15 digits. Export "
                "the answers anew, and import them before such a program has opened the file."
            )
