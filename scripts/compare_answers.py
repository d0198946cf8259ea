"""Tell what two checkouts answer differently, each difference once with the answers that show it.

    python scripts/compare_answers.py OLD NEW [--mended FILE]

OLD and NEW are folders that scripts/keep_answers.py wrote. HTML is compared with each run of white
space as one; what then differs in white space beside tags only is counted apart. FILE names what
was wrong and has been mended, a line each: `PATTERN  # what`, PATTERN as in `demo/*/:board.csv*`.
Exit 1 when anything else differs.
"""

import argparse
import difflib
import re
import sys
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path

KINDS = ("equal", "different", "missing", "new", "mended", "spaced otherwise")


def compare(old: Path, new: Path, mended: Path | None, most: int) -> int:
    told = mended.read_text().splitlines() if mended else []
    expected = [line.split("  #")[0].strip() for line in told]
    names = sorted({str(p.relative_to(top)) for top in (old, new) for p in top.rglob("*.txt")})
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    counts = dict.fromkeys(KINDS, 0)
    for name in names:
        kind, lines = _difference(old / name, new / name)
        if kind != "equal" and any(fnmatchcase(name, pattern) for pattern in expected):
            kind = "mended"
        counts[kind] += 1
        if kind not in ("equal", "mended"):
            groups[(kind, *lines)].append(name)
    for (kind, *lines), where in sorted(groups.items(), key=lambda each: -len(each[1])):
        print(f"\n{kind}: {len(where)}")
        print("\n".join(f"  {name}" for name in where[:most]))
        print(f"  and {len(where) - most} more" if len(where) > most else "", end="")
        print("\n".join(line[:300] for line in lines[:30]))
    print("\n" + ", ".join(f"{n} {kind}" for kind, n in counts.items()))
    return int(any(counts[kind] for kind in ("different", "missing", "new")))


def _difference(old: Path, new: Path) -> tuple[str, list[str]]:
    if not new.exists():
        return "missing", []
    if not old.exists():
        return "new", []
    before, after = old.read_text(), new.read_text()
    if "text/html" in before:
        before, after = (re.sub(r"\s+", " ", text) for text in (before, after))
        if before != after and _tight(before) == _tight(after):
            return "spaced otherwise", []
        before, after = (text.replace("<", "\n<") for text in (before, after))
    if before == after:
        return "equal", []
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "different", [line for line in list(lines)[2:] if not line.startswith("@@")]


def _tight(text: str) -> str:
    return re.sub(r" ?([<>]) ?", r"\1", text)


def main() -> None:
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--mended", type=Path, metavar="FILE", help="what may differ, and why")
    parser.add_argument("--most", type=int, default=6, help="names shown of each difference")
    given = parser.parse_args()
    sys.exit(compare(given.old, given.new, given.mended, given.most))


if __name__ == "__main__":
    main()
