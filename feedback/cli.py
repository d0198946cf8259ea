"""The `feedback` program. Heavy imports stay inside the commands: `--help` is instant."""

import sys

import typer

from feedback.commands import score, serve
from feedback.errors import FeedbackError

app = typer.Typer(
    name="feedback",
    help="Short surveys on precise touchpoints of a customer journey, scored honestly.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve_command)
app.command("migrate")(serve.migrate_command)
app.command("score")(score.score_command)


def main() -> None:
    """Run the program: one clear line on stderr and exit 2 (input) or 1 (environment) if refused."""
    try:
        app()
    except FeedbackError as error:
        print(f"feedback: {error.message}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
