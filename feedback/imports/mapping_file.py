"""The mapping file, read from TOML and checked whole."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from feedback.errors import FeedbackError
from feedback.imports.check import check_mapping
from feedback.imports.mapping import MappingFile


def read_mapping(path: Path) -> MappingFile:
    """The checked mapping. Raises FeedbackError with the place and what would be right."""
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise FeedbackError(f"Cannot read {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise FeedbackError(f"{path.name}, line {line}: it is not UTF-8 text.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FeedbackError(f"{path.name} is not valid TOML: {error}.") from error
    if "\\u0000" in json.dumps(data, default=str):
        raise FeedbackError(f"{path.name}: a text in it holds a NUL character.")
    try:
        mapping = msgspec.convert(data, MappingFile)
    except msgspec.ValidationError as error:
        raise FeedbackError(f"{path.name}: {_in_words(str(error), data)}.") from error
    if wrong := check_mapping(mapping):
        raise FeedbackError(f"{path.name}: {wrong}.")
    return mapping


def _in_words(said: str, data: dict[str, Any]) -> str:
    """msgspec's "... - at `$.ratings[2].metric`" told in the words of the file."""
    text, _, place = said.partition(" - at ")
    place = place.strip("`").removeprefix("$").removeprefix(".")
    numbered = re.match(r"ratings\[(\d+)\]", place)
    if numbered:
        entry = data["ratings"][int(numbered[1])]
        column = entry.get("column") if isinstance(entry, dict) else None
        named = f" ({column})" if isinstance(column, str) else ""
        place = place.replace(numbered[0], f"[[ratings]] number {int(numbered[1]) + 1}{named}", 1)
    if place == "rows" and "field `time`" in text:
        text += '; for a file without dates state one: time = "2024-05-08"'
    return f"{place}: {text.replace('`', '')}" if place else text.replace("`", "")
