"""The files of a SQLite database are its owner's alone: they hold what people wrote."""

import os
import stat
from contextlib import suppress
from pathlib import Path

MODE = 0o600
# SQLite gives those it makes the rights of the database. The last one is ours (settings.py).
BESIDE = ("", "-wal", "-shm", "-journal", ".secret")


def keep_private(database: Path) -> list[str]:
    """Make the file where there is none, so that nobody else may ever read it, whatever the umask;
    take from group and others what they may do with one that is there, and with those beside it.

    A sentence for each that they could read. Never raises: who opens the file says what is wrong.
    """
    make_private(database)
    found = [_mend(database.with_name(database.name + end)) for end in BESIDE]
    return [said for said in found if said]


def make_private(database: Path) -> None:
    """The first half of it."""
    with suppress(OSError):
        made = os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, MODE)
        try:
            os.fchmod(made, MODE)
        finally:
            os.close(made)


def sync_folder(folder: Path) -> None:
    """That a file in it was made, renamed or removed has reached the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _mend(path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return ""
    if not mode & 0o077:
        return ""
    try:
        path.chmod(MODE)
    except OSError as error:
        return (
            f"{path} can be read by others ({mode:04o}), and it is not ours to change "
            f"({error.strerror}). Its owner should run: chmod 600 {path}"
        )
    return f"{path} could be read by others ({mode:04o}); now its owner alone may."
