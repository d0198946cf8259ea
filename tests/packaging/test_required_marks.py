"""`--require-marks`: CI fails when the browser or the PostgreSQL tests did not run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
HEAD = "import pytest\n"
PLAIN = HEAD + "def test_plain(): pass\n"
MARKED = HEAD + "@pytest.mark.browser\ndef test_marked(): pass\n"
SKIPPED = MARKED + "@pytest.mark.browser\n@pytest.mark.skip\ndef test_skipped(): pass\n"


@pytest.mark.parametrize(
    ("suite", "code", "told"),
    [
        (MARKED, 0, "Ran 1 `browser` tests"),
        (PLAIN, 1, "no `browser` test passed"),
        (SKIPPED, 1, "1 `browser` test(s) were skipped"),
    ],
    ids=["ran", "absent", "skipped"],
)
def test_it_fails_a_run_without_the_required_tests(
    suite: str, code: int, told: str, tmp_path: Path
) -> None:
    (tmp_path / "test_suite.py").write_text(suite)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "scripts.required_marks", "--require-marks=browser",
         "-c", tmp_path / "pytest.ini", tmp_path],
        cwd=ROOT, env=os.environ | BARE, capture_output=True, text=True,
    )  # fmt: skip
    assert told in done.stdout
    assert done.returncode == code
