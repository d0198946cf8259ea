#!/usr/bin/python3
"""Stands in for systemd where it does not run: `systemctl`, `journalctl`, `systemd-run` and, since
the ports are the machine's own, `curl`. Reads /etc/systemd/system/NAME.service and does its lines.

What each line of the unit becomes here stands in `DONE`; what is systemd's alone in `NOT_DONE`. A
line in neither stops it, so that the unit does not grow past what was tried.
"""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS = Path("/etc/systemd/system")
RUN = Path("/run")
NETWORK = ["nsenter", "--net=/proc/1/ns/net"]
STARTS, STOPS = 0.5, 20.0  # seconds: long enough to see that it cannot; TimeoutStopSec
CADDY = ["--config", "/etc/caddy/Caddyfile"]
PROXIES = {"nginx": [["nginx"]], "caddy": [["caddy", "reload", *CADDY], ["caddy", "start", *CADDY]]}
DONE = {
    *("User", "Group", "StateDirectory", "StateDirectoryMode", "WorkingDirectory", "Environment"),
    *("EnvironmentFile", "ExecStart", "TimeoutStopSec", "KillMode", "LimitNOFILE", "UMask"),
    *("NoNewPrivileges", "CapabilityBoundingSet", "AmbientCapabilities", "ProtectSystem"),
    *("ProtectHome", "PrivateTmp", "ProtectKernelTunables", "ProtectControlGroups", "Type"),
}
NOT_DONE = {
    *("Restart", "RestartSec", "PrivateDevices", "DevicePolicy", "PrivateUsers", "ProtectClock"),
    *("ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules", "ProtectProc", "ProcSubset"),
    *("KeyringMode", "LockPersonality", "RemoveIPC", "RestrictAddressFamilies", "RestrictRealtime"),
    *("RestrictNamespaces", "RestrictSUIDSGID", "SystemCallArchitectures", "SystemCallFilter"),
    "SystemCallErrorNumber",
}
# ProtectSystem=strict, ProtectHome and PrivateTmp, done by hand; the first argument is the folder
# that may be written.
CLOSED = """
mount --make-rprivate /
for each in $(awk '{print $2}' /proc/mounts | sort -u); do
  case $each in
    /dev*|/proc*|/sys*) ;;
    *) mount -o remount,bind,ro "$each" 2>/dev/null || true;;
  esac
done
mount -o remount,bind,ro /
mount --bind "$1" "$1" && mount -o remount,bind,rw "$1"
for each in /tmp /var/tmp; do mount -t tmpfs -o mode=1777 none $each; done
for each in /home /root; do mount -t tmpfs -o mode=700 none $each; done
for each in /proc/sys /sys; do mount --bind $each $each && mount -o remount,bind,ro $each; done
shift; exec "$@"
"""


def settings_of(name: str) -> dict[str, list[str]]:
    """The lines of [Service], by their names, each with all its values."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in (UNITS / f"{name}.service").read_text().splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    unknown = found.keys() - DONE - NOT_DONE
    if unknown:
        sys.exit(f"never tried: {', '.join(sorted(unknown))}")
    return found


def environment_of(assignments: list[str], files: list[str]) -> dict[str, str]:
    """What a service is started with: nothing of the caller's; a file wins over a line."""
    made = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    lines = list(assignments)
    for name in files:
        path = Path(name.removeprefix("-"))
        if path.exists():
            lines += [line for line in path.read_text().splitlines() if line and line[0] != "#"]
        elif not name.startswith("-"):
            sys.exit(f"no {path}")
    for line in lines:
        made_name, _, value = line.partition("=")
        made[made_name] = value
    return made


def as_user(user: str, group: str) -> list[str]:
    return [
        *("setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups", "--no-new-privs"),
        *("--bounding-set=-all", "--inh-caps=-all"),
    ]


def start(name: str) -> None:
    service = settings_of(name)
    user, group = service["User"][0], service["Group"][0]
    state = Path("/var/lib", service["StateDirectory"][0])
    subprocess.run(
        ["install", "-d", "-o", user, "-g", group, "-m", service["StateDirectoryMode"][0], state],
        check=True,
    )
    log = (RUN / f"{name}.log").open("ab")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = min(int(service["LimitNOFILE"][0]), most)  # where this machine lets nobody have more
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    process = subprocess.Popen(
        [
            *(*NETWORK, "unshare", "--mount", "sh", "-e", "-c", CLOSED, "sh", str(state)),
            *(*as_user(user, group), "env", "-C", service["WorkingDirectory"][0]),
            *service["ExecStart"][0].split(),
        ],
        env=environment_of(service.get("Environment", []), service.get("EnvironmentFile", [])),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        umask=int(service["UMask"][0], 8),
        start_new_session=True,
    )
    (RUN / f"{name}.pid").write_text(str(process.pid))
    try:
        process.wait(STARTS)
    except subprocess.TimeoutExpired:
        return
    sys.exit((RUN / f"{name}.log").read_text()[-3000:])


def stop(name: str) -> None:
    pid = int((RUN / f"{name}.pid").read_text())
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOPS
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > until:
            sys.exit(f"{name} did not end within {STOPS:.0f} s")
        time.sleep(0.02)


def systemctl(words: list[str]) -> None:
    if words == ["daemon-reload"]:
        return
    act, names = words[0], [word for word in words[1:] if not word.startswith("-")]
    if act == "reload":  # of a proxy, which has not been started either
        log = (RUN / f"{names[0]}.log").open("ab")  # what stays would hold the caller's pipe
        for command in PROXIES[names[0]]:
            if not subprocess.run([*NETWORK, *command], stdout=log, stderr=log).returncode:
                return
        sys.exit(f"{names[0]} did not start")
    for name in names:
        {"enable": start, "start": start, "stop": stop}[act](name)


def journalctl(words: list[str]) -> None:
    sys.stdout.write((RUN / f"{words[words.index('-u') + 1]}.log").read_text())


def systemd_run(words: list[str]) -> None:
    """A command of another user, in an environment that is told alone."""
    named: dict[str, list[str]] = {}
    given = iter(words)
    for word in given:
        if not word.startswith("-"):
            break
        name, _, value = word.partition("=")
        named.setdefault(name, []).append(value)
    properties = dict(each.split("=", 1) for each in named.get("--property", []))
    user = named["--uid"][0]
    environment = environment_of(named.get("--setenv", []), [properties["EnvironmentFile"]])
    os.umask(int(properties.get("UMask", "0022"), 8))
    os.chdir(named["--working-directory"][0])
    command = [*NETWORK, *as_user(user, user), word, *given]
    os.execvpe(command[0], command, environment)


def main() -> None:
    name, words = Path(sys.argv[0]).name, sys.argv[1:]
    if name == "curl":
        os.execvp(NETWORK[0], [*NETWORK, "/usr/bin/curl", *words])
    {"systemctl": systemctl, "journalctl": journalctl, "systemd-run": systemd_run}[name](words)


if __name__ == "__main__":
    main()
