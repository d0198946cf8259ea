"""The locks: complete, hashed, the same on every index; and one version everywhere."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
EXTRAS = [line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
both_locks = pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT])


def pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.M):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def group(name: str) -> list[str]:
    entries = PROJECT["dependency-groups"][name]
    included = [
        line for entry in entries if isinstance(entry, dict) for line in group(*entry.values())
    ]
    return included + [entry for entry in entries if isinstance(entry, str)]


@both_locks
def test_a_lock_holds_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|--index|--find-links|^-e|@ ", text, re.M)


@both_locks
def test_each_pin_has_hashes(lock: str) -> None:
    blocks = re.split(r"^(?=\w)", (ROOT / lock).read_text(), flags=re.M)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        (RUNTIME, PROJECT["project"]["dependencies"] + group("build")),
        (DEVELOPMENT, PROJECT["project"]["dependencies"] + EXTRAS + group("dev")),
    ],
    ids=["runtime", "development"],
)
def test_a_lock_satisfies_pyproject(lock: str, wanted: list[str]) -> None:
    pinned = pins(lock)
    for line in wanted:
        requirement = Requirement(line)
        versions = pinned.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in {lock}: run `make lock`"
        assert all(requirement.specifier.contains(version) for version in versions), line


def test_the_runtime_lock_holds_no_extra() -> None:
    extras = {canonicalize_name(Requirement(line).name) for line in EXTRAS}
    assert extras and not extras & pins(RUNTIME).keys()


def test_the_build_requirements_are_the_locked_group() -> None:
    assert sorted(PROJECT["build-system"]["requires"]) == sorted(group("build"))


def test_the_development_lock_extends_the_runtime_lock() -> None:
    development = pins(DEVELOPMENT)
    assert {name: development.get(name) for name in pins(RUNTIME)} == pins(RUNTIME)


def test_the_version_is_the_same_everywhere() -> None:
    version = PROJECT["project"]["version"]
    command = Path(sys.executable).with_name("feedback")
    told = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    changelog = re.search(r"^## (?:Unreleased: )?(\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert importlib.metadata.version("feedback") == version
    assert version in told.split()
    assert changelog and changelog[1] == version
