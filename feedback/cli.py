"""The `feedback` program. Heavy imports stay inside the commands: `--help` is instant."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from feedback.commands import import_, score, serve, surveys, trend
from feedback.errors import FeedbackError

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


app.command("serve")(serve.serve_command)
app.command("migrate")(serve.migrate_command)
app.command("import")(import_.import_command)
app.command("score")(score.score_command)
app.command("surveys")(surveys.surveys_command)
app.command("trend")(trend.trend_command)


def main() -> None:
    """Run the program; a refusal is one line on stderr, exit 2 (input) or 1 (environment)."""
    try:
        app()
    except FeedbackError as error:
        print(f"feedback: {error.message}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
