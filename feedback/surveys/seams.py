"""Where a survey began to ask the same metric in other words: a line of answers breaks there."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from feedback.scoring.months import month_at, shift

CURRENT, REPLACED = "current", "replaced"  # what the field `wording` of a row says


class Wording(Protocol):
    """One unbroken line of comparable answers: a series, or what was read of one."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def survey_id(self) -> uuid.UUID: ...
    @property
    def number(self) -> int: ...
    @property
    def metric(self) -> str: ...
    @property
    def opened_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Seams:
    """By series: the month in which it replaced another one, and the month it was replaced in."""

    began: Mapping[uuid.UUID, str]
    ended: Mapping[uuid.UUID, str]

    def is_replaced(self, series: uuid.UUID, month: str) -> bool:
        """Whether answers of this month were given to a wording that was no longer the last."""
        return series in self.ended and month > self.last(series)

    def last(self, series: uuid.UUID) -> str:
        """The last month of which all answers were given to that wording."""
        return shift(self.ended[series], -1) if series in self.ended else "9999-12"

    def wording(self, series: uuid.UUID, month: str) -> str:
        return REPLACED if self.is_replaced(series, month) else CURRENT

    def all(self, series: Iterable[uuid.UUID], until: str) -> list[str]:
        """The months of the seams of a line made of these series, the oldest first."""
        months = {self.began[each] for each in series if each in self.began}
        return sorted(month for month in months if month <= until)

    def newest(self, series: Iterable[uuid.UUID], until: str) -> str:
        """The month of the newest seam of a line made of these series; blank without one."""
        return max(self.all(series, until), default="")


def read_seams(series: Iterable[Wording], time_zone: str) -> Seams:
    """A seam stands wherever a survey asks a metric that it has asked before."""
    began, ended = {}, {}
    last: dict[tuple[uuid.UUID, str], Wording] = {}
    for line in sorted(series, key=lambda line: (line.opened_at, line.number)):
        before = last.get((line.survey_id, line.metric))
        if before is not None:
            began[line.id] = ended[before.id] = month_at(line.opened_at, time_zone)
        last[line.survey_id, line.metric] = line
    return Seams(began, ended)


def pooled_from(month: str, span: int, seams: Iterable[str]) -> str:
    """The first of so many months pooled up to one: a seam among them is not pooled across.

    >>> pooled_from("2026-03", 3, []), pooled_from("2026-03", 3, ["2025-07", "2026-02"])
    ('2026-01', '2026-02')
    """
    return max([seam for seam in seams if seam <= month] + [shift(month, 1 - span)])
