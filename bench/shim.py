"""A disk that is worse than the one here, without touching the disk: fsync, with a shim."""

import shutil
import subprocess
import sys
from pathlib import Path

SLOW_FSYNC = Path(__file__).with_name("slow_fsync.c")


def shim(source: Path, folder: Path) -> Path | None:
    """The library to preload, or None where it cannot be built."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    library = folder / f"{source.stem}.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True)
    return library
