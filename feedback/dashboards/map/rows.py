"""The journey map as files: one row a number of the page."""

from collections.abc import Iterator, Sequence
from typing import Any

from feedback.dashboards.board import Reading
from feedback.dashboards.files import board_metrics, counts_table, people_in
from feedback.dashboards.map.cards import Card, Column
from feedback.dashboards.read import Counts
from feedback.dashboards.targets import gap_of
from feedback.rows import Table, json_text
from feedback.scoring import METRICS, row_dict, score
from feedback.surveys.seams import CURRENT, REPLACED

_NOBODY = {name: None for name in (*row_dict(score({}, METRICS["nps"])), "wording", "people")}


def map_rows(columns: Sequence[Column], counts: Counts) -> list[dict[str, Any]]:
    """Stage headlines (touchpoint null), then their touchpoints, each with what it asks."""
    return [row for column in columns for row in _rows(column, counts)]


def _rows(column: Column, counts: Counts) -> Iterator[dict[str, Any]]:
    where = {"month": counts.period, "stage": column.stage.name}
    yield from ({**where, **_nowhere(), **numbers} for numbers in _numbers(column.headline, counts))
    for card in column.cards:
        for reading in card.readings or (None,):
            yield from (
                {**where, **_place(card), **numbers} for numbers in _numbers(reading, counts)
            )


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


def _numbers(reading: Reading | None, counts: Counts) -> Iterator[dict[str, Any]]:
    """What the seam of a month parted stands in a row of its own, as on the board."""
    no_target = {"target": None, "to_go": None, "is_reached": None}
    if reading is None:
        yield {"metric": None, **no_target, **_NOBODY}
        return
    metric = {"metric": reading.metric.key}
    if reading.replaced is not None:
        replaced = {**row_dict(reading.replaced), "wording": REPLACED, "people": None}
        yield {**metric, **no_target, **replaced}
    gap = gap_of(reading)
    yield {
        **metric,
        "target": reading.target,
        "to_go": gap and gap.to_go,
        "is_reached": gap and gap.is_reached,
        **row_dict(reading.chosen),
        "wording": CURRENT,
        "people": people_in(reading.chosen, counts),
    }


def map_json(columns: Sequence[Column], counts: Counts) -> str:
    """{"journey", "metrics": {key: {...}}, "rows": [...]}, as `/board.json` has them."""
    rows = map_rows(columns, counts)
    asking = [row for row in rows if row["metric"]]
    document = {"journey": counts.journey.name, "metrics": board_metrics(asking), "rows": rows}
    return json_text(document)


def map_table(columns: Sequence[Column], counts: Counts) -> Table:
    """The same rows, one line each; the counts stand in count_0 to count_10."""
    return counts_table(map_rows(columns, counts))
