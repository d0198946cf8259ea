"""Files that this program's list of responses gave: scored as its board scores them.

Such a file holds every response, of every metric and in every state. The board counts those of one
metric that are counted, by the month of the workspace's calendar, answers to a replaced wording
apart. So does whoever reads the file again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from feedback.offline.tables import Stride, Table

MONTH, WORDING = "month", "wording"
_TIMES = ("answered_at", "answered_at_local", MONTH)
_KNOWN_BY = {"survey", "metric", "rating", "state", "answered_at", "answered_at_local", MONTH}
_COUNTED, _REPLACED = "counted", "replaced"


@dataclass(slots=True)
class OwnExport:
    """What is read of such a file, given what was asked of it.

    time: the column of the months. by: the groups, with the wording where months are among them.
    left_out: by state, or "another metric", how many rows the board does not count.
    """

    table: Table
    metric: str
    time: str | None
    by: Sequence[str]
    left_out: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(
        cls, table: Table, metric: str, time: str | None, by: Sequence[str]
    ) -> "OwnExport | None":
        """None for any other file."""
        if not set(table.columns) >= _KNOWN_BY:
            return None
        if MONTH in by and (time is None or time in _TIMES):
            time = MONTH
        parted = (*by, WORDING) if MONTH in by and WORDING in table.columns else by
        return cls(table, metric, time, tuple(dict.fromkeys(parted)))

    def counted(self) -> Table:
        """The rows that the board counts; where the states are asked for, those of all."""
        return replace(self.table, records=self._records)

    @staticmethod
    def place(group: tuple[str | None, ...]) -> tuple[str | None, ...]:
        """To sort by: answers to a replaced wording stand before the others of their month."""
        return tuple("" if cell == _REPLACED else cell for cell in group)

    def _records(self) -> Iterator[Stride]:
        self.left_out.clear()
        metric, state = self.table.positions(("metric", "state"))
        for lines, rows in self.table.records():
            kept: Stride = [], []
            for line, cells in zip(lines, rows, strict=True):
                if len(cells) == len(self.table.columns) and (
                    why := self._why_not(cells[metric], cells[state])
                ):
                    self.left_out[why] += 1
                    continue
                kept[0].append(line)
                kept[1].append(cells)
            yield kept

    def _why_not(self, metric: str, state: str) -> str:
        if metric != self.metric:
            return "another metric"
        return "" if state == _COUNTED or "state" in self.by else state


def write_left_out(left_out: Counter[str]) -> str:
    """In one sentence, blank if all were read.

    >>> write_left_out(Counter({"test": 2, "another metric": 1}))
    'Left out, as on the board: 2 test, 1 another metric.'
    """
    if not left_out.total():
        return ""
    return f"Left out, as on the board: {', '.join(f'{n} {w}' for w, n in left_out.most_common())}."
