"""`feedback serve` and `feedback demo` have their port to themselves."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.test_program import refused, run


@pytest.fixture
def taken() -> Iterator[str]:
    """A port on which somebody listens who would share it, as another server of ours does."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


def test_it_does_not_share_its_port(taken: str, tmp_path: Path) -> None:
    said = refused(run("serve", "--port", taken, database_url=f"sqlite:///{tmp_path}/new.db"), 1)
    assert f"Port {taken} is in use" in said and "--port" in said
    assert not (tmp_path / "new.db").exists()  # nor a new set-up link, which would end the other's


def test_the_demo_does_not_share_it_either(
    taken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"Port {taken} is in use" in refused(run("demo", "--port", taken), 1)
    assert list(tmp_path.iterdir()) == []
