"""The scoring core stands alone and loads nothing heavy until it is used."""

import subprocess
import sys


def test_importing_it_loads_nothing_heavy_and_nothing_else_of_ours() -> None:
    program = (
        "import sys, feedback.scoring;"
        "print(*sorted(m for m in sys.modules if m.startswith('feedback.')"
        " or m.split('.')[0] in {'numpy', 'pandas', 'scipy', 'litestar', 'sqlmodel'}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = result.stdout.split()
    assert "feedback.scoring" in loaded
    assert [name for name in loaded if not name.startswith("feedback.scoring")] == []
