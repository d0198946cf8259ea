"""What a start loads: each command what it uses, a server the pages of the team after it runs."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from typer.main import get_command

from feedback.app import App, create_app
from feedback.cli import COMMANDS
from feedback.cli import app as program
from feedback.db import Database
from feedback.settings import Settings
from tests.cast import Shop
from tests.dashboards.counted import Counted
from tests.waiting import PATIENCE

Client = AsyncTestClient[Any]


@pytest.fixture
def app(settings: Settings) -> App:
    made = create_app(settings, pages_later=True)
    assert isinstance(made, App)
    return made


@pytest.fixture
async def started(app: App) -> AsyncIterator[Client]:
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        yield client


async def test_it_starts_without_the_pages(app: App) -> None:
    assert app.lacks_pages
    assert not [route for route in app.routes if route.path == "/board"]


async def test_it_shows_a_page_that_is_asked_for_at_once(started: Client) -> None:
    answer = await started.get("/board", follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")


async def test_it_answers_customers_before_and_after(started: Client) -> None:
    assert (await started.get("/widget.js")).status_code == 200
    assert (await started.get("/noise")).status_code == 200
    assert (await started.get("/widget.js")).status_code == 200
    assert (await started.get("/no-such-page")).status_code == 404


LOADED = """
import json, sys
from feedback.cli import main
sys.argv[0] = "feedback"
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(list(sys.modules)), file=sys.stderr)
"""
# Neither the pages nor what computes: a command that reads a database adds up a few hundred counts.
PAGES = {"litestar", "jinja2", "babel", "alembic", "pandas", "numpy", "scipy", "matplotlib"}
DATABASE = {"sqlalchemy", "sqlmodel", "aiosqlite", "asyncpg", "pydantic_settings"}
LEAVE_OUT = {
    "--help": PAGES | DATABASE | {"pydantic", "asyncio", "feedback.commands"},
    "--version": PAGES | DATABASE | {"pydantic", "asyncio", "rich", "feedback.commands"},
    "import --help": PAGES | DATABASE | {"feedback.settings", "feedback.imports"},
    "trend --help": PAGES | DATABASE | {"feedback.settings", "feedback.scoring"},
    "user --help": PAGES | DATABASE | {"feedback.settings"},
    "surveys": PAGES | {"feedback.web", "feedback.i18n"},
    "trend --metric nps": PAGES | {"feedback.web", "feedback.i18n", "feedback.charts"},
    "trend --metric nps --by stage --format csv": PAGES | {"feedback.web"},
}


def loaded_by(words: str, settings: Settings) -> set[str]:
    """The modules in memory at the end of a command, with all that they stand in."""
    environment = {
        "FEEDBACK_DATABASE_URL": settings.database_url,
        "FEEDBACK_SECRET_KEY": settings.secret_key or "",
    }
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, *words.split()],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0 and ran.stdout, ran.stderr
    names: list[str] = json.loads(ran.stderr.splitlines()[-1])
    return set(names)


@pytest.mark.parametrize("words", LEAVE_OUT)
async def test_a_command_loads_nothing_that_it_does_not_use(
    words: str, settings: Settings, database: Database, shop: Shop
) -> None:
    await Counted(database, shop).monthly(shop.nps_series, ["2026-01"], {3: 20, 10: 50})
    loaded = await asyncio.to_thread(loaded_by, words, settings)
    assert "typer" in loaded and loaded & LEAVE_OUT[words] == set()
    module = COMMANDS[words.split()[0]][0].partition(":")[0] if words[0] != "-" else ""
    ours = {name for name in loaded if name.startswith("feedback.commands.")}
    assert ours <= {f"feedback.commands.{module}", "feedback.commands.printing"}


async def test_the_process_that_watches_the_server_loads_no_tables(
    settings: Settings, shop: Shop
) -> None:
    watching = f"""
import asyncio, sys
from feedback.commands.serve import prepare
from feedback.settings import Settings
print(asyncio.run(prepare(Settings(database_url={settings.database_url!r}, secret_key="k" * 40))))
print({{"sqlmodel", "litestar", "alembic", "feedback.db", "feedback.app"}} & set(sys.modules))
"""
    ran = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", watching], capture_output=True, text=True
    )
    assert ran.stdout.split() == ["None", "set()"], ran.stdout + ran.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_says_itself(name: str) -> None:
    command = get_command(program).commands[name]  # type: ignore[attr-defined]
    assert command.name == name
    assert COMMANDS[name][1] == command.help.split("\n\n")[0].replace("\n", " ")
