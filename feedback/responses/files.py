"""The listed responses as CSV and JSON: the same rows, every field."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from feedback.offline.score_print import harmless
from feedback.responses.follow_up_answers import read_told
from feedback.responses.listing import Row

COLUMNS = (
    "id", "answered_at", "journey", "stage", "touchpoint", "survey", "metric", "rating", "band",
    "comment", "channel", "locale", "page", "state", "properties", "answers", "follow_ups",
)  # fmt: skip


def responses_json(rows: Iterable[Row], language: str) -> str:
    """{"rows": [{...}]}, newest first; times in UTC; follow-up questions in the reader's words."""
    return json.dumps(
        {"rows": [_fields(row, language) for row in rows]}, ensure_ascii=False, indent=1
    )


def responses_csv(rows: Iterable[Row], language: str) -> str:
    """The same fields, those with parts as JSON text, texts made harmless for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        fields = _fields(row, language)
        for name in ("properties", "answers", "follow_ups"):
            fields[name] = json.dumps(fields[name], ensure_ascii=False)
        writer.writerow([harmless(fields[name]) for name in COLUMNS])
    return out.getvalue()


def _fields(row: Row, language: str) -> dict[str, Any]:
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
        "answers": response.answers or {},
        "follow_ups": {told.question: told.said for told in read_told(row, language)},
    }
