"""`feedback backup` and `feedback restore`."""

from pathlib import Path
from typing import Annotated

import typer


def backup_command(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="What to write, or a folder, where a name is made. Default: FEEDBACK_BACKUPS.",
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite FILE.")] = False,
) -> None:
    """Write all that was acknowledged until now into one file, while everything goes on.

    The file is there whole or not at all, for its owner alone (0600). It names the secret by a
    fingerprint and does not hold it: keep FEEDBACK_SECRET_KEY, or the .secret file, elsewhere.

    Example: feedback backup /backups/feedback.backup
    """
    from feedback.backups.folder import made_folder
    from feedback.backups.make import make_backup
    from feedback.settings import load_settings

    settings = load_settings()
    made = make_backup(settings, file or made_folder(settings), over=replace)
    facts = made.facts
    keys = ", ".join(facts.workspaces) or "no workspace"
    typer.echo(
        f"{made.path}: {keys}; {facts.answers:,} answers; schema {facts.schema}; "
        f"{facts.size / 1e6:,.1f} MB in {made.seconds:.1f} s."
    )
    typer.echo(f"The secret is not in it (fingerprint {facts.secret}): keep it elsewhere, too.")


def restore_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What feedback backup wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put a database that is not empty aside.")
    ] = False,
    other_secret: Annotated[
        bool, typer.Option("--other-secret", help="Go on with a secret that is not the backup's.")
    ] = False,
    without_erasures: Annotated[
        bool,
        typer.Option(
            "--without-erasures", help="Go on where erasures.ndjson is missing: some come back."
        ),
    ] = False,
) -> None:
    """Make the database what a backup holds: checked, migrated, everybody signed out.

    Who was erased since is erased again, by erasures.ndjson in FEEDBACK_BACKUPS or beside FILE.
    Stop feedback serve and feedback worker first. The database is prepared beside the old one
    and takes its place at the end; when something fails, all is as it was.

    Example: feedback restore /backups/feedback.backup --replace
    """
    from feedback.backups.restore import restore
    from feedback.settings import load_settings
    from feedback.work import SEEN_OUTSIDE

    restore(
        load_settings(),
        file,
        replace=replace,
        other_secret=other_secret,
        without_erasures=without_erasures,
        outside=SEEN_OUTSIDE,
        say=typer.echo,
    )
