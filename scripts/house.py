"""Measure the house: what a request runs through, imports that climb, lines, installed size.

    python scripts/house.py [--json]     # in any checkout, by its own python

modules    in feedback/ that run while the first such request of a fresh process is answered:
           all of them imported, no cache filled, every thread watched, the worker apart.
number     on a demo's board one tile's number of answers is made one that nothing else can be.
           Files of feedback/ and templates/ of which a function or macro is given it, or returns
           it, on its own or within something, until the page is written.
upward     Rooms are what lies directly in feedback/. In the order of rooms in which the fewest
           imports at the head of a file climb, and then the fewest within functions or for types
           alone: the arrows, from room to room, that still climb.
lines      of Python in feedback/, without blank ones, comments, docstrings and imports.
installed  what requirements.lock names and this environment has, by its files on disk,
           bytecode left out: whether there is any depends on who installed it.
"""

import argparse
import ast
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path.cwd()
OURS = ROOT / "feedback"
REQUESTS = ("GET /board", "GET /trends", "GET /map", "GET /responses", "POST /r")
NUMBER = 7_654_321
LARGEST = 10
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
EMPTY = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)

# What a request runs through


def watched(request: str, cookie: str, *more: str) -> dict[str, list[str]]:
    """What scripts/watch_request.py saw, in a process of its own."""
    program = str(Path(__file__).with_name("watch_request.py"))
    words = [sys.executable, program, request, cookie, *more]
    seen: dict[str, list[str]] = json.loads(subprocess.check_output(words))
    return seen


def requests_read() -> Iterator[tuple[str, list[str]]]:
    program = str(Path(sys.executable).with_name("feedback"))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "demo", "--no-serve"], cwd=folder, check=True, capture_output=True)
        os.environ |= {
            "FEEDBACK_DATABASE_URL": f"sqlite:///{folder}/feedback-demo.db",
            "FEEDBACK_BASE_URL": "http://testserver.local",
            "FEEDBACK_SECRET_KEY": "a-key-for-the-measured-house-that-is-long",
            "FEEDBACK_WORKER": "apart",
        }
        added = [program, "user", "add", "ana@example.org"]
        cookie = _sign_in(subprocess.check_output(added, text=True))
        rows = sqlite3.connect(f"{folder}/feedback-demo.db")
        survey, month = rows.execute(
            "SELECT max(key), (SELECT max(month) FROM rating_count) FROM survey"
        ).fetchone()
        for request in REQUESTS:
            asked = f"{request}/{survey}" if "POST" in request else request
            entered = watched(asked, cookie)["entered"]
            yield request, [file for file in entered if file.startswith("feedback/")]
        _plant(rows, month)
        following = ("--follow", str(NUMBER))
        given = watched(f"GET /board?month={month[:7]}", cookie, *following)["given"]
        yield "number", list(dict.fromkeys(given))


def _sign_in(said: str) -> str:
    from litestar.testing import TestClient

    link = "/setup/" + said.partition("/setup/")[2].split()[0]
    with TestClient(import_module("feedback.app").create_app()) as client:
        client.post(link, data={"password": "measured, all of it"}, follow_redirects=False)
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def _plant(rows: sqlite3.Connection, month: str) -> None:
    """One line's count of this month becomes one row of NUMBER answers."""
    series = rows.execute(
        "SELECT series_id FROM rating_count JOIN series s ON s.id = series_id"
        " WHERE month = ? AND metric = 'nps' GROUP BY 1 ORDER BY sum(n) DESC",
        (month,),
    ).fetchone()[0]
    where, which = "WHERE series_id = ? AND month = ?", (series, month)
    channel, rating = rows.execute(
        f"SELECT channel, rating FROM rating_count {where} ORDER BY n DESC", which
    ).fetchone()
    rows.execute(
        f"DELETE FROM rating_count {where} AND NOT (channel = ? AND rating = ?)",
        (*which, channel, rating),
    )
    rows.execute(f"UPDATE rating_count SET n = {NUMBER} {where}", which)
    rows.commit()


# Imports that climb


def imports_read() -> list[str]:
    """Each import that climbs, as `room/file -> room/file`, a line for each arrow."""
    arrows: dict[tuple[str, str], list[tuple[str, str, bool]]] = defaultdict(list)
    modules = {_module(path): path for path in OURS.rglob("*.py")}
    for module, path in modules.items():
        for name, is_head in _imported(ast.parse(path.read_text())):
            while name and name not in modules:
                name = name.rpartition(".")[0]
            here, there = _room(module), _room(name)
            if there and there != here:
                arrows[here, there].append((module, name, is_head))
    order = _order({ends: _weight(each) for ends, each in arrows.items()})
    return [
        f"{here} -> {there}: " + ", ".join(sorted({f"{a} -> {b}" for a, b, _ in each}))
        for (here, there), each in sorted(arrows.items())
        if order[here] < order[there]
    ]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def _imported(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Every name imported, and whether as soon as the module is."""
    for node in ast.walk(tree):
        is_head = node in tree.body
        if isinstance(node, ast.Import):
            yield from ((each.name, is_head) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{each.name}", is_head) for each in node.names)


def _weight(imports: list[tuple[str, str, bool]]) -> tuple[int, int]:
    heads = sum(is_head for _, _, is_head in imports)
    return heads, len(imports) - heads


def _order(weights: Mapping[tuple[str, str], tuple[int, int]]) -> dict[str, int]:
    """The floor of each room: of all orders the best, found circle by circle."""
    rooms = sorted({room for ends in weights for room in ends})
    below = {room: _reached(room, weights) for room in rooms}
    floors: dict[str, int] = {}
    # What reaches less lies lower; rooms in one circle reach the same.
    for room in sorted(rooms, key=lambda each: len(below[each])):
        if room not in floors:
            circle = [each for each in rooms if each in below[room] and room in below[each]]
            for each in _best(circle or [room], weights):
                floors[each] = len(floors)
    return floors


def _reached(room: str, weights: Mapping[tuple[str, str], tuple[int, int]]) -> set[str]:
    found: set[str] = set()
    waiting = [room]
    while waiting:
        here = waiting.pop()
        new = {there for a, there in weights if a == here} - found
        found |= new
        waiting += new
    return found


def _best(circle: list[str], weights: Mapping[tuple[str, str], tuple[int, int]]) -> tuple[str, ...]:
    """The circle's rooms from the ground up, as few imports as can be climbing."""
    best: dict[frozenset[str], tuple[int, int, tuple[str, ...]]] = {frozenset(): (0, 0, ())}
    for _ in circle:
        grown: dict[frozenset[str], tuple[int, int, tuple[str, ...]]] = {}
        for placed, (heads, others, order) in best.items():
            for room in set(circle) - placed:
                climbing = [weights.get((room, up), (0, 0)) for up in set(circle) - placed - {room}]
                now = (heads + sum(w[0] for w in climbing), others + sum(w[1] for w in climbing))
                key, found = placed | {room}, (*now, (*order, room))
                grown[key] = min(found, grown.get(key, found))
        best = grown
    return best[frozenset(circle)][2]


# Lines and sizes


def lines_read() -> int:
    return sum(_lines(path.read_text()) for path in OURS.rglob("*.py"))


def _lines(text: str) -> int:
    left_out: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            left_out |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        elif isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            said = node.body[0]
            left_out |= set(range(said.lineno, (said.end_lineno or said.lineno) + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in (*EMPTY, tokenize.ENDMARKER):
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - left_out)


def sizes_read() -> dict[str, float]:
    """Megabytes (millions of bytes) of each distribution of the runtime, the largest first."""
    names = re.findall(r"^([A-Za-z0-9_.-]+)==", Path("requirements.lock").read_text(), re.M)
    sizes: dict[str, float] = {}
    for name in names:
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:  # of another platform
            continue
        on_disk = {Path(str(file.locate())).resolve() for file in files}
        sizes[name] = sum(path.stat().st_size for path in on_disk if path.is_file()) / 1e6
    return dict(sorted(sizes.items(), key=lambda each: -each[1]))


def main() -> None:
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--json", action="store_true", help="with the names of all files")
    given = parser.parse_args()
    runs = dict(requests_read())
    number, upward, sizes, lines = runs.pop("number"), imports_read(), sizes_read(), lines_read()
    if given.json:
        names = ("modules", "number", "upward", "lines", "installed")
        found = (runs, number, upward, lines, sizes)
        print(json.dumps(dict(zip(names, found, strict=True)), indent=1))
        return
    table = {f"modules run by {request}": len(files) for request, files in runs.items()}
    table["files passed by one number"] = len(number)
    table["upward imports"] = len(upward)
    table["lines of Python in feedback/"] = lines
    table["installed MB"] = round(sum(sizes.values()))
    print("\n".join(f"{what:<30}{n:>7,}" for what, n in table.items()))
    largest = [f"{sizes[each]:>5.0f}  {each}" for each in list(sizes)[:LARGEST]]
    for title, told in (("upward", upward), ("the number", number), ("installed", largest)):
        print("\n".join([title, *(f"  {line}" for line in told)]))


if __name__ == "__main__":
    main()
