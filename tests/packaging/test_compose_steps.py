"""deploy/compose.yaml and deploy/Dockerfile, whose services are run one by one where no Docker is:
as their user, with their command, environment, secrets and health check, on a read-only root. What
an image holds is this checkout; PostgreSQL and Caddy are those of this machine."""

import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.packaging.machine import ROOT, Machine, why_not
from tests.packaging.stand_in import CLOSED
from tests.packaging.test_deploy import HOST, certificate, comes, needs
from tests.packaging.test_operators_path import OWNER, POSTGRES, PYTHON, Browser, install_nothing
from tests.packaging.test_operators_path import bare as bare

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
COMPOSE = (ROOT / "deploy" / "compose.yaml").read_text()
DATA = "/var/data"  # in the place of /data
USER = ("--reuid=10001", "--regid=10001", "--clear-groups", "--no-new-privs")
NO_RIGHTS = ("--bounding-set=-all", "--inh-caps=-all")

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
    pytest.mark.skipif(not os.environ.get("TEST_LONG"), reason="make test-long"),
    pytest.mark.skipif(not POSTGRES, reason="no PostgreSQL of a distribution"),
    needs("caddy", "openssl"),
]


def prepared(made: Machine) -> dict[str, Any]:
    """What stands above the services is done word for word; then the services."""
    first = COMPOSE.partition("docker compose up")[0]
    commands = "\n".join(re.findall(r"^#   (.*)$", first, re.M))
    made.sh(f"cp -r /opt/checkout/deploy /opt/deploy && cd /opt/deploy\n{commands.rstrip(' &')}")
    env = dict(line.split("=") for line in made.sh("cat /opt/deploy/.env").split())
    text = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda name: env[name[1]], COMPOSE)
    found: dict[str, Any] = yaml.safe_load(text.replace("/data/", f"{DATA}/"))
    made.sh("mkdir -m 755 /run/secrets && echo '127.0.0.1 database feedback' >> /etc/hosts")
    for name, each in found["secrets"].items():
        made.sh(f"cp -p /opt/deploy/{each['file']} /run/secrets/{name}")
    services: dict[str, Any] = found["services"]
    return services


def start_database(made: Machine, service: dict[str, Any]) -> None:
    given, data = service["environment"], "/var/lib/postgresql/compose"
    user, name, word = (given[f"POSTGRES_{key}"] for key in ("USER", "DB", "PASSWORD_FILE"))
    made.sh(
        f"mkdir -p /run/postgresql {data} && chown postgres: /run/postgresql {data}\n"
        f"p='runuser -u postgres -- {POSTGRES[-1]}'\n"
        f"$p/initdb -D {data} -U {user} --pwfile={word} -A scram-sha-256 -E UTF8\n"
        f"$p/pg_ctl -w -D {data} -l {data}/log -o '-c listen_addresses=127.0.0.1' start >&2\n"
        f"PGPASSWORD=$(cat {word}) {POSTGRES[-1]}/createdb -h database -U {user} {name}",
        at_its_ports=True,
    )
    made.sh(shlex.join(service["healthcheck"]["test"][1:]), at_its_ports=True)


def in_container(service: dict[str, Any], *command: str) -> str:
    """The words that run a command as the container would."""
    set_by_image = dict(re.findall(r"^\s*(?:ENV )?(\w+)=(\S+)", DOCKERFILE, re.M))
    environment = set_by_image | service["environment"]
    environment |= {"PATH": "/opt/feedback/bin:/usr/bin:/bin"}
    given = [f"{name}={value}" for name, value in environment.items() if name != "PYTHON"]
    return shlex.join([
        *("unshare", "--mount", "sh", "-e", "-c", CLOSED, "sh", DATA),
        *("setpriv", *USER, *NO_RIGHTS, "env", "-i", "-C", DATA, *given, *command),
    ])  # fmt: skip


def start_feedback(made: Machine, service: dict[str, Any]) -> None:
    made.sh(f"install -d -o 10001 -g 10001 -m 700 {DATA} && python3 -m venv /opt/feedback")
    (entry,) = re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.M)
    run = in_container(service, *json.loads(entry), *service["command"])
    made.sh(f"{run} > /run/feedback.log 2>&1 & echo $! > /run/feedback.pid", at_its_ports=True)
    (check,) = re.findall(r"^HEALTHCHECK .*\\\n\s*CMD (.*)$", DOCKERFILE, re.M)
    healthy = shlex.join([PYTHON, *json.loads(check)[1:]])
    made.sh(
        f"export LD_LIBRARY_PATH=/opt/python/lib; for n in $(seq 90); do {healthy} && exit 0; "
        "sleep 1; done; cat /run/feedback.log; exit 1",
        at_its_ports=True,
    )


def start_caddy(made: Machine, service: dict[str, Any], folder: Path) -> Path:
    own, key = certificate(folder)
    made.sh(f"cp {own} {key} /opt/deploy")  # where the name is public it fetches one
    tls = f"tls /opt/deploy/{own.name} /opt/deploy/{key.name}"
    made.sh(
        f"cd /opt/deploy && sed -i 's|org}} {{|&\\n\\t{tls}|' Caddyfile"
        " && caddy start --config Caddyfile > /dev/null 2>&1",
        at_its_ports=True,
        **service["environment"],
    )
    return own


def test_each_service_of_compose_does_its_part(bare: Machine, tmp_path: Path) -> None:
    if not (bare.folder / "stand-ins" / "python3").exists():
        install_nothing(bare)
    services = prepared(bare)
    start_database(bare, services["database"])
    start_feedback(bare, services["feedback"])
    own = start_caddy(bare, services["caddy"], tmp_path)
    log = bare.sh("cat /run/feedback.log")
    objects = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert objects, "the log is of objects"
    link = re.search(rf"https://{re.escape(HOST)}(/setup/\w+)", log)
    assert link is not None
    browser = Browser(bare, own)
    assert comes(lambda: browser.ask("GET", "/widget.js")).status_code == 200
    zone = {"name": "Corner shop", "time_zone": "Europe/Paris", "language": "en"}
    browser.send(link[1], **zone, **OWNER)
    assert browser.ask("GET", "/board").status_code == 200
    assert browser.ask("GET", "/metrics").status_code == 404
    backup = in_container(services["feedback"], "feedback", "backup")
    bare.sh(backup, at_its_ports=True)
    assert ".backup" in bare.sh(f"ls {DATA}/backups")
    refused = in_container(services["feedback"], "touch", "/opt/feedback/x")
    assert bare.sh(f"{refused} 2>&1 || true").count("Read-only file system") == 1
    grace = int(services["feedback"]["stop_grace_period"].rstrip("s"))
    bare.sh(
        "pid=$(cat /run/feedback.pid); kill -TERM $pid; "
        f"for n in $(seq {grace}0); do [ -e /proc/$pid ] || exit 0; sleep 0.1; done; exit 1"
    )
    browser.close()
