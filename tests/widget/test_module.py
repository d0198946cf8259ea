"""`widget/` at the top: the ES module and its types."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

MODULE = Path(__file__).parents[2] / "widget"
DOCS = Path(__file__).parents[2] / "docs"
SOURCE = Path(__file__).parents[2] / "feedback" / "widget" / "src"
TYPES = (MODULE / "index.d.ts").read_text(encoding="utf-8")

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")


def run(script: str) -> str:
    """What a module prints that stands beside ours, in node."""
    command = ["node", "--input-type=module", "-"]
    source = f'import {{ load, feedback }} from "{(MODULE / "index.js").as_uri()}";\n{script}'
    done = subprocess.run(command, input=source, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@needs_node
def test_it_does_nothing_where_there_is_no_document() -> None:
    said = run(
        'feedback("identify", { id: "42" });\n'
        'load({ server: "https://f.example", site: "s" });\n'
        "console.log(typeof window, Object.keys(globalThis).includes('feedback'));"
    )
    assert said == "undefined false"


@needs_node
def test_it_refuses_to_load_from_nowhere() -> None:
    said = run('try { load({ site: "s" }); } catch (error) { console.log(error.name); }')
    assert said == "TypeError"


def test_the_package_names_files_that_exist() -> None:
    package = json.loads((MODULE / "package.json").read_text())
    files = {package["main"], package["types"], *package["exports"]["."].values()}
    assert all((MODULE / name).is_file() for name in [*files, *package["files"]])
    assert "dependencies" not in package


def test_the_docs_install_it_by_its_name() -> None:
    name = json.loads((MODULE / "package.json").read_text())["name"]
    imported = re.findall(r'from "([\w-]+)"', (DOCS / "recipes.md").read_text())
    assert set(imported) - {"react", "vue"} == {name}


@pytest.mark.parametrize("act", ["identify", "track", "show", "close", "on", "reset"])
def test_the_types_name_every_call(act: str) -> None:
    assert f'(act: "{act}"' in TYPES


def test_the_types_name_every_event_of_the_widget() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*.js"))
    kinds = set(re.findall(r'(?:emit|count)\("([a-z]+)"\)', told))
    assert kinds <= set(re.findall(r'"([a-z]+)"', TYPES.partition("EventKind =")[2]))
