"""The listed responses as CSV and JSON: the same rows, every field."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from feedback.responses.follow_up_answers import read_follow_up_answers
from feedback.responses.listing import Row
from feedback.rows import csv_text, json_text

COLUMNS = (
    "id", "answered_at", "journey", "stage", "touchpoint", "survey", "metric", "rating", "band",
    "comment", "channel", "locale", "page", "state", "properties", "answers", "follow_ups",
)  # fmt: skip


def responses_json(rows: Iterable[Row], language: str) -> str:
    """{"rows": [{...}]}, newest first; times in UTC; follow-up questions in the reader's words."""
    return json_text({"rows": [_fields(row, language) for row in rows]})


def responses_csv(rows: Iterable[Row], language: str) -> str:
    """The same fields, those with parts as JSON text, texts made harmless for spreadsheets."""
    return csv_text(COLUMNS, (_cells(_fields(row, language)) for row in rows))


RESPONSE_FILES = {"csv": responses_csv, "json": responses_json}


def _cells(fields: Mapping[str, Any]) -> Iterator[Any]:
    for name in COLUMNS:
        value = fields[name]
        yield json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


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
        "follow_ups": {each.question: each.said for each in read_follow_up_answers(row, language)},
    }
