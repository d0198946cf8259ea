"""What cannot be backed up or restored is refused in one line, and nothing has changed."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import URL

from feedback.backups.facts import read_facts
from feedback.backups.make import make_backup
from feedback.backups.part import END
from feedback.backups.restore import restore
from feedback.errors import FeedbackError
from feedback.settings import Settings
from tests.backups.conftest import quiet
from tests.cast import Shop
from tests.conftest import KEY
from tests.faults.conftest import on_postgres
from tests.faults.small_disk import small_disk

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Elsewhere = Callable[[str], Settings]


@pytest.fixture
def backup(shop: Shop, settings: Settings, tmp_path: Path) -> Path:
    """A backup of the shop. What a test leaves beside it shows."""
    folder = tmp_path / "away"
    folder.mkdir()
    return make_backup(settings, folder / "shop.backup").path


def refused(settings: Settings, path: Path, *, replace: bool = False) -> str:
    with pytest.raises(FeedbackError) as error:
        restore(settings, path, say=quiet, replace=replace)
    assert "\n" not in error.value.message
    return error.value.message


async def test_a_file_that_was_cut_off(backup: Path, elsewhere: Elsewhere) -> None:
    whole = backup.read_bytes()
    for length in (len(whole) - 1, len(whole) // 2, 20):
        backup.write_bytes(whole[:length])
        assert "was cut off" in await asyncio.to_thread(refused, elsewhere("new"), backup)
    backup.write_bytes(b"")
    assert "is no backup of feedback" in await asyncio.to_thread(refused, elsewhere("new"), backup)


async def test_a_file_that_was_changed_leaves_nothing(backup: Path, elsewhere: Elsewhere) -> None:
    changed = bytearray(backup.read_bytes())
    changed[len(changed) // 2] ^= 1
    backup.write_bytes(changed)
    settings = elsewhere("new")
    said = await asyncio.to_thread(refused, settings, backup)
    # PostgreSQL's own program may trip over it first.
    assert "is damaged" in said or "pg_restore failed" in said
    assert not await asyncio.to_thread(_is_there, settings)


async def test_a_file_that_is_none_of_ours(backup: Path, elsewhere: Elsewhere) -> None:
    backup.write_text("id;rating\n7;9\n")
    assert "is no backup of feedback" in await asyncio.to_thread(refused, elsewhere("new"), backup)
    missing = backup.with_name("missing")
    assert "No such file" in await asyncio.to_thread(refused, elsewhere("new"), missing)
    assert "Is a directory" in await asyncio.to_thread(refused, elsewhere("new"), backup.parent)


async def test_a_newer_schema(backup: Path, elsewhere: Elsewhere) -> None:
    schema = read_facts(backup).schema.encode()
    backup.write_bytes(backup.read_bytes().replace(schema, b"9" + schema[1:]))
    said = await asyncio.to_thread(refused, elsewhere("new"), backup)
    assert "of a newer program" in said and "Install that one" in said


async def test_another_secret_says_why(backup: Path, elsewhere: Elsewhere) -> None:
    settings = elsewhere("new").model_copy(update={"secret_key": "another-key-" * 4})
    said = await asyncio.to_thread(refused, settings, backup)
    assert "belongs to another secret" in said and "nobody who answered is recognised" in said
    assert not await asyncio.to_thread(_is_there, settings)
    await asyncio.to_thread(restore, settings, backup, other_secret=True, say=quiet)
    assert await asyncio.to_thread(_is_there, settings)


@on_sqlite
async def test_no_secret_is_made_by_asking(backup: Path, elsewhere: Elsewhere) -> None:
    settings = elsewhere("new").model_copy(update={"secret_key": None})
    assert "There is no secret here" in await asyncio.to_thread(refused, settings, backup)
    assert list(backup.parent.parent.glob("*.secret")) == []


async def test_a_database_that_is_not_empty(backup: Path, elsewhere: Elsewhere) -> None:
    settings = elsewhere("new")
    await asyncio.to_thread(restore, settings, backup, say=quiet)
    assert "is not empty" in await asyncio.to_thread(refused, settings, backup)


async def test_a_database_of_another_kind(backup: Path, settings: Settings) -> None:
    other = "postgresql://nobody@localhost/x" if settings.sqlite_file else "sqlite:///x.db"
    there = settings.model_copy(update={"database_url": other})
    assert "FEEDBACK_DATABASE_URL names" in await asyncio.to_thread(refused, there, backup)


@on_sqlite
async def test_a_restore_onto_the_file_itself(settings: Settings, tmp_path: Path) -> None:
    file = settings.sqlite_file or Path()
    sealed = (await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")).path
    shutil.copyfile(sealed, file)
    link = tmp_path / "link"
    link.symlink_to(file)
    for path in (file, link):
        said = await asyncio.to_thread(refused, settings, path, replace=True)
        assert "is the database itself" in said
    with pytest.raises(FeedbackError, match="is the database itself"):
        await asyncio.to_thread(make_backup, settings, link, over=True)


async def test_a_file_of_that_name_stays(settings: Settings, tmp_path: Path) -> None:
    there = tmp_path / "x.backup"
    there.write_text("mine")
    with pytest.raises(FeedbackError, match="is there already"):
        await asyncio.to_thread(make_backup, settings, there)
    assert there.read_text() == "mine"
    await asyncio.to_thread(make_backup, settings, there, over=True)
    assert read_facts(there).answers == 0
    with pytest.raises(FeedbackError, match="There is no folder"):
        await asyncio.to_thread(make_backup, settings, tmp_path / "none" / "x.backup")


@on_sqlite
def test_a_database_that_is_not_there(elsewhere: Elsewhere, tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="There is no database"):
        make_backup(elsewhere("none"), tmp_path / "x.backup")
    (tmp_path / "empty.db").touch()
    with pytest.raises(FeedbackError, match="the database is empty"):
        make_backup(elsewhere("empty"), tmp_path / "x.backup")
    assert list(tmp_path.glob("x*")) == []


def test_a_full_disk_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        disk.fill()
        left = disk.folder / f"old.backup{END}"
        with pytest.raises(FeedbackError, match="is full; nothing was left there") as error:
            make_backup(settings, disk.folder / "x.backup")
        assert error.value.exit_code == 1
        assert [path.name for path in disk.folder.iterdir()] == ["ballast"]
        disk.make_room()
        left.write_bytes(b"of a run that was killed")
        make_backup(settings, disk.folder / "x.backup")
        assert [path.name for path in disk.folder.iterdir()] == ["x.backup"]


@on_sqlite
async def test_a_restore_onto_a_full_disk_leaves_nothing(backup: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        there = Settings(database_url=f"sqlite:///{disk.folder}/new.db", secret_key=KEY)
        room = disk.folder / "room"
        for size in (0, backup.stat().st_size + 4096):  # while it is copied, and once it is
            room.write_bytes(b"x" * size)
            disk.fill()
            room.unlink()
            said = await asyncio.to_thread(refused, there, backup)
            assert "full" in said, said
            assert [path.name for path in disk.folder.iterdir()] == ["ballast"]
            disk.make_room()
        await asyncio.to_thread(restore, there, backup, say=quiet)


@on_postgres
def test_programs_that_are_missing_or_too_old(
    settings: Settings, tmp_path: Path, old_programs: Callable[[int | None], None]
) -> None:
    for version, said in ((9, "is of PostgreSQL 9, older than the server's"), (None, "is not on")):
        old_programs(version)
        with pytest.raises(FeedbackError, match=said) as error:
            make_backup(settings, tmp_path / "x.backup")
        assert error.value.exit_code == 1
        assert list(tmp_path.glob("x*")) == []


@pytest.fixture
def old_programs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[[int | None], None]]:
    """A machine whose only pg_dump is of that version, or that has none; its server tells nobody
    where its own are."""
    import feedback.backups.postgres as postgres

    async def untold(_name: str, _connection: object) -> list[str]:
        return []

    def only(version: int | None) -> None:
        folder = tmp_path / f"bin{version}"
        folder.mkdir()
        if version is not None:
            program = folder / "pg_dump"
            program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.1'\n")
            program.chmod(0o755)
        path = f"{folder}:/nowhere"
        monkeypatch.setattr(shutil, "which", lambda name: _which(name, path))

    find = shutil.which

    def _which(name: str, path: str) -> str | None:
        return find(name, path=path)

    monkeypatch.setattr(postgres, "PLACES", ())
    monkeypatch.setattr(postgres, "_beside_the_server", untold)
    yield only


def _is_there(settings: Settings) -> bool:
    if settings.sqlite_file is not None:
        names = {path.name for path in settings.sqlite_file.parent.iterdir()}
        name = settings.sqlite_file.name
        return any(each.startswith(name) and not each.endswith(".secret") for each in names)
    return asyncio.run(_has_database(settings.url))


async def _has_database(url: URL) -> bool:
    dsn = url.set(drivername="postgresql", database="postgres")
    connection = await asyncpg.connect(dsn.render_as_string(hide_password=False))
    like = f"{url.database}%"
    found = await connection.fetch("SELECT 1 FROM pg_database WHERE datname LIKE $1", like)
    await connection.close()
    return bool(found)
