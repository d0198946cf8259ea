"""What the machine itself costs, in the same run: absolute budgets stand beside it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import psutil

from bench.rows import Row
from bench.sizes import Sizes


def machine(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """Budgets of its own it has none; a run is compared with another by these."""
    seconds = median(nothing_seconds() for _ in range(sizes.starts))
    yield Row("machine, python -c pass", f"{1000 * seconds:.0f} ms")
    yield Row("machine, an idle interpreter", f"{idle_megabytes():.1f} MB")
    times = fsyncs_ms(folder / "fsync", 20 * sizes.starts)
    yield Row("machine, an fsync of 4 kB", f"{median(times):.2f} ms, {max(times):.1f} the longest")


def nothing_seconds() -> float:
    """From exec to the end of a program that does nothing."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - began


def idle_megabytes() -> float:
    """Resident memory of an interpreter that imported nothing."""
    program = "print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        used: int = psutil.Process(process.pid).memory_info().rss
        process.communicate(b"\n")
    return used / 1e6


def fsyncs_ms(file: Path, times: int) -> list[float]:
    taken = []
    with file.open("wb", buffering=0) as out:
        for _ in range(times):
            out.write(bytes(4096))
            began = time.perf_counter()
            os.fsync(out.fileno())
            taken.append(1000 * (time.perf_counter() - began))
    return taken
