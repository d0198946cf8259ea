"""The messages of the widget: produced by the browser tests, read by the ingest tests."""

import json
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).parent / "payloads"
# What differs in every message, and how to tell that it is what it should be.
PASSING = {
    "submission_id": r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "answered_at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "page": r"https?://[^?#]+",
}


def payload(name: str) -> dict[str, Any]:
    """One message as the widget sends it."""
    found: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return found
