"""What pages load is built from the source that is read: byte by byte, and light."""

import gzip
from pathlib import Path

import pytest

from feedback.resources import PACKAGE
from scripts.widget import NoNode, node

WIDGET = PACKAGE / "widget"
FILES = (WIDGET / "widget.js", WIDGET / "widget-after.js", PACKAGE / "static" / "kiosk.js")
SOURCES = [
    path for room in ("client", "kiosk/src", "widget/src") for path in PACKAGE.glob(f"{room}/*.js")
]
MOST_BYTES = 6_000


@pytest.fixture(scope="module")
def has_node() -> None:
    try:
        node("--version")
    except NoNode as error:
        pytest.skip(str(error))


@pytest.mark.node
@pytest.mark.usefixtures("has_node")
def test_the_committed_files_are_what_the_source_builds(tmp_path: Path) -> None:
    node("build.js", str(tmp_path))
    for file in FILES:
        built = (tmp_path / file.name).read_bytes()
        assert built == file.read_bytes(), f"run `make widget`: {file.name} is not as built"


@pytest.mark.node
@pytest.mark.usefixtures("has_node")
def test_its_parts_pass_their_own_tests() -> None:
    node("node_modules/vitest/vitest.mjs", "run", "--no-color")


def test_all_until_a_rating_can_be_given_is_one_light_script() -> None:
    assert len(gzip.compress((WIDGET / "widget.js").read_bytes(), mtime=0)) <= MOST_BYTES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_its_first_lines_say_what_is_sent_and_to_whom(file: Path) -> None:
    first = " ".join(file.read_text().split("*/")[0].replace("*", "").split())
    for said in (" came from", "nobody else", "rating", "comment"):
        assert said in first


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: "-".join(path.parts[-2:]))
def test_a_file_of_the_source_stays_short_and_never_takes_html(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) < 200
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in text
