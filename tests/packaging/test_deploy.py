"""What `deploy/` promises: each of its files is run where its program is installed."""

import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]
from sqlalchemy.engine import URL

from tests.cast import Shop
from tests.serving import free_port, serve
from tests.waiting import PATIENCE

DEPLOY = Path(__file__).parents[2] / "deploy"
ROOT = DEPLOY.parent
HOST = "feedback.example.org"
MOST_EXPOSED = 2.0  # of 10, by systemd's own judgement; 1.3 when this was written

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [name for name in programs if shutil.which(name, path=PATH) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed here: {', '.join(missing)}")


PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"


def run(*command: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"PATH": PATH}, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@needs("systemd-analyze")
def test_systemd_takes_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    unit = tmp_path / "feedback.service"
    text = (DEPLOY / "feedback.service").read_text()
    program = re.search(r"^ExecStart=(\S+)", text, re.M)
    assert program and program[1] == "/opt/feedback/bin/feedback"
    unit.write_text(text.replace(program[1], "/bin/true"))  # verify looks whether it is there
    assert run("systemd-analyze", "verify", str(unit)).strip() == ""
    judged = run("systemd-analyze", "security", "--offline=true", "--no-pager", str(unit))
    found = re.search(r"Overall exposure level for feedback\.service: ([\d.]+)", judged)
    assert found and float(found[1]) <= MOST_EXPOSED, judged


def certificate(folder: Path) -> tuple[Path, Path]:
    """Of a name, signed by itself."""
    paths = folder / "fullchain.pem", folder / "privkey.pem"
    name = ("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name,
        "-out", str(paths[0]), "-keyout", str(paths[1]))  # fmt: skip
    return paths


@contextmanager
def running(*command: str, environment: dict[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(command, env=os.environ | {"PATH": PATH} | (environment or {}))
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


class Proxy:
    """A proxy of `deploy/` on free ports, before a server; what of the file was put otherwise."""

    def __init__(self, folder: Path, server: int) -> None:
        self.folder, self.server = folder, server
        self.http, self.https = free_port(), free_port()
        self.certificate, self.key = certificate(folder)
        self.log = folder / "access.log"

    def client(self) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        return httpx.Client(verify=trusted, timeout=PATIENCE)

    def ask(self, client: httpx.Client, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Host": HOST, **more.pop("headers", {})}
        address = f"https://127.0.0.1:{self.https}{path}"
        return client.request(
            method, address, headers=headers, extensions={"sni_hostname": HOST}, **more
        )


@contextmanager
def nginx(made: Proxy) -> Iterator[None]:
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{made.http};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{made.https} ssl http2;",
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(made.certificate),
        f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(made.key),
        "/var/log/nginx/feedback.log": str(made.log),
        "127.0.0.1:8000": f"127.0.0.1:{made.server}",
    }.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (made.folder / "feedback.conf").write_text(text)
    own = "".join(
        f"{kind}_temp_path {made.folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (made.folder / "main.conf").write_text(
        f"{'user root;' if os.getuid() == 0 else ''} daemon off; pid {made.folder}/pid;\n"
        f"error_log {made.folder}/error.log; events {{}}\n"
        f"http {{ {own} include {made.folder}/feedback.conf; }}\n"
    )
    of = ("-p", str(made.folder), "-e", str(made.folder / "error.log"), "-c")
    run("nginx", "-t", *of, str(made.folder / "main.conf"))
    with running("nginx", *of, str(made.folder / "main.conf")):
        yield


@contextmanager
def caddy(made: Proxy) -> Iterator[None]:
    text = (DEPLOY / "Caddyfile").read_text()
    assert text.count("{$FEEDBACK_HOST:feedback.example.org} {\n") == 1
    # Where the name is public Caddy fetches a certificate; here it is given one.
    text = text.replace(
        "org} {\n", f"org}} {{\n\tbind 127.0.0.1\n\ttls {made.certificate} {made.key}\n"
    )
    ports = f"http_port {made.http}\n\thttps_port {made.https}\n\tdefault_bind 127.0.0.1"
    file = made.folder / "Caddyfile"
    text = text.replace("\n{\n", f"\n{{\n\tadmin off\n\t{ports}\n\tskip_install_trust\n", 1)
    file.write_text(text)
    environment = {
        "FEEDBACK_UPSTREAM": f"127.0.0.1:{made.server}",
        "HOME": str(made.folder),
        "XDG_CONFIG_HOME": str(made.folder),
        "XDG_DATA_HOME": str(made.folder),
    }
    with running("caddy", "run", "--config", str(file), environment=environment):
        yield


PROXIES: list[Any] = [
    pytest.param(nginx, marks=needs("nginx", "openssl"), id="nginx"),
    pytest.param(caddy, marks=needs("caddy", "openssl"), id="caddy"),
]


def comes(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """The first answer of a proxy that is starting."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except httpx.TransportError:
            assert time.monotonic() < until, "the proxy did not start"
            time.sleep(0.05)


@on_sqlite
@pytest.mark.parametrize("proxy", PROXIES)
def test_a_proxy_with_https_leads_to_a_served_survey(
    proxy: Any,
    database_url: URL,
    shop: Shop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FEEDBACK_TRUSTED_PROXIES", "127.0.0.1")
    monkeypatch.setenv("FEEDBACK_METRICS_TOKEN", "a-token-for-prometheus")
    url = database_url.render_as_string(hide_password=False)
    with serve(url, base_url=f"https://{HOST}") as served:
        made = Proxy(tmp_path, served.port)
        with proxy(made), made.client() as client:
            script = comes(lambda: made.ask(client, "GET", "/widget.js"))
            assert script.status_code == 200 and "gzip" in script.headers["Content-Encoding"]
            assert script.headers["Strict-Transport-Security"]
            answer = made.ask(client, "POST", f"/r/{shop.nps.key}", json={"rating": 9})
            assert answer.status_code == 201
            page = made.ask(client, "GET", "/sign-in?next=/board")
            assert page.status_code == 200 and page.headers["X-Request-Id"]
            ready = made.ask(client, "GET", "/health/ready")
            assert ready.json() == {"status": "ready"}
            assert made.ask(client, "GET", "/metrics").status_code == 404
            assert made.ask(client, "GET", "/setup/a-secret-token").status_code in (404, 410)
            plain = httpx.get(f"http://127.0.0.1:{made.http}/s/x", headers={"Host": HOST})
            assert plain.status_code == 308
            assert plain.headers["Location"].startswith(f"https://{HOST}")
            huge = made.ask(client, "POST", f"/r/{shop.nps.key}", content=b"x" * 13_000_000)
            # Caddy says what it sees: that the server hung up on the rest.
            assert huge.status_code in (413, 502)
    if made.log.exists():  # nginx writes a line a request
        lines = made.log.read_text()
        assert "a-secret-token" not in lines and "next=" not in lines
        assert page.headers["X-Request-Id"] in lines


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def test_no_secret_stands_in_the_compose_file() -> None:
    found = compose()
    for service in found["services"].values():
        for name, value in service.get("environment", {}).items():
            is_secret = re.search(r"PASSWORD|SECRET|TOKEN|DATABASE_URL", name)
            assert not is_secret or (name.endswith("_FILE") and value.startswith("/run/secrets/"))
        assert set(service.get("secrets", ())) <= set(found["secrets"])
        assert ":" in service["image"] or "build" in service


def test_the_container_may_write_nothing_but_its_folder() -> None:
    ours = compose()["services"]["feedback"]
    assert ours["read_only"] and ours["cap_drop"] == ["ALL"] and ours["tmpfs"] == ["/tmp"]
    text = (DEPLOY / "Dockerfile").read_text()
    assert re.search(r"^USER 10001:10001$", text, re.M) and "curl" not in text
    assert re.search(r"^ARG PYTHON=\S+:3\.\d+-slim-\w+$", text, re.M)


def test_what_a_container_is_built_of_is_let_through() -> None:
    """`.dockerignore` names what an installation needs, and nothing else goes in."""
    named = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert all((ROOT / name).exists() for name in named)
    assert {"feedback", "templates", "migrations", "locales", "requirements.lock"} <= named


def test_every_setting_in_these_files_is_one() -> None:
    from feedback.settings import PREFIX, Settings

    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for file in ("compose.yaml", "feedback.service", "Dockerfile", "nginx.conf", "Caddyfile"):
        used = set(re.findall(r"\bFEEDBACK_[A-Z_]+", (DEPLOY / file).read_text()))
        own = {"FEEDBACK_HOST", "FEEDBACK_UPSTREAM"}
        assert {name.removesuffix("_FILE") for name in used - own} <= known, file
