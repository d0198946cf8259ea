"""The wheel: built, installed alone in a fresh environment, run from an empty folder."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import time
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.serving import free_port
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def environment() -> dict[str, str]:
    """The caller's, less what would point at this checkout, another database or a coverage run."""
    hidden = ("FEEDBACK_", "PYTHON", "COVERAGE_", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}


def build(source: Path, target: str, directory: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", directory, cwd=source)
    (built,) = directory.glob("feedback-*.*")
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; its dependencies are those of this environment.

    A path entry comes after the environment's own packages and its .pth files are not read, so
    `feedback` can only come from the wheel.
    """
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder, with_pip=False)
    interpreter = folder / SCRIPTS / "python"
    install: list[str | Path] = ["pip", "install", "-q", "--no-deps", "--no-index", "--python"]
    run(sys.executable, "-m", "uv", *install, interpreter, wheel, cwd=folder)
    purelib = Path(run(interpreter, "-c", PRINT_PURELIB, cwd=folder).strip())
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (purelib / "dependencies.pth").write_text("\n".join(sorted(here)))
    return interpreter


PRINT_PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"


@contextmanager
def served(command: Path, port: int, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (cwd / "serve.log").open("w") as log:
        server = subprocess.Popen(
            [command, "serve", "--port", str(port)],
            cwd=cwd, env=environment(), stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield server
        finally:
            server.terminate()
            server.wait(PATIENCE)


def fetch(url: str, server: subprocess.Popen[bytes], log: Path) -> httpx.Response:
    """The first answer of a server that may still be starting."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            return httpx.get(url, follow_redirects=True, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answered at {url}:\n{log.read_text()}")


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def bundled() -> set[str]:
    """What the checkout has beside and inside the package, as the wheel should name it."""
    catalogues = ROOT.glob("locales/*/LC_MESSAGES/*.po")
    beside = [*(ROOT / "templates").rglob("*.*"), *(ROOT / "migrations").rglob("*.py")]
    scripts = (
        path for path in (ROOT / "feedback").rglob("*.js") if "node_modules" not in path.parts
    )
    inside = [*(ROOT / "feedback/static").rglob("*.*"), *scripts]
    inside += (ROOT / "feedback").rglob("*.toml")
    return (
        {f"feedback/_bundled/{path.relative_to(ROOT).with_suffix('.mo')}" for path in catalogues}
        | {f"feedback/_bundled/{path.relative_to(ROOT)}" for path in beside}
        | {str(path.relative_to(ROOT)) for path in inside}
    )


def test_the_wheel_holds_all_that_the_checkout_has(wheel: Path) -> None:
    assert bundled() - names(wheel) == set()


def test_the_wheel_holds_no_tests_and_no_sources_of_catalogues(wheel: Path) -> None:
    assert not [name for name in names(wheel) if name.startswith("tests/") or name.endswith(".po")]


def test_the_sdist_makes_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    assert names(build(source, "wheel", tmp_path / "built")) == names(wheel)


def test_the_sdist_holds_examples_and_catalogues(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    wanted = [*ROOT.glob("examples/*.toml"), *ROOT.glob("locales/*/LC_MESSAGES/*.po")]
    assert {str(path.relative_to(ROOT)) for path in wanted} <= held


def test_the_installed_package_is_the_one_from_the_wheel(python: Path, tmp_path: Path) -> None:
    where = run(python, "-c", "import feedback; print(feedback.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(python.parent.parent)


def test_it_migrates_and_serves_the_sign_in_page_from_an_empty_folder(
    python: Path, tmp_path: Path
) -> None:
    command = python.with_name("feedback")
    run(command, "migrate", cwd=tmp_path)
    port = free_port()
    with served(command, port, cwd=tmp_path) as server:
        answer = fetch(f"http://127.0.0.1:{port}/", server, tmp_path / "serve.log")
    assert answer.status_code == 200
    assert 'type="password"' in answer.text


def test_it_tells_its_version(python: Path, tmp_path: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert version in run(python.with_name("feedback"), "--version", cwd=tmp_path).split()
