"""Write what the program says of itself into docs/settings.md and docs/commands.md.

    .venv/bin/python scripts/reference.py

Each file keeps its hand-written beginning; the rest, after a mark, is written here. A test fails
when it is out of date.
"""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from typer.main import get_command

from feedback.cli import app
from feedback.settings import PREFIX, Settings

DOCS = Path(__file__).resolve().parent.parent / "docs"
MARK = "<!-- written by scripts/reference.py: do not edit below -->\n"


def settings_table() -> str:
    """One row a setting: its variable, what it means, its default."""
    rows = ["| Variable | Meaning | Default |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = {None: "none", False: "off"}.get(field.default, f"`{field.default}`")
        rows.append(f"| `{PREFIX}{name.upper()}` | {field.description} | {default} |")
    return "\n".join(rows) + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name: `feedback user add`."""
    yield from _commands("feedback", get_command(app))


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for part, found in below.items():
        yield from _commands(f"{name} {part}", found)


def commands_text() -> str:
    """A chapter for each command: its help, its usage, its options."""
    return "\n".join(_chapter(name, command) for name, command in commands())


def _chapter(name: str, command: Any) -> str:
    text, _, example = (command.help or "").partition("Example: ")
    usage = " ".join([name, *map(_usage, command.params)])
    parts = [f"## {name}", text.strip(), f"```\n{usage}\n```"]
    if example:
        parts.append(f"Example: `{' '.join(example.split())}`")
    if command.params:
        rows = ["| | | Default |", "|---|---|---|", *map(_row, command.params)]
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _usage(parameter: Any) -> str:
    shown = spelled(parameter)
    return shown if parameter.required else f"[{shown}]"


def _row(parameter: Any) -> str:
    shown = spelled(parameter).replace("|", "\\|")
    return f"| `{shown}` | {parameter.help or ''} | {_default(parameter)} |"


def spelled(parameter: Any) -> str:
    """A parameter as it is typed: `FILE`, `--port PORT`, `--sites`."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    name = str(parameter.opts[0])
    return name if parameter.is_flag else f"{name} {_value(parameter)}"


def _value(parameter: Any) -> str:
    kind = parameter.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(str(choice.value) for choice in kind)
    return str(parameter.metavar or parameter.name.upper())


def _default(parameter: Any) -> str:
    if parameter.required:
        return "needed"
    value = parameter.default
    if isinstance(value, Enum):
        value = value.value
    return "" if value in (None, "", False) else f"`{value}`"


def written() -> dict[Path, str]:
    """Each file with the text it should have."""
    texts = {"settings.md": settings_table(), "commands.md": commands_text()}
    return {DOCS / name: _beginning(DOCS / name) + MARK + "\n" + t for name, t in texts.items()}


def _beginning(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition(MARK)[0]


def main() -> None:
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(DOCS.parent)} is written.")


if __name__ == "__main__":
    main()
