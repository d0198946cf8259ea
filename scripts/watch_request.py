"""Answer one request, the first of this process, and print which files of ours were entered.

    python scripts/watch_request.py "GET /board" "feedback_session=..." [--follow NUMBER]

Every module is imported first and no cache is filled; calls are watched in every thread, from the
request's first byte to the last of its answer. With --follow also printed: each time a function or
template was given this number, or returned it, on its own or within something. The settings are
those of the environment. scripts/house.py counts what this prints.
"""

import argparse
import asyncio
import dataclasses
import json
import os
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path.cwd()


class Watch:
    """Notes the files of ours that are entered while it is open, and those given the number."""

    def __init__(self, number: int | None = None) -> None:
        self.number = number
        self.is_open = False
        self.entered: set[str] = set()
        self.given: list[str] = []
        self._known: dict[
            int, tuple[object, bool]
        ] = {}  # the object too, so that its id stays its own

    def __call__(self, frame: FrameType, event: str, result: Any) -> None:
        if not self.is_open or event not in ("call", "return"):
            return
        file = frame.f_code.co_filename.removeprefix(f"{ROOT}{os.sep}")
        if file.startswith(("feedback/", "templates/")):
            self.entered.add(file)
            values = [result] if event == "return" else list(frame.f_locals.values())
            if self.number is not None and any(self._carries(value, 5) for value in values):
                self.given.append(file)

    def _carries(self, value: Any, depth: int) -> bool:
        if isinstance(value, str):
            return f"{self.number:,}" in value
        if isinstance(value, int | float):
            return value == self.number
        if id(value) not in self._known and depth:
            found = self._holds(value, depth - 1)
            if isinstance(value, list | dict) and not found:
                return False  # it may still be filled
            self._known[id(value)] = (value, found)
        return self._known.get(id(value), (None, False))[1]

    def _holds(self, value: Any, depth: int) -> bool:
        if type(value).__name__ in ("DataFrame", "Series", "ndarray"):
            return bool((value == self.number).sum().sum())
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            parts: Any = [getattr(value, each.name, None) for each in dataclasses.fields(value)]
        elif isinstance(value, Mapping):
            parts = list(value.values())
        elif isinstance(value, list | tuple | set | frozenset) or type(value).__name__ == "Row":
            parts = list(value)
        else:
            parts = []
        return any(self._carries(part, depth) for part in parts)


async def answer(watch: Watch, request: str, cookie: str) -> None:
    from litestar.testing import AsyncTestClient

    for path in sorted((ROOT / "feedback").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        import_module(name.removesuffix(".__init__"))
    threading.setprofile(watch)
    sys.setprofile(watch)
    async with AsyncTestClient(import_module("feedback.app").create_app()) as client:
        method, address = request.split()
        watch.is_open = True
        content = b'{"rating": 4}' if method == "POST" else None
        headers = {"Cookie": cookie} if method == "GET" else {}
        found = await client.request(method, address, content=content, headers=headers)
        watch.is_open = False
    assert found.status_code in (200, 201), found.text
    assert watch.number is None or f"{watch.number:,}" in found.text, "it is not on the page"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("request")
    parser.add_argument("cookie")
    parser.add_argument("--follow", type=int)
    given = parser.parse_args()
    watch = Watch(given.follow)
    asyncio.run(answer(watch, given.request, given.cookie))
    print(json.dumps({"entered": sorted(watch.entered), "given": watch.given}))


if __name__ == "__main__":
    main()
