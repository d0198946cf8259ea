"""Freeze the built widget as its next version: `python scripts/freeze_widget.py`.

A frozen file lies in `/widget/`, one level below the addresses it asks; it loads the second file of
its own version. What is written here is never changed again: tests/widget/test_frozen.py and
docs/recipes.md name each hash, so add the lines that this prints to both.
"""

import base64
import hashlib
import json
import re
from pathlib import Path

WIDGET = Path(__file__).resolve().parents[1] / "feedback" / "widget"
RELEASES = WIDGET / "releases"
AFTER = "widget-after.js"
ADDRESS = re.compile(r"new URL\(([^()]+),\s?(\w+)\.src\)")
FROM_ROOT = r'new URL(\1,\2.src.replace(/widget\/[^/]*$/,""))'


def frozen(source: str, version: str) -> str:
    """The source as it works in `/widget/`. Raises ValueError when it asks no address."""
    moved, count = ADDRESS.subn(FROM_ROOT, source)
    if not count or ADDRESS.search(moved):
        raise ValueError("the widget finds its server in another way now: freeze it accordingly")
    return moved.replace(AFTER, f"widget/{version}-after.js")


def integrity(text: str) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()


def main() -> None:
    manifest = json.loads((RELEASES / "manifest.json").read_text(encoding="utf-8"))
    version = f"v{1 + sum('-' not in name for name in manifest)}"
    for source, name in ((AFTER, f"{version}-after"), ("widget.js", version)):
        text = frozen((WIDGET / source).read_text(encoding="utf-8"), version)
        (RELEASES / f"{name}.js").write_text(text, encoding="utf-8")
        manifest[name] = integrity(text)
        print(f'"{name}": "{manifest[name]}"')
    text = json.dumps(manifest, indent=2) + "\n"
    (RELEASES / "manifest.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
