"""Columns of JSON within a CSV file: `properties.plan` is a name in the cells of `properties`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from feedback.errors import FeedbackError
from feedback.imports.source import OnBad, RowSource
from feedback.offline.headers import Columns, places
from feedback.offline.json_rows import flattened
from feedback.offline.layout import Layout
from feedback.offline.tables import Stride


def with_json_cells(source: RowSource, names: Sequence[str]) -> RowSource:
    """The source, with a column for each of `names` that is none, but begins with the name of one
    of objects and a dot."""
    around = {name: _around(name, source.columns) for name in names}
    within = {name: found for name, found in around.items() if found is not None}
    if not within:
        return source
    _, cells = next(source.strides(lambda line, wrong: None), ([], []))
    objects = {place for row in cells for place, cell in enumerate(row) if cell[:1] == "{"}
    within = {name: found for name, found in within.items() if found[0] in objects}
    columns = Columns([*source.columns, *within], source.columns.lines)
    return _JsonCells(source, columns, within) if within else source


def _around(name: str, columns: Columns) -> tuple[int, str] | None:
    """The place of the column whose cells hold `name`, and what it is called within them."""
    if not name or places(columns, name):
        return None
    for dot in (at for at in range(len(name) - 1, 0, -1) if name[at] == "."):
        found = places(columns, name[:dot])
        if len(found) == 1:
            return found[0], name[dot + 1 :]
    return None


@dataclass(frozen=True, slots=True)
class _JsonCells:
    source: RowSource
    columns: Columns
    within: dict[str, tuple[int, str]]

    @property
    def layout(self) -> Layout:
        return self.source.layout

    def strides(self, on_bad: OnBad | None = None) -> Iterator[Stride]:
        """The rows; one whose cell is no JSON object goes to `on_bad`, as a row too short does."""
        for lines, cells in self.source.strides(on_bad):
            found: Stride = [], []
            for line, row in zip(lines, cells, strict=True):
                try:
                    found[1].append([*row, *self._told(row)])
                    found[0].append(line)
                except (ValueError, msgspec.DecodeError) as error:
                    if on_bad is None:
                        raise FeedbackError(f"line {line}: broken JSON: {error}.") from error
                    on_bad(line, f"broken JSON in a cell: {error}")
            if found[0]:
                yield found

    def _told(self, row: Sequence[str]) -> Iterator[str]:
        read: dict[int, dict[str, str]] = {}
        for place, name in self.within.values():
            if place not in read:
                text = row[place].strip()
                said = msgspec.json.decode(text) if text else {}
                if not isinstance(said, dict):
                    raise ValueError("no object")
                read[place] = flattened(said)
            yield read[place].get(name, "")
