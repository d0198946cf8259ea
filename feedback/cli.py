"""The `feedback` program. It lists every command and imports only the one that is asked for."""

import sys
from collections import UserDict
from copy import copy
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import Abort, TyperException
from typer.main import get_group

from feedback.errors import FeedbackError
from feedback.logs import describe, safe_traceback

# By name: where it stands in `feedback.commands`, and the first paragraph of its help, which a test
# holds against the command's own.
COMMANDS = {
    "demo": (
        "demo:demo_command",
        "Rebuild ./feedback-demo.db with two years of answers, serve it, print a sign-in link.",
    ),
    "serve": (
        "serve:serve_command",
        "Serve surveys, ingest and dashboards. Migrates an empty database.",
    ),
    "worker": (
        "worker:worker_command",
        "Do the work that waits: pictures, computations. Any number may run beside the server.",
    ),
    "migrate": (
        "serve:migrate_command",
        "Bring the database to the newest schema; done already is no error.",
    ),
    "backup": (
        "backup:backup_command",
        "Write all that was acknowledged until now into one file, while everything goes on.",
    ),
    "restore": (
        "backup:restore_command",
        "Make the database what a backup holds: checked, migrated, everybody signed out.",
    ),
    "check": (
        "doctor:check_command",
        "Read all data and say whether they are sound: the file, what refers to what, the counts.",
    ),
    "doctor": (
        "doctor:doctor_command",
        "Look at settings, database, clock, disk, address, proxy, worker and backups.",
    ),
    "import": (
        "import_:import_command",
        "Store the ratings of a CSV, XLSX, Parquet or JSON file, a row a respondent or a rating.",
    ),
    "score": (
        "score:score_command",
        "Score a column of a file, with its interval, by group and month.",
    ),
    "compare": (
        "compare:compare_command",
        "Compare the scores of two CSV files: the first less the second, with its interval.",
    ),
    "drivers": (
        "drivers:drivers_command",
        "Divide the variance of an overall rating among the ratings it is linked with.",
    ),
    "surveys": (
        "surveys:surveys_command",
        "List the surveys with their journey, stage, touchpoint, metric, state and address.",
    ),
    "trend": (
        "trend:trend_command",
        "Print the scores of one metric by month, stage, touchpoint or channel.",
    ),
    "erase": (
        "erase:erase_command",
        "Erase everything of a person, or one answer: the rating stays in its month and channel.",
    ),
    "routes": (
        "routes:routes_command",
        "Print every address of the server with its method and who may use it.",
    ),
    "export-person": (
        "export_person:export_person_command",
        "Write all that is stored of a person into a ZIP: a page to read and JSON.",
    ),
    "rollups": ("rollups:app", "Check or rebuild the counts that dashboards read."),
    "user": ("user:app", "People who sign in."),
}


class _Known(UserDict[str, Any]):
    """The commands by name, each imported when it is looked at."""

    def __getitem__(self, name: str) -> Any:
        if isinstance(self.data[name], str):
            self.data[name] = _load(name, self.data[name])
        return self.data[name]


def _load(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(f"feedback.commands.{module}"), attribute)
    alone = typer.Typer()
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    return get_group(alone).commands[name]


class _Program(TyperGroup):
    """The group of all commands; its help is printed without importing one."""

    def __init__(self, **given: Any) -> None:
        places = {name: place for name, (place, _) in COMMANDS.items()}
        super().__init__(**given | {"commands": _Known(places)})

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        shown = copy(self)
        shown.commands = {
            name: TyperCommand(name, help=text) for name, (_, text) in COMMANDS.items()
        }
        super(_Program, shown).format_help(ctx, formatter)


app = typer.Typer(
    name="feedback",
    cls=_Program,
    help="Short surveys on precise touchpoints of a customer journey, scored honestly.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"feedback {version('feedback')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the program; a refusal is one line on stderr, exit 2 (input) or 1 (environment).

    A failure of ours is its traceback without the texts of its errors, and exit 1.
    """
    try:
        code = app(standalone_mode=False)
    except FeedbackError as error:
        _fail(error.message, error.exit_code)
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "feedback"
        said = error.format_message().rstrip(".")
        if not said:  # no command was named, and the help has been printed
            raise SystemExit(2) from None
        _fail(f"{said}. See: {command} --help", 2)
    except Abort:
        _fail("stopped.", 130)
    except BrokenPipeError:
        # Whoever read our output has seen enough (`feedback score ... | head`).
        sys.stderr.close()
        code = 1
    except Exception as error:
        from feedback.environment import said_of

        if around := said_of(error):
            _fail(around, 1)
        print(safe_traceback(error), file=sys.stderr)
        _fail(f"this failed, and should not have: {describe(error)}", 1)
    raise SystemExit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> NoReturn:
    print(f"feedback: {message}", file=sys.stderr)
    raise SystemExit(code)
