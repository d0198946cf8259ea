"""The journey map as numbers: each stage's and touchpoint's score, its target, its silence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from feedback.dashboards.board import (
    BoardSource,
    Reading,
    TouchpointReading,
    board_metrics,
    read_board,
)
from feedback.dashboards.files import counts_csv
from feedback.dashboards.map.read import MapCounts
from feedback.readings.journey import StageInfo, TouchpointInfo
from feedback.readings.seams import CURRENT, REPLACED
from feedback.rows import json_text
from feedback.scoring import METRICS, row_dict, score
from feedback.scoring.scores import HIDDEN_BELOW
from feedback.wording import scale_of

Silence = Literal["", "not_asked", "no_answer"]
_NOBODY = {name: None for name in (*row_dict(score({}, METRICS["nps"])), "wording")}


@dataclass(frozen=True, slots=True)
class Gap:
    """How far the score is from its target, in headline units, the good way: 22 is to go.

    None as long as there are too few answers to show a score, and for a target that was set for
    another metric and is off the scale of this one.
    """

    target: float
    to_go: float | None
    is_off_scale: bool = False

    @property
    def is_reached(self) -> bool | None:
        return None if self.to_go is None else self.to_go <= 0


@dataclass(frozen=True, slots=True)
class Card:
    """One touchpoint. asked: how often it was shown or sent in the period; named, of: how many
    named it as counting most, of how many who were asked that (None: not known)."""

    touchpoint: TouchpointInfo
    readings: tuple[Reading, ...]
    asked: int
    named: int | None = None
    of: int | None = None

    @property
    def silence(self) -> Silence:
        if any(reading.chosen.n or reading.replaced for reading in self.readings):
            return ""
        return "no_answer" if self.asked else "not_asked"

    @property
    def is_never_mentioned(self) -> bool:
        """Said only when enough people could have named it."""
        return self.named == 0 and (self.of or 0) >= HIDDEN_BELOW


@dataclass(frozen=True, slots=True)
class Column:
    """One stage with its headline, None when nothing asks there, and its touchpoints."""

    stage: StageInfo
    headline: Reading | None
    cards: tuple[Card, ...]


def read_map(source: BoardSource, found: MapCounts) -> list[Column]:
    """The journey as it stands: what was put away is left out, and read on the board."""
    return [
        Column(
            reading.stage,
            reading.headline,
            tuple(
                _card(each, source, found)
                for each in reading.touchpoints
                if not each.touchpoint.is_archived
            ),
        )
        for reading in read_board(source)
        if not reading.stage.is_archived
    ]


def _card(reading: TouchpointReading, source: BoardSource, found: MapCounts) -> Card:
    touchpoint, mentions = reading.touchpoint, found.mentions
    asked = source.asked.get(str(touchpoint.id), 0)
    readings = tuple(
        each
        for at, each in enumerate(reading.readings)
        if at == 0 or each.chosen.n or each.replaced
    )
    if mentions is None or touchpoint.is_overall:
        return Card(touchpoint, readings, asked)
    named = mentions.named.get(str(touchpoint.id), 0)
    return Card(touchpoint, readings, asked, named, mentions.answered)


def gap_of(reading: Reading) -> Gap | None:
    """The future state beside the current one; None without a target."""
    target, chosen = reading.target, reading.chosen
    if target is None:
        return None
    low, high = scale_of(reading.metric)
    if not low <= target <= high:
        return Gap(target, None, is_off_scale=True)
    if chosen.score is None or chosen.display == "hidden":
        return Gap(target, None)
    to_go = target - chosen.score
    # Only a mean keeps the direction of its scale; shares and net scores count what is good.
    is_turned = reading.metric.low_is_good and reading.metric.headline == "mean"
    return Gap(target, -to_go if is_turned else to_go)


# What the files hold: one row a number of the page.


def map_rows(columns: Sequence[Column], period: str) -> list[dict[str, Any]]:
    """Stage headlines (touchpoint null), then their touchpoints, each with what it asks."""
    return [row for column in columns for row in _rows(column, period)]


def _rows(column: Column, period: str) -> Iterator[dict[str, Any]]:
    where = {"month": period, "stage": column.stage.name}
    yield from ({**where, **_nowhere(), **numbers} for numbers in _numbers(column.headline))
    for card in column.cards:
        for reading in card.readings or (None,):
            yield from ({**where, **_place(card), **numbers} for numbers in _numbers(reading))


def _nowhere() -> dict[str, Any]:
    names = ("touchpoint", "place", "owner", "asked", "silence", "named", "named_of")
    return dict.fromkeys(names)


def _place(card: Card) -> dict[str, Any]:
    return {
        "touchpoint": card.touchpoint.name,
        "place": card.touchpoint.place,
        "owner": card.touchpoint.owner or None,
        "asked": card.asked,
        "silence": card.silence or None,
        "named": card.named,
        "named_of": card.of,
    }


def _numbers(reading: Reading | None) -> Iterator[dict[str, Any]]:
    """What the seam of a month parted stands in a row of its own, as on the board."""
    no_target = {"target": None, "to_go": None, "is_reached": None}
    if reading is None:
        yield {"metric": None, **no_target, **_NOBODY, "wording": None}
        return
    metric = {"metric": reading.metric.key}
    if reading.replaced is not None:
        yield {**metric, **no_target, **row_dict(reading.replaced), "wording": REPLACED}
    gap = gap_of(reading)
    yield {
        **metric,
        "target": reading.target,
        "to_go": gap and gap.to_go,
        "is_reached": gap and gap.is_reached,
        **row_dict(reading.chosen),
        "wording": CURRENT,
    }


def map_json(columns: Sequence[Column], source: BoardSource) -> str:
    """{"journey", "metrics": {key: {...}}, "rows": [...]}, as `/board.json` has them."""
    rows = map_rows(columns, source.period)
    asking = [row for row in rows if row["metric"]]
    document = {"journey": source.journey.name, "metrics": board_metrics(asking), "rows": rows}
    return json_text(document)


def map_csv(columns: Sequence[Column], source: BoardSource) -> str:
    """The same rows, one line each; the counts stand in count_0 to count_10."""
    return counts_csv(map_rows(columns, source.period))


MAP_FILES = {"csv": map_csv, "json": map_json}
