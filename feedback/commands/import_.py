"""`feedback import`: answers from a file, by a mapping file; and taking an import back."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from feedback.errors import FeedbackError
from feedback.logs import describe

if TYPE_CHECKING:
    from feedback.imports.load import Request
    from feedback.imports.runs import Result


def import_command(
    file: Annotated[
        Path | None, typer.Argument(help="CSV, XLSX, Parquet or JSON file with the answers.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="MAP.toml", help="What its columns mean.")
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad ratings and rows out, count them.")
    ] = False,
    moved: Annotated[
        Literal["skip", "store"] | None,
        typer.Option(
            metavar="skip|store",
            help="Ids stored already at another time: leave them, or store them too.",
        ),
    ] = None,
    guess: Annotated[
        bool, typer.Option("--guess", help="Print a mapping for the file; store nothing.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Print every problem at once; store nothing.")
    ] = False,
    undo: Annotated[
        str | None, typer.Option(metavar="ID", help="Take the import of this id back.")
    ] = None,
    workspace: Annotated[
        str | None, typer.Option(metavar="KEY", help="Needed when there are several.")
    ] = None,
) -> None:
    """Store the ratings of a CSV, XLSX, Parquet or JSON file, a row a respondent or a rating.

    The whole file is checked first; with anything wrong in it nothing is stored. The same file
    again stores nothing twice. Ctrl-C stops it; the same command goes on from there. --guess writes
    a mapping with a ? wherever only you know; --check tells all that is wrong with mapping and
    file, and ends with exit code 2 if anything is.

    Example: feedback import answers.csv --mapping examples/delighted.toml
    """
    if undo is not None:
        if file is not None or mapping is not None:
            raise FeedbackError("--undo takes the id of an import and no file.")
        _undo(undo, workspace)
        return
    if guess:
        if file is None or mapping is not None or check:
            raise FeedbackError("--guess takes a file alone: feedback import answers.csv --guess")
        _guess(file)
        return
    if file is None or mapping is None:
        raise FeedbackError(
            "Say what to import: feedback import answers.csv --mapping mapping.toml"
        )
    if check:
        _check(file, mapping)
        return
    from feedback.imports.load import Request

    _import(Request(file, mapping, workspace, skip_bad, moved))


def _guess(file: Path) -> None:
    from feedback import clock
    from feedback.imports.guessing.guess import guess_file
    from feedback.imports.guessing.write import write_mapping

    typer.echo(write_mapping(guess_file(file, clock.now())), nl=False)


def _check(file: Path, mapping: Path) -> None:
    from feedback import clock
    from feedback.imports.checking import check_file

    found = check_file(file, mapping, clock.now())
    print(found.text)
    if not found.is_clean:
        raise typer.Exit(2)


def _import(request: "Request") -> None:
    from feedback.imports.load import import_file
    from feedback.settings import load_settings

    settings = load_settings()
    progress = _Progress()
    try:
        result = asyncio.run(import_file(settings, request, progress))
    except OSError as error:
        raise FeedbackError(
            f"The import stopped: {describe(error, with_place=False)}. What it stored stays; the "
            "same command goes on from there.",
            exit_code=1,
        ) from error
    finally:
        progress.clear()
    _tell(result)


def _tell(result: "Result") -> None:
    from feedback.imports.moved import told

    for line in result.problems:
        print(f"left out: {line}", file=sys.stderr)
    if result.differing:
        print(
            f"feedback: {result.differing} answers are stored already with another content; "
            "they were left as they are.",
            file=sys.stderr,
        )
    if result.moved:
        print(f"feedback: {told(result.moved)}.", file=sys.stderr)
    if result.erased:
        print(
            f"feedback: {result.erased} answers are of people who were erased since; they were "
            "left out.",
            file=sys.stderr,
        )
    if result.beside:
        print(
            f"feedback: the rows have no id, and {result.beside} other imported answers lie at "
            "their time. If they are the same, changed on the way (seconds cut, another zone, a "
            "text or a column altered), they count twice now: take this import back.",
            file=sys.stderr,
        )
    for sentence in result.told:
        print(f"feedback: {sentence}", file=sys.stderr)
    print(
        f"stored {result.stored}, already stored {result.already_stored + result.differing}, "
        f"blank {result.blank}, left out {result.skipped}"
    )
    print(f"Take it back with: feedback import --undo {result.run_id}")


def _undo(run_id: str, workspace: str | None) -> None:
    from feedback.imports.undo import undo_import
    from feedback.settings import load_settings

    removed = asyncio.run(undo_import(load_settings(), workspace, run_id))
    print(f"removed {removed}")


class _Progress:
    """One line on a terminal that tells how far it is; nothing into a file or pipe."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __call__(self, doing: str, ratings: int) -> None:
        if self._shown:
            print(f"\r{doing} {ratings} ratings ", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
