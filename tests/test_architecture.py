"""How the house is built: read off the code, so that the map in ARCHITECTURE.md cannot lie."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path("feedback")
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 300
# A module may be longer for a reason; it is written here.
LONG_FOR_A_REASON: dict[str, str] = {}


def unit(path: Path) -> str:
    return path.parts[1].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, with full names."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(path: Path) -> set[str]:
    """The other units of `feedback` that a file uses."""
    found = {name.split(".")[1] for name in imports(path) if name.startswith("feedback.")}
    known = {unit(module) for module in MODULES}
    return (found & known) - {unit(path), "__init__"}


every_module = pytest.mark.parametrize("path", MODULES, ids=str)


def uses() -> dict[str, set[str]]:
    """By room (a folder or file at the top of `feedback`), the rooms it imports from."""
    found: dict[str, set[str]] = {}
    for path in MODULES:
        found.setdefault(unit(path), set()).update(ours(path))
    return found


def test_imports_run_one_way() -> None:
    """No room uses, by whatever way round, a room that uses it; imports in functions count."""
    rooms = uses()
    try:
        order = list(TopologicalSorter(rooms).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))
    assert set(order) == set(rooms)


# Who writes counts, or takes them away with what they count; everybody else reads `counts_table`.
WRITE_COUNTS = {
    PACKAGE / "responses" / "models.py",
    PACKAGE / "responses" / "rollup.py",
    PACKAGE / "imports" / "undo.py",
    PACKAGE / "editor" / "surveys" / "archive.py",
}


def test_counts_are_read_in_one_place() -> None:
    named = {
        path
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if "RatingCount" in (getattr(node, "id", ""), getattr(node, "name", ""))
    }
    # Which of them may be shown is asked where they are read, and where answers are.
    shown = PACKAGE / "responses" / "small_groups.py"
    assert named == WRITE_COUNTS | {PACKAGE / "readings" / "queries.py", shown}


@pytest.mark.parametrize("path", sorted((PACKAGE / "scoring").rglob("*.py")), ids=str)
def test_scoring_imports_nothing_of_ours_and_no_framework(path: Path) -> None:
    for name in imports(path):
        assert not name.startswith("feedback.") or name.startswith("feedback.scoring"), name
        assert name.split(".")[0] not in ("litestar", "sqlmodel", "sqlalchemy", "jinja2"), name
        assert not name.startswith("scipy.stats"), name


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("models.py")), ids=str)
def test_tables_know_no_http_and_no_verbs(path: Path) -> None:
    for name in imports(path):
        assert not name.startswith("litestar"), name
    if path != PACKAGE / "models.py":
        assert ours(path) <= {"db", "tenancy", "versions"}


VERBS = [
    *(PACKAGE / "responses" / f"{name}.py" for name in (
        "outcome", "statements", "store_sqlite", "store_postgres", "writer", "ingest",
        "rollup", "review", "listing", "filters", "conditions",
    )),
    PACKAGE / "surveys" / "publish.py",
    PACKAGE / "surveys" / "overall.py",
    *(PACKAGE / "editor" / "surveys" / f"{name}.py" for name in ("questions", "archive")),
    *(PACKAGE / "editor" / "journeys" / f"{name}.py" for name in ("edit", "archive")),
    PACKAGE / "accounts" / "setup.py",
]  # fmt: skip


@pytest.mark.parametrize("path", VERBS, ids=str)
def test_what_decides_and_stores_knows_no_http(path: Path) -> None:
    for name in imports(path):
        assert not name.startswith(("litestar", "jinja2")), name


@every_module
def test_only_settings_and_the_commands_read_the_environment(path: Path) -> None:
    if unit(path) in ("settings", "commands"):
        return
    text = path.read_text()
    assert "os.environ" not in text and "getenv" not in text


@every_module
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    """At the head of a module they would be paid at every start (STACK.md 1)."""
    heavy = {"pandas", "matplotlib", "scipy", "pyarrow", "openpyxl", "alembic", "numpy"}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
            assert not {str(name).split(".")[0] for name in names} & heavy, ast.unparse(node)


@every_module
def test_the_clock_is_the_only_one_who_knows_the_time(path: Path) -> None:
    text = path.read_text()
    assert path == PACKAGE / "clock.py" or not any(
        call in text for call in ("datetime.now(", "datetime.utcnow(", "date.today(")
    )


@every_module
def test_it_can_be_read_in_one_sitting(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= MOST_LINES or str(path) in LONG_FOR_A_REASON


@every_module
def test_it_says_in_its_first_line_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), path
