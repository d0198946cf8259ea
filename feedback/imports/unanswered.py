"""The ? that a guessed mapping leaves to its owner: found with its line, and refused."""

import re
from collections.abc import Iterator
from typing import Any

_LEFT = re.compile(r"""=\s*(?:"\?"|'\?')""")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|' + r"'[^']*'")


def unanswered(text: str, data: object) -> str | None:
    """What a mapping leaves open, in one sentence that names the first line; None if nothing.

    A ? in a list is a text like any other: a code for no answer may be written so.

    >>> unanswered('a = 1\\nzone = "?"', {"a": 1, "zone": "?"})
    'line 2: zone is still "?": write what it is'
    >>> unanswered('missing = ["?"]', {"missing": ["?"]}) is None
    True
    """
    lines = open_lines(text, data)
    if not lines:
        return None
    return lines[0] + (f" (and so in {len(lines) - 1} more)" if len(lines) > 1 else "")


def open_lines(text: str, data: object) -> list[str]:
    """Each line with a ?, in a sentence."""
    left = list(_open_keys(data))
    numbered = enumerate(text.splitlines(), start=1)
    lines = [n for n, line in numbered for _ in range(_how_many(line))]
    # As many as there are keys, unless somebody writes TOML in another way than we do.
    told = lines if len(lines) == len(left) else [None] * len(left)
    return [
        f'{f"line {line}: " if line else ""}{key} is still "?": write what it is'
        for key, line in zip(left, told, strict=True)
    ]


def without_open(data: Any) -> Any:
    """The mapping without the ratings and keys that are left open, to look at the rest of it."""
    rest = {key: value for key, value in data.items() if value != "?"}
    if "time_zone" in data and "name" in data:
        rest.setdefault("time_zone", "UTC")  # the workspace's: any, to look at the cells
    for key, value in rest.items():
        if isinstance(value, dict):
            rest[key] = without_open(value)
    if isinstance(rest.get("ratings"), list):
        rest["ratings"] = [rating for rating in rest["ratings"] if not any(_open_keys(rating))]
    return rest


def _open_keys(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if value == "?":
                yield key
            else:
                yield from _open_keys(value)
    elif isinstance(data, list):
        for item in data:
            yield from _open_keys(item)


def _how_many(line: str) -> int:
    """How many keys of this line are given a ?, its comment left out."""
    bare = _STRING.sub(lambda found: found[0] if found[0][1:-1] == "?" else '""', line)
    return len(_LEFT.findall(bare.partition("#")[0]))
