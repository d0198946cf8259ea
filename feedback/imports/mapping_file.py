"""The mapping file, read from TOML and checked whole."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from feedback.errors import FeedbackError
from feedback.imports.check import find_wrongs
from feedback.imports.mapping import MappingFile
from feedback.imports.unanswered import unanswered


def read_mapping(path: Path) -> MappingFile:
    """The checked mapping. Raises FeedbackError with the place and what would be right."""
    text, data = read_toml(path)
    if left := unanswered(text, data):
        raise FeedbackError(f"{path.name}, {left}.")
    try:
        mapping = msgspec.convert(data, MappingFile)
    except msgspec.ValidationError as error:
        raise FeedbackError(f"{path.name}: {in_words(str(error), data)}.") from error
    for wrong in find_wrongs(mapping):
        raise FeedbackError(f"{path.name}: {wrong}.")
    return mapping


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of the file and what it says. Raises FeedbackError for what is no TOML."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        raise FeedbackError(f"Cannot read {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise FeedbackError(f"{path.name}, line {line}: it is not UTF-8 text.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FeedbackError(f"{path.name} is not valid TOML: {error}.") from error
    if "\\u0000" in json.dumps(data, default=str):
        raise FeedbackError(f"{path.name}: a text in it holds a NUL character.")
    return text, data


def in_words(said: str, data: dict[str, Any], part: str = "") -> str:
    """msgspec's "... - at `$.ratings[2].metric`" told in the words of the file.

    part: where in the file `$` is.
    """
    text, _, place = said.partition(" - at ")
    place = (part + place.strip("`").removeprefix("$")).removeprefix(".")
    numbered = re.match(r"ratings\[(\d+)\]", place)
    if numbered:
        entry = data["ratings"][int(numbered[1])]
        column = entry.get("column") if isinstance(entry, dict) else None
        named = f" ({column})" if isinstance(column, str) else ""
        place = place.replace(numbered[0], f"[[ratings]] number {int(numbered[1]) + 1}{named}", 1)
    if place == "rows" and "field `time`" in text:
        text += '; for a file without dates state one: time = "2024-05-08"'
    return f"{place}: {text.replace('`', '')}" if place else text.replace("`", "")
