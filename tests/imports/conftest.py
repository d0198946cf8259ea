"""A file, a mapping, an import: written in a few words by each test."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from feedback.imports.load import Request, import_file
from feedback.imports.moved import Choice
from feedback.imports.runs import Result
from feedback.settings import Settings

MAPPING = """
[workspace]
name = "Alice's shop"
time_zone = "Europe/Paris"

[rows]
time = "when"
id = "id"
respondent = "who"
comment = "said"
properties = ["plan"]

[journey]
name = "Online shop"

[[journey.stages]]
name = "Checkout"
headline = "nps"
touchpoints = [{ name = "Payment", place = "app", target = 40.0 }]

[[journey.stages]]
name = "After-sales"

[[ratings]]
column = "nps"
touchpoint = "Payment"
metric = "nps"
missing = [11]
question = "Would you recommend us?"

[[ratings]]
column = "help"
stage = "After-sales"
touchpoint = "Help"
metric = "csat_5"
labels = { "Très satisfait" = 5, "Satisfait" = 4 }
"""
HEADER = "id,when,who,nps,help,said,plan"
ROWS = (
    "1,2024-03-31 23:30,anna,10,Très satisfait,Great,pro",
    "2,2024-04-01T10:00:00Z,bert,11,très  satisfait,,",
    "3,2024-04-02,anna,6,3,,pro",
)

Import = Callable[..., Awaitable[Result]]


@pytest.fixture
def import_rows(settings: Settings, tmp_path: Path) -> Import:
    """Write rows and a mapping, and import them. `mapping` is a text, `rows` may be bytes."""

    async def run(
        *rows: str,
        header: str = HEADER,
        mapping: str = MAPPING,
        name: str = "answers.csv",
        skip_bad: bool = False,
        content: bytes | None = None,
        workspace: str | None = None,
        moved: Choice | None = None,
    ) -> Result:
        file = tmp_path / name
        file.write_bytes(content or "\n".join([header, *rows, ""]).encode())
        mapping_file = tmp_path / "mapping.toml"
        mapping_file.write_text(mapping)
        request = Request(file, mapping_file, workspace, skip_bad, moved)
        return await import_file(settings, request, lambda doing, n: None)

    return run
