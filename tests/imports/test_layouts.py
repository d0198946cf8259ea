"""Exports of many tools through --guess, its ? filled in, and the reading of an import.

Each is right, or refused with a reason; nothing is taken as something else. The table of all, in
every encoding and separator: python -m tests.imports.layouts.walk
"""

import re
from pathlib import Path

import pytest

from feedback.errors import FeedbackError
from feedback.imports.guessing.guess import guess_file
from feedback.imports.guessing.write import write_mapping
from feedback.imports.load import Request, import_file
from feedback.imports.mapping_file import read_mapping
from feedback.settings import Settings
from tests.imports.layouts.walk import (
    ENCODINGS,
    FOLDER,
    LAYOUTS,
    NOW,
    SEPARATORS,
    expected,
    file_of,
    filled,
    walk,
    written,
)

every_layout = pytest.mark.parametrize("name", LAYOUTS)


def test_there_are_many_and_each_file_is_in_the_table() -> None:
    assert len(LAYOUTS) >= 40
    files = {path.stem for kind in ("*.csv", "*.json") for path in FOLDER.glob(kind)}
    assert files == set(LAYOUTS)


@every_layout
def test_it_is_right_or_refused_in_every_encoding(name: str, tmp_path: Path) -> None:
    """Each encoding with one separator, another one each time; the script walks them all."""
    layout = LAYOUTS[name]
    first = list(LAYOUTS).index(name)
    for turn, encoding in enumerate(ENCODINGS):
        content = written(name, encoding, SEPARATORS[(first + turn) % len(SEPARATORS)])
        if content is not None:
            walked = walk(name, content, tmp_path)
            assert walked.rows == expected(layout), walked.refused
            assert re.search(layout.get("refused", ""), walked.refused)


@every_layout
def test_the_export_is_recognised_and_nothing_is_imported_before_it_is_looked_at(
    name: str, tmp_path: Path
) -> None:
    guess = guess_file(file_of(name), NOW)
    assert (guess.export.name if guess.export else "") == LAYOUTS[name]["export"]
    (tmp_path / "map.toml").write_text(write_mapping(guess))
    with pytest.raises(FeedbackError, match=r'^map.toml, line \d+: \w+ is still "\?"'):
        read_mapping(tmp_path / "map.toml")


WHOLE = ("google-us", "surveymonkey-expanded", "posthog-partial")


@pytest.mark.parametrize("name", WHOLE)
async def test_what_was_read_is_what_is_stored(
    name: str, settings: Settings, tmp_path: Path
) -> None:
    file, mapping = file_of(name), tmp_path / "map.toml"
    mapping.write_text(filled(write_mapping(guess_file(file, NOW)), LAYOUTS[name]["fill"]))
    result = await import_file(settings, Request(file, mapping), lambda doing, n: None)
    assert result.stored == sum(len(ratings) for _, ratings in expected(LAYOUTS[name]) or [])
    again = await import_file(settings, Request(file, mapping), lambda doing, n: None)
    assert (again.stored, again.already_stored) == (0, result.stored)
