"""Keep what a checkout answers to the requests of kept_answers.txt, each in a file of its own.

    python scripts/keep_answers.py OUT demo.db airport.db     # by the python of a checkout, in it

scripts/compare_answers.py then tells what two checkouts answer differently. The databases are
copied, migrated and asked at one frozen moment; a worker makes pictures and priorities anew first.
Only what stays is used: `create_app`, `Settings`, the command line, addresses, names of tables.
What differs in each run (tokens, ids made now, digests of files) is masked, so that two keepings
of one commit are equal.
"""

import argparse
import contextlib
import hashlib
import io
import itertools
import os
import re
import shlex
import shutil
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

NOW = "2026-11-30T10:00:00+00:00"
LISTED = Path(__file__).with_name("kept_answers.txt")
KEY = "a-key-for-kept-answers-that-is-long-enough"
PASSWORD = "kept, as it was"
NOTHING = "01890000-0000-7000-8000-000000000000"
PEOPLE = {"owner": "owner", "français": "owner", "viewer": "viewer"}
# What follows this part of an address.
PLACES = {
    **{f"{name}s": name for name in ("journey", "stage", "touchpoint", "survey", "response")},
    **{"actions": "action", "s": "survey_key", "k": "survey_key", "w": "site_key"},
}
SOME_MONTHS = (0, 3, 1, 10, 14, 15, 24)  # newest first; the demo has a seam 14 months ago
VALUES = {
    "journey": "SELECT id FROM journey ORDER BY position, id",
    "stage": "SELECT id FROM stage ORDER BY position, id",
    "touchpoint": "SELECT t.id FROM touchpoint t JOIN stage s ON s.id = t.stage_id"
    " ORDER BY s.position, t.position, t.id",
    "survey": "SELECT id FROM survey ORDER BY key",
    "survey_key": "SELECT key FROM survey ORDER BY key",
    "nps_key": "SELECT key FROM survey s JOIN question q ON q.id = s.question_id"
    " WHERE q.metric = 'nps' ORDER BY key",
    "site_key": "SELECT key FROM public_key WHERE kind = 'site' ORDER BY key",
    "action": "SELECT id FROM action ORDER BY id",
    "response": "SELECT * FROM (SELECT id FROM response WHERE comment IS NOT NULL"
    " ORDER BY id DESC LIMIT 3) UNION SELECT * FROM (SELECT id FROM response ORDER BY id DESC"
    " LIMIT 3) UNION SELECT min(id) FROM response ORDER BY id DESC",
    "metric": "SELECT DISTINCT metric FROM series ORDER BY metric",
    "channel": "SELECT DISTINCT channel FROM rating_count ORDER BY channel",
    "month": "SELECT DISTINCT substr(month, 1, 7) FROM rating_count ORDER BY 1 DESC",
    "property": "SELECT DISTINCT each.key FROM (SELECT properties FROM response"
    " WHERE properties IS NOT NULL ORDER BY id DESC LIMIT 100) r, json_each(r.properties) each"
    " ORDER BY 1",
}
PLAIN = {"owner": "owner", "français": "francais", "viewer": "viewer"}
SECTIONS = {
    "owner, français, viewer": tuple(PEOPLE),
    "owner, français: pictures": ("owner", "français"),
    "anybody, anybody in French": ("anybody", "anybody in French"),
    "owner, français: forms that are refused": ("owner", "français"),
}
PICTURES = "owner, français: pictures"
SERVED = {"FEEDBACK_BASE_URL": "http://testserver.local", "FEEDBACK_DEMO": "true"}
KEYS = "SELECT key FROM public_key"
UNKEPT = ("etag", "content-length", "x-feedback-version")
MASKS = (
    (re.compile(r"\?v=[0-9a-f]{10}"), "?v=*"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<token>"),
    (re.compile(r"\b[0-9a-f]{24}\b"), "<tag>"),
    (re.compile(r"/(setup|sign-in)/[\w-]{20,}"), r"/\1/<token>"),
)
UUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])")
LINE = re.compile(r"(?:(GET|POST|DELETE|OPTIONS) )?(\S+)(?: > (\w+))?(?: (.*))?")


class Keeping:
    """The answers on one database, written as files of one folder."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True)
        self.database = database
        self.jars: dict[str, Any] = {}
        self.tokens: dict[str, str] = {}
        self.made = "/nothing-made"
        self.new_keys: set[str] = set()
        self.n = 0
        with contextlib.closing(sqlite3.connect(database)) as rows:
            self.values = {name: _texts(rows.execute(query)) for name, query in VALUES.items()}
            self.keys = set(_texts(rows.execute(KEYS)))
            self.known = set(_texts(rows.execute("SELECT id FROM response")))
            for (table,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
                columns = [row[1] for row in rows.execute(f"PRAGMA table_info({table})")]
                if "id" in columns and table not in ("response", "job"):
                    self.known |= set(_texts(rows.execute(f"SELECT id FROM {table}")))
        months = self.values["month"]
        self.values["month"] = [months[at] for at in SOME_MONTHS if at < len(months)]
        self.values["nothing"] = [NOTHING]

    def see_new_keys(self) -> None:
        with contextlib.closing(sqlite3.connect(self.database)) as rows:
            self.new_keys = set(_texts(rows.execute(KEYS))) - self.keys

    def lines(self, section: str) -> Iterator[str]:
        """The lines of the sections that begin so, each with every value in turn."""
        is_ours = False
        for line in LISTED.read_text().splitlines():
            if line.startswith("["):
                is_ours = line.strip("[]") == section
            elif is_ours and line and not line.startswith("#"):
                yield from self._filled(line)

    def _filled(self, line: str) -> Iterator[str]:
        names = list(dict.fromkeys(re.findall(r"\{(?!made)([a-z_]+)(\d?)\}", line)))
        chosen = [self.values[name][int(n or 1) - 1 :][: 1 if n else None] for name, n in names]
        for values in itertools.product(*chosen):
            filled = line
            for (name, n), value in zip(names, values, strict=True):
                filled = filled.replace(f"{{{name}{n}}}", quote(value) if "?" in line else value)
            yield filled

    def write(self, who: str, asked: str, text: str) -> None:
        self.n += 1
        name = re.sub(UUID, lambda found: found[0][-6:], asked).replace("/", ":")
        if len(name) > 150:
            name = f"{name[:140]} {hashlib.sha1(asked.encode()).hexdigest()[:8]}"
        path = self.folder / who / f"{name}.txt"
        while path.exists():  # asked again, after a change
            path = path.with_stem(f"{path.stem} again")
        path.parent.mkdir(exist_ok=True)
        path.write_text(self._masked(f"{asked}\n{text}"))

    def _masked(self, text: str) -> str:
        for pattern, mask in MASKS:
            text = pattern.sub(mask, text)
        for key in self.new_keys:
            text = text.replace(key, "<key>")
        text = UUID.sub(lambda found: found[0] if found[0] in self.known else "<id>", text)
        return text.replace(str(self.database.parent), "<folder>").replace(os.getcwd(), "<here>")

    # The program

    def commands(self, section: str) -> None:
        for line in self.lines(section):
            self.write(section.replace(":", ","), line, _run(shlex.split(line)[1:]))

    def helps(self) -> None:
        from typer.main import get_command

        from feedback.cli import app

        waiting: list[tuple[list[str], Any]] = [([], get_command(app))]
        for words, command in waiting:
            waiting += [([*words, name], each) for name, each in _below(command)]
            asked = [*words, "--help"]
            self.write("commands", " ".join(["feedback", *asked]), _run(asked))

    # The server

    def sign_in(self, client: Any, links: dict[str, str]) -> None:
        for who, link in links.items():
            client.cookies = {}
            found = client.post(link, data={"password": PASSWORD}, follow_redirects=False)
            assert found.status_code == 303, found.text
            self.jars[who] = client.cookies
            self._ask_token(client, who)
            if who == "français":
                self.ask(client, who, "POST /language language=fr&next=/settings")

    def _ask_token(self, client: Any, who: str) -> None:
        client.cookies = self.jars[who]
        found = re.search(r'_csrf_token" value="([0-9a-f]+)"', client.get("/settings").text)
        self.tokens[who] = found[1] if found else ""

    def ask(self, client: Any, who: str, line: str, *, token: str | None = None) -> Any:
        """Send what a line says, as this person, and follow nothing."""
        match = LINE.fullmatch(line.replace("{made}", self.made))
        assert match, line
        method, address, block, body = match.groups(default="")
        client.cookies = self.jars.get(who, {})
        headers = {"HX-Request": "true", "HX-Target": block} if block else {}
        if "French" in who:
            headers["Accept-Language"] = "fr"
        if body.startswith("{"):
            headers["Content-Type"] = "text/plain"
        elif method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRF-Token"] = self.tokens.get(who, "") if token is None else token
        found = client.request(
            method or "GET", address, content=body or None, headers=headers, follow_redirects=False
        )
        if who in self.jars:
            self.jars[who] = client.cookies
        return found

    def keep(self, client: Any, who: str, line: str, *, token: str | None = None) -> None:
        found = self.ask(client, who, line, token=token)
        text = _written(found)
        if (tag := found.headers.get("ETag")) and who == "owner" and " " not in line:
            again = client.get(line, headers={"If-None-Match": tag})
            text = f"known already: {again.status_code}\n{text}"
        self.write(who, line, text)
        if "sign-out-others" in line:
            self._ask_token(client, who)
        elif found.status_code == 303 and line.startswith("POST"):
            self.see_new_keys()
            self.made = re.split("[?#]", found.headers["Location"])[0]


def _texts(rows: Iterable[Sequence[Any]]) -> list[str]:
    return [str(uuid.UUID(bytes=v)) if isinstance(v, bytes) else str(v) for (v,) in rows if v]


def _below(command: Any) -> list[tuple[str, Any]]:
    return list(getattr(command, "commands", {}).items())


def _run(words: list[str]) -> str:
    """The exit code, stdout and stderr of a command, run in this process."""
    from feedback.cli import main

    out, err, code = io.StringIO(), io.StringIO(), 0
    sys.argv = ["feedback", *words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return f"exit {code}\n--- stdout\n{out.getvalue()}--- stderr\n{err.getvalue()}"


def _written(found: Any) -> str:
    headers = [
        f"{name}: {re.sub('=[^;]*', '=*', value, count=1) if name == 'set-cookie' else value}"
        for name, value in sorted(found.headers.multi_items())
        if name not in UNKEPT
    ]
    try:
        body = found.content.decode("utf-8")
    except UnicodeDecodeError:
        digest = hashlib.sha256(found.content).hexdigest()[:40]
        body = f"{len(found.content)} bytes, sha256 {digest}"
    return "\n".join([f"status {found.status_code}", *headers, "", body])


# Keeping


def keep(out: Path, databases: Sequence[Path]) -> None:
    import time_machine

    os.environ |= {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1", "FEEDBACK_SECRET_KEY": KEY}
    for file in databases:
        with tempfile.TemporaryDirectory() as folder, time_machine.travel(NOW, tick=False) as at:
            database = Path(folder) / "kept.db"
            shutil.copyfile(file, database)
            os.environ["FEEDBACK_DATABASE_URL"] = f"sqlite:///{database}"
            migrated = _run(["migrate"])
            assert "exit 0" in migrated, migrated
            started = time.perf_counter()
            keeping = Keeping(out / file.stem, database)
            _keep_all(keeping, lambda: at.shift(1))
        seconds = time.perf_counter() - started
        print(f"{file.stem}: {keeping.n} answers, {seconds:.0f} s", flush=True)


def _keep_all(keeping: Keeping, pass_time: Callable[[], None]) -> None:
    from litestar.testing import TestClient

    from feedback.app import create_app
    from feedback.settings import Settings

    keeping.commands("commands")
    keeping.helps()
    links = {}
    for who, role in PEOPLE.items():
        words = ["user", "add", f"{PLAIN[who]}@kept.example", "--role", role]
        said = _run(words)
        links[who] = "/setup/" + said.partition("/setup/")[2].split()[0]
        keeping.write("commands", " ".join(["feedback", *words]), said)
    os.environ |= SERVED
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as client:
        keeping.sign_in(client, links)
        _make_pictures(keeping, client)
    apart = create_app(Settings(worker="apart"))
    with TestClient(apart, raise_server_exceptions=False) as client:
        _keep_pages(keeping, client, apart)
        for line in keeping.lines("owner: changes, in this order"):
            pass_time()  # what was answered later stands above
            keeping.keep(client, "owner", line)
    keeping.commands("commands: after the changes")
    for name in SERVED:
        del os.environ[name]


def _make_pictures(keeping: Keeping, client: Any) -> None:
    for who, line in itertools.product(PEOPLE, ("/priorities", "/priorities?missing=pairwise")):
        keeping.ask(client, who, line)
    _wait_until_idle(keeping.database)
    for who, line in itertools.product(SECTIONS[PICTURES], keeping.lines(PICTURES)):
        keeping.ask(client, who, line)
    _wait_until_idle(keeping.database)


def _wait_until_idle(database: Path) -> None:
    query = "SELECT count(*) FROM job WHERE done_at IS NULL AND dead_at IS NULL"
    for _ in range(1200):
        with contextlib.closing(sqlite3.connect(database)) as rows:
            if not rows.execute(query).fetchone()[0]:
                return
        time.sleep(0.1)
    raise SystemExit("The worker did not finish.")


def _keep_pages(keeping: Keeping, client: Any, app: Any) -> None:
    gets, posts = _addresses(keeping, app)
    pictures = set(keeping.lines(PICTURES))
    for section, people in SECTIONS.items():
        lines = list(keeping.lines(section))
        if section == "owner, français, viewer":
            lines = [line for line in dict.fromkeys([*lines, *gets]) if line not in pictures]
        for who, line in itertools.product(people, lines):
            keeping.keep(client, who, line)
    for line in gets:
        keeping.keep(client, "anybody", line)
        keeping.keep(client, "owner", f"{line}?nonsense=1")
    for path in {**dict.fromkeys(gets), **dict.fromkeys(posts)}:
        keeping.keep(client, "owner", f"DELETE {path}")
        if UUID.search(path):
            keeping.keep(client, "owner", UUID.sub(NOTHING, path))
    for path in posts:
        if not path.startswith(("/s/", "/sign", "/setup", "/language", "/settings/")):
            keeping.keep(client, "viewer", f"POST {path}")
            keeping.keep(client, "owner", f"POST {path} forged=1", token="forged")
            keeping.keep(client, "anybody", f"POST {path}")


def _addresses(keeping: Keeping, app: Any) -> tuple[list[str], list[str]]:
    """Every address of the router by GET and by POST, filled in with the first of each thing."""
    found: dict[str, list[str]] = {"GET": [], "POST": []}
    for route in app.routes:
        parts = route.path_format.strip("/").split("/")
        for at, part in enumerate(parts):
            if part.startswith("{"):
                known = keeping.values.get(PLACES.get(parts[at - 1], ""), [])
                parts[at] = known[0] if known else "nonsense"
        for method in found:
            if method in route.methods:
                found[method].append("/" + "/".join(parts))
    return found["GET"], found["POST"]


def main() -> None:
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("out", type=Path, help="a folder; each database gets one in it")
    parser.add_argument("databases", type=Path, nargs="+", help="SQLite files; they stay as are")
    given = parser.parse_args()
    keep(given.out, given.databases)


if __name__ == "__main__":
    main()
