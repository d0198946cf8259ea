"""The listed responses as CSV, XLSX and JSON, written a piece at a time: every row, every field."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from feedback.responses.follow_up_answers import read_follow_up_answers
from feedback.responses.listing import Row
from feedback.rows import CsvStyle, csv_lines, json_text
from feedback.scoring.months import month_of
from feedback.surveys.seams import Seams
from feedback.workbook import Workbook

COLUMNS = (
    "id", "answered_at", "journey", "stage", "touchpoint", "survey", "metric", "rating", "band",
    "comment", "channel", "locale", "page", "state", "properties", "answers", "follow_ups",
    "month", "answered_at_local", "wording",
)  # fmt: skip
# Empty in the rows of an anonymous survey; the id tells the day.
# Last, so that what was there keeps its place: what the team made of the answer.
OF_TEAM = ("tags", "starred", "done", "hidden", "notes")
_TELLING = ("id", "answered_at", "answered_at_local", "locale")
# Of its own for each property, as in the addresses of a survey's page.
PROPERTY = "p_"


@dataclass(frozen=True, slots=True)
class Export:
    """What is the same for all rows of a file.

    language: of the reader. zone: of the workspace. properties: those that have their own column.
    """

    language: str
    zone: ZoneInfo
    seams: Seams
    properties: Sequence[str] = ()

    @property
    def head(self) -> list[str]:
        return [*COLUMNS, *(f"{PROPERTY}{name}" for name in self.properties), *OF_TEAM]

    def fields(self, row: Row) -> dict[str, Any]:
        """`month` is the one in which the board counts the row, by the workspace's calendar."""
        response, place = row.response, row.place
        month = month_of(response.month)
        hidden = dict.fromkeys(_TELLING) if row.is_anonymous else {}
        told = read_follow_up_answers(row, self.language)
        return {
            "id": str(response.id),
            "answered_at": response.answered_at.isoformat(),
            "journey": place.journey.name,
            "stage": place.stage.name,
            "touchpoint": place.touchpoint.name,
            "survey": place.survey.key,
            "metric": place.series.metric,
            "rating": response.rating,
            "band": row.band,
            "comment": row.comment,
            "channel": response.channel,
            "locale": response.locale,
            "page": response.page,
            "state": response.state,
            "properties": {} if row.is_anonymous else response.properties or {},
            "answers": response.answers or {},
            "follow_ups": {each.question: each.said for each in told},
            "month": month,
            "answered_at_local": response.answered_at.astimezone(self.zone).isoformat(),
            "wording": self.seams.wording(response.series_id, month),
            **hidden,
            **{name: getattr(row.team, name) for name in OF_TEAM},
        }

    def cells(self, row: Row) -> Iterator[Any]:
        """The same in columns: what has parts is JSON text."""
        fields = self.fields(row)
        properties = [fields["properties"].get(name) for name in self.properties]
        of_team = [fields.pop(name) for name in OF_TEAM]
        for value in (*fields.values(), *properties, *of_team):
            is_json = isinstance(value, dict | tuple | bool)
            yield json.dumps(value, ensure_ascii=False) if is_json else value


class _Writer(Protocol):
    def add(self, rows: Iterable[Row]) -> bytes: ...
    def end(self) -> bytes: ...


class _Csv:
    def __init__(self, export: Export, style: CsvStyle) -> None:
        self._export, self._style = export, style
        self._head = style.mark + csv_lines([export.head], style)

    def add(self, rows: Iterable[Row]) -> bytes:
        head, self._head = self._head, ""
        return (head + csv_lines(map(self._export.cells, rows), self._style)).encode()

    def end(self) -> bytes:
        return self._head.encode()


class _Xlsx:
    def __init__(self, export: Export) -> None:
        self._export, self._book = export, Workbook(export.head)

    def add(self, rows: Iterable[Row]) -> bytes:
        self._book.add(map(self._export.cells, rows))
        return self._book.take()

    def end(self) -> bytes:
        return self._book.end()


class _Json:
    """{"rows": [{...}]}, laid out as `json_text` does it."""

    def __init__(self, export: Export) -> None:
        self._export, self._before = export, '{\n  "rows": ['

    def add(self, rows: Iterable[Row]) -> bytes:
        written = []
        for row in rows:
            text = json_text(self._export.fields(row)).rstrip()
            written.append(f"{self._before}\n{indent(text, '    ')}")
            self._before = ","
        return "".join(written).encode()

    def end(self) -> bytes:
        return b"\n  ]\n}\n" if self._before == "," else json_text({"rows": []}).encode()


def _writer(kind: str, style: CsvStyle, export: Export) -> _Writer:
    if kind == "csv":
        return _Csv(export, style)
    return _Xlsx(export) if kind == "xlsx" else _Json(export)


async def written_rows(
    kind: str, style: CsvStyle, export: Export, rows: AsyncIterator[Sequence[Row]]
) -> AsyncIterator[bytes]:
    """A file of the kind csv, xlsx or json, in pieces, as the rows come."""
    writer = _writer(kind, style, export)
    async for some in rows:
        yield await asyncio.to_thread(writer.add, some)
    yield writer.end()
