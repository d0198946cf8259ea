"""The `feedback` program. Heavy imports stay inside the commands: `--help` is instant."""

import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer
from typer.exceptions import Abort, TyperException

from feedback.commands import (
    compare,
    demo,
    drivers,
    import_,
    rollups,
    routes,
    score,
    serve,
    surveys,
    trend,
    user,
    worker,
)
from feedback.errors import FeedbackError
from feedback.logs import describe, safe_traceback

app = typer.Typer(
    name="feedback",
    help="Short surveys on precise touchpoints of a customer journey, scored honestly.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
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


app.command("demo")(demo.demo_command)
app.command("serve")(serve.serve_command)
app.command("worker")(worker.worker_command)
app.command("migrate")(serve.migrate_command)
app.command("import")(import_.import_command)
app.command("score")(score.score_command)
app.command("compare")(compare.compare_command)
app.command("drivers")(drivers.drivers_command)
app.command("surveys")(surveys.surveys_command)
app.command("trend")(trend.trend_command)
app.command("routes")(routes.routes_command)
app.add_typer(rollups.app, name="rollups")
app.add_typer(user.app, name="user")


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
        print(safe_traceback(error), file=sys.stderr)
        _fail(f"this failed, and should not have: {describe(error)}", 1)
    raise SystemExit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> NoReturn:
    print(f"feedback: {message}", file=sys.stderr)
    raise SystemExit(code)
