"""The code in docs/signed-identity.md computes what the server checks."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from feedback.identity import sign

GUIDE = (Path(__file__).parents[1] / "docs" / "signed-identity.md").read_text(encoding="utf-8")
WHO = "Zoé 42"
CALLS = {
    "python": (["python3", "-"], f'print(sign("secret", "{WHO}"))'),
    "js": (["node", "-"], f'console.log(sign("secret", "{WHO}"))'),
    "php": (["php"], f'echo sign("secret", "{WHO}");'),
    "ruby": (["ruby", "-"], f'puts sign("secret", "{WHO}")'),
}


def code(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("language", CALLS)
def test_it_signs_as_the_server_does(language: str) -> None:
    command, call = CALLS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]}")
    head = "<?php\n" if language == "php" else ""
    source = f"{head}{code(language)}\n{call}\n"
    done = subprocess.run(command, input=source, capture_output=True, text=True)
    assert done.stdout.strip() == sign(WHO, "secret"), done.stderr


def test_the_example_to_check_against_is_right() -> None:
    assert f"`{sign('42', 'secret')}`" in GUIDE
