"""The listed responses as CSV and JSON: the same rows, every field."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from feedback.responses.listing import Row
from feedback.scoreprint import harmless

COLUMNS = (
    "id", "answered_at", "journey", "stage", "touchpoint", "survey", "metric", "rating", "band",
    "comment", "channel", "locale", "page", "state", "properties",
)  # fmt: skip


def responses_json(rows: Iterable[Row]) -> str:
    """{"rows": [{...}]}, newest first; times in UTC."""
    return json.dumps({"rows": [_fields(row) for row in rows]}, ensure_ascii=False, indent=1)


def responses_csv(rows: Iterable[Row]) -> str:
    """The same fields, properties as JSON text, texts made harmless for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        fields = _fields(row)
        fields["properties"] = json.dumps(fields["properties"], ensure_ascii=False)
        writer.writerow([harmless(fields[name]) for name in COLUMNS])
    return out.getvalue()


def _fields(row: Row) -> dict[str, Any]:
    response, place = row.response, row.place
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
        "comment": response.comment,
        "channel": response.channel,
        "locale": response.locale,
        "page": response.page,
        "state": response.state,
        "properties": response.properties or {},
    }
