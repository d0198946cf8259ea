"""docs/operate.md as its reader walks it, word by word, on a bare machine: set up, https before it,
a first answer, upgraded from an older schema, and back. `make test-long` installs and upgrades;
CI runs the checkout in the place of what would be installed."""

import html
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.packaging.machine import ROOT, Machine, block, machine, why_not
from tests.packaging.test_deploy import HOST, certificate, comes, needs

IS_LONG = bool(os.environ.get("TEST_LONG"))
OLDER = "90cf182a33740e5fa4affadd207935252e50eec7"  # has `backup`, and is two migrations away
SAMPLE = "examples/delighted-sample.csv --mapping /opt/feedback-source/examples/delighted.toml"
AIRPORT = "tests/data/sfo-2017.csv --mapping /opt/feedback-source/examples/sfo-airport.toml"
TABLES = ("response", "submission", "action", "survey", '"user"', "membership")
OWNER = {"email": "ana@example.org", "password": "a sentence of mine"}
SYSTEMD, PROXY, UPGRADE = "### With systemd", "### https before it", "## Upgrade, and go back"
CERTIFICATES = f"/etc/letsencrypt/live/{HOST}"
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
READY = "curl --retry 99 --retry-all-errors --retry-delay 1 -sf http://127.0.0.1:8000/health/ready"
# This test's, where the server's user may run it.
PYTHON = f"/opt/python/bin/python3.{sys.version_info.minor}"
# In the place of `python3 -m venv FOLDER`: what it would hold is this checkout.
NOT_INSTALLED = f"""#!/bin/sh
mkdir -p $3/bin && printf '#!/bin/sh\\n' > $3/bin/pip && cat > $3/bin/feedback <<'END'
#!/bin/sh
export PYTHONPATH=/opt/checkout:/opt/libraries PYTHONDONTWRITEBYTECODE=1
LD_LIBRARY_PATH=/opt/python/lib exec {PYTHON} \\
  -c 'import sys; from feedback.cli import main; sys.argv[0] = "feedback"; main()' "$@"
END
chmod 755 $3/bin/*
"""

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
WALKS: list[Any] = [pytest.param("sqlite", "nginx", marks=needs("nginx"), id="sqlite-nginx")]
if IS_LONG:
    no_server = pytest.mark.skipif(not POSTGRES, reason="no PostgreSQL of a distribution")
    both = [needs("caddy"), no_server]
    WALKS.append(pytest.param("postgresql", "caddy", marks=both, id="postgresql-caddy"))


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Machine]:
    with machine(tmp_path) as made:
        published = tmp_path / "published.git"
        git("clone", "-q", "--bare", str(ROOT), str(published), at=ROOT)
        if IS_LONG:
            publish(published, OLDER)
        else:
            install_nothing(made)
        yield made


def git(*words: str, at: Path) -> str:
    done = subprocess.run(["git", *words], cwd=at, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def publish(published: Path, commit: str) -> None:
    """What `git clone` and `git pull` find."""
    git("symbolic-ref", "HEAD", "refs/heads/main", at=published)
    git("update-ref", "refs/heads/main", commit, at=published)


def install_nothing(made: Machine) -> None:
    program = made.folder / "stand-ins" / "python3"
    program.write_text(NOT_INSTALLED)
    program.chmod(0o755)
    libraries = sysconfig.get_path("purelib")
    needed: dict[str, str | Path] = {
        "checkout": ROOT,
        "libraries": libraries,
        "python": sys.base_prefix,
    }
    for name, folder in needed.items():
        made.sh(f"mkdir /opt/{name} && mount --bind {Path(folder).resolve()} /opt/{name}")


def read_and_do(made: Machine, section: str, holding: str) -> str:
    """Run that block of the docs; the clone is of what was published here."""
    published = f"url.file://{made.folder}/published.git.insteadOf"
    return made.sh(
        block(section, holding),
        GIT_CONFIG_COUNT="2",
        GIT_CONFIG_KEY_0=published,
        GIT_CONFIG_VALUE_0="https://example.org/your/copy/of/feedback",
        GIT_CONFIG_KEY_1="safe.directory",
        GIT_CONFIG_VALUE_1="*",
    )


def start_postgres(made: Machine) -> None:
    data = "/var/lib/postgresql/walk"
    made.sh(
        f"mkdir -p /run/postgresql {data} && chown postgres: /run/postgresql {data}\n"
        f"runuser -u postgres -- {POSTGRES[-1]}/initdb -D {data} --auth-local=peer -E UTF8\n"
        f"runuser -u postgres -- {POSTGRES[-1]}/pg_ctl -w -D {data} -l {data}/log"
        ' -o "-k /run/postgresql -c listen_addresses=" start > /dev/null'
    )


def counts(made: Machine, database: str) -> dict[str, int]:
    """How many rows of each, asked of the database itself."""
    ask = "; ".join(f"SELECT count(*) FROM {name}" for name in TABLES)
    if database == "postgresql":
        said = made.sh(f"runuser -u postgres -- psql -At feedback <<'END'\n{ask};\nEND")
    else:
        code = "import sqlite3; open = sqlite3.connect('/var/lib/feedback/feedback.db'); " + (
            f"print(*[open.execute(each).fetchone()[0] for each in '''{ask}'''.split(';')])"
        )
        said = made.sh(f'{sys.executable} -c "$CODE"', CODE=code)
    return dict(zip(TABLES, map(int, said.split()), strict=True))


class Browser:
    """Forms and answers through the proxy, at the machine's port 443."""

    def __init__(self, made: Machine, trusted: Path) -> None:
        import ssl

        self._made = made
        verify = ssl.create_default_context(cafile=str(trusted))
        self._client = httpx.Client(verify=verify, base_url="https://127.0.0.1", timeout=60)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        with self._made.network():
            return self._client.request(
                method, path, headers={"Host": HOST}, extensions={"sni_hostname": HOST}, **more
            )

    def send(self, path: str, *, at: str = "", **fields: str) -> httpx.Response:
        """POST a form of the page `at`, else of the same address."""
        page = self.ask("GET", at or path)
        token = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
        sent = {"_csrf_token": html.unescape(token[1])} if token else {}
        answer = self.ask("POST", path, data=sent | fields)
        wrong = re.findall(r"class=\"error\"[^>]*>([^<]+)", answer.text)
        assert answer.status_code == 303, f"{path}: {answer.status_code} {wrong}"
        return answer

    def close(self) -> None:
        self._client.close()


@contextmanager
def proxied(made: Machine, proxy: str) -> Iterator[Browser]:
    """The proxy, started as the docs say, on a certificate that signs itself."""
    own, _key = certificate(made.folder)
    made.sh(f"mkdir -p {CERTIFICATES} && cp {made.folder}/*.pem {CERTIFICATES}")
    if proxy == "caddy":  # where the name is public it fetches one
        made.sh("mkdir -p /etc/caddy")
        read_and_do(made, PROXY, "cp /opt/feedback-source/deploy/Caddyfile")
        tls = f"tls {CERTIFICATES}/fullchain.pem {CERTIFICATES}/privkey.pem"
        made.sh(f"sed -i 's|org}} {{|&\\n\\t{tls}|' /etc/caddy/Caddyfile && systemctl reload caddy")
    else:
        read_and_do(made, PROXY, "nginx -t")
    made.sh(READY)
    browser = Browser(made, own)
    comes(lambda: browser.ask("GET", "/widget.js"))
    try:
        yield browser
    finally:
        browser.close()


def answer(browser: Browser, key: str, *ratings: int) -> None:
    for rating in ratings:
        sent = browser.ask("POST", f"/r/{key}", json={"rating": rating, "comment": "In the walk"})
        assert sent.status_code == 201, sent.text


def set_up(made: Machine, browser: Browser, link: str) -> str:
    """A workspace with an owner, imported answers, an action; the key of a survey that asks."""
    zone = {"name": "Corner shop", "time_zone": "Europe/Paris", "language": "en"}
    browser.send(link, **zone, **OWNER)
    made.sh(f"feedback import /opt/feedback-source/{AIRPORT if IS_LONG else SAMPLE}")
    survey = re.findall(r'href="(/surveys/[0-9a-f-]{36})"', browser.ask("GET", "/surveys").text)[0]
    browser.send(f"{survey}/state", at=survey, act="reopen", storage="after-act")
    place = re.findall(r"touchpoint:[0-9a-f-]{36}", browser.ask("GET", "/actions/new").text)[0]
    action = {"title": "Walked", "place": place, "done_on": "2026-01-05"}
    browser.send("/actions/new", kind="action", done_by="Ana", **action)
    key = re.search(r"<code>([0-9a-z]+)</code>", browser.ask("GET", survey).text)
    assert key is not None
    return key[1]


@pytest.mark.parametrize(("database", "proxy"), WALKS)
def test_it_is_walked_from_the_docs_and_back(bare: Machine, database: str, proxy: str) -> None:
    if database == "postgresql":
        start_postgres(bare)
    for part in ("useradd", "chmod 755", "createuser"):
        if part != "createuser" or database == "postgresql":
            read_and_do(bare, SYSTEMD, part)
    link = read_and_do(bare, SYSTEMD, "enable --now").split()[-1].removeprefix(f"https://{HOST}")
    with proxied(bare, proxy) as browser:
        key = set_up(bare, browser, link)
        answer(browser, key, 4, 5)
        before = counts(bare, database)
        assert min(before.values()) >= 1 and before["response"] > 100
        if IS_LONG:
            publish(bare.folder / "published.git", git("rev-parse", "HEAD", at=ROOT))
        assert "ready" in read_and_do(bare, UPGRADE, "git pull")
        assert counts(bare, database) == before
        answer(browser, key, 3)
        assert browser.ask("GET", "/board").status_code == 200
        assert "ready" in read_and_do(bare, UPGRADE, "after.backup")
        assert counts(bare, database) == before
        assert browser.ask("GET", "/board").status_code == 303  # everybody was signed out
        browser.send("/sign-in", **OWNER)
        assert "Walked" in browser.ask("GET", "/actions").text
        answer(browser, key, 2)
        assert counts(bare, database)["response"] == before["response"] + 1
    print(f"\n{database} behind {proxy}: {before}")
