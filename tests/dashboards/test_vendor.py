"""What is vendored is what its makers published, with the licence beside it."""

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "feedback/static/vendor", ROOT / "tests/vendor")
ENTRIES = [
    pytest.param(folder, entry, id=entry["file"])
    for folder in FOLDERS
    for entry in json.loads((folder / "MANIFEST.json").read_text())
]


@pytest.mark.parametrize("folder, entry", ENTRIES)
def test_a_vendored_file_is_unchanged(folder: Path, entry: dict[str, str]) -> None:
    assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("folder, entry", ENTRIES)
def test_its_version_is_in_its_name_and_its_licence_beside_it(
    folder: Path, entry: dict[str, str]
) -> None:
    assert entry["version"] in entry["file"]
    assert (folder / entry["licence_file"]).read_text().strip()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_stands_there_unnamed(folder: Path) -> None:
    named = {"MANIFEST.json"}
    for entry in json.loads((folder / "MANIFEST.json").read_text()):
        named |= {entry["file"], entry["licence_file"]}
    others = {path.name for path in folder.iterdir()} - named
    assert all("LICENSE" in name for name in others), others
