"""The docs name what the program has: settings, commands, addresses, targets; no link is dead."""

import re
from pathlib import Path
from typing import Any

import pytest
from litestar.routes import HTTPRoute

from feedback.accounts.guards import require_viewer
from feedback.app import create_app
from feedback.settings import PREFIX, Settings
from scripts.reference import commands, spelled, written
from tests.conftest import KEY

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
COMMANDS = dict(commands())


@pytest.mark.parametrize(("path", "text"), written().items(), ids=lambda value: "")
def test_the_reference_is_fresh(path: Path, text: str) -> None:
    fresh = text.splitlines()
    assert path.read_text(encoding="utf-8").splitlines() == fresh, "run: scripts/reference.py"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_help(name: str) -> None:
    assert Settings.model_fields[name].description
    assert f"`{PREFIX}{name.upper()}`" in (DOCS / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_an_example(name: str) -> None:
    command = COMMANDS[name]
    assert f"Example: feedback {name.removeprefix('feedback ')}" in command.help or (
        f" {name}" in command.help.partition("Example: ")[2]
    )
    without = [spelled(p) for p in command.params if not getattr(p, "help", None)]
    assert without == []


def test_every_public_address_is_documented() -> None:
    told = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    missing = [
        path for path in ("/r/{survey_key}", "/d/{survey_key}", *_public()) if path not in told
    ]
    assert missing == []


def test_every_file_of_a_dashboard_is_documented() -> None:
    told = (DOCS / "api.md").read_text(encoding="utf-8")
    files = [r.path_format for r in _routes() if re.fullmatch(r"/\w+\.[a-z]+", r.path_format)]
    assert [path for path in files if path not in told] == []


def test_every_command_that_the_docs_show_exists() -> None:
    wrong = [line for page in PAGES for line in _shown(page) if not _exists(line)]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_dead(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    here = [link for link in links if "://" not in link]
    assert [link for link in here if not (page.parent / link).exists()] == []


def test_every_doc_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")]
    assert [page for page in pages if page != "README.md" and f"({page})" not in index] == []


def test_every_promise_has_its_tests_and_each_stands_in_the_table() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Promises")[2]
    rows = re.findall(r"^\| ([A-G]\d[^|]*) \|.*\|(.*)\|$", table, re.M)
    told = {
        (id, name)
        for ids, names in rows
        for id in ids.split(", ")
        for name in re.findall(r"`([^`]+)`", names)
    }
    assert [name for _, name in told if not (ROOT / name).is_file()] == []
    heads = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").partition("\n\n")[0]
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    marked = {
        (id, name)
        for name, head in heads.items()
        for ids in re.findall(r"SAFETY ((?:[A-G]\d+(?: and )?)+)", head)
        for id in ids.split(" and ")
    }
    assert len(rows) > 15 and len(marked) > 10
    assert marked - told == set()


def _routes() -> list[HTTPRoute]:
    routes: list[Any] = create_app(Settings(secret_key=KEY)).routes
    return [route for route in routes if isinstance(route, HTTPRoute)]


def _public() -> list[str]:
    """What programs and customers reach without signing in; the ways to sign in are for people."""
    return [
        route.path_format
        for route in _routes()
        if not any(
            handler.resolve_before_request() is require_viewer for handler in route.route_handlers
        )
        and not route.path_format.startswith(("/static", "/sign-in", "/setup"))
    ]


def _shown(page: Path) -> list[str]:
    """The lines of a page's code blocks that begin with `feedback`."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return [line.strip(" $") for line in lines if re.match(r"(\$ | {4})?feedback [a-z]", line)]


def _exists(line: str) -> bool:
    words = line.partition("  #")[0].split()
    names = [name for name in COMMANDS if words[: len(name.split())] == name.split()]
    if not names:
        return False
    known = {option for p in COMMANDS[names[0]].params for option in p.opts} | {"--help"}
    return all(word.strip("[]") in known for word in words if word.strip("[").startswith("--"))
