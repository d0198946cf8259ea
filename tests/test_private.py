"""What people wrote is in files that their owner alone may read."""

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy.engine import make_url

from feedback.app import create_app
from feedback.commands.serve import prepare
from feedback.migrate import upgrade
from feedback.private import keep_private
from feedback.settings import Settings
from tests.conftest import KEY


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o377])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


async def test_every_file_of_a_new_database_is_its_owners_alone(umask: int, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/new.db")
    await prepare(settings)
    async with AsyncTestClient(create_app(settings)) as client:
        assert (await client.get("/sign-in")).status_code == 200
        found = modes(tmp_path)
    assert found.keys() == {"new.db", "new.db-wal", "new.db-shm", "new.db.secret"}
    assert set(found.values()) <= {0o600, 0o600 & ~umask} and found["new.db"] == 0o600


def test_migrating_makes_it_so_too(umask: int, tmp_path: Path) -> None:
    upgrade(make_url(f"sqlite+aiosqlite:///{tmp_path}/new.db"))
    assert modes(tmp_path)["new.db"] == 0o600


def test_what_others_could_read_is_mended_at_the_start_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/old.db", secret_key=KEY)
    asyncio.run(prepare(settings))
    for name in ("old.db", "old.db-journal", "old.db.secret"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    capsys.readouterr()
    asyncio.run(prepare(settings))
    said = capsys.readouterr().err
    assert said.count("could be read by others (0644)") == 3
    assert set(modes(tmp_path).values()) == {0o600}
    asyncio.run(prepare(settings))
    assert capsys.readouterr().err == ""


def test_what_is_not_ours_to_change_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    database = tmp_path / "theirs.db"
    database.touch(0o666)
    database.chmod(0o664)
    monkeypatch.setattr(Path, "chmod", refuse)
    [said] = keep_private(database)
    assert "(0664)" in said and f"chmod 600 {database}" in said


def test_a_folder_that_is_not_there_is_left_to_who_opens_it(tmp_path: Path) -> None:
    assert keep_private(tmp_path / "nowhere" / "new.db") == []
